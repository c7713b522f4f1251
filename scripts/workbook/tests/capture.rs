//! `cargo workbook capture` hands over to the package `record`, `exercise` and `class` to the package
//! `exercise`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// In place of cargo: shows what it is told, and ends as `record` does where it cannot record.
const CARGO: &str = "#!/bin/sh\necho \"$@\"\nexit 3\n";

fn handed_over(words: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("book.toml"), "").unwrap();
    let below = folder.path().join("examples");
    fs::create_dir(&below).unwrap();
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, CARGO).unwrap();
    fs::set_permissions(&cargo, Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_workbook"))
        .args(words)
        .current_dir(&below)
        .env("CARGO", &cargo)
        .output()
        .unwrap();
    let root = folder.path().canonicalize().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).replace(&*root.to_string_lossy(), "ROOT");
    let warned = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said, warned)
}

#[test]
fn every_word_of_an_exercise_is_passed_on() {
    let run = "run --quiet --manifest-path ROOT/Cargo.toml --package exercise --";
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
