//! The names of two crates that the page names, against their sources.

use std::path::PathBuf;
use std::{env, fs};

use crate::page::code;
use crate::{english, say};

/// `rust/errors.rs` runs them with the numbers of another crate.
#[test]
fn the_crate_libc_has_the_names() {
    let files = [
        "src/unix/bsd/apple/mod.rs",
        "src/unix/linux_like/linux/arch/generic/mod.rs",
    ];
    let Some(source) = source("libc-0.2", &files) else {
        return;
    };
    let words = english().into_iter().flat_map(|row| row.names());
    let words: Vec<_> = words.map(|(code, ..)| code).collect();
    let names: Vec<_> = words
        .iter()
        .filter_map(|code| code.strip_prefix("libc::"))
        .collect();
    assert!(names.len() > 3, "{names:?}");
    for name in names {
        let line = format!("pub const {name}: c_int = ");
        assert!(source.contains(&line), "not in libc: {name}");
    }
}

/// What stands behind "socket2:" in a cell is in socket2: behind its feature `all` where the cell
/// says so, and only there.
#[test]
fn the_page_says_where_socket2_wants_its_feature() {
    let files = ["src/lib.rs", "src/socket.rs", "src/sys/unix.rs"];
    let Some(source) = source("socket2-0.6", &files) else {
        return;
    };
    let source = source.replace("\r\n", "\n");
    let items: Vec<_> = source.split("\n\n").collect();
    let mut count = 0;
    for row in english() {
        let cell = row.cells.iter().find(|(head, _)| head == "Rust");
        let Some((_, cell)) = cell.and_then(|(_, cell)| cell.split_once("socket2: ")) else {
            continue;
        };
        let (all, words): (Vec<_>, Vec<_>) = code(cell).into_iter().partition(|word| word == "all");
        let mut wants_it = false;
        for word in words {
            let name = last_name(&word);
            let Some(item) = items.iter().find(|item| defines(item, &name)) else {
                panic!("{}: socket2 has no {name}", row.name);
            };
            wants_it |= item.contains("feature = \"all\"");
            count += 1;
        }
        assert_eq!(wants_it, !all.is_empty(), "{}", row.name);
    }
    assert!(count > 10, "{count} names");
}

/// What is called or named last: `RAW` of `Type::RAW`, `f` of `a(b).f(c(d))`.
fn last_name(code: &str) -> String {
    let mut depth = 0;
    let outside = code.chars().filter(|c| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0 && *c != ')'
    });
    let outside: String = outside.collect();
    let name = outside.rsplit([':', '.']).next();
    name.unwrap_or_default().to_owned()
}

/// Whether this is the function or the constant with this name.
fn defines(item: &str, name: &str) -> bool {
    ["fn", "const"].iter().any(|kind| {
        let after = item.split_once(&format!("pub {kind} {name}"));
        after.is_some_and(|(_, after)| after.starts_with(['(', '<', ':']))
    })
}

/// Source files of a dependency of the workspace; `None` where cargo has not fetched it.
fn source(package: &str, files: &[&str]) -> Option<String> {
    let home = env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    let list = |folder| fs::read_dir(folder).into_iter().flatten().flatten();
    let registries = list(home.join("registry/src"));
    let packages = registries.flat_map(|registry| list(registry.path()));
    let packages =
        packages.filter(|entry| entry.file_name().to_string_lossy().starts_with(package));
    let Some(package) = packages.map(|entry| entry.path()).max() else {
        say(&format!(
            "skipped: the source of {package} is not on this machine"
        ));
        return None;
    };
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(package.join(file)).unwrap());
    Some(texts.collect())
}
