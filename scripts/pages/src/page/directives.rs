//! What replaces a directive: the panels, diagrams and figures that a page names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ::judge::Check;
use session::{ParseError, Session};

use super::Work;
use crate::links::nearest;
use crate::scan::Found;
use crate::sources::{place, reason};
use crate::{code, exercise, figure, journey, tags};
use bilingual::slashes;
use timeline::Timeline;
use timeline::html::Drawing;

const DIRECTIVES: [&str; 8] = [
    "session",
    "capture",
    "packet",
    "exercise",
    "variants",
    "figure",
    "encapsulation",
    "languages",
];

impl Work<'_> {
    pub(super) fn directive(&mut self, text: &str, line: usize) -> String {
        let inner = text.trim_start_matches("{{#").trim_end_matches("}}").trim();
        let (name, argument) = inner.split_once(' ').unwrap_or((inner, ""));
        let argument = argument.trim();
        match name {
            "session" => self.session(argument, line),
            "capture" => self.capture(argument, line),
            "packet" => self.packet(argument, line),
            "exercise" | "variants" => self.exercise(name, argument, line),
            "figure" => self.figure(argument, line),
            "encapsulation" => self.journey(argument, line),
            "languages" => {
                let all = ["rust", "python", "c"];
                let switch = code::switch(&all, "Programming language of this book");
                self.with_style("tabs", switch)
            }
            "include" => self.complain(
                line,
                "{{#include …}} 要放在代码块里：```rust 一行，指令一行，``` 一行",
                "{{#include …}} belongs in a fence: a line ```rust, the directive, a line ```",
            ),
            _ => {
                let near = nearest(name, DIRECTIVES.into_iter());
                self.complain(
                    line,
                    format!("没有 {name} 这个指令{}", near.zh()),
                    format!("unknown directive {name}{}", near.en()),
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
        timeline::html::session(&Timeline::of_session(&session), &id)
    }

    pub(super) fn parsed(&mut self, source: &str, file: &Path) -> Option<Session> {
        let parsed = Session::parse(&source.replace("\r\n", "\n"));
        if let Err(errors) = &parsed {
            self.refused(errors, file);
        }
        parsed.ok()
    }

    fn refused(&mut self, errors: &[ParseError], file: &Path) {
        for error in errors {
            self.problems.add(
                file,
                error.line,
                format!("应当是：{}；实际是：{}", error.expected, error.found),
                format!("expected {}, found {}", error.expected, error.found),
            );
        }
    }

    fn exercise(&mut self, directive: &str, id: &str, line: usize) -> String {
        let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let folder = Path::new("examples/exercises").join(if plain { id } else { "" });
        let Some(source) = self.named(&folder, "check", "session", line) else {
            return String::new();
        };
        let file = folder.join("check.session");
        let check = match Check::parse(&source.replace("\r\n", "\n")) {
            Ok(check) => check,
            Err(errors) => {
                self.refused(&errors, &file);
                return String::new();
            }
        };
        if directive == "exercise" {
            let has_python = self.sources.read(&folder.join("stub.py")).is_ok();
            let panel = exercise::panel(id, &check, has_python);
            let panel = self.with_style("tabs", panel);
            return self.with_style("exercises", panel);
        }
        let up = self.link_to(Path::new(""));
        for variant in &check.variants {
            let id = exercise::anchor(&variant.name);
            self.ids.add(&id, &self.zh_file, line, self.problems);
            let (line, text) = (variant.line, exercise::to_read(variant, &up, "md"));
            self.links.push((file.clone(), Found { line, text }));
        }
        exercise::variants(&check, &up)
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
        let files = self.link_to(&recording.files);
        let drawing = recording.drawing(&unique, self.captures.is_empty(), &files);
        let html = timeline::html::capture(&drawing, &mut self.drawn);
        self.captures.push(name.to_owned());
        self.add_drawn(line);
        self.with_style("packets", html)
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
        let mut packets = recording.timeline.packets();
        if !packets.any(|(_, sent)| sent.packet.number == number) {
            let file = slashes(&recording.files);
            let count = recording.timeline.packets().count();
            return self.complain(
                line,
                format!("book/{file}.pcapng 里没有第 {number} 个包；它有 {count} 个"),
                format!("book/{file}.pcapng has no packet {number}; it has {count}"),
            );
        }
        let files = self.link_to(&recording.files);
        let first = self
            .captures
            .first()
            .is_some_and(|first| first == name.trim());
        let drawing = recording.drawing(name.trim(), first, &files);
        let html = timeline::html::single(&drawing, number, &mut self.drawn);
        self.add_drawn(line);
        self.with_style("packets", html)
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
                    _ => {
                        let (zh, en) = reason(&error);
                        self.complain(
                            line,
                            format!("读不了 {file}：{zh}"),
                            format!("cannot read {file}: {en}"),
                        );
                        return None;
                    }
                };
                self.complain(
                    line,
                    format!("{why_zh}：用 {again} 录制"),
                    format!("{why_en}: record it with {again}"),
                );
                return None;
            }
        };
        let capture = match capture::read(&bytes, &session) {
            Ok(capture) => capture,
            Err(error) => {
                let file = slashes(&file);
                self.complain(
                    line,
                    format!("{file} 解析不了：{error}；用 {again} 重新录制"),
                    format!("cannot decode {file}: {error}; record it again with {again}"),
                );
                return None;
            }
        };
        for extension in ["js", "html"] {
            let drawn = folder.join(format!("{name}.{extension}"));
            if let Err(error) = self.sources.bytes(&drawn) {
                let (zh, en) = reason(&error);
                let drawn = slashes(&drawn);
                self.complain(
                    line,
                    format!("读不了 {drawn}：{zh}；用 cargo workbook capture --draw {name} 生成"),
                    format!(
                        "cannot read {drawn}: {en}; cargo workbook capture --draw {name} makes it"
                    ),
                );
                return None;
            }
        }
        Some(Recording {
            files: Path::new("captures").join(name),
            size: bytes.len(),
            timeline: Timeline::of_capture(capture, &session),
        })
    }

    /// A file of `book/` as this page links to it.
    pub(super) fn link_to(&self, file: &Path) -> String {
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
                self.with_asset("encapsulation", html)
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
                for (_, id) in tags::attribute(&figure, "id") {
                    self.ids.add(&id, &self.zh_file, line, self.problems);
                }
                if figure.contains("osi-order") {
                    let figure = self.with_asset("widgets", figure);
                    return self.with_asset("sortable", figure);
                }
                if figure.contains("ws-chat") {
                    return self.with_asset("websocket", figure);
                }
                figure
            }
            Err((zh, en)) => {
                self.problems.add(&file, 1, zh, en);
                String::new()
            }
        }
    }

    /// The file that a directive names, or a problem with the name that was probably meant.
    pub(super) fn named(
        &mut self,
        folder: &Path,
        name: &str,
        ext: &str,
        line: usize,
    ) -> Option<String> {
        let file = folder.join(format!("{name}.{ext}"));
        let plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.contains("..");
        let read = plain.then(|| self.sources.read(&file));
        match read {
            Some(Ok(source)) => return Some(source),
            Some(Err(error)) if error.kind() != ErrorKind::NotFound => {
                match place(&error) {
                    Some((line, zh, en)) => self.problems.add(&file, line, zh, en),
                    None => {
                        self.complain(
                            line,
                            format!("读不了 {}：{error}", slashes(&file)),
                            format!("cannot read {}: {error}", slashes(&file)),
                        );
                    }
                }
                return None;
            }
            _ => {}
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
}

/// A capture as its files have it.
struct Recording {
    /// From `book/`, without what follows the dot.
    files: PathBuf,
    size: usize,
    timeline: Timeline,
}

impl Recording {
    fn drawing<'a>(&'a self, name: &'a str, first: bool, files: &'a str) -> Drawing<'a> {
        Drawing {
            timeline: &self.timeline,
            name,
            first,
            files,
            size: self.size,
        }
    }
}
