//! Captures on pages: what a writer types, what comes out, and what is reported when a file is
//! missing. The recordings are those of the book.

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use book::Book;

fn captures() -> PathBuf {
    PathBuf::from("../../book/captures")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(captures().join(name)).expect("a capture of the book")
}

/// A page that says this, with one capture of the book beside it.
fn page(text: &str) -> Book {
    Book::twins(text, text)
        .with_bytes("book/captures/one_shot.session", &file("one_shot.session"))
        .with_bytes("book/captures/one_shot.pcapng", &file("one_shot.pcapng"))
        .with_bytes("book/captures/one_shot.js", b"")
        .with_bytes("book/captures/one_shot.html", b"")
}

/// The names of all captures that are recorded.
fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(captures())
        .expect("the captures of the book")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".pcapng")?.to_owned()))
        .collect();
    names.sort();
    names
}

#[test]
fn every_capture_of_the_book_is_drawn_with_all_its_packets() {
    for name in names() {
        let text = format!("{{{{#capture {name}}}}}");
        let shown = Book::twins(&text, &text)
            .with_bytes(
                &format!("book/captures/{name}.session"),
                &file(&format!("{name}.session")),
            )
            .with_bytes(
                &format!("book/captures/{name}.pcapng"),
                &file(&format!("{name}.pcapng")),
            )
            .with_bytes(&format!("book/captures/{name}.js"), b"")
            .with_bytes(&format!("book/captures/{name}.html"), b"")
            .shown();
        assert!(
            shown.contains("\n\n<figure class=\"capture"),
            "{name}: {shown:.300}"
        );
        let (_, figure) = shown
            .split_once("\n\n")
            .expect("its style and script first");
        assert!(!figure.trim_end().contains("\n\n"), "{name}: a blank line");
        let packets = shown.matches("<li class=\"packet ").count();
        let tables = format!(" href=\"captures/{name}.html#packet-");
        assert!(
            packets > 0 && packets == shown.matches(&tables).count(),
            "{name}: {packets} packets"
        );
        assert!(
            !shown.contains("{{"),
            "{name}: mdBook would look for a directive"
        );
    }
}

#[test]
fn ids_of_packets_and_steps_can_be_linked_to() {
    let shown = page("{{#capture one_shot}}\n\n[a](#packet-3) [b](#one_shot-packet-3) [c](#one_shot-step-2) [e](#capture-one_shot)").shown();
    assert!(shown.contains("\n\n<figure"), "{shown:.300}");
    let shown = page("{{#capture one_shot}}\n\n[a](#packet-99)").shown();
    assert!(
        shown.starts_with("book/page.md:3: the link #packet-99: book/page.md has no id packet-99"),
        "{shown:.300}"
    );
}

#[test]
fn a_capture_may_stand_on_a_page_twice_and_a_packet_alone_beside_it() {
    let shown = page("{{#capture one_shot}}\n\n{{#capture one_shot}}\n\n{{#packet one_shot 4}}\n\n{{#packet one_shot 4}}").shown();
    for id in [
        "capture-one_shot",
        "packet-4",
        "capture-one_shot-2",
        "one_shot-2-packet-4",
        "one_shot-2-step-1",
        "capture-one_shot-4",
        "capture-one_shot-4-2",
    ] {
        assert_eq!(
            shown.matches(&format!("id=\"{id}\"")).count(),
            1,
            "{id}: {shown:.300}"
        );
    }
}

#[test]
fn the_recording_is_found_from_a_page_in_a_folder() {
    let text = "{{#capture one_shot}}";
    let book = page("字")
        .with("book/part/deep/page.md", text)
        .with("book/part/deep/page.en.md", text);
    let pages = book.render().expect("right pages");
    let deep = pages.iter().find(|page| page.path.starts_with("part"));
    let content = &deep.expect("the page").content;
    assert!(content.contains("<a href=\"../../captures/one_shot.pcapng\" download>"));
    let shown = page(text).shown();
    assert!(shown.contains("<a href=\"captures/one_shot.pcapng\" download>"));
}

#[track_caller]
fn told(book: &Book, expected: &str) {
    assert_eq!(book.shown(), format!("book/page.md:1: {expected}\n"));
}

#[test]
fn a_missing_capture_says_how_to_record_it() {
    let text = "{{#capture x}}";
    let book =
        Book::twins(text, text).with_bytes("book/captures/x.session", &file("one_shot.session"));
    told(
        &book,
        "no book/captures/x.pcapng: record it with cargo workbook capture x",
    );
    told(
        &page("{{#capture one_shoot}}"),
        "no file book/captures/one_shoot.session; did you mean one_shot?",
    );
}

#[test]
fn tables_that_were_not_drawn_say_how_to_draw_them() {
    let text = "{{#capture one_shot}}";
    let book = Book::twins(text, text)
        .with_bytes("book/captures/one_shot.session", &file("one_shot.session"))
        .with_bytes("book/captures/one_shot.pcapng", &file("one_shot.pcapng"))
        .with_bytes("book/captures/one_shot.js", b"");
    told(
        &book,
        "cannot read book/captures/one_shot.html: no such file; cargo workbook capture --draw one_shot makes it",
    );
}

#[test]
fn a_recording_that_is_broken_says_how_to_record_it_again() {
    let cut = &file("one_shot.pcapng")[..100];
    let shown = page("{{#capture one_shot}}")
        .with_bytes("book/captures/one_shot.pcapng", cut)
        .shown();
    let start = "book/page.md:1: cannot decode book/captures/one_shot.pcapng: ";
    let end = "; record it again with cargo workbook capture one_shot\n";
    assert!(shown.starts_with(start) && shown.ends_with(end), "{shown}");
}

#[test]
fn a_mistake_in_the_session_of_a_capture_is_reported_at_its_line() {
    let shown = page("{{#capture one_shot}}")
        .with(
            "book/captures/one_shot.session",
            "title zh 题\ntitle en T\nclient # x\n",
        )
        .shown();
    assert!(
        shown.starts_with("book/captures/one_shot.session:3: expected "),
        "{shown}"
    );
}

#[test]
fn a_missing_packet_is_reported() {
    told(
        &page("{{#packet one_shot}}"),
        "say which packet: {{#packet NAME 4}}",
    );
    let shown = page("{{#packet one_shot 99}}").shown();
    assert!(
        shown
            .starts_with("book/page.md:1: book/captures/one_shot.pcapng has no packet 99; it has "),
        "{shown}"
    );
}

/// The packets of one recording, again and again.
fn repeated(recording: &[u8], times: usize) -> Vec<u8> {
    let (mut head, mut packets) = (Vec::new(), Vec::new());
    let mut rest = recording;
    while rest.len() >= 8 {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().expect("four"));
        let (kind, size) = (word(0), word(4) as usize);
        let into = if kind == 6 { &mut packets } else { &mut head };
        into.extend_from_slice(&rest[..size]);
        rest = &rest[size..];
    }
    head.extend(packets.repeat(times));
    head
}

/// Measured without optimization, as a build of the book runs it, beside other work of the same
/// machine.
#[test]
fn a_hundred_packets_are_drawn_in_milliseconds() {
    let recording = file("one_shot.pcapng");
    let count = page("{{#capture one_shot}}")
        .shown()
        .matches("<li class=\"packet ")
        .count();
    let book = page("{{#capture one_shot}}").with_bytes(
        "book/captures/one_shot.pcapng",
        &repeated(&recording, 100usize.div_ceil(count)),
    );
    let (mut best, mut unit) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let start = Instant::now();
        let shown = book.shown();
        best = best.min(start.elapsed());
        let start = Instant::now();
        let numbers = (0..250_000_u32).fold(String::new(), |text, n| text + &format!("{n:05x} "));
        unit = unit.min(start.elapsed());
        assert_eq!(numbers.len(), 1_500_000);
        assert!(
            shown.matches("<li class=\"packet ").count() >= 100,
            "{shown:.300}"
        );
    }
    println!("100 packets decoded and drawn in {best:?}, 250,000 numbers in {unit:?}");
    assert!(best < 2 * unit, "{best:?}, and the unit is {unit:?}");
}
