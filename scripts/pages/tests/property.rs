//! What holds for every page: one language of the result is that language's page, and nothing panics.

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;

use book::Book;
use proptest::collection::vec;
use proptest::prelude::*;

/// The two sources of one block; the same, or different.
fn twin_blocks() -> impl Strategy<Value = (String, String)> {
    let words = |zh: &'static str, en: &'static str| (zh.to_owned(), en.to_owned());
    let level_and_id = (1..=6usize, 0..10_000u32);
    prop_oneof![
        ("[a-z]{1,8}", "[a-z]{1,8}").prop_map(|(a, b)| (format!("{a} 字。"), format!("{b} end."))),
        "[a-z]{1,8}".prop_map(|a| (a.clone(), a)),
        vec(("[a-z]{1,5}", "[a-z]{1,5}"), 1..4).prop_map(|items| {
            let list = |pick: fn(&(String, String)) -> &String| {
                let lines = items.iter().map(|item| format!("- {}", pick(item)));
                lines.collect::<Vec<_>>().join("\n")
            };
            (list(|item| &item.0), list(|item| &item.1))
        }),
        ("[a-z]{1,5}", "[a-z]{1,5}").prop_map(|(a, b)| (
            format!("| {a} |\n|---|\n| 值 |"),
            format!("| {b} |\n|---|\n| v |")
        )),
        ("[a-z]{1,5}", "[a-z]{1,5}").prop_map(|(a, b)| (format!("> {a} 引"), format!("> {b}"))),
        Just(words("```text\n一\n\n二\n```", "```text\none\n\ntwo\n```")),
        Just(words(
            "```console\ncargo run\n```",
            "```console\ncargo run\n```"
        )),
        Just(words("<p>段</p>", "<p>text</p>")),
        Just(words("---", "---")),
        level_and_id.prop_map(|(level, id)| {
            let marks = "#".repeat(level);
            (
                format!("{marks} 题{id} {{#id-{id}}}"),
                format!("{marks} title{id} {{#id-{id}}}"),
            )
        }),
    ]
}

/// Removes one language from a rendered page: the halves of pairs, and the spans of headings.
fn strip(page: &str, other: &str, keep: &str) -> String {
    let (mut out, mut skipping, mut depth) = (Vec::new(), false, 0);
    for line in page.lines() {
        match line {
            "<div class=\"pair\">" => depth = 1,
            _ if depth == 1 && line.starts_with(&format!("<div class=\"{other}\"")) => {
                (depth, skipping) = (2, true);
            }
            _ if depth == 1 && line.starts_with("<div class=\"") => depth = 2,
            "</div>" if depth > 0 => (depth, skipping) = (depth - 1, false),
            _ if !skipping => out.push(heading(line, keep)),
            _ => {}
        }
    }
    out.join("\n")
}

fn heading(line: &str, keep: &str) -> String {
    let Some((marks, rest)) = line.split_once(" <span class=\"zh\"") else {
        return line.to_owned();
    };
    let whole = format!("<span class=\"zh\"{rest}");
    let start = whole
        .find(&format!("<span class=\"{keep}\""))
        .expect("both languages");
    let text = &whole[start..];
    let text = &text[text.find('>').expect("a tag") + 1..];
    let (text, rest) = text.split_once("</span>").expect("a closed span");
    let id = rest.rsplit_once(" {#").expect("an id").1;
    format!("{marks} {text} {{#{id}")
}

/// Blank lines between blocks are no part of a language.
fn squeeze(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

proptest! {
    #[test]
    fn one_language_of_a_merged_page_is_that_languages_page(blocks in vec(twin_blocks(), 0..12)) {
        let mut ids = std::collections::HashSet::new();
        let blocks: Vec<_> = blocks
            .into_iter()
            .filter(|(zh, _)| !zh.starts_with('#') || ids.insert(zh.rsplit_once('#').map(|x| x.1.to_owned())))
            .collect();
        // Two lists in a row are one list in Markdown: a rule keeps them apart.
        let join = |pick: fn(&(String, String)) -> &String| {
            blocks.iter().map(pick).cloned().collect::<Vec<_>>().join("\n\n---\n\n")
        };
        let (zh, en) = (join(|pair| &pair.0), join(|pair| &pair.1));
        let book = Book::twins(&zh, &en);
        let pages = book.render().map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        let page = &pages[0].content;
        let (only_zh, only_en) = (strip(page, "en", "zh"), strip(page, "zh", "en"));
        prop_assert_eq!(squeeze(&only_zh), squeeze(&zh));
        prop_assert_eq!(squeeze(&only_en), squeeze(&en));
    }

    #[test]
    fn no_text_makes_it_panic(zh in any::<String>(), en in any::<String>()) {
        let _ = Book::twins(&zh, &en).render();
    }

    #[test]
    fn no_mix_of_marks_makes_it_panic(parts in vec(mark(), 0..24), swap in any::<usize>()) {
        let zh: String = parts.concat();
        let mut twin = parts.clone();
        if !twin.is_empty() {
            let at = swap % twin.len();
            twin.swap(0, at);
        }
        let source: String = twin.concat();
        let book = Book::twins(&zh, &source)
            .with("examples/01_a.session", &zh)
            .with("examples/01_a.rs", &format!("// ANCHOR: a\n{zh}\n// ANCHOR_END: a\n"))
            .with("book/figures/a.html", &source);
        let _ = book.render();
    }

    #[test]
    fn a_tag_stands_where_it_is_said_to(parts in vec(mark(), 0..24)) {
        let html = parts.concat();
        let mut end = 0;
        for tag in pages::tags::tags(&html) {
            prop_assert!(tag.place.start >= end);
            end = tag.place.end;
            let written = html.get(tag.place);
            prop_assert!(written.is_some_and(|tag| tag.starts_with('<') && tag.ends_with('>')));
        }
    }
}

fn mark() -> impl Strategy<Value = String> {
    let marks = [
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "    ",
        "\t",
        "# ",
        "## 题 {#id}\n",
        "{#",
        "}",
        "- ",
        "1. ",
        "> ",
        "|",
        "|---|\n",
        "```",
        "```rust\n",
        "```\n",
        "{{#session 01_a}}",
        "{{#figure a}}",
        "{{#include ../examples/01_a.rs:a}}",
        "{{#",
        "}}",
        "<div>",
        "</div>",
        "<details>",
        "<summary>",
        "</summary>",
        "<p id=\"a\">",
        "<a href=",
        "<!--",
        "-->",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "**",
        "*",
        "_",
        "`",
        "[",
        "](",
        ")",
        "](../a.md#x)",
        "%e4",
        "[^1]",
        "[^1]: ",
        "[r]: x\n",
        "中文",
        "，",
        "“",
        "”",
        "a",
        "\u{feff}",
        "\u{0}",
        "é",
        "𠀀",
        "// ANCHOR: a\n",
        "// ",
        "server $ nc\n",
        "server > ",
        "title zh x\n",
        "title en x\n",
        "\\",
        "&",
        "term\n: ",
    ];
    proptest::sample::select(marks.to_vec()).prop_map(str::to_owned)
}
