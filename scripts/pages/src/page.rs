//! One page: both twins in, one bilingual page out.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use capture::Capture;
use session::Session;

use crate::blocks::{self, Block, Kind};
use crate::capture::{Drawing, Drawn};
use crate::ids::{self, Ids};
use crate::links::{Anchors, nearest};
use crate::problem::{Problems, slashes};
use crate::scan::{Found, Scan, scan};
use crate::sources::{Sources, reason};
use crate::twins::{Pair, Twin, align};
use crate::{Page, capture as captures, code, figure, html, journey, story, text};

const DIRECTIVES: [&str; 5] = ["session", "capture", "packet", "figure", "encapsulation"];

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
}

/// Renders a page, and tells what it offers to links.
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
    };
    let zh = plain(&page.content);
    match sources.read(&work.en_file) {
        Ok(en) => work.merge(&zh, &plain(&en)),
        Err(error) => {
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
        let (zh_blocks, en_blocks) = (blocks::split(zh), blocks::split(en));
        let (zh_file, en_file) = (self.zh_file.clone(), self.en_file.clone());
        let zh_scan = scan(zh, &zh_blocks, &zh_file, self.problems);
        self.ids.headings(&zh_blocks, &zh_file, self.problems);
        // The twin is missing, or the same: everything about it has been said.
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
                .collect(),
        };
        (out.trim_end().to_owned() + "\n", anchors)
    }

    fn pair(&mut self, pair: &Pair<'_>) -> String {
        match &pair.zh.kind {
            Kind::Directive(text) => self.directive(text, pair.zh.line),
            Kind::Heading { level, id } => heading(pair, *level, id.as_deref()),
            Kind::Fence(fence) if fence.include().is_some() => {
                let target = fence.include().unwrap_or_default();
                code::include(target, fence.lang(), self.page, self.sources)
                    .unwrap_or_else(|(zh, en)| self.complain(pair.zh.line, zh, en))
            }
            _ if pair.is_same() => text_of(&pair.zh).into_owned(),
            Kind::Html => self.html(pair),
            _ => halves(&text::join_lines(pair.zh.text), pair.en.text),
        }
    }

    /// HTML that differs: a pair, or one element with two summaries; but no pair may cut an element in two.
    fn html(&mut self, pair: &Pair<'_>) -> String {
        if html::balanced(pair.zh.text) && html::balanced(pair.en.text) {
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
                "this HTML leaves tags open and differs from line {} of the English twin; write the same tags in both, and the words in paragraphs of their own",
                pair.en.line
            ),
        )
    }

    fn directive(&mut self, text: &str, line: usize) -> String {
        let inner = text.trim_start_matches("{{#").trim_end_matches("}}").trim();
        let (name, argument) = inner.split_once(' ').unwrap_or((inner, ""));
        let argument = argument.trim();
        match name {
            "session" => self.session(argument, line),
            "capture" => self.capture(argument, line),
            "packet" => self.packet(argument, line),
            "figure" => self.figure(argument, line),
            "encapsulation" => self.journey(argument, line),
            "include" => self.complain(
                line,
                "{{#include …}} 要放在代码块里：```rust 一行，指令一行，``` 一行",
                "{{#include …}} belongs in a fence: a line ```rust, the directive, a line ```",
            ),
            _ => {
                let near = nearest(name, DIRECTIVES.into_iter());
                self.complain(
                    line,
                    format!("没有指令 {name}{}", near.zh()),
                    format!("no directive {name}{}", near.en()),
                )
            }
        }
    }

    fn session(&mut self, name: &str, line: usize) -> String {
        let folder = Path::new("examples");
        let Some(source) = self.named(folder, name, "session", line) else {
            return String::new();
        };
        let file = folder.join(format!("{name}.session"));
        let Some(session) = self.parsed(&source, &file) else {
            return String::new();
        };
        let count = self.sessions.entry(name.to_owned()).or_default();
        *count += 1;
        let id = match *count {
            1 => format!("session-{name}"),
            count => format!("session-{name}-{count}"),
        };
        self.ids.add(&id, &self.zh_file, line, self.problems);
        story::render(&session, &id)
    }

    fn parsed(&mut self, source: &str, file: &Path) -> Option<Session> {
        let parsed = Session::parse(&source.replace("\r\n", "\n"));
        for error in parsed.as_ref().err().into_iter().flatten() {
            self.problems.add(
                file,
                error.line,
                format!("应当是：{}；实际是：{}", error.expected, error.found),
                format!("expected {}, found {}", error.expected, error.found),
            );
        }
        parsed.ok()
    }

    fn capture(&mut self, name: &str, line: usize) -> String {
        let Some(recording) = self.recording(name, line) else {
            return String::new();
        };
        let times = self.captures.iter().filter(|one| *one == name).count();
        let unique = match times {
            0 => name.to_owned(),
            times => format!("{name}-{}", times + 1),
        };
        let file = self.from_here(&recording.file);
        let drawing = recording.drawing(&unique, self.captures.is_empty(), &file);
        let html = captures::whole(&drawing, &mut self.drawn);
        self.captures.push(name.to_owned());
        self.add_drawn(line);
        html
    }

    fn packet(&mut self, argument: &str, line: usize) -> String {
        let (name, number) = argument.rsplit_once(' ').unwrap_or((argument, ""));
        let Ok(number) = number.parse::<usize>() else {
            return self.complain(
                line,
                "要写明是第几个包：{{#packet 名字 4}}",
                "say which packet: {{#packet NAME 4}}",
            );
        };
        let Some(recording) = self.recording(name.trim(), line) else {
            return String::new();
        };
        let packets = &recording.capture.packets;
        let Some(packet) = packets.iter().find(|packet| packet.number == number) else {
            let file = slashes(&recording.file);
            return self.complain(
                line,
                format!(
                    "book/{file} 里没有第 {number} 个包；它有 {} 个",
                    packets.len()
                ),
                format!(
                    "book/{file} has no packet {number}; it has {}",
                    packets.len()
                ),
            );
        };
        let file = self.from_here(&recording.file);
        let first = self
            .captures
            .first()
            .is_some_and(|first| first == name.trim());
        let drawing = recording.drawing(name.trim(), first, &file);
        let html = captures::single(&drawing, packet, &mut self.drawn);
        self.add_drawn(line);
        html
    }

    /// A capture with its session, or a problem that says what to do.
    fn recording(&mut self, name: &str, line: usize) -> Option<Recording> {
        let folder = Path::new("book/captures");
        let source = self.named(folder, name, "session", line)?;
        let session = self.parsed(&source, &folder.join(format!("{name}.session")))?;
        let file = folder.join(format!("{name}.pcapng"));
        let again = format!("cargo workbook capture {name}");
        let bytes = match self.sources.bytes(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                let file = slashes(&file);
                let (why_zh, why_en) = match error.kind() {
                    ErrorKind::NotFound => (format!("没有 {file}"), format!("no {file}")),
                    _ => (
                        format!("读不到 {file}：{error}"),
                        format!("cannot read {file}: {error}"),
                    ),
                };
                self.complain(
                    line,
                    format!("{why_zh}：用 {again} 录制"),
                    format!("{why_en}: record it with {again}"),
                );
                return None;
            }
        };
        match capture::read(&bytes, &session) {
            Ok(capture) => Some(Recording {
                file: Path::new("captures").join(format!("{name}.pcapng")),
                size: bytes.len(),
                session,
                capture,
            }),
            Err(error) => {
                let file = slashes(&file);
                self.complain(
                    line,
                    format!("{file} 读不懂：{error}；用 {again} 重新录制"),
                    format!("cannot make sense of {file}: {error}; record it again with {again}"),
                );
                None
            }
        }
    }

    /// A file of `book/` as this page links to it.
    fn from_here(&self, file: &Path) -> String {
        let up = self.page.components().count().saturating_sub(1);
        "../".repeat(up) + &slashes(file)
    }

    fn add_drawn(&mut self, line: usize) {
        for id in std::mem::take(&mut self.drawn.ids) {
            self.ids.add(&id, &self.zh_file, line, self.problems);
        }
    }

    fn journey(&mut self, sentence: &str, line: usize) -> String {
        match journey::render(sentence) {
            Ok(html) => {
                self.ids
                    .add("encapsulation", &self.zh_file, line, self.problems);
                html
            }
            Err(error) => self.complain(
                line,
                format!("11_encapsulation 装不下这句话：{error}"),
                format!("11_encapsulation refuses this sentence: {error}"),
            ),
        }
    }

    fn figure(&mut self, name: &str, line: usize) -> String {
        let folder = Path::new("book/figures");
        let Some(source) = self.named(folder, name, "html", line) else {
            return String::new();
        };
        let file = folder.join(format!("{name}.html"));
        match figure::render(&source.replace("\r\n", "\n")) {
            Ok(figure) => {
                for (_, id) in html::attribute(&figure, "id") {
                    self.ids.add(id, &self.zh_file, line, self.problems);
                }
                figure
            }
            Err((zh, en)) => {
                self.problems.add(&file, 1, zh, en);
                String::new()
            }
        }
    }

    /// The file that a directive names, or a problem with the name that was perhaps meant.
    fn named(&mut self, folder: &Path, name: &str, ext: &str, line: usize) -> Option<String> {
        let file = folder.join(format!("{name}.{ext}"));
        let plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.contains("..");
        let read = plain.then(|| self.sources.read(&file));
        if let Some(Ok(source)) = read {
            return Some(source);
        }
        let known: Vec<String> = self
            .sources
            .files(folder)
            .iter()
            .filter(|path| path.parent() == Some(folder))
            .filter_map(|path| path.file_name()?.to_str()?.strip_suffix(&format!(".{ext}")))
            .map(str::to_owned)
            .collect();
        let near = nearest(name, known.iter().map(String::as_str));
        let file = slashes(&file);
        self.complain(
            line,
            format!("没有文件 {file}{}", near.zh()),
            format!("no file {file}{}", near.en()),
        );
        None
    }

    /// A problem on a line of the Chinese page; nothing comes out for it.
    fn complain(&mut self, line: usize, zh: impl Into<String>, en: impl Into<String>) -> String {
        self.problems.add(&self.zh_file, line, zh, en);
        String::new()
    }
}

/// A capture as its files have it.
struct Recording {
    /// From `book/`.
    file: PathBuf,
    size: usize,
    session: Session,
    capture: Capture,
}

impl Recording {
    fn drawing<'a>(&'a self, name: &'a str, first: bool, file: &'a str) -> Drawing<'a> {
        Drawing {
            capture: &self.capture,
            session: &self.session,
            name,
            first,
            file,
            size: self.size,
        }
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
        _ => text::join_lines(block.text),
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
