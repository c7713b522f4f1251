//! A Chinese page and its English twin, block for block.

use std::path::Path;

use crate::blocks::{Block, Kind};
use crate::problem::Problems;
use bilingual::{Lang, slashes};

/// One step of both twins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    pub(crate) zh: Block<'a>,
    pub(crate) en: Block<'a>,
}

impl Pair<'_> {
    pub(crate) fn is_same(&self) -> bool {
        self.zh.text == self.en.text
    }
}

/// A twin with the name of its file.
pub(crate) struct Twin<'a> {
    pub(crate) file: &'a Path,
    pub(crate) blocks: &'a [Block<'a>],
}

/// Walks both twins together. Where they differ, reports it once and goes on at the next heading
/// that both have.
pub(crate) fn align<'a>(zh: &Twin<'a>, en: &Twin<'a>, problems: &mut Problems) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < zh.blocks.len() || j < en.blocks.len() {
        let (here, there) = (&zh.blocks[i..], &en.blocks[j..]);
        match (here.first(), there.first()) {
            (Some(a), Some(b)) if a.kind.fits(&b.kind) && !part(here, there) => {
                same_words(a, b, en.file, problems);
                pairs.push(Pair {
                    zh: a.clone(),
                    en: b.clone(),
                });
                i += 1;
                j += 1;
            }
            (a, b) => {
                report(zh, en, a, b, problems);
                let Some((skip_zh, skip_en)) = meet(here, there) else {
                    break;
                };
                // The same id on two levels: they meet here.
                let (skip_zh, skip_en) = match (skip_zh, skip_en) {
                    (0, 0) => (1, 1),
                    skip => skip,
                };
                i += skip_zh;
                j += skip_en;
            }
        }
    }
    pairs
}

impl Kind {
    /// Whether the twin of this block may look like `other`.
    fn fits(&self, other: &Kind) -> bool {
        match (self, other) {
            (Kind::Heading { level: a, .. }, Kind::Heading { level: b, .. }) => a == b,
            (Kind::Fence(a), Kind::Fence(b)) => a.info == b.info,
            (Kind::Directive(_), Kind::Directive(_)) => true,
            (a, b) => a == b,
        }
    }

    fn id(&self) -> Option<&str> {
        match self {
            Kind::Heading { id, .. } => id.as_deref(),
            _ => None,
        }
    }
}

/// Two headings with different ids, of which one comes later in the other twin: a section is
/// missing.
fn part(zh: &[Block<'_>], en: &[Block<'_>]) -> bool {
    let (a, b) = (zh[0].kind.id(), en[0].kind.id());
    a != b && (has(&en[1..], a) || has(&zh[1..], b))
}

fn has(blocks: &[Block<'_>], id: Option<&str>) -> bool {
    id.is_some() && blocks.iter().any(|block| block.kind.id() == id)
}

/// How far to skip in each twin to the next heading with the same id.
fn meet(zh: &[Block<'_>], en: &[Block<'_>]) -> Option<(usize, usize)> {
    zh.iter().enumerate().find_map(|(i, a)| {
        let id = a.kind.id()?;
        let j = en.iter().position(|b| b.kind.id() == Some(id))?;
        Some((i, j))
    })
}

/// Headings share their id; directives and includes are the same line.
fn same_words(zh: &Block<'_>, en: &Block<'_>, en_file: &Path, problems: &mut Problems) {
    match (&zh.kind, &en.kind) {
        (Kind::Heading { id: Some(a), .. }, Kind::Heading { id: Some(b), .. }) if a != b => {
            problems.add(
                en_file,
                en.line,
                format!("标题的 id 是 {b}，中文页第 {} 行是 {a}；两边写同一个", zh.line),
                format!("this heading has the id {b}, but line {} of the Chinese page has {a}; use the same in both", zh.line),
            );
        }
        (Kind::Directive(a), Kind::Directive(b)) if a != b => {
            differ(a, b, zh.line, en.line, en_file, problems);
        }
        (Kind::Fence(a), Kind::Fence(b)) if a.includes() != b.includes() => {
            let (a, b) = (a.content.trim(), b.content.trim());
            differ(a, b, zh.line, en.line, en_file, problems);
        }
        _ => {}
    }
}

fn differ(zh: &str, en: &str, zh_line: usize, line: usize, file: &Path, problems: &mut Problems) {
    problems.add(
        file,
        line,
        format!("这里是 {en}，中文页第 {zh_line} 行是 {zh}；两边写同一行"),
        format!(
            "this is {en}, but line {zh_line} of the Chinese page is {zh}; write the same line in both"
        ),
    );
}

fn report(
    zh: &Twin<'_>,
    en: &Twin<'_>,
    a: Option<&Block<'_>>,
    b: Option<&Block<'_>>,
    problems: &mut Problems,
) {
    let line = |twin: &Twin<'_>, block: Option<&Block<'_>>| {
        block.or(twin.blocks.last()).map_or(1, |block| block.line)
    };
    let (zh_line, en_line) = (line(zh, a), line(en, b));
    let what = |block: Option<&Block<'_>>, lang| match (block, lang) {
        (Some(block), lang) => block.describe(lang),
        (None, Lang::Zh) => "文件结尾".to_owned(),
        (None, Lang::En) => "the end of the file".to_owned(),
    };
    let en_name = slashes(en.file);
    let zh_name = slashes(zh.file);
    problems.add(
        zh.file,
        zh_line,
        format!(
            "两种语言从这里对不上：{zh_name}:{zh_line} 是{}，{en_name}:{en_line} 是{}；请让两个文件的块一一对应",
            what(a, Lang::Zh),
            what(b, Lang::Zh)
        ),
        format!(
            "the twins differ from here on: {zh_name}:{zh_line} has {}, {en_name}:{en_line} has {}; give both files the same sequence of blocks",
            what(a, Lang::En),
            what(b, Lang::En)
        ),
    );
}
