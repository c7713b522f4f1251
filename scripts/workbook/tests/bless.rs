//! `cargo workbook check sessions --bless`: what comes is shown, and written when somebody agrees.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

#[path = "../../session/tests/support/started.rs"]
mod started;

const BEFORE: &str = "# a comment\ntitle zh 题\ntitle en T\n\na $ python3 examples/python/hi.py\na | hi\na | at [..] o'clock\na ? 0\n";
const AFTER: &str = "# a comment\ntitle zh 题\ntitle en T\n\na $ python3 examples/python/hi.py\na | hello\na | at [..] o'clock\na ? 0\n";

struct Checkout(tempfile::TempDir);

impl Checkout {
    /// A checkout with one session, which no longer tells what its program does.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("book.toml", "");
        write(
            "examples/python/hi.py",
            "print('hello')\nprint(\"at 9 o'clock\")\n",
        );
        write("examples/hi.session", BEFORE);
        Self(folder)
    }

    fn session(&self) -> String {
        fs::read_to_string(self.0.path().join("examples/hi.session")).unwrap()
    }

    /// Blesses with these words after the command, this variable CI and this on stdin. Whether it went
    /// well, and what was said.
    fn bless(&self, words: &[&str], ci: Option<&str>, typed: &str) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workbook"));
        command
            .args(["check", "sessions", "hi", "--bless"])
            .args(words)
            .current_dir(self.0.path())
            .env("CARGO_TARGET_DIR", self.0.path().join("target"))
            .env_remove("CI");
        if let Some(ci) = ci {
            command.env("CI", ci);
        }
        let output = started::run(&mut command, typed.as_bytes());
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }
}

#[test]
fn the_difference_is_shown_and_written_when_somebody_agrees() {
    let checkout = Checkout::new();
    for typed in ["", "n\n", "\n"] {
        let (well, said) = checkout.bless(&["--lang", "en"], None, typed);
        assert!(!well && said.contains("left as it is"), "{said}");
        assert!(said.contains("\n- a | hi\n+ a | hello\n"), "{said}");
        assert!(
            said.contains("write this to examples/hi.session? [y/N]"),
            "{said}"
        );
        assert_eq!(checkout.session(), BEFORE);
    }
    let (well, said) = checkout.bless(&["--lang", "zh"], None, "y\n");
    assert!(
        well && said.contains("把这些写进 examples/hi.session 吗？"),
        "{said}"
    );
    assert_eq!(checkout.session(), AFTER);
    let (well, said) = checkout.bless(&["--lang", "en"], None, "");
    assert!(
        well && !said.contains("[y/N]"),
        "it happens as written: {said}"
    );
}

#[test]
fn a_script_need_not_be_asked() {
    let checkout = Checkout::new();
    let (well, said) = checkout.bless(&["--yes", "--lang", "en"], None, "");
    assert!(
        well && said.contains("+ a | hello") && !said.contains("[y/N]"),
        "{said}"
    );
    assert_eq!(checkout.session(), AFTER);
}

#[test]
fn where_ci_is_set_nothing_is_blessed() {
    let checkout = Checkout::new();
    for (lang, words) in [("zh", "设了环境变量 CI"), ("en", "CI is set")] {
        let (well, said) = checkout.bless(&["--yes", "--lang", lang], Some("true"), "y\n");
        assert!(!well && said.contains(words), "{said}");
        assert_eq!(checkout.session(), BEFORE);
    }
}
