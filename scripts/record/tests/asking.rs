//! The recorder shows what differs, asks before it replaces a recording, and says what it skips.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[path = "../../session/tests/support/started.rs"]
mod started;

const SESSION: &str = "title zh 题\ntitle en T\nhost a 192.0.2.1\nhost b 192.0.2.2\n\
                       a $ python3 examples/python/send.py\na ? 0\n";

fn write(folder: &Path, file: &str, text: &str) {
    let file = folder.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// A checkout with one capture, which is not recorded yet.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "book.toml", "");
    write(folder.path(), "book/captures/x.session", SESSION);
    sends(folder.path(), "one");
    folder
}

/// The program of the session sends this.
fn sends(folder: &Path, text: &str) {
    let program = format!(
        "import socket\n\
         socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'{text}', ('192.0.2.2', 9999))\n"
    );
    write(folder, "examples/python/send.py", &program);
}

/// The status, and everything that was said.
fn record(folder: &Path, words: &[&str], ci: bool, typed: &str) -> (Option<i32>, String) {
    let mut command = recorder(folder, words);
    if ci {
        command.env("CI", "true");
    }
    said(&mut command, typed)
}

fn recorder(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_record"));
    command
        .args(words)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("CI");
    command
}

fn said(command: &mut Command, typed: &str) -> (Option<i32>, String) {
    let output = started::run(command, typed.as_bytes());
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code(), said)
}

#[test]
fn what_differs_is_shown_and_replaced_when_somebody_agrees() {
    let folder = checkout();
    let folder = folder.path();
    if record(folder, &["--check", "--lang", "en"], false, "").0 == Some(3) {
        eprintln!("skipped: this machine cannot record");
        return;
    }
    let file = || fs::read(folder.join("book/captures/x.pcapng")).unwrap();
    let (status, said) = record(folder, &["x", "--lang", "en"], false, "");
    assert_eq!(status, Some(0), "a new one needs no question: {said}");
    let first = file();
    let (status, said) = record(folder, &["x", "--lang", "en"], false, "");
    assert!(
        status == Some(0) && said.contains("the same as in the book"),
        "{said}"
    );
    assert_eq!(file(), first);
    sends(folder, "another");
    let (status, said) = record(folder, &["x", "--lang", "en"], false, "n\n");
    assert!(
        status == Some(1) && said.contains("left as it is"),
        "{said}"
    );
    assert!(said.contains("the new recording differs\n    "), "{said}");
    assert!(said.contains("replace x.pcapng? [y/N]"), "{said}");
    assert_eq!(file(), first);
    let (status, said) = record(folder, &["x", "--lang", "zh"], false, "y\n");
    assert!(
        status == Some(0) && said.contains("换掉 x.pcapng 吗？"),
        "{said}"
    );
    let second = file();
    assert_ne!(second, first);
    sends(folder, "one");
    let (status, said) = record(folder, &["x", "--yes", "--lang", "en"], false, "");
    assert!(status == Some(0) && !said.contains("[y/N]"), "{said}");
    assert_ne!(file(), second);
}

#[test]
fn a_capture_whose_program_is_missing_is_skipped_with_the_reason() {
    let folder = checkout();
    let folder = folder.path();
    if record(folder, &["--check", "--lang", "en"], false, "").0 == Some(3) {
        eprintln!("skipped: this machine cannot record");
        return;
    }
    assert_eq!(record(folder, &["x"], false, "").0, Some(0));
    for (lang, words) in [
        ("en", "a program is missing (Python 3 is not installed"),
        ("zh", "缺少一个程序（Python 3 is not installed"),
    ] {
        let mut command = recorder(folder, &["--check", "--lang", lang]);
        let (status, said) = said(command.env("PATH", "/nonexistent"), "");
        assert!(status == Some(0) && said.contains(words), "{said}");
    }
}

#[test]
fn where_ci_is_set_nothing_is_recorded() {
    let folder = checkout();
    for (lang, words) in [("zh", "设了环境变量 CI"), ("en", "CI is set")] {
        let (status, said) = record(folder.path(), &["--yes", "--lang", lang], true, "");
        assert!(status == Some(1) && said.contains(words), "{said}");
    }
    assert!(!folder.path().join("book/captures/x.pcapng").exists());
}
