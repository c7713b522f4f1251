//! What `scripts/check` prints for somebody who uses it for the first time. No step is run here.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

use exercise::course::Course;
use session::run::root;

const STEPS: [&str; 9] = [
    "tools", "format", "lints", "tests", "book", "captures", "browser", "others", "exercise",
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
