//! What `scripts/check` prints for somebody who uses it for the first time, and what its step quick
//! asks. No other step is run here.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

use exercise::course::Course;
use session::run::root;

const STEPS: [&str; 10] = [
    "tools", "format", "lints", "tests", "book", "captures", "browser", "others", "quick",
    "exercise",
];

/// The status, stdout and stderr.
fn gate(words: &[&str]) -> (i32, String, String) {
    let mut gate = Command::new("bash");
    gate.arg(root().unwrap().join("scripts/check")).args(words);
    let output = gate.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Checks that each step is listed with what it does.
#[track_caller]
fn lists_the_steps(text: &str) {
    for step in STEPS {
        let says = |line: &&str| {
            let rest = line.trim_start().strip_prefix(step);
            rest.is_some_and(|rest| rest.starts_with("  ") && !rest.trim().is_empty())
        };
        assert!(text.lines().any(|line| says(&line)), "{step}:\n{text}");
    }
}

#[test]
fn help_lists_the_steps_wherever_it_is_asked_for() {
    for words in [
        &["--help"][..],
        &["-h"],
        &["help"],
        &["lints", "--help"],
        &["exercise", "--help"],
        &["exercise", "echo_server", "-h"],
    ] {
        let (status, help, said) = gate(words);
        assert_eq!((status, &*said), (0, ""), "{words:?}");
        lists_the_steps(&help);
    }
}

#[test]
fn every_step_of_the_gate_is_in_the_help() {
    let script = fs::read_to_string(root().unwrap().join("scripts/check")).unwrap();
    let steps = script.lines().filter_map(|line| line.strip_prefix("step_"));
    let mut steps: Vec<&str> = steps
        .filter_map(|line| line.split_once("()"))
        .map(|(step, _)| step)
        .collect();
    let mut known = STEPS;
    steps.sort_unstable();
    known.sort_unstable();
    assert_eq!(steps, known);
}

#[test]
fn a_word_that_is_no_step_is_told_before_any_step_runs() {
    for words in [
        &["nonsense"][..],
        &["lint"],
        &["format", "nonsense"],
        &["--all"],
        &[""],
        &["echo_server"],
    ] {
        let (status, out, said) = gate(words);
        assert_eq!((status, &*out), (2, ""), "{words:?}");
        let word = words.last().unwrap();
        assert!(
            said.starts_with(&format!("no such step: '{word}'\n")),
            "{said}"
        );
        lists_the_steps(&said);
    }
}

#[test]
fn an_exercise_alone_leads_to_the_step_that_plays_it() {
    let (status, _, said) = gate(&["echo_server"]);
    assert_eq!(status, 2);
    assert!(
        said.contains("did you mean: scripts/check exercise echo_server\n"),
        "{said}"
    );
}

#[test]
fn exercise_without_an_id_says_what_to_type() {
    let ladder = Course::new(&root().unwrap()).ladder().unwrap();
    for words in [
        &["exercise"][..],
        &["format", "exercise"],
        &["exercise", "lints"],
    ] {
        let (status, out, said) = gate(words);
        assert_eq!((status, &*out), (2, ""), "{words:?}");
        assert!(
            said.contains("scripts/check exercise echo_server\n"),
            "{said}"
        );
        assert!(said.contains(&ladder.join(" ")), "{said}");
    }
}

/// A workspace with the gate: `high` uses `low`, `other` uses neither, `workbook` builds the pages;
/// `taken` takes the example as a module. All of it is committed.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| write(folder.path(), file, text);
    let check = fs::read_to_string(root().unwrap().join("scripts/check")).unwrap();
    write("scripts/check", &check);
    write("examples/exercises/a.rs", "fn main() {}\n");
    write("examples/00_a.rs", "fn main() {}\n");
    write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"scripts/*\"]\nexclude = [\"scripts/check\"]\nresolver = \"3\"\n\
         [package]\nname = \"all\"\nedition = \"2024\"\n[lib]\npath = \"examples/common/lib.rs\"\n",
    );
    write("examples/common/lib.rs", "//! Nothing.\n");
    for (name, uses) in [
        ("low", ""),
        ("high", "low = { path = \"../low\" }\n"),
        ("other", ""),
        ("taken", ""),
        ("workbook", ""),
    ] {
        let manifest =
            format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\n{uses}");
        write(&format!("scripts/{name}/Cargo.toml"), &manifest);
    }
    write("scripts/low/src/lib.rs", "pub fn two() -> u8 {\n    2\n}\n");
    write(
        "scripts/high/src/lib.rs",
        "#[test]\nfn two_is_two() {\n    assert_eq!(low::two(), 2);\n}\n",
    );
    write("scripts/other/src/lib.rs", "//! Nothing.\n");
    write(
        "scripts/taken/src/lib.rs",
        "#[path = \"../../../examples/00_a.rs\"]\n#[allow(dead_code)]\nmod a;\n",
    );
    write(
        "scripts/workbook/src/main.rs",
        "fn main() {\n    std::process::exit(i32::from(std::path::Path::new(\"wrong\").exists()));\n}\n",
    );
    write(".gitignore", "target\n");
    run(
        folder.path(),
        &["cargo", "generate-lockfile", "--offline", "--quiet"],
    );
    run(folder.path(), &["git", "init", "--quiet"]);
    // The second one is what the work begins at.
    commit(folder.path());
    commit(folder.path());
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    let file = folder.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn commit(folder: &Path) {
    run(folder, &["git", "add", "--all"]);
    let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
    let what = ["commit", "--quiet", "--allow-empty", "--message=x"];
    run(folder, &[&["git"][..], &who, &what].concat());
}

/// Runs a command in the workspace, which has a target folder of its own. The status and the output.
fn outcome(folder: &Path, words: &[&str]) -> (bool, String) {
    let output = Command::new(words[0])
        .args(&words[1..])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("BASE")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[track_caller]
fn run(folder: &Path, words: &[&str]) {
    let (well, said) = outcome(folder, words);
    assert!(well, "{words:?}: {said}");
}

/// What quick says when these files have been written to a workspace of its own.
fn quick(folder: &Path, files: &[(&str, &str)]) -> (bool, String) {
    for (file, text) in files {
        write(folder, file, text);
    }
    outcome(folder, &["bash", "scripts/check", "quick"])
}

#[test]
fn quick_asks_the_packages_that_differ_and_those_that_use_them() {
    let folder = workspace();
    let folder = folder.path();
    let (well, said) = quick(folder, &[]);
    assert!(well && said.contains("packages: none\n"), "{said}");
    let low = "pub fn two() -> u8 {\n    1 + 1\n}\n";
    let (well, said) = quick(folder, &[("scripts/low/src/lib.rs", low)]);
    assert!(well && said.contains("packages: high low\n"), "{said}");
    commit(folder);
    let (well, said) = quick(folder, &[("scripts/other/README.md", "")]);
    assert!(
        well && said.contains("packages: high low other\n"),
        "committed and not: {said}"
    );
    commit(folder);
    let example = "fn main() {\n    let _ = 1;\n}\n";
    let (_, said) = quick(folder, &[("examples/00_a.rs", example)]);
    assert!(said.contains("packages: all other taken\n"), "{said}");
    let (_, said) = quick(
        folder,
        &[(
            "Cargo.toml",
            &fs::read_to_string(folder.join("Cargo.toml"))
                .unwrap()
                .replace("members", "#\nmembers"),
        )],
    );
    assert!(
        said.contains("packages: all high low other taken workbook\n"),
        "{said}"
    );
}

#[test]
fn quick_fails_for_each_thing_that_it_asks() {
    let folder = workspace();
    let folder = folder.path();
    let low = "scripts/low/src/lib.rs";
    for (part, text) in [
        ("unit tests", "pub fn two() -> u8 {\n    3\n}\n"),
        ("clippy", "pub fn two() -> u8 {\n    return 2;\n}\n"),
        ("format", "pub fn two() -> u8 { 2 }\n"),
    ] {
        let (well, said) = quick(folder, &[(low, text)]);
        assert!(
            !well && said.contains(&format!("FAILED  {part}\n")),
            "{said}"
        );
        assert_eq!(said.matches("\nFAILED  ").count(), 1, "{said}");
    }
    run(folder, &["git", "checkout", "--quiet", low]);
    let (well, said) = quick(folder, &[("wrong", "")]);
    assert!(!well && said.contains("FAILED  pages\n"), "{said}");
}
