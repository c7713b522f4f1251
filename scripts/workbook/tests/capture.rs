//! `cargo workbook capture` hands over to the package `record`, `exercise`, `class`, `new` and `wrong`
//! to the package `exercise`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// In place of cargo: prints its arguments, and ends as `record` does where it cannot record.
const CARGO: &str = "#!/bin/sh\necho \"$@\"\nexit 3\n";

/// A folder with files that pass for a checkout and for cargo.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.toml"), "").unwrap();
    fs::create_dir(folder.path().join("examples")).unwrap();
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, CARGO).unwrap();
    fs::set_permissions(&cargo, Permissions::from_mode(0o755)).unwrap();
    folder
}

fn handed_over(words: &[&str]) -> (Option<i32>, String, String) {
    let folder = checkout();
    let workbook = Path::new(env!("CARGO_BIN_EXE_workbook"));
    run_in(&folder, &folder.path().join("examples"), workbook, words)
}

/// Runs the executable in `here`; the root of the checkout is shown as ROOT.
fn run_in(
    folder: &tempfile::TempDir,
    here: &Path,
    workbook: &Path,
    words: &[&str],
) -> (Option<i32>, String, String) {
    let output = Command::new(workbook)
        .args(words)
        .current_dir(here)
        .env("CARGO", folder.path().join("cargo"))
        .output()
        .unwrap();
    let root = folder.path().canonicalize().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).replace(&*root.to_string_lossy(), "ROOT");
    let warned = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said, warned)
}

/// A checkout copied with its `target/` runs a program that was compiled in another place.
#[test]
fn started_outside_by_its_path_it_works_on_the_checkout_that_it_lies_in() {
    let (folder, outside) = (checkout(), tempfile::tempdir().unwrap());
    let debug = folder.path().join("target/debug");
    fs::create_dir_all(&debug).unwrap();
    let copy = debug.join("workbook");
    fs::copy(env!("CARGO_BIN_EXE_workbook"), &copy).unwrap();
    let (_, said, _) = run_in(&folder, outside.path(), &copy, &["exercise", "list"]);
    assert!(
        said.contains("--manifest-path ROOT/Cargo.toml") && said.ends_with("--root ROOT list\n"),
        "{said}"
    );
    // In another checkout, that one is meant.
    let other = checkout();
    let (_, said, _) = run_in(&folder, other.path(), &copy, &["exercise", "list"]);
    assert!(!said.contains("ROOT"), "{said}");
}

#[test]
fn every_word_of_an_exercise_is_passed_on() {
    let run = "run --quiet --manifest-path ROOT/Cargo.toml --package exercise -- --root ROOT";
    let words = [
        "--lang", "zh", "exercise", "check", "x", "--help", "--", "a", "--", "--port",
    ];
    let (status, said, warned) = handed_over(&words);
    assert_eq!(status, Some(3), "{warned}");
    assert_eq!(
        said,
        format!("{run} --lang zh check x --help -- a -- --port\n")
    );
    assert!(
        warned.is_empty() || warned.starts_with("第一次用"),
        "{warned}"
    );
    let (_, said, _) = handed_over(&["class", "reports", "--out", "x"]);
    assert_eq!(said, format!("{run} class reports --out x\n"));
}

#[test]
fn what_authors_type_goes_to_a_program_without_the_judge() {
    let run = "run --quiet --manifest-path ROOT/Cargo.toml --package exercise --bin author \
               --no-default-features --features author -- --root ROOT --lang zh";
    let words = ["--lang", "zh", "wrong", "apply", "x", "--to", "y"];
    let (status, said, warned) = handed_over(&words);
    assert_eq!(status, Some(3), "{warned}");
    assert_eq!(said, format!("{run} wrong --lang zh apply x --to y\n"));
    let (_, said, _) = handed_over(&["new", "exercise", "x", "--lang", "zh"]);
    assert_eq!(said, format!("{run} new exercise x --lang zh\n"));
}

#[test]
fn the_language_the_names_and_the_status_are_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.toml"), "").unwrap();
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, CARGO).unwrap();
    fs::set_permissions(&cargo, Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_workbook"))
        .args(["capture", "one_shot", "--check", "--lang", "zh"])
        .current_dir(folder.path())
        .env("CARGO", &cargo)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "run --quiet --package record -- --lang zh --check one_shot\n"
    );
}
