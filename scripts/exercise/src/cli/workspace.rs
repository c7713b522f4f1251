//! The learner's workspace: the course, the learner's own files, and the text of an exercise.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow};

use super::progress_log::ProgressLog;
use super::replace_file::replace;
use super::{mistake, warn};
use crate::course::{COMMANDS, Course};
use crate::progress::{EventKind, ProgramKind, is_name};
use crate::suggest::nearest;
use crate::text::{self, Page};
use bilingual::{Lang, Ui, visible};
use judge::check::Check;

/// The most bytes of a learner's file: a longer one was not written by hand.
pub(super) const FILE_BYTES_MAX: u64 = 1 << 20;

/// The workspace of a learner.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    pub(super) course: Course,
    pub(super) progress_log: ProgressLog,
    pub(super) ui: Ui,
    /// The ids of the exercises, in order.
    pub(super) ladder: Vec<String>,
}

/// A file of the learner's, and what has just been done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LearnerFile {
    pub(super) path: PathBuf,
    pub(super) kind: ProgramKind,
    /// Whether it was copied from the stub just now.
    pub(super) new: bool,
    /// Whether there is one in the other language too.
    pub(super) both: bool,
}

impl Workspace {
    pub(super) fn open(root: Option<PathBuf>, ui: Ui) -> Result<Self> {
        let root = match root {
            Some(root) => std::path::absolute(root).context("find the root")?,
            None => session::run::root()?,
        };
        let course = Course::new(&root);
        let ladder = course.ladder().with_context(|| {
            let place = course.shown(&course.exercises().join("ladder"));
            ui.pick(
                format!("读不了练习的顺序 {place}"),
                format!("cannot read the order of the exercises, {place}"),
            )
        })?;
        let (progress_log, said) = ProgressLog::open(&course, ui.lang);
        if let Some(said) = said {
            warn(said);
        }
        Ok(Self {
            course,
            progress_log,
            ui,
            ladder,
        })
    }

    pub(super) fn pick(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        self.ui.pick(zh.into(), en.into())
    }

    /// Checks that there is an exercise of this name; the error says which one may have been meant.
    pub(super) fn known(&self, id: &str) -> Result<()> {
        // An exercise that is being written is not on the ladder yet.
        if is_name(id) && self.course.file(id, "check.session").is_file() {
            return Ok(());
        }
        let names = self.ladder.iter().map(String::as_str).chain(COMMANDS);
        let nearest = nearest(id, names);
        let shown = visible::word(id);
        let (zh, en) = match nearest {
            Some(name) => (format!("是 {name} 吗？"), format!("; did you mean {name}?")),
            None => (String::new(), ".".to_owned()),
        };
        mistake(self.pick(
            format!("没有叫 {shown} 的练习。{zh}全部名字：cargo workbook exercise list"),
            format!("no exercise is called '{shown}'{en} All names: cargo workbook exercise list"),
        ))
    }

    pub(super) fn check(&self, id: &str) -> Result<Check> {
        let path = self.course.file(id, "check.session");
        let shown = self.course.shown(&path);
        let source = fs::read_to_string(&path).with_context(|| shown.clone())?;
        Check::parse(&source).map_err(|errors| {
            let errors: Vec<_> = errors
                .iter()
                .map(|error| format!("{shown}: {error}"))
                .collect();
            anyhow!(errors.join("\n"))
        })
    }

    /// The page, in the learner's language; `None` where there is none.
    pub(super) fn page(&self, id: &str) -> Option<Page> {
        let end = self.ui.pick("md", "en.md");
        let source = fs::read_to_string(self.course.page(id, end)).ok()?;
        Some(text::page(&source))
    }

    /// The path of the page, as it is shown.
    pub(super) fn page_shown(&self, id: &str) -> String {
        let end = self.ui.pick("md", "en.md");
        self.course.shown(&self.course.page(id, end))
    }

    /// A part of the page as lines of the terminal.
    pub(super) fn plain(&self, markdown: &str, width: usize) -> Vec<String> {
        text::render(markdown, self.ui.lang, width)
    }

    /// What the program must do: the goal of the page, or the comments at the beginning of the stub.
    pub(super) fn goal(&self, id: &str, width: usize) -> Vec<String> {
        match self.page(id) {
            Some(page) if !page.goal.trim().is_empty() => self.plain(&page.goal, width),
            _ => {
                let stub = fs::read_to_string(self.course.file(id, "stub.rs")).unwrap_or_default();
                head(&stub, self.ui.lang)
            }
        }
    }

    pub(super) fn file(&self, id: &str, kind: ProgramKind) -> PathBuf {
        self.course.mine().join(format!("{id}.{}", end(kind)))
    }

    /// The learner's file of this exercise: the one asked for, or the one saved last.
    pub(super) fn mine(&self, id: &str, asked: Option<ProgramKind>) -> Option<LearnerFile> {
        let saved = |kind| {
            let path = self.file(id, kind);
            let data = path.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((
                data.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                path,
                kind,
            ))
        };
        let (rust, python) = (saved(ProgramKind::Rust), saved(ProgramKind::Python));
        let both = rust.is_some() && python.is_some();
        let (_, path, kind) = match asked {
            Some(ProgramKind::Python) => python,
            Some(_) => rust,
            None => rust
                .into_iter()
                .chain(python)
                .max_by_key(|(time, ..)| *time),
        }?;
        Some(LearnerFile {
            path,
            kind,
            new: false,
            both,
        })
    }

    /// A line that says which of two files is taken, and how to choose; `None` where there is one.
    pub(super) fn which(&self, mine: &LearnerFile, asked: Option<ProgramKind>) -> Option<String> {
        if !mine.both || asked.is_some() {
            return None;
        }
        let name = self.course.shown(&mine.path);
        Some(self.pick(
            format!("Rust 和 Python 的都有：用最后保存的 {name}；要选就加 --rust 或 --python"),
            format!("there is a Rust file and a Python file: taking {name}, which was saved last; choose with --rust or --python"),
        ))
    }

    /// A line that says how to do an exercise in Python, if it has a stub for that.
    pub(super) fn python(&self, id: &str) -> Option<String> {
        let stub = self.course.file(id, "stub.py");
        stub.is_file().then(|| {
            self.pick(
                format!("用 Python 做：cargo workbook exercise {id} --python"),
                format!("In Python: cargo workbook exercise {id} --python"),
            )
        })
    }

    /// The learner's file; copied from the stub if there is none, never over one.
    pub(super) fn begin(&self, id: &str, asked: Option<ProgramKind>) -> Result<LearnerFile> {
        let mine = match self.mine(id, asked) {
            Some(mine) => mine,
            None => self.copy_stub(id, asked.unwrap_or(ProgramKind::Rust))?,
        };
        self.manifest();
        Ok(mine)
    }

    fn copy_stub(&self, id: &str, kind: ProgramKind) -> Result<LearnerFile> {
        let stub = self.course.file(id, &format!("stub.{}", end(kind)));
        if kind == ProgramKind::Python && !stub.is_file() {
            return mistake(self.pick(
                format!("{id} 没有 Python 起点程序；自己写的程序这样判：cargo workbook exercise check {id} -- python3 你的文件.py"),
                format!("{id} has no Python stub; to have a program of your own judged: cargo workbook exercise check {id} -- python3 YOURS.py"),
            ));
        }
        let text = fs::read(&stub).with_context(|| self.course.shown(&stub))?;
        let path = self.file(id, kind);
        let shown = self.course.shown(&path);
        let new = match write_new(&path, &text) {
            Ok(new) => new,
            Err(error) if refuses_writing(&error) => {
                let stub = self.course.shown(&stub);
                let own = format!("{id}.{}", end(kind));
                return mistake(self.pick(
                    format!("这里不能写 {shown}（{error}）。把 {stub} 复制到你自己的目录里再改，这样判它：cargo workbook exercise check {id} -- {own}\n这样做不会记下进度。"),
                    format!("{shown} cannot be written here ({error}). Copy {stub} to a folder of your own, change it there, and have it judged with cargo workbook exercise check {id} -- {own}\nYour progress is then not kept."),
                ));
            }
            Err(error) => return Err(error).with_context(|| shown),
        };
        if new {
            self.note(id, EventKind::Opened(kind));
        }
        let both = self.mine(id, None).is_some_and(|mine| mine.both);
        Ok(LearnerFile {
            path,
            kind,
            new,
            both,
        })
    }

    /// Adds what happened to the progress; a failure is reported, and nothing else stops.
    pub(super) fn note(&self, id: &str, what: EventKind) {
        if let Err(error) = self.progress_log.add(id, what) {
            warn(self.not_kept(&error));
        }
    }

    /// The message for a progress log that cannot be written.
    fn not_kept(&self, error: &anyhow::Error) -> String {
        let refused = error.downcast_ref().is_some_and(refuses_writing);
        let (zh, en) = match refused {
            true => (
                "。这份练习册不能写；把它复制到你自己的目录里，进度就能留下来",
                "; this copy of the workbook cannot be written: in a copy of your own, your progress is kept",
            ),
            false => ("", ""),
        };
        self.pick(
            format!("进度没记下来：{error:#}{zh}"),
            format!("your progress was not kept: {error:#}{en}"),
        )
    }

    /// Writes the manifest that editors need to understand a Rust file. Everything works without it.
    fn manifest(&self) {
        let mine = self.course.mine();
        let mut names: Vec<String> = fs::read_dir(&mine)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned()))
            .filter(|name| is_name(name))
            .collect();
        names.sort();
        let _ = write_if_ours(&mine.join("Cargo.toml"), &manifest(&names));
        let _ = write_if_ours(&mine.join(".cargo").join("config.toml"), CARGO_CONFIG);
    }
}

/// The configuration of cargo for `mine/`, where it finds our manifest first: with this
/// `cargo workbook` works there too, and what an editor builds goes where everything else does.
const CARGO_CONFIG: &str = "\
# 由 cargo workbook exercise 写出 · written by cargo workbook exercise
[build]
target-dir = \"../../../target/exercises/mine\"

[alias]
workbook = \"run --manifest-path ../../../Cargo.toml --target-dir ../../../target --package workbook --\"
";

fn manifest(names: &[String]) -> String {
    let mut text = "\
# 给编辑器用，由 cargo workbook exercise 写出：改动会被覆盖
# For editors, written by cargo workbook exercise: changes here are overwritten
[package]
name = \"mine\"
edition = \"2024\"
publish = false
autobins = false

[workspace]
"
    .to_owned();
    for name in names {
        text.push_str(&format!(
            "\n[[bin]]\nname = \"{name}\"\npath = \"{name}.rs\"\n"
        ));
    }
    text
}

fn end(kind: ProgramKind) -> &'static str {
    match kind {
        ProgramKind::Python => "py",
        ProgramKind::Rust | ProgramKind::Command => "rs",
    }
}

/// Whether nothing can be written there at all.
pub(super) fn refuses_writing(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), ReadOnlyFilesystem | PermissionDenied)
}

/// Writes a new file; `false` where there is one already, which stays.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(bytes).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a file, over an old one only if this tool wrote it: each of these says so.
fn write_if_ours(path: &Path, text: &str) -> io::Result<()> {
    match fs::read_to_string(path) {
        Ok(old) if old == text || !old.contains("cargo workbook exercise") => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => replace(path, text.as_bytes()),
    }
}

/// The comments before the first line of code, in one language.
fn head(stub: &str, lang: Lang) -> Vec<String> {
    let comments = stub.lines().take_while(|line| line.starts_with("//"));
    let words = comments.map(|line| line.trim_start_matches(['/', '!']).trim());
    let han = |line: &str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    words
        .filter(|line| !line.is_empty() && han(line) == (lang == Lang::Zh))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_stub_is_shown_in_one_language() {
        let stub = "//! 练习：回声。\n//! Exercise: an echo.\nuse std::env;\n// 其他\n";
        assert_eq!(head(stub, Lang::Zh), ["练习：回声。"]);
        assert_eq!(head(stub, Lang::En), ["Exercise: an echo."]);
    }

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine/a.rs");
        assert!(write_new(&path, b"first").unwrap());
        assert!(!write_new(&path, b"second").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn a_manifest_that_the_learner_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo.toml");
        for (before, after) in [
            (None, manifest(&[])),
            (Some(manifest(&["a".to_owned()])), manifest(&[])),
            (Some("[package]\n".to_owned()), "[package]\n".to_owned()),
        ] {
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            write_if_ours(&path, &manifest(&[])).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
        }
    }
}
