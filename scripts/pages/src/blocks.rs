//! A page as a sequence of top-level blocks: what stands where.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

use crate::html;
use bilingual::Lang;

/// What mdBook itself understands, with smart punctuation off (see book.toml).
pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_HEADING_ATTRIBUTES)
    .union(Options::ENABLE_DEFINITION_LIST)
    .union(Options::ENABLE_GFM);

/// A top-level block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    pub(crate) kind: Kind,
    /// The source, whole lines, without the line end.
    pub(crate) text: &'a str,
    /// The inside of a heading: no `#`, no `{#id}`.
    pub(crate) inner: &'a str,
    /// Counted from 1.
    pub(crate) line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Heading { level: u8, id: Option<String> },
    Paragraph,
    List { ordered: bool, items: usize },
    Table { columns: usize, rows: usize },
    Quote(Option<BlockQuoteKind>),
    Fence(Fence),
    Html,
    Rule,
    Definitions { titles: usize },
    Directive(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) info: String,
    pub(crate) content: String,
}

impl Fence {
    /// `path` or `path:anchor` of each line, if every line is an include; none otherwise.
    pub(crate) fn includes<'s>(&'s self) -> Vec<&'s str> {
        let target = |line: &'s str| {
            let target = line
                .trim()
                .strip_prefix("{{#include ")?
                .strip_suffix("}}")?;
            (!target.contains(['{', '}'])).then(|| target.trim())
        };
        let lines = self.content.trim().lines();
        lines.map(target).collect::<Option<_>>().unwrap_or_default()
    }

    /// Whether its content is a question, not code.
    pub(crate) fn is_question(&self) -> bool {
        self.lang() == "question"
    }

    pub(crate) fn lang(&self) -> &str {
        self.info.split([' ', ',', '\t']).next().unwrap_or_default()
    }
}

/// The top-level blocks of a page. Comments are notes to the writer, not blocks.
pub(crate) fn split(page: &str) -> Vec<Block<'_>> {
    let lines = Lines::of(page);
    let mut blocks = Vec::new();
    let mut open: Vec<(Event<'_>, Range<usize>)> = Vec::new();
    let mut depth = 0usize;
    for (event, range) in Parser::new_ext(page, OPTIONS).into_offset_iter() {
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        open.push((event, range));
        if depth == 0 {
            blocks.extend(block(page, &lines, &open));
            open.clear();
        }
    }
    blocks
}

fn block<'a>(
    page: &'a str,
    lines: &Lines,
    events: &[(Event<'_>, Range<usize>)],
) -> Option<Block<'a>> {
    let (first, range) = events.first()?;
    let start = page[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let text = page[start..range.end].trim_end();
    let mut inner = "";
    let kind = match first {
        Event::Rule => Kind::Rule,
        Event::Start(Tag::Heading { level, id, .. }) => {
            inner = inside(page, events);
            Kind::Heading {
                level: number(*level),
                id: id.as_ref().map(|id| id.to_string()),
            }
        }
        Event::Start(Tag::Paragraph) => directive(text).unwrap_or(Kind::Paragraph),
        Event::Start(Tag::List(first)) => Kind::List {
            ordered: first.is_some(),
            items: children(events, |tag| matches!(tag, Tag::Item)),
        },
        Event::Start(Tag::Table(columns)) => Kind::Table {
            columns: columns.len(),
            rows: children(events, |tag| matches!(tag, Tag::TableRow)),
        },
        Event::Start(Tag::BlockQuote(kind)) => Kind::Quote(*kind),
        Event::Start(Tag::CodeBlock(kind)) => Kind::Fence(fence(kind, &events[1..])),
        Event::Start(Tag::HtmlBlock) if html::only_comments(text) => return None,
        Event::Start(Tag::HtmlBlock) => Kind::Html,
        Event::Start(Tag::DefinitionList) => Kind::Definitions {
            titles: children(events, |tag| matches!(tag, Tag::DefinitionListTitle)),
        },
        // A page may have none; `scan` reports that.
        Event::Start(Tag::FootnoteDefinition(_)) => return None,
        _ => Kind::Paragraph,
    };
    let line = lines.number(start);
    Some(Block {
        kind,
        text,
        inner,
        line,
    })
}

pub(crate) fn fence(kind: &CodeBlockKind<'_>, events: &[(Event<'_>, Range<usize>)]) -> Fence {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.trim().to_owned(),
        CodeBlockKind::Indented => String::new(),
    };
    let content = events
        .iter()
        .map_while(|(event, _)| match event {
            Event::Text(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    Fence { info, content }
}

/// The source between the first and the last event inside a block.
fn inside<'a>(page: &'a str, events: &[(Event<'_>, Range<usize>)]) -> &'a str {
    let inner = &events[1..events.len() - 1];
    let start = inner.iter().map(|(_, range)| range.start).min();
    let end = inner.iter().map(|(_, range)| range.end).max();
    match (start, end) {
        (Some(start), Some(end)) => page[start..end].trim(),
        _ => "",
    }
}

/// Direct children of the outermost tag.
fn children(events: &[(Event<'_>, Range<usize>)], wanted: impl Fn(&Tag<'_>) -> bool) -> usize {
    let mut depth = 0usize;
    let mut count = 0;
    for (event, _) in events {
        match event {
            Event::Start(tag) => {
                count += usize::from(depth == 1 && wanted(tag));
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    count
}

fn directive(text: &str) -> Option<Kind> {
    let text = text.trim();
    let inner = text.strip_prefix("{{#")?.strip_suffix("}}")?;
    (!inner.contains(['\n', '{', '}'])).then(|| Kind::Directive(text.to_owned()))
}

fn number(level: HeadingLevel) -> u8 {
    level as u8
}

impl Block<'_> {
    /// Whether this line of the file is one of its lines.
    pub(crate) fn covers(&self, line: usize) -> bool {
        let last = self.line + self.text.matches('\n').count();
        (self.line..=last).contains(&line)
    }

    /// What stands here, with the beginning of its text.
    pub(crate) fn describe(&self, lang: Lang) -> String {
        let what = self.kind.describe(lang);
        let shown = if self.inner.is_empty() {
            self.text
        } else {
            self.inner
        };
        let line = shown.trim().lines().next().unwrap_or_default();
        let mut excerpt: String = line.chars().take(24).collect();
        if excerpt.len() < line.len() {
            excerpt.push('…');
        }
        match lang {
            Lang::Zh => format!("{what}「{excerpt}」"),
            Lang::En => format!("{what} (\"{excerpt}\")"),
        }
    }
}

impl Kind {
    fn describe(&self, lang: Lang) -> String {
        let (zh, en) = match self {
            Kind::Heading { level, .. } => (
                format!("{level} 级标题"),
                format!("a level {level} heading"),
            ),
            Kind::Paragraph => ("段落".into(), "a paragraph".into()),
            Kind::List { ordered, items } => (
                format!(
                    "{}列表（{items} 项）",
                    if *ordered { "有序" } else { "无序" }
                ),
                format!(
                    "{} list ({})",
                    if *ordered { "a numbered" } else { "a bulleted" },
                    count(*items, "item")
                ),
            ),
            Kind::Table { columns, rows } => (
                format!("表格（{columns} 列 {rows} 行）"),
                format!(
                    "a table ({}, {})",
                    count(*columns, "column"),
                    count(*rows, "row")
                ),
            ),
            Kind::Quote(None) => ("引用".into(), "a quote".into()),
            Kind::Quote(Some(kind)) => (format!("引用 {kind:?}"), format!("a {kind:?} quote")),
            Kind::Fence(fence) if fence.info.is_empty() => ("代码块".into(), "a code block".into()),
            Kind::Fence(fence) => (
                format!("{} 代码块", fence.info),
                format!("a code block of {}", fence.info),
            ),
            Kind::Html => ("HTML".into(), "HTML".into()),
            Kind::Rule => ("分隔线".into(), "a rule".into()),
            Kind::Definitions { titles } => (
                format!("定义列表（{titles} 条）"),
                format!("a definition list ({})", count(*titles, "term")),
            ),
            Kind::Directive(_) => ("指令".into(), "a directive".into()),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Where lines start, to turn offsets into line numbers.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines(std::iter::once(0).chain(ends).collect())
    }

    /// Counted from 1.
    pub(crate) fn number(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }
}
