//! Pages that no writer means: huge, deep, unclosed. Each is rendered, or refused, in time.

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;

use std::fmt::Write;
use std::time::{Duration, Instant};

use book::Book;

/// A linear look at these pages takes a second, unoptimized; one that looks at every pair of places
/// would take many minutes. What lies between is left to a busy machine.
const DEADLINE: Duration = Duration::from_secs(100);

#[track_caller]
fn in_time(zh: &str, en: &str) -> String {
    let start = Instant::now();
    let shown = Book::twins(zh, en).shown();
    let took = start.elapsed();
    assert!(took < DEADLINE, "{took:?}");
    shown
}

#[test]
fn a_line_of_marks_that_close_nothing() {
    for mark in [
        "[", "*", "_a", "`a ``", "![", "<", "<a", "<a \"", "&", "**字", "|",
    ] {
        let line = mark.repeat(50_000);
        in_time(&line, &format!("{line}x"));
    }
}

#[test]
fn html_with_a_hundred_thousand_signs_that_are_no_tags() {
    let html = format!("<div>\n{}\n</div>", "< ".repeat(100_000));
    in_time(&html, &html.replace("</div>", "x</div>"));
}

#[test]
fn quotes_and_lists_in_each_other_a_thousand_deep() {
    for mark in ["> ", "- ", "1. "] {
        let deep = mark.repeat(1000);
        in_time(&format!("{deep}字"), &format!("{deep}word"));
    }
}

#[test]
fn ten_thousand_headings_and_ids() {
    let (mut zh, mut en) = (String::new(), String::new());
    for n in 0..10_000 {
        let _ = write!(zh, "## 题 {n} {{#h{n}}}\n\n<p id=\"p{n}\">字</p>\n\n");
        let _ = write!(en, "## H {n} {{#h{n}}}\n\n<p id=\"q{n}\">word</p>\n\n");
    }
    let shown = in_time(&zh, &en);
    assert!(shown.starts_with("## <span"), "{shown:.300}");
}

#[test]
fn ten_thousand_headings_that_are_all_different() {
    let (mut zh, mut en) = (String::new(), String::new());
    for n in 0..10_000 {
        let _ = write!(zh, "## 题 {n} {{#a{n}}}\n\n");
        let _ = write!(en, "## H {n} {{#b{n}}}\n\n");
    }
    in_time(&zh, &en);
}
