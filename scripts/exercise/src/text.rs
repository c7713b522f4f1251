//! The text of an exercise, from its page, as a terminal shows it. Pure.
//!
//! A page is divided at its headings `{#goal}`, `{#rules}`, `{#hints}`; the marks of Markdown are
//! removed, and a link shows the path that it leads to.

mod plain;

pub(crate) use plain::render;

use crate::progress::ProgramKind;
use crate::sections::{Fence, Section, sections};

/// The parts of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The title, without its id.
    pub(crate) title: String,
    /// What the program must do: Markdown.
    pub(crate) goal: String,
    /// Exactly what is judged: Markdown.
    pub(crate) rules: String,
    /// The hints, from a nudge to almost code.
    pub(crate) hints: Vec<Hint>,
}

/// One `<details>` of the hints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    /// Its `<summary>`, without marks.
    pub(crate) summary: String,
    /// Its text: Markdown.
    pub(crate) text: String,
}

/// Parses a page; parts that it lacks stay empty.
pub(crate) fn page(source: &str) -> Page {
    let mut page = Page::default();
    for Section { title, id, body } in sections(source) {
        match id.as_str() {
            "goal" => page.goal = body,
            "rules" => page.rules = body,
            "hints" => page.hints = hints(&body),
            _ if page.title.is_empty() => page.title = title,
            _ => {}
        }
    }
    page
}

fn hints(body: &str) -> Vec<Hint> {
    let mut hints = Vec::new();
    let mut open: Option<Hint> = None;
    let mut fence = Fence::default();
    for line in body.lines() {
        let outside = !fence.inside(line);
        let word = line.trim();
        if outside && word.starts_with("<details") {
            open = Some(Hint::default());
        }
        let Some(hint) = open.as_mut() else {
            continue;
        };
        if outside && word.starts_with("</details>") {
            hints.extend(open.take());
            continue;
        }
        match summary(word).filter(|_| outside) {
            Some(summary) => hint.summary = summary,
            None if outside && word.starts_with("<details") => {}
            None => {
                hint.text.push_str(line);
                hint.text.push('\n');
            }
        }
    }
    // One that was not closed is still a hint.
    hints.extend(open);
    hints
}

fn summary(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<summary>")?;
    let words = rest.split("</summary>").next()?;
    let mut text = String::new();
    let mut tag = false;
    for c in words.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => tag = false,
            '`' => {}
            c if !tag => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    Some(text.replace("&amp;", "&").trim().to_owned())
}

/// A hint for a file of this language: if it has code in Rust and in Python, the other one is removed,
/// with the sentence that introduces it.
pub(crate) fn in_language(hint: &str, kind: ProgramKind) -> String {
    let (own, other) = match kind {
        ProgramKind::Rust => ("rust", "python"),
        ProgramKind::Python => ("python", "rust"),
        ProgramKind::Command => return hint.to_owned(),
    };
    let mut blocks = blocks(hint);
    let code = |block: &str, lang: &str| {
        let first = block.trim_start().lines().next().unwrap_or_default();
        let info = first.trim_start_matches(['`', '~']);
        info.len() < first.len() && info.split([',', ' ']).next() == Some(lang)
    };
    if ![own, other]
        .iter()
        .all(|lang| blocks.iter().any(|block| code(block, lang)))
    {
        return hint.to_owned();
    }
    let names = |block: &str, lang: &str| block.to_lowercase().contains(lang);
    while let Some(at) = blocks.iter().position(|block| code(block, other)) {
        blocks.remove(at);
        let Some(before) = at.checked_sub(1) else {
            continue;
        };
        let words = &blocks[before];
        let code_before = code(words, own) || code(words, other);
        if !code_before && names(words, other) && !names(words, own) {
            blocks.remove(before);
        }
    }
    blocks.join("\n")
}

/// Paragraphs and fences, each with its line ends.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut fence = Fence::default();
    for line in text.lines() {
        let inside = fence.inside(line);
        match blocks.last_mut() {
            Some(block) if inside || !line.trim().is_empty() => {
                block.push_str(line);
                block.push('\n');
            }
            Some(block) if block.is_empty() => {}
            _ => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# 怎样把话送回去？ {#echo_server}

{{#exercise echo_server}}

## 目标 {#goal}

读到什么，
就写回什么。

```console
## 这不是标题 {#no}
```

## 规则 {#rules}

- 一条

## 提示 {#hints}

<details>
<summary>第一个 <b>提示</b>：<code>read</code></summary>

看 `read` 的返回值。

</details>

<details><summary>几乎是代码</summary>

```rust
</details>
```

</details>

## 问题 {#check}
";

    #[test]
    fn a_page_is_divided_at_its_headings() {
        let page = page(PAGE);
        assert_eq!(page.title, "怎样把话送回去？");
        assert_eq!(
            page.goal.trim(),
            "读到什么，\n就写回什么。\n\n```console\n## 这不是标题 {#no}\n```"
        );
        assert_eq!(page.rules.trim(), "- 一条");
    }

    #[test]
    fn each_details_is_a_hint() {
        let hints = page(PAGE).hints;
        assert_eq!(hints.len(), 2);
        assert_eq!(hints[0].summary, "第一个 提示：read");
        assert_eq!(hints[0].text.trim(), "看 `read` 的返回值。");
        assert_eq!(hints[1].summary, "几乎是代码");
        assert_eq!(hints[1].text.trim(), "```rust\n</details>\n```");
    }

    #[test]
    fn a_hint_in_two_languages_is_shown_in_that_of_the_file() {
        let hint = "Read on:\n\nIn Rust:\n\n```rust\nlet x;\n\nlet y;\n```\n\nIn Python:\n\n```python\nx = 1\n```\n\nThen close.\n";
        assert_eq!(
            in_language(hint, ProgramKind::Python),
            "Read on:\n\nIn Python:\n\n```python\nx = 1\n```\n\nThen close.\n"
        );
        assert_eq!(
            in_language(hint, ProgramKind::Rust),
            "Read on:\n\nIn Rust:\n\n```rust\nlet x;\n\nlet y;\n```\n\nThen close.\n"
        );
        assert_eq!(in_language(hint, ProgramKind::Command), hint);
        let both = "In Rust `read`, in Python `recv`:\n\n```rust\na\n```\n\n```python\nb\n```\n";
        assert_eq!(
            in_language(both, ProgramKind::Python),
            "In Rust `read`, in Python `recv`:\n\n```python\nb\n```\n"
        );
        // It has no code in the learner's language.
        let only = "```rust\na\n```\n";
        assert_eq!(in_language(only, ProgramKind::Python), only);
    }

    #[test]
    fn a_page_without_its_parts_is_empty() {
        assert_eq!(page(""), Page::default());
        assert_eq!(page("<details>\nopen").hints, []);
    }
}
