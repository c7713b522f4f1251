//! Renders Markdown for a terminal: no marks, Chinese characters two columns wide.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthChar;

use bilingual::Lang;
use judge::report::wrap;

/// The folder of the pages, which their links are relative to.
const PAGES_FOLDER: &str = "exercises";

/// Renders `source`, from the page in this language, in lines of at most `width` columns.
pub(crate) fn render(source: &str, lang: Lang, width: usize) -> Vec<String> {
    let mut writer = Writer {
        english: lang == Lang::En,
        width: width.max(20),
        ..Writer::default()
    };
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        writer.take(event);
    }
    writer.end_paragraph();
    while writer.lines.last().is_some_and(String::is_empty) {
        writer.lines.pop();
    }
    writer.lines
}

#[derive(Debug, Default)]
struct Writer {
    english: bool,
    width: usize,
    lines: Vec<String>,
    /// The text of the paragraph so far.
    text: String,
    /// The mark before the first line of the next paragraph.
    mark: String,
    /// One for each list that is open: the number of its next item, where it has numbers.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// The paths of the links that are open.
    links: Vec<String>,
    /// Whether the list is tight: without empty lines between its items.
    tight: bool,
    code: bool,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code => self.code_lines(&text),
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.text.push('\n'),
            Event::Rule => self.blank(),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                self.tight = false;
                if self.mark.is_empty() {
                    self.blank();
                }
            }
            Tag::Heading { .. } | Tag::Table(_) => self.blank(),
            Tag::BlockQuote(_) => {
                self.blank();
                self.quotes += 1;
            }
            Tag::List(first) => {
                self.end_paragraph();
                if self.lists.is_empty() {
                    self.blank();
                }
                self.lists.push(first);
                self.tight = true;
            }
            Tag::Item => {
                self.mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                }
            }
            Tag::CodeBlock(_) => {
                self.end_paragraph();
                self.blank();
                self.code = true;
            }
            Tag::Link { dest_url, .. } => self.links.push(self.place(&dest_url)),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item => self.end_paragraph(),
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::List(_) => {
                self.lists.pop();
                self.tight = !self.lists.is_empty();
            }
            TagEnd::CodeBlock => self.code = false,
            TagEnd::TableCell => self.text.push_str("  "),
            TagEnd::TableHead | TagEnd::TableRow => self.end_paragraph(),
            TagEnd::Link => {
                if let Some(place) = self.links.pop().filter(|place| !place.is_empty()) {
                    self.text.push_str(&match self.english {
                        true => format!(" ({place})"),
                        false => format!("（{place}）"),
                    });
                }
            }
            _ => {}
        }
    }

    /// The path of a link: one of the book from its root, another unchanged.
    fn place(&self, to: &str) -> String {
        if to.starts_with('#') || to.contains("://") {
            return to.trim_start_matches('#').to_owned();
        }
        let mut parts: Vec<&str> = PAGES_FOLDER.split('/').collect();
        for part in to.split('/') {
            match part {
                ".." => {
                    parts.pop();
                }
                "." => {}
                part => parts.push(part),
            }
        }
        let path = parts.join("/");
        let (path, part) = path.split_once('#').unwrap_or((&path, ""));
        let hash = if part.is_empty() { "" } else { "#" };
        // The page in this reader's language.
        let path = match path.strip_suffix(".md").filter(|_| self.english) {
            Some(path) => format!("{}.en.md", path.trim_end_matches(".en")),
            None => path.to_owned(),
        };
        format!("book/{path}{hash}{part}")
    }

    /// Joins two lines; in a Chinese paragraph without a space.
    fn soft_break(&mut self) {
        let wide = self.text.chars().last().and_then(UnicodeWidthChar::width) == Some(2);
        if !wide {
            self.text.push(' ');
        }
    }

    fn code_lines(&mut self, text: &str) {
        let indent = self.indent() + 4;
        for line in text.lines() {
            let line = match line.trim().strip_prefix("{{#include ") {
                Some(path) => path.trim_end_matches('}').trim_start_matches("../"),
                None => line,
            };
            self.lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    fn indent(&self) -> usize {
        // An item's own mark is part of its indent.
        self.lists.len() * 2 + self.quotes * 2
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        // A directive is for the book.
        if text.is_empty() || text.starts_with("{{#") {
            return;
        }
        let mark = std::mem::take(&mut self.mark);
        let indent = self.indent();
        let hang = indent + mark.len().saturating_sub(2);
        for (at, line) in text
            .split('\n')
            .flat_map(|text| wrap::lines(text, self.width.saturating_sub(hang)))
            .enumerate()
        {
            let before = match at {
                0 => format!("{}{mark}", " ".repeat(hang - mark.len().min(hang))),
                _ => " ".repeat(hang),
            };
            self.lines.push(format!("{before}{line}"));
        }
    }

    fn blank(&mut self) {
        self.end_paragraph();
        if self.lines.last().is_some_and(|line| !line.is_empty()) && !self.tight {
            self.lines.push(String::new());
        }
        self.tight = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let lang = match source.is_ascii() {
            true => Lang::En,
            false => Lang::Zh,
        };
        assert_eq!(render(source, lang, 40).join("\n"), expected);
    }

    #[test]
    fn a_chinese_paragraph_is_joined_and_fits() {
        check(
            "读到什么，\n就写回什么，**一个字节**也不要多，也不要少，直到对方说完为止。\n",
            "读到什么，就写回什么，一个字节也不要多，\n也不要少，直到对方说完为止。",
        );
        check("one\ntwo `three`\n", "one two three");
    }

    #[test]
    fn a_list_keeps_its_marks_and_hangs() {
        check(
            "先看：\n\n- 监听最后一个参数给的地址，别的地址不要监听。\n- *two*\n\n1. a\n2. b\n",
            "先看：\n\n- 监听最后一个参数给的地址，别的地址不要\n  监听。\n- two\n\n1. a\n2. b",
        );
    }

    #[test]
    fn a_link_says_where_in_the_book_it_leads() {
        check(
            "读[半关闭](../sockets/duplex.md#half-close)。\n",
            "读半关闭\n（book/sockets/duplex.md#half-close）。",
        );
        check(
            "See [next](b.md#x).\n",
            "See next (book/exercises/b.en.md#x).",
        );
        check("[man](https://man7.org/x)\n", "man (https://man7.org/x)");
        check("读 [man](https://x.org)\n", "读 man（https://x.org）");
    }

    #[test]
    fn code_stays_as_it_is_and_directives_go() {
        check(
            "{{#exercise echo}}\n\nRun:\n\n```console\ncargo run\n  x\n```\n\nEnd.\n",
            "Run:\n\n    cargo run\n      x\n\nEnd.",
        );
        check(
            "```rust\n{{#include ../../examples/a.rs:b}}\n```\n",
            "    examples/a.rs:b",
        );
    }
}
