//! Where the search leads first: `book/theme/places.js` is made from the glossary, the page of errors and
//! `search-words.txt`. `UPDATE_SNAPSHOTS=1` writes it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/repository.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod repository;

use std::collections::BTreeMap;
use std::fs;

use repository::{files, read, root, without};

const PLACES: &str = "book/theme/places.js";
const WORDS: &str = "book/theme/search-words.txt";

/// Words, and the page and section that must come first.
type Places = BTreeMap<String, String>;

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// `检验和（旧称），校验码` → `检验和`, `校验码`
fn names(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            '；' | ';' | '、' | ',' | '，' if depth == 0 => plain.push('、'),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let names = plain.split('、').map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// The names of every term that a page owns.
fn of_the_glossary(places: &mut Places) {
    for file in files("book/figures", "html") {
        let file = file.to_str().unwrap().to_owned();
        if !file.contains("glossary-") {
            continue;
        }
        for entry in read(&file).split("<dt ").skip(1) {
            let Some(owner) = between(entry, "data-owner=\"", "\"") else {
                continue;
            };
            let (title, rest) = entry.split_once("</dt>").unwrap();
            let title = format!("<dt {title}");
            let mut all: Vec<String> = title
                .split("<span")
                .skip(1)
                .flat_map(|span| names(&without(&format!("<span{span}"), '<', '>')))
                .collect();
            for also in rest.split("<dd class=\"also ").skip(1) {
                let also = without(between(also, ">", "</dd>").unwrap(), '<', '>');
                let also = also.split_once(['：', ':']).map_or("", |(_, names)| names);
                all.extend(names(also));
            }
            for name in all {
                places.entry(name).or_insert_with(|| owner.to_owned());
            }
        }
    }
}

/// The names and the numbers of every error.
fn of_the_errors(places: &mut Places) {
    let page = read("book/reference/errors.md");
    let mut sections = BTreeMap::new();
    for heading in page.lines().filter(|line| line.starts_with("### ")) {
        let id = between(heading, "{#", "}").unwrap();
        for word in heading.split(|c: char| !c.is_ascii_alphanumeric()) {
            sections.insert(word.to_owned(), format!("reference/errors#{id}"));
        }
    }
    let table = between(&page, "| errno | Linux |", "\n\n").unwrap();
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, linux, macos, windows] = cells[..] else {
            panic!("{row}");
        };
        let Some(place) = sections.get(name) else {
            panic!("no section for {name}");
        };
        let on_windows = match name {
            "EAGAIN" => "WSAEWOULDBLOCK".to_owned(),
            "EBADF" => "WSAENOTSOCK".to_owned(),
            "EPIPE" => "—".to_owned(),
            name => format!("WSA{name}"),
        };
        let words = [
            name.to_owned(),
            on_windows,
            format!("errno {linux}"),
            format!("os error {linux}"),
            format!("errno {macos}"),
            format!("WinError {windows}"),
            format!("os error {windows}"),
        ];
        for words in words.iter().filter(|words| !words.contains('—')) {
            places.entry(words.clone()).or_insert_with(|| place.clone());
        }
    }
}

fn of_the_list() -> Places {
    let list = read(WORDS);
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.map(|line| line.rsplit_once(" = ").unwrap_or_else(|| panic!("{line}")));
    let mut places = Places::new();
    for (words, place) in pairs {
        let twice = places.insert(words.to_owned(), place.to_owned());
        assert_eq!(twice, None, "{WORDS} has {words} twice");
    }
    places
}

fn places() -> Places {
    let mut places = of_the_list();
    of_the_errors(&mut places);
    of_the_glossary(&mut places);
    places
}

#[test]
fn places_are_those_of_the_glossary_the_errors_and_the_list() {
    let lines: String = places()
        .iter()
        .map(|(words, place)| {
            let (page, id) = place.split_once('#').unwrap();
            format!("  {words:?}: \"{page}.html#{id}\",\n")
        })
        .collect();
    let wanted = format!(
        "// Made by scripts/workbook/tests/search_places.rs from the glossary, the page of errors and search-words.txt.\n\"use strict\";\n\nworkbook.places = {{\n{lines}}};\n"
    );
    let path = root().join(PLACES);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "CI writes nothing");
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "{PLACES} is not what it is made from: UPDATE_SNAPSHOTS=1 cargo test -p workbook --test search_places"
    );
}

#[test]
fn every_place_is_a_section_of_the_book_in_both_languages() {
    let mut missing = String::new();
    for (words, place) in places() {
        let (page, id) = place.split_once('#').unwrap();
        for end in ["md", "en.md"] {
            let text = read(&format!("book/{page}.{end}"));
            if !text.contains(&format!("{{#{id}}}")) {
                missing += &format!("{words}: no {id} in {page}.{end}\n");
            }
        }
    }
    assert!(missing.is_empty(), "\n{missing}");
}

#[test]
fn at_least_sixty_words_have_a_place_that_must_come_first() {
    let list = of_the_list();
    assert!(list.len() >= 60, "{}", list.len());
    let han = |words: &&String| words.chars().any(|c| c > '\u{2fff}');
    let chinese = list.keys().filter(han).count();
    assert!(chinese >= 25 && list.len() - chinese >= 25, "{chinese}");
}
