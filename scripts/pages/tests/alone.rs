//! One page, made again alone, in a book that was rendered before.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod shelf;

use std::path::Path;

use pages::{Memory, Page, Sources, render_again, render_page};
use shelf::Book;

/// Two pages, of which the second links to a heading of the first.
fn book(first: &str, second: &str) -> Book {
    Book::default()
        .with("book/a.md", &format!("# 甲 {{#a}}\n\n{first}\n"))
        .with("book/a.en.md", &format!("# A {{#a}}\n\n{first}\n"))
        .with("book/b.md", &format!("# 乙 {{#b}}\n\n{second}\n"))
        .with("book/b.en.md", &format!("# B {{#b}}\n\n{second}\n"))
}

fn page(book: &Book, name: &str) -> Page {
    Page {
        path: name.into(),
        content: book.read(&Path::new("book").join(name)).unwrap(),
    }
}

fn whole(book: &Book, memory: &Memory) -> Option<Vec<Page>> {
    let pages = ["a.md", "b.md"].map(|name| page(book, name));
    render_again(&pages, book, memory, &|| false).unwrap().ok()
}

fn alone(book: &Book, name: &str, memory: &Memory) -> Option<String> {
    render_page(&page(book, name), book, memory)
}

const TITLED: &str = "## 节 {#part}";
const LINK: &str = "[a](a.md#part)";

#[test]
fn a_page_alone_is_that_of_the_book() {
    let (before, after) = (book(TITLED, LINK), book("## 节 {#part}\n\n1 2 3", LINK));
    let memory = Memory::default();
    assert!(whole(&before, &memory).is_some());
    let made = alone(&after, "a.md", &memory).unwrap();
    assert!(made.contains("1 2 3"));
    assert_eq!(made, whole(&after, &Memory::default()).unwrap()[0].content);
}

#[test]
fn a_page_that_the_book_did_not_have_is_left_to_the_whole() {
    let book = book(TITLED, LINK);
    assert_eq!(alone(&book, "a.md", &Memory::default()), None);
}

#[test]
fn a_mistake_in_the_page_or_in_its_links_is_left_to_the_whole() {
    for wrong in ["## no id", "[b](b.md#nowhere)", "[c](c.md)"] {
        let memory = Memory::default();
        assert!(whole(&book(TITLED, LINK), &memory).is_some());
        let broken = book(&format!("{TITLED}\n\n{wrong}"), LINK);
        assert_eq!(alone(&broken, "a.md", &memory), None, "{wrong}");
    }
}

#[test]
fn a_page_that_breaks_the_link_of_another_is_left_to_the_whole_until_it_is_mended() {
    let (right, wrong) = (book(TITLED, LINK), book("## 节 {#other}", LINK));
    let memory = Memory::default();
    assert!(whole(&right, &memory).is_some());
    assert_eq!(alone(&wrong, "a.md", &memory), None);
    assert!(whole(&wrong, &memory).is_none());
    assert_eq!(alone(&wrong, "a.md", &memory), None);
    assert!(alone(&right, "a.md", &memory).is_some());
    let mended = book("## 节 {#other}", "1");
    assert_eq!(alone(&wrong, "a.md", &memory), None);
    assert!(alone(&mended, "b.md", &memory).is_some());
    assert!(alone(&mended, "a.md", &memory).is_some());
}

#[test]
fn pages_that_nobody_wants_any_more_are_not_made() {
    let book = book(TITLED, LINK);
    let pages = ["a.md", "b.md"].map(|name| page(&book, name));
    assert!(render_again(&pages, &book, &Memory::default(), &|| true).is_none());
}
