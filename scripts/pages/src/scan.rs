//! One look at a whole page: where it links, which ids it has, and what does not belong in a page.

use std::ops::Range;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::blocks::{self, Block, Fence, Kind, Lines, OPTIONS};
use crate::problem::Problems;
use crate::tags;

/// Number of lines that a fence may have that is neither an include nor a session.
const PASTED_LINES_MAX: usize = 3;

/// A thing found on a line of a page: where a link goes, or an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) line: usize,
    pub(crate) text: String,
}

#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) links: Vec<Found>,
    /// Ids of headings are not among them.
    pub(crate) html_ids: Vec<Found>,
}

/// Collects links and ids, and reports what does not belong in a page.
pub(crate) fn scan(page: &str, blocks: &[Block<'_>], file: &Path, problems: &mut Problems) -> Scan {
    let lines = Lines::of(page);
    stray_directives(blocks, file, problems);
    let parser = Parser::new_ext(page, OPTIONS);
    for (label, definition) in parser.reference_definitions().iter() {
        problems.add(
            file,
            lines.number(definition.span.start),
            format!("这里不能用引用式链接 [{label}]；写成 [文字](地址)"),
            format!("a reference link [{label}] does not work here; write [text](address)"),
        );
    }
    let events: Vec<_> = parser.into_offset_iter().collect();
    let mut scan = Scan::default();
    let (mut heading, mut code) = (false, false);
    for (at, (event, range)) in events.iter().enumerate() {
        let line = lines.number(range.start);
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::End(TagEnd::Heading(_)) => heading = false,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                scan.links.push(Found {
                    line,
                    text: dest_url.to_string(),
                });
            }
            Event::Start(Tag::FootnoteDefinition(label)) => problems.add(
                file,
                line,
                format!("这里不能用脚注 [^{label}]；把话写进正文或列表"),
                format!("a footnote [^{label}] does not work here; say it in the text or a list"),
            ),
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Start(Tag::CodeBlock(kind)) => {
                code = true;
                let fence = blocks::fence(kind, &events[at + 1..]);
                if fence.is_question() {
                    let top = blocks.iter().any(|block| block.line == line);
                    scan.links
                        .extend(question(&fence, line, top, file, problems));
                } else {
                    pasted(&fence, line, file, problems);
                }
            }
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                scan.html(page, range, &lines);
            }
            Event::Text(_) if !heading && !code => {
                stray_marks(&events[at..], line, file, problems);
            }
            _ => {}
        }
    }
    scan
}

impl Scan {
    fn html(&mut self, page: &str, range: &Range<usize>, lines: &Lines) {
        let html = &page[range.clone()];
        let found = |name| {
            tags::attribute(html, name)
                .into_iter()
                .map(|(offset, value)| Found {
                    line: lines.number(range.start + offset),
                    text: value,
                })
        };
        self.links.extend(found("href"));
        self.links.extend(found("src"));
        self.html_ids.extend(found("id"));
    }
}

fn pasted(fence: &Fence, line: usize, file: &Path, problems: &mut Problems) {
    let count = fence.content.trim_end().lines().count();
    if count > PASTED_LINES_MAX {
        problems.add(
            file,
            line,
            format!("这里贴了 {count} 行；代码用 {{{{#include 路径:锚点}}}}，终端用 {{{{#session 名字}}}}（贴的最多 {PASTED_LINES_MAX} 行）"),
            format!("{count} pasted lines; include code with {{{{#include path:anchor}}}}, show a terminal with {{{{#session name}}}} (at most {PASTED_LINES_MAX} lines may be pasted)"),
        );
    }
}

/// A question is Markdown inside a fence: it has links, and can hold what does not belong there.
fn question(
    fence: &Fence,
    line: usize,
    top: bool,
    file: &Path,
    problems: &mut Problems,
) -> Vec<Found> {
    if !top {
        problems.add(
            file,
            line,
            "题目要单独成段，不能放在列表、引用或别的题目里",
            "a question must stand alone, not in a list, a quote or another question",
        );
        return Vec::new();
    }
    let mut inner = Problems::default();
    // Its blocks are looked at with the page's.
    let mut found = scan(&fence.content, &[], file, &mut inner).links;
    problems.shift(inner, line);
    for link in &mut found {
        link.line += line;
    }
    found
}

fn stray_directives(blocks: &[Block<'_>], file: &Path, problems: &mut Problems) {
    for block in blocks {
        match &block.kind {
            Kind::Directive(_) => continue,
            Kind::Fence(fence) if !fence.includes().is_empty() => continue,
            _ => {}
        }
        for at in executed(block.text) {
            let line = block.line + block.text[..at].matches('\n').count();
            problems.add(
                file,
                line,
                "指令要单独成段；{{#include …}} 要放在一个顶层的代码块里，块里没有别的行",
                "a directive must be a paragraph of its own; {{#include …}} must stand in a fence outside lists and quotes, with no other lines",
            );
        }
    }
}

/// Where mdBook's own preprocessor would run a directive: also with white space before the `#`,
/// and after a `\` that escapes only what ends on its line. It would include any file at all.
pub(crate) fn executed(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        let rest = &text[at + 2..];
        from = at + 1;
        if !rest.trim_start().starts_with('#') {
            continue;
        }
        let line = rest.split('\n').next().unwrap_or_default();
        match line.rfind("}}") {
            Some(end) if text[..at].ends_with('\\') && rest.starts_with('#') => from = at + 2 + end,
            _ => found.push(at),
        }
    }
    found
}

/// `**` that the reader would see: Markdown does not take it for emphasis between a letter and a
/// full-width mark. `events` begin with a text.
fn stray_marks(
    events: &[(Event<'_>, Range<usize>)],
    line: usize,
    file: &Path,
    problems: &mut Problems,
) {
    let text = |at: usize| match events.get(at) {
        Some((Event::Text(text), range)) => Some((text.as_ref(), range)),
        _ => None,
    };
    let Some((here, range)) = text(0) else {
        return;
    };
    // The parser gives the two stars of a failed mark as two texts.
    let split = here.ends_with('*')
        && text(1).is_some_and(|(next, follow)| next.starts_with('*') && follow.start == range.end);
    if here.contains("**") || split {
        problems.add(
            file,
            line,
            "这里的 ** 会原样显示：标点挨着 ** 时不算加粗；把标点移到 ** 外面，或在旁边加空格",
            "these ** would be shown as they are, since next to punctuation they do not make bold text; move the punctuation outside, or add a space",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_seen_wherever_mdbook_sees_one() {
        for (text, expected) in [
            ("{{#include a}}", vec![0]),
            ("{{ #include a}}", vec![0]),
            ("{{\n\t#include a}}", vec![0]),
            ("{{{#include a}}", vec![1]),
            ("\\{{#include a}} and {{#include b}}", vec![]),
            ("\\{{#include\n/etc/passwd}}", vec![1]),
            ("\\{{ #include a}}", vec![1]),
            ("\\{{#include a}}\n{{#include b}}", vec![16]),
            ("{{ x }} {{a#b}} {#a}", vec![]),
        ] {
            assert_eq!(executed(text), expected, "{text}");
        }
    }
}
