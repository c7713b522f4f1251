//! `cargo workbook capture` hands over to the package `record`, in the language of the reader.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// In place of cargo: shows what it is told, and ends as `record` does where it cannot record.
const CARGO: &str = "#!/bin/sh\necho \"$@\"\nexit 3\n";

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
