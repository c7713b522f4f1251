//! The tables of `book/reference/python-rust-c.md`, run: each row has a function in each language
//! of which it speaks, which does on loopback what the row says, and names what the row names.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "three_languages/crates.rs"]
mod crates;
#[path = "three_languages/functions.rs"]
mod functions;
#[path = "three_languages/page.rs"]
mod page;
/// Most rows are about Unix, and use what only Unix has.
#[cfg(unix)]
#[path = "three_languages/rust.rs"]
mod rust;
#[cfg(unix)]
#[path = "../../session/tests/support/started.rs"]
mod started;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use functions::occurs;
use page::{Language, Row, code, rows};

/// The functions of a language: their section and name, and their text.
type Functions = BTreeMap<(String, String), String>;

/// How the C programs are built, beside what each of them needs: a warning is an error.
#[cfg(unix)]
const FLAGS: [&str; 5] = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread"];

#[test]
fn every_row_has_its_functions_and_every_function_has_a_row() {
    let rows = english();
    assert!(rows.len() > 100, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for language in Language::ALL {
        let mut functions = functions_of(language);
        for row in rows.iter().filter(|row| row.speaks_of(language)) {
            let Row { section, name, .. } = row;
            if functions.remove(&(section.clone(), name.clone())).is_none() {
                wrong.push(format!("{language:?} has no {name} in {section}"));
            }
        }
        for (section, name) in functions.into_keys() {
            wrong.push(format!("{language:?}: {name} in {section} has no row"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_a_cell_names_occurs_in_the_function_of_its_row() {
    let functions = Language::ALL.map(|language| (language, functions_of(language)));
    let mut wrong = Vec::new();
    for row in english() {
        let key = (row.section.clone(), row.name.clone());
        for (code, languages, in_each) in row.names() {
            // A feature of socket2, which is not written in a program.
            if code == "all" {
                continue;
            }
            let texts = functions.iter().filter(|(one, _)| languages.contains(one));
            let mut found = texts.filter_map(|(language, functions)| {
                Some((language, occurs(&code, functions.get(&key)?)))
            });
            let is_there = match in_each {
                true => found.all(|(_, is_there)| is_there),
                false => found.any(|(_, is_there)| is_there),
            };
            if !is_there {
                wrong.push(format!(
                    "{} {}, {languages:?}: no {code}",
                    row.section, row.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn both_twins_name_the_same_in_each_cell() {
    let named = |row: &Row| -> Vec<Vec<String>> {
        let cells = row.cells.iter();
        let names = cells.map(|(_, cell)| {
            let mut names = code(cell);
            names.sort();
            names
        });
        names.collect()
    };
    let chinese = rows(&read("book/reference/python-rust-c.md"));
    let english = english();
    assert_eq!(chinese.len(), english.len());
    for (chinese, english) in chinese.iter().zip(&english) {
        assert_eq!(named(chinese), named(english), "{}", english.name);
    }
}

#[cfg(unix)]
#[test]
fn every_row_holds_in_python() {
    use std::process::Command;
    if Command::new("python3").arg("-V").output().is_err() {
        return say("skipped: no python3");
    }
    let mut python = Command::new("python3");
    python
        .args(["-B", "rows.py"])
        .current_dir(folder(Language::Python));
    every_row_is_told(Language::Python, &output_of(&mut python));
}

#[cfg(unix)]
#[test]
fn every_row_holds_in_rust() {
    every_row_is_told(Language::Rust, &rust::run());
}

#[cfg(unix)]
#[test]
fn every_row_holds_in_c() {
    let files = fs::read_dir(folder(Language::C)).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut sources: Vec<_> = files
        .filter(|file| file.ends_with(".c") && !["rows.c", "preload.c"].contains(&file.as_str()))
        .collect();
    sources.insert(0, "rows.c".to_owned());
    let sources: Vec<_> = sources.iter().map(String::as_str).collect();
    let program = match compile(&sources, &[]) {
        Ok(program) => program,
        Err(missing) => return say(&format!("skipped: {missing}")),
    };
    let mut program = std::process::Command::new(program);
    every_row_is_told(Language::C, &output_of(&mut program));
}

/// What a program writes to stdout and stderr, which must succeed.
#[cfg(unix)]
#[track_caller]
fn output_of(command: &mut std::process::Command) -> String {
    session::run::environment::of_a_session(command);
    let (status, output) = started::Started::start_together(command).ends();
    assert_eq!(status, Some(0), "{output}");
    output
}

/// `output` has a line for each function; those of rows that were skipped are shown.
#[cfg(unix)]
#[track_caller]
fn every_row_is_told(language: Language, output: &str) {
    let mut functions = functions_of(language);
    for line in output.lines() {
        let line = match line.strip_prefix("skipped: ") {
            Some(row) => {
                say(&format!("skipped: {language:?}: {row}"));
                row.split_once(": ").map_or(row, |(row, _)| row)
            }
            None => line.strip_prefix("passed ").unwrap_or(line),
        };
        let row = line.split_once(' ');
        let row = row.and_then(|(one, other)| functions.remove(&(one.into(), other.into())));
        assert!(row.is_some(), "unexpected: {line}\n{output}");
    }
    assert!(functions.is_empty(), "no word of {:?}", functions.keys());
}

/// Not `eprintln`, which the test captures: the gate shows it.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Where compilers write.
#[cfg(unix)]
pub(crate) fn made() -> PathBuf {
    session::run::scratch::folder(&session::root().unwrap(), "three_languages").unwrap()
}

/// The program that `cc` makes of these files of the folder for C, the first of which it is named
/// for. On a machine without `cc`, that.
#[cfg(unix)]
pub(crate) fn compile(sources: &[&str], flags: &[&str]) -> Result<PathBuf, String> {
    use std::process::{self, Command};
    if Command::new("cc").arg("--version").output().is_err() {
        return Err("no cc".to_owned());
    }
    let name = sources[0].trim_end_matches(".c");
    let made = made().join(name);
    // Another process may run the program, or build it: the new one takes its place at once.
    let fresh = made.with_extension(process::id().to_string());
    let mut cc = Command::new("cc");
    cc.args(FLAGS)
        .args(flags)
        .arg("-o")
        .arg(&fresh)
        .args(sources);
    cc.current_dir(folder(Language::C));
    let output = session::run::output_of(cc).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cc {sources:?}:\n{said}");
    fs::rename(&fresh, &made).unwrap();
    Ok(made)
}

fn english() -> Vec<Row> {
    rows(&read("book/reference/python-rust-c.en.md"))
}

fn read(file: &str) -> String {
    fs::read_to_string(session::root().unwrap().join(file)).unwrap()
}

/// Where the functions of a language are.
fn folder(language: Language) -> PathBuf {
    let name = format!("{language:?}").to_lowercase();
    let folder = "scripts/hostile/tests/three_languages";
    session::root().unwrap().join(folder).join(name)
}

/// Every function `row_*` of a language; its section is the name of its file.
fn functions_of(language: Language) -> Functions {
    let mut all = Functions::new();
    for file in fs::read_dir(folder(language)).unwrap() {
        let path = file.unwrap().path();
        let section = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| ["py", "rs", "c"].contains(&extension)) {
            let text = fs::read_to_string(&path).unwrap();
            let found = functions::rows(language, &text).into_iter();
            all.extend(found.map(|(name, text)| ((section.clone(), name), text)));
        }
    }
    all
}
