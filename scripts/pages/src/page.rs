//! One page: both twins in, one bilingual page out.

mod assets;
mod directives;
mod questions;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::blocks::{self, Block, Kind};
use crate::ids::{self, Ids};
use crate::links::Anchors;
use crate::problem::Problems;
use crate::scan::{Found, Scan, executed, scan};
use crate::sources::{Sources, place, reason};
use crate::twins::{Pair, Twin, align};
use crate::{Page, code, html, line_breaks, tags};
use bilingual::slashes;
use timeline::html::Drawn;

/// The page under work.
pub(crate) struct Work<'a> {
    page: &'a Path,
    zh_file: PathBuf,
    en_file: PathBuf,
    sources: &'a dyn Sources,
    problems: &'a mut Problems,
    ids: Ids,
    sessions: HashMap<String, usize>,
    captures: Vec<String>,
    drawn: Drawn,
    /// Links that no writer typed, with the file that says them.
    links: Vec<(PathBuf, Found)>,
    assets: Vec<&'static str>,
}

/// Renders a page, and returns what it offers to links.
pub(crate) fn render(
    page: &Page,
    sources: &dyn Sources,
    problems: &mut Problems,
) -> (String, Anchors) {
    let path = &page.path;
    let work = Work {
        page: path,
        zh_file: Path::new("book").join(path),
        en_file: Path::new("book").join(path.with_extension("en.md")),
        sources,
        problems,
        ids: Ids::default(),
        sessions: HashMap::new(),
        captures: Vec::new(),
        drawn: Drawn::default(),
        links: Vec::new(),
        assets: Vec::new(),
    };
    let zh = plain(&page.content);
    match sources.read(&work.en_file) {
        Ok(en) => work.merge(&zh, &plain(&en)),
        Err(error) => {
            if let Some((line, zh_words, en_words)) = place(&error) {
                work.problems.add(&work.en_file, line, zh_words, en_words);
                return work.merge(&zh, &zh);
            }
            let name = slashes(&work.en_file);
            let (why_zh, why_en) = reason(&error);
            work.problems.add(
                &work.zh_file,
                1,
                format!("读不到英文页 {name}：{why_zh}；写好这个文件，块与中文页一一对应"),
                format!("cannot read the English twin {name}: {why_en}; write it with the same sequence of blocks"),
            );
            // The Chinese page alone can still be checked, and linked to.
            work.merge(&zh, &zh)
        }
    }
}

/// Line ends and byte order marks as editors leave them. Markdown ends a line at a lone CR as well.
fn plain(text: &str) -> String {
    text.trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n")
}

impl Work<'_> {
    fn merge(mut self, zh: &str, en: &str) -> (String, Anchors) {
        let before = self.problems.len();
        let (zh_blocks, en_blocks) = (blocks::split(zh), blocks::split(en));
        let (zh_file, en_file) = (self.zh_file.clone(), self.en_file.clone());
        let zh_scan = scan(zh, &zh_blocks, &zh_file, self.problems);
        self.ids.headings(&zh_blocks, &zh_file, self.problems);
        // The twin is missing, or the same: there is nothing more to report.
        let mut en_scan = Scan::default();
        if zh != en {
            en_scan = scan(en, &en_blocks, &en_file, self.problems);
            ids::english_headings(&en_blocks, &en_file, self.problems);
        }
        let pairs = align(
            &Twin {
                file: &zh_file,
                blocks: &zh_blocks,
            },
            &Twin {
                file: &en_file,
                blocks: &en_blocks,
            },
            self.problems,
        );
        let mut out = String::new();
        for pair in &pairs {
            out += &self.pair(pair);
            out += "\n\n";
        }
        self.ids.html(&zh_scan, &zh_file, self.problems);
        self.ids
            .english_html(&en_scan, &pairs, &en_file, self.problems);
        let anchors = Anchors {
            ids: self.ids.into_names(),
            links: links(zh_scan, &zh_file)
                .chain(links(en_scan, &en_file))
                .chain(self.links)
                .collect(),
        };
        // What a figure, a program or a session brings in is text as well, and no page.
        if let Some(at) = executed(&out).first()
            && self.problems.len() == before
        {
            let directive: String = out[*at..].chars().take(40).collect();
            self.problems.add(
                &zh_file,
                1,
                format!("这一页引入的内容里有 mdBook 会执行的指令 {directive}；去掉它，或者在 {{{{ 和 # 之间加别的字"),
                format!("an included file contains a directive that mdBook would run: {directive}; remove it, or put something between {{{{ and #"),
            );
        }
        (out.trim_end().to_owned() + "\n", anchors)
    }

    fn pair(&mut self, pair: &Pair<'_>) -> String {
        match &pair.zh.kind {
            Kind::Directive(text) => self.directive(text, pair.zh.line),
            Kind::Heading { level, id } => heading(pair, *level, id.as_deref()),
            Kind::Fence(fence) if fence.is_question() => match &pair.en.kind {
                Kind::Fence(en) => self.question(pair, fence, en),
                _ => String::new(),
            },
            Kind::Fence(fence) if !fence.includes().is_empty() => {
                let html = match fence.includes()[..] {
                    [target] => code::include(target, fence.lang(), self.page, self.sources),
                    ref targets => code::tabs(targets, self.page, self.sources)
                        .map(|html| self.with_style("tabs", html)),
                };
                html.unwrap_or_else(|(zh, en)| self.complain(pair.zh.line, zh, en))
            }
            _ if pair.is_same() => text_of(&pair.zh).into_owned(),
            Kind::Html => self.html(pair),
            _ => halves(&line_breaks::join_lines(pair.zh.text), pair.en.text),
        }
    }

    /// HTML that differs: a pair, or one element with two summaries; but no pair may cut an element
    /// in two.
    fn html(&mut self, pair: &Pair<'_>) -> String {
        if tags::balanced(pair.zh.text) && tags::balanced(pair.en.text) {
            return halves(pair.zh.text, pair.en.text);
        }
        let both = (summary(pair.zh.text), summary(pair.en.text));
        if let (Some((before, zh, after)), Some((en_before, en, en_after))) = both
            && (before, after) == (en_before, en_after)
        {
            return format!("{before}{}{after}", html::both(zh, en));
        }
        self.complain(
            pair.zh.line,
            format!(
                "这段 HTML 打开的标签没有关上，英文页第 {} 行的又与它不同；两边写同样的标签，文字放进单独的段落",
                pair.en.line
            ),
            format!(
                "this HTML leaves tags open and differs from line {} of the English twin; write the same tags in both, and the text in paragraphs of its own",
                pair.en.line
            ),
        )
    }

    /// Reports a problem on a line of the Chinese page, for which nothing is rendered.
    fn complain(&mut self, line: usize, zh: impl Into<String>, en: impl Into<String>) -> String {
        self.problems.add(&self.zh_file, line, zh, en);
        String::new()
    }
}

fn heading(pair: &Pair<'_>, level: u8, id: Option<&str>) -> String {
    let (zh, en) = (one_line(pair.zh.inner), one_line(pair.en.inner));
    let words = if zh == en {
        zh
    } else {
        format!(
            "<span class=\"zh\" lang=\"zh-CN\">{zh}</span><span class=\"sep\"> · </span><span class=\"en\" lang=\"en\">{en}</span>"
        )
    };
    let marks = "#".repeat(level.into());
    format!("{marks} {words} {{#{}}}", id.unwrap_or_default())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Both languages of a block, with the blank lines that let Markdown go on inside.
fn halves(zh: &str, en: &str) -> String {
    format!(
        "<div class=\"pair\">\n<div class=\"zh\" lang=\"zh-CN\">\n\n{zh}\n\n</div>\n<div class=\"en\" lang=\"en\">\n\n{en}\n\n</div>\n</div>"
    )
}

fn text_of<'a>(block: &Block<'a>) -> std::borrow::Cow<'a, str> {
    match block.kind {
        Kind::Fence(_) | Kind::Html => std::borrow::Cow::Borrowed(block.text),
        _ => line_breaks::join_lines(block.text),
    }
}

/// What stands before, in and after the only `<summary>`.
fn summary(html: &str) -> Option<(&str, &str, &str)> {
    let start = html.find("<summary>")? + "<summary>".len();
    let end = html.rfind("</summary>")?;
    (start <= end).then(|| (&html[..start], &html[start..end], &html[end..]))
}

fn links(scan: Scan, file: &Path) -> impl Iterator<Item = (PathBuf, Found)> {
    scan.links
        .into_iter()
        .map(move |link| (file.to_owned(), link))
}
