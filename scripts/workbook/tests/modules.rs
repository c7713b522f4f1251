//! Modules of a crate use each other in one direction: siblings form no circle.
//!
//! The paths that begin with `crate`, `self` or `super` are read from the text of each module, in
//! `use` and everywhere else. A name that a parent exports again counts as the parent's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/repository.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod repository;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use repository::{code_of, files};

/// The path of a module in its crate: `["cli", "watch"]`.
type Module = Vec<String>;

#[test]
fn no_two_sibling_modules_of_a_crate_import_each_other() {
    let mut found = String::new();
    let mut count = 0;
    for (folder, sources) in crates() {
        count += sources.len();
        for circle in circles(&modules(&folder, &sources)) {
            found += &format!("{}: {circle}\n", folder.display());
        }
    }
    assert!(count > 150, "only {count} modules");
    assert!(found.is_empty(), "modules import each other:\n{found}");
}

#[test]
fn a_circle_is_found_however_its_modules_name_each_other() {
    check(
        &[("a", "use crate::b::B;"), ("b", "use crate::c;"), ("c", "")],
        &[],
    );
    check(
        &[("a", "use super::b::B;"), ("b", "fn f() { crate::a::g() }")],
        &["a b"],
    );
    let three = [
        ("a", "use crate::{\n    Error as c, b::{self, B},\n};"),
        ("b", "pub(crate) use super::c::{C, D};"),
        ("c", "fn f(a: &crate::a::A) {}"),
    ];
    check(&three, &["a b c"]);
    // What two children of two modules import is imported by the modules.
    let deep = [
        ("a", "mod inner;"),
        ("a/inner", "use super::super::b::B;"),
        ("b", "use self::inner::C;"),
        ("b/inner", "use crate::a::A;"),
    ];
    check(&deep, &["a b"]);
    // A parent and its child may know each other.
    check(&[("a", "use self::b::B;"), ("a/b", "use super::A;")], &[]);
    check(
        &[
            ("a/b", "use super::c::C;"),
            ("a/c", "use super::b::B;"),
            ("a", ""),
        ],
        &["a::b a::c"],
    );
}

/// Checks the circles of modules with these texts.
#[track_caller]
fn check(sources: &[(&str, &str)], expected: &[&str]) {
    let module = |path: &str| path.split('/').map(str::to_owned).collect();
    let texts = sources
        .iter()
        .map(|(path, text)| (module(path), (*text).to_owned()));
    assert_eq!(circles(&texts.collect()), expected);
}

/// The sources of each crate, by its folder.
fn crates() -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut crates: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in files("scripts", "rs") {
        let mut folders = file.ancestors();
        if let Some(folder) = folders.find(|folder| folder.ends_with("src")) {
            crates
                .entry(folder.to_owned())
                .or_default()
                .push(file.clone());
        }
    }
    crates
}

/// The code of each module; that of the crate itself, which all others stand below, is left out.
fn modules(folder: &Path, sources: &[PathBuf]) -> BTreeMap<Module, String> {
    let module = |file: &PathBuf| -> Module {
        let path = file.strip_prefix(folder).unwrap().with_extension("");
        path.iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect()
    };
    let mut modules: BTreeMap<Module, String> = sources
        .iter()
        .map(|file| (module(file), code_of(file)))
        .collect();
    modules.retain(|module, _| !["lib", "main"].contains(&module.join("/").as_str()));
    modules
}

/// The circles among siblings, each as the names of its modules.
fn circles(modules: &BTreeMap<Module, String>) -> Vec<String> {
    let mut uses: BTreeMap<&[String], BTreeSet<&[String]>> = BTreeMap::new();
    for (module, text) in modules {
        for path in paths(text) {
            if let Some(used) = find(modules, module, &path) {
                let shared = module.iter().zip(used).take_while(|(a, b)| a == b).count();
                // Neither stands within the other: their ancestors below the same parent are siblings.
                if shared < module.len() && shared < used.len() {
                    let siblings = uses.entry(&module[..=shared]).or_default();
                    siblings.insert(&used[..=shared]);
                }
            }
        }
    }
    let reached: BTreeMap<_, _> = uses
        .keys()
        .map(|module| (*module, reach(&uses, module)))
        .collect();
    let circles: BTreeSet<String> = reached
        .iter()
        .filter(|(module, reached)| reached.contains(*module))
        .map(|(module, all)| {
            let back =
                |other: &&&[String]| reached.get(**other).is_some_and(|all| all.contains(module));
            let names: Vec<String> = all
                .iter()
                .filter(back)
                .map(|module| module.join("::"))
                .collect();
            names.join(" ")
        })
        .collect();
    circles.into_iter().collect()
}

/// The modules that this one uses, and those that they use.
fn reach<'a>(
    uses: &BTreeMap<&'a [String], BTreeSet<&'a [String]>>,
    module: &[String],
) -> BTreeSet<&'a [String]> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&[String]> = uses[module].iter().copied().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module) {
            next.extend(uses.get(module).into_iter().flatten());
        }
    }
    reached
}

/// The module that a path in this one leads to, or into.
fn find<'a>(
    modules: &'a BTreeMap<Module, String>,
    module: &[String],
    path: &[String],
) -> Option<&'a Module> {
    let mut from: Vec<String> = match path[0].as_str() {
        "crate" => Vec::new(),
        _ => module.to_vec(),
    };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => {
                from.pop();
            }
            name => from.push(name.to_owned()),
        }
    }
    let known = |length| modules.get_key_value(&from[..length]);
    let (found, _) = (1..=from.len()).rev().find_map(known)?;
    Some(found)
}

/// The paths in a text that begin with `crate`, `self` or `super`; of `crate::{a, b::C}`, each.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let words = words(text);
    let mut rest = &words[..];
    while let [first, after @ ..] = rest {
        rest = after;
        if ["crate", "self", "super"].contains(first) && after.first() == Some(&"::") {
            rest = tree(vec![(*first).to_owned()], after, &mut found);
        }
    }
    found
}

/// Reads what follows the beginning of a path, adds the paths that it makes, and gives back the rest.
fn tree<'a, 'b>(
    mut path: Vec<String>,
    mut rest: &'b [&'a str],
    found: &mut Vec<Vec<String>>,
) -> &'b [&'a str] {
    loop {
        match rest {
            ["::", "{", after @ ..] => {
                rest = after;
                while let [first, after @ ..] = rest {
                    rest = match *first {
                        "}" => return after,
                        "," => after,
                        "as" => after.get(1..).unwrap_or_default(),
                        name => tree([&path[..], &[name.to_owned()]].concat(), after, found),
                    };
                }
                return rest;
            }
            ["::", name, after @ ..] if name.starts_with(is_of_a_name) => {
                path.push((*name).to_owned());
                rest = after;
            }
            _ => {
                found.push(path);
                return rest;
            }
        }
    }
}

/// The names of a text, `::` and every other sign.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ':' if rest.starts_with("::") => 2,
            c if is_of_a_name(c) => rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
