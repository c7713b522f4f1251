//! The servers of the article that the book began with, rewritten in `examples/python/`: each fails
//! where its mistake shows, and for that reason. The page `exercises/article` shows the reports.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::fs;
use std::time::Duration;

use judge::Check;
use judge::crash::Extent;
use judge::play::{Options, variant};
use judge::verdict::{Failure, Trouble};
use python::python;
use session::run::{Invocation, root};

#[path = "../../exercise/tests/support/python.rs"]
mod python;

/// The failure of the program `name` in one variant of an exercise; `None` where there is no Python.
fn judged(name: &str, id: &str, wanted: &str) -> Option<Option<Box<Failure>>> {
    let root = root().unwrap();
    let python = python()?;
    let check = root
        .join("examples/exercises")
        .join(id)
        .join("check.session");
    let check = Check::parse(&fs::read_to_string(check).unwrap()).unwrap();
    let script = root.join("examples/python").join(name);
    let mut options = Options::new(
        Invocation {
            program: python,
            args: vec![script.into()],
        },
        root,
    );
    // The machine may be busy with other tests.
    options.patience = Duration::from_secs(30);
    options.limit = Duration::from_secs(600);
    Some(variant(&check, check.variant(wanted).unwrap(), &options).failure)
}

#[track_caller]
fn fails(name: &str, id: &str, wanted: &str, trouble: &str) -> Option<Box<Failure>> {
    let failure = judged(name, id, wanted)?;
    let failure = failure.unwrap_or_else(|| panic!("{name} passes {id} {wanted}"));
    assert_eq!(
        failure.trouble.kind().name(),
        trouble,
        "{name} {id} {wanted}: {failure:?}"
    );
    Some(failure)
}

fn came(failure: &Failure) -> String {
    match &failure.trouble {
        Trouble::Wrong(bytes) | Trouble::TooLittle(bytes, _) => {
            String::from_utf8_lossy(&bytes.came).into_owned()
        }
        other => panic!("{other:?}"),
    }
}

fn crash(failure: &Failure) -> &str {
    let crash = failure.crash.as_ref().expect("a crash");
    assert_eq!(crash.extent, Extent::Whole);
    crash.said.last().unwrap()
}

#[test]
fn the_one_shot_server_receives_what_comes_in_one_write() {
    if let Some(failure) = judged("article_one_shot.py", "whole_message", "plain") {
        assert_eq!(failure, None);
    }
}

#[test]
fn the_one_shot_server_prints_the_first_of_two_writes_alone() {
    let failure = fails(
        "article_one_shot.py",
        "whole_message",
        "two_writes",
        "wrong",
    );
    if let Some(failure) = failure {
        assert_eq!(came(&failure), "前半句，\n");
    }
}

#[test]
fn the_one_shot_server_crashes_when_1024_bytes_end_inside_a_character() {
    if let Some(failure) = fails(
        "article_one_shot.py",
        "whole_message",
        "long",
        "not_printed",
    ) {
        let last = crash(&failure);
        assert!(last.starts_with("UnicodeDecodeError"), "{last}");
        assert!(last.contains("position 1023"), "{last}");
    }
}

#[test]
fn the_one_shot_server_serves_one_client_alone() {
    fails("article_one_shot.py", "whole_message", "next", "refused");
}

#[test]
fn the_duplex_server_crashes_at_half_a_character() {
    if let Some(failure) = fails("article_duplex.py", "utf8_stream", "split", "not_printed") {
        let last = crash(&failure);
        assert!(last.starts_with("UnicodeDecodeError"), "{last}");
        assert!(failure.ended.is_some());
    }
}

#[test]
fn the_duplex_server_does_not_hear_the_second_client() {
    if let Some(failure) = fails("article_duplex.py", "many_clients", "turns", "too_little") {
        assert_eq!(came(&failure), "");
    }
}

#[test]
fn the_duplex_server_answers_no_client_while_nothing_is_typed() {
    if let Some(failure) = fails("article_duplex.py", "many_clients", "back", "too_little") {
        assert_eq!(came(&failure), "");
        let prompt = failure
            .output
            .iter()
            .any(|line| line.starts_with("服务器:".as_bytes()));
        assert!(prompt, "{:?}", failure.output);
    }
}
