//! The fixture books: one page of everything, and a book in which everything is wrong.

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;
#[path = "../../bilingual/tests/support/snapshot.rs"]
mod snapshot;

use std::path::{Path, PathBuf};

use bilingual::Lang;
use book::{lines, pages_of};
use pages::{Directory, render};
use snapshot::check_file;

fn folder(name: &str) -> PathBuf {
    Path::new("tests").join(name)
}

#[test]
fn a_page_of_everything_comes_out_as_drawn() {
    let root = folder("fixture");
    let sources = Directory::new(&root);
    let pages = render(&pages_of(&sources), &sources).expect("the fixture is right");
    for page in pages {
        check_file(&root.join("expected").join(&page.path), &page.content);
    }
}

#[test]
fn every_problem_is_reported_at_its_line_in_both_languages() {
    let root = folder("broken");
    let sources = Directory::new(&root);
    let problems = render(&pages_of(&sources), &sources).expect_err("the fixture is wrong");
    check_file(&root.join("problems.zh.txt"), &lines(&problems, Lang::Zh));
    check_file(&root.join("problems.en.txt"), &lines(&problems, Lang::En));
}

/// The list is written by hand, so that a snapshot cannot bless a wrong line.
#[test]
fn exactly_the_listed_lines_are_wrong() {
    let root = folder("broken");
    let sources = Directory::new(&root);
    let problems = render(&pages_of(&sources), &sources).expect_err("the fixture is wrong");
    let mut told: Vec<String> = problems
        .iter()
        .map(|problem| problem.location.as_ref().expect("a location").to_string())
        .collect();
    told.dedup();
    let list = std::fs::read_to_string(root.join("expected-lines.txt")).expect("the list");
    let expected: Vec<&str> = list.lines().collect();
    assert_eq!(told, expected);
}
