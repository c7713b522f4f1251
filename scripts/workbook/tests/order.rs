//! The order of the book, as its table of contents gives it: what leads on, what is explained before it is
//! used, and how long a page may be.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/repository.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod repository;

use std::path::{Component, Path, PathBuf};

use repository::{files, read, without};

/// The most English words before the questions of a page.
const WORDS_MAX: usize = 1100;

/// The most captures that are not folded.
const CAPTURES_MAX: usize = 3;

/// Words that everybody uses: only the first page of the book that uses one has to lead to its owner.
const COMMON: &str = "tcp udp http ip-address port server client protocol segment packet socket listen header url encoding link router";

/// Uses of the same word in another meaning: the file, the term.
const OTHER_MEANINGS: &[(&str, &str)] = &[
    ("welcome.en.md", "window"), // Windows
    ("sockets/duplex.en.md", "window"),
    ("welcome.md", "url"),          // the bar of the browser
    ("welcome.en.md", "link"),      // of the page
    ("sockets/duplex.md", "frame"), // 成帧
    ("layers/dns.md", "frame"),     // of HTTP/2
    ("layers/dns.en.md", "frame"),
    ("welcome.md", "segment"),
    ("layers/protocols.md", "segment"), // 字段
    ("welcome.en.md", "switch"),        // the verb
    ("sockets/socket.en.md", "switch"),
    ("layers/osi.en.md", "lease"),   // **P**lease
    ("tcp/connection.md", "cookie"), // SYN cookies
    ("tcp/connection.en.md", "cookie"),
];

/// The ends of the two twins' names.
const ENDS: [&str; 2] = [".md", ".en.md"];

/// A page of the parts, or the exercise below one.
struct Entry {
    path: String,
    part: String,
    below: bool,
}

fn contents() -> Vec<Entry> {
    let mut part = String::new();
    let mut entries = Vec::new();
    for line in read("book/SUMMARY.md").lines() {
        if let Some(title) = line.strip_prefix("# ") {
            title.clone_into(&mut part);
        }
        let link = line
            .rsplit_once("](")
            .and_then(|(_, to)| to.strip_suffix(".md)"));
        if let Some(path) = link {
            entries.push(Entry {
                path: path.to_owned(),
                part: part.clone(),
                below: line.starts_with("  "),
            });
        }
    }
    entries
}

/// The pages that are read in order, without the exercises below them.
fn pages() -> Vec<Entry> {
    let mut pages = contents();
    let outside = |path: &str| path.starts_with("teach/") || path.starts_with("reference/");
    pages.retain(|entry| !entry.below && !outside(&entry.path));
    pages
}

fn before_the_questions(file: &str) -> String {
    let text = read(&format!("book/{file}"));
    text.split("{#check}").next().unwrap().to_owned()
}

/// The text with fenced code, directives, tags and inline code left out; the lines stay.
fn prose(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let line = if fenced || line.starts_with("```") || line.starts_with("{{") {
            String::new()
        } else {
            let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
            without(&line, '<', '>')
        };
        lines.push(line);
    }
    lines
}

/// The text of the links, without where they lead.
fn shown(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        out.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    out + rest
}

/// Whether the line uses this term: as a word, where it is written in letters.
fn uses(line: &str, term: &str) -> bool {
    if !term.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return line.contains(term);
    }
    let acronym = term.chars().all(|c| !c.is_ascii_lowercase());
    let (line, term) = match acronym {
        true => (line.to_owned(), term.to_owned()),
        false => (line.to_lowercase(), term.to_lowercase()),
    };
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
    line.match_indices(&term).any(|(at, _)| {
        let after = &line[at + term.len()..];
        let ends = ["", "s", "es"].iter().any(|end| {
            after
                .strip_prefix(end)
                .is_some_and(|after| !after.starts_with(inside))
        });
        ends && !line[..at].ends_with(inside)
    })
}

/// A term of the glossary that a page owns.
struct Term {
    id: String,
    /// Its names in the two languages.
    names: [Option<String>; 2],
    page: String,
}

fn terms() -> Vec<Term> {
    let mut terms = Vec::new();
    for file in files("book/figures", "html") {
        for entry in read(file.to_str().unwrap()).split("<dt id=\"term-").skip(1) {
            let (id, rest) = entry.split_once('"').unwrap();
            let Some(rest) = rest.strip_prefix(" data-owner=\"") else {
                continue;
            };
            let (page, rest) = rest.split_once('#').unwrap();
            let title = rest.split("</dt>").next().unwrap();
            let name = |lang: &str| {
                let (_, rest) = title.split_once(&format!("lang=\"{lang}\">"))?;
                Some(rest.split('<').next().unwrap().to_owned())
            };
            let (zh, en) = (name("zh-CN"), name("en"));
            terms.push(Term {
                id: id.to_owned(),
                names: [zh.or_else(|| en.clone()), en],
                page: page.to_owned(),
            });
        }
    }
    terms
}

#[test]
fn a_term_that_comes_before_its_page_leads_there() {
    let pages: Vec<String> = pages().into_iter().map(|entry| entry.path).collect();
    let terms = terms();
    let (mut looked, mut found) = (0, String::new());
    for term in &terms {
        let Some(owner) = pages.iter().position(|page| *page == term.page) else {
            continue;
        };
        let name = term.page.rsplit('/').next().unwrap();
        for (end, word) in ENDS.iter().zip(&term.names) {
            let Some(word) = word else { continue };
            for page in &pages[..owner] {
                let file = format!("{page}{end}");
                if OTHER_MEANINGS.contains(&(&*file, &*term.id)) {
                    continue;
                }
                let lines = prose(&before_the_questions(&file));
                let mut lines = lines
                    .iter()
                    .zip(1..)
                    .filter(|(line, _)| !line.starts_with('#'));
                let Some((line, number)) = lines.find(|(line, _)| uses(&shown(line), word)) else {
                    continue;
                };
                looked += 1;
                if !line.contains(&format!("{name}.md")) && !line.contains("glossary.md") {
                    found += &format!(
                        "book/{file}:{number}: {word} is explained on {}\n",
                        term.page
                    );
                }
                if COMMON.split(' ').any(|common| common == term.id) {
                    break;
                }
            }
        }
    }
    assert!(
        terms.len() > 70 && looked > 100,
        "{} terms, {looked} uses",
        terms.len()
    );
    assert!(
        found.is_empty(),
        "a link at the first use of each is missing:\n{found}"
    );
}

#[test]
fn a_page_is_not_too_long_and_ends_with_three_sentences() {
    let (mut table, mut wrong) = (String::new(), String::new());
    for Entry { path, .. } in pages() {
        if path.starts_with("exercises/") {
            continue;
        }
        let english = before_the_questions(&format!("{path}.en.md"));
        let lines = prose(&english);
        let words = lines.iter().flat_map(|line| {
            let words: Vec<String> = shown(line).split_whitespace().map(str::to_owned).collect();
            words
        });
        let words = words
            .filter(|word| word.contains(|c: char| c.is_alphanumeric()))
            .count();
        let mut folded = 0;
        let mut captures = 0;
        for line in english.lines() {
            match line {
                "<details>" => folded += 1,
                "</details>" => folded -= 1,
                line if folded == 0 && line.starts_with("{{#capture ") => captures += 1,
                _ => {}
            }
        }
        table += &format!("{words:>5} words, {captures} captures  {path}\n");
        if words > WORDS_MAX || captures > CAPTURES_MAX {
            wrong += &format!("{path}: {words} words before the questions, {captures} captures\n");
        }
        if path == "welcome" {
            continue;
        }
        for end in ENDS {
            let text = read(&format!("book/{path}{end}"));
            let summary = text.split_once("{#summary}").map_or("", |(_, rest)| rest);
            let summary = summary.split("\n## ").next().unwrap();
            let sentences = (1..=4).map(|n| summary.contains(&format!("\n{n}. ")));
            if !sentences.eq([true, true, true, false]) {
                wrong += &format!("{path}{end}: no three sentences under {{#summary}}\n");
            }
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The three sentences of a page, with its links seen from `reference/`.
fn sentences(page: &str, end: &str) -> String {
    let text = read(&format!("book/{page}{end}"));
    let (_, rest) = text
        .split_once("{#summary}\n")
        .unwrap_or_else(|| panic!("{page}{end}"));
    let mut out = String::new();
    let mut rest = rest.split("\n## ").next().unwrap().trim();
    while let Some((before, after)) = rest.split_once("](") {
        let (to, after) = after.split_once(')').unwrap();
        let to = match to.split_once('#') {
            _ if to.contains("://") => to.to_owned(),
            Some(("", id)) => format!("../{page}.md#{id}"),
            Some((file, id)) => format!("../{}#{id}", beside(page, file).display()),
            None => format!("../{}", beside(page, to).display()),
        };
        out += &format!("{before}]({to})");
        rest = after;
    }
    out + rest
}

/// `reference/summaries`: what every page ends with, by parts. `UPDATE_SNAPSHOTS=1` writes it.
#[test]
fn the_summaries_of_a_part_stand_on_one_page() {
    for (end, lang, head) in [
        (
            ".md",
            0,
            "# 每一页记住哪三句？ {#summaries}\n\n每一页都以三句话结尾。这里按部分排在一起，可以打印出来带走。\n",
        ),
        (
            ".en.md",
            1,
            "# Which three sentences does each page leave? {#summaries}\n\nEvery page ends with three sentences. Here they stand together, part by part, to be printed and taken along.\n",
        ),
    ] {
        let mut wanted = head.to_owned();
        let mut part = String::new();
        let mut number = 0;
        for page in pages() {
            if page.path == "welcome" || page.path.starts_with("exercises/") {
                continue;
            }
            if page.part != part {
                page.part.clone_into(&mut part);
                number += 1;
                let title = part.split(" · ").nth(lang).unwrap();
                wanted += &format!("\n## {title} {{#part-{number}}}\n");
            }
            let heading = read(&format!("book/{}{end}", page.path));
            let heading = heading
                .split(" {#")
                .next()
                .unwrap()
                .trim_start_matches("# ");
            let id = page.path.replace('/', "-");
            let (path, three) = (&page.path, sentences(&page.path, end));
            let read_it = ["读这一页", "Read the page"][lang];
            wanted +=
                &format!("\n### {heading} {{#{id}}}\n\n{three}\n\n[{read_it}](../{path}.md)\n");
        }
        let file = format!("book/reference/summaries{end}");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            assert!(std::env::var_os("CI").is_none(), "CI writes nothing");
            std::fs::write(repository::root().join(&file), &wanted).unwrap();
        }
        assert!(
            read(&file) == wanted,
            "{file} is not what the pages say: UPDATE_SNAPSHOTS=1 cargo test -p workbook --test order"
        );
    }
}

#[test]
fn what_leads_on_leads_to_the_next_page() {
    let contents = contents();
    let mut wrong = String::new();
    let pages = pages();
    for (page, next) in pages.iter().zip(&pages[1..]) {
        if page.path == "welcome" {
            continue;
        }
        let at = contents
            .iter()
            .position(|entry| entry.path == page.path)
            .unwrap();
        let exercises = contents[at + 1].below;
        let words = match (page.part == next.part, exercises) {
            (false, _) => ["下一部分：", "Next part: "],
            (true, true) => ["练习之后：", "After the exercises: "],
            (true, false) => ["下一页：", "Next page: "],
        };
        for (end, words) in ENDS.iter().zip(words) {
            let text = read(&format!("book/{}{end}", page.path));
            let heading = read(&format!("book/{}{end}", next.path));
            let heading = heading
                .split(" {#")
                .next()
                .unwrap()
                .trim_start_matches("# ");
            let last = text.trim_end().lines().last().unwrap();
            let to = last
                .rsplit_once("](")
                .map_or("", |(_, to)| to.trim_end_matches(')'));
            let right = last.starts_with(&format!("- {words}[{heading}]("))
                && beside(&page.path, to) == Path::new(&format!("{}.md", next.path));
            if !right {
                wrong += &format!(
                    "book/{}{end}: its last line is not `- {words}[{heading}](…)`\n",
                    page.path
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Where a link on this page leads, from `book/`.
fn beside(page: &str, to: &str) -> PathBuf {
    let mut path = Path::new(page).parent().unwrap().to_path_buf();
    for part in Path::new(to).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}
