//! Building the book: mdBook, with the pages preprocessor as a library, and strictly:
//! whatever mdBook warns about and carries on is a failure here.

pub(crate) mod page;
pub(crate) mod process;
pub(crate) mod whole;

mod log;
mod preflight;
mod preprocessor;
mod search;
mod snapshot;

use std::fs;
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use bilingual::{Diagnostic, Text};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use session::encoding;
use session::run::scratch;

use crate::folder::{Folder, Refused};
use preprocessor::{Broken, Pages};
use snapshot::{Opened, Snapshot};

/// How often to try again when another process has come between two steps.
const RENAME_ATTEMPTS_MAX: usize = 100;

/// Age at which an unchanged scratch folder is taken to be left over.
const SCRATCH_ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// Builds the book into its own build directory, which changes only when all went well.
/// Returns that directory, as `book.toml` names it; where the checkout cannot be written, the one
/// of the same name in the folder that cargo builds in, whole.
pub fn build(root: &Path) -> Result<PathBuf, Vec<Diagnostic>> {
    let scratch = Scratch::new(root).map_err(|error| vec![unwritable(root, &error)])?;
    let site = scratch.path().join("site");
    let mut place = build_into(root, &site)?;
    if let (Some(target), Ok(name)) = (scratch.elsewhere(root), place.strip_prefix("target")) {
        place = target.join(name);
    }
    replace(&site, &root.join(&place), &scratch.path().join("old"))
        .map_err(|error| vec![unwritable(&place, &error)])?;
    Ok(place)
}

/// Builds the book into a directory that mdBook may empty.
/// Returns the build directory that `book.toml` names.
pub fn build_into(root: &Path, destination: &Path) -> Result<PathBuf, Vec<Diagnostic>> {
    strictly(|| {
        let prepared = Prepared::new(root, destination)?;
        let mut book = prepared.load()?;
        let place = std::mem::replace(&mut book.config.build.build_dir, destination.to_owned());
        let Prepared { folder, copy, .. } = prepared;
        book.with_preprocessor(Pages(Opened(folder)));
        finish(&book, destination).map_err(|error| copy.here(error))?;
        Ok(place)
    })
}

/// Runs mdBook, and prepares the search of each page.
fn finish(book: &MDBook, destination: &Path) -> anyhow::Result<()> {
    book.build()?;
    search::on_demand(destination).context("prepare the search of each page")
}

/// The result of the work, or everything that is wrong, with what mdBook warned about meanwhile.
fn strictly<T>(work: impl FnOnce() -> anyhow::Result<T>) -> Result<T, Vec<Diagnostic>> {
    let work = AssertUnwindSafe(|| log::collect(work));
    let (result, warnings) = catch_unwind(work).map_err(|_| vec![crashed()])?;
    let mut problems: Vec<Diagnostic> = warnings.into_iter().map(said_by_mdbook).collect();
    match result {
        Ok(made) if problems.is_empty() => return Ok(made),
        Ok(_) => {}
        Err(error) => match error.downcast::<Broken>() {
            Ok(Broken(found)) => drop(problems.splice(0..0, found)),
            Err(error) => problems.push(said_by_mdbook(format!("{error:#}"))),
        },
    }
    Err(problems)
}

fn crashed() -> Diagnostic {
    Diagnostic::somewhere(Text::new(
        "生成程序自己出错了，错误信息在上面；请报告给我们",
        "the build crashed; please report the message above",
    ))
}

/// The sources of a book: copied, and checked for what mdBook would not notice.
struct Prepared {
    folder: Folder,
    book_toml: String,
    config: Config,
    copy: Copied,
}

impl Prepared {
    /// Copies the whole book beside the destination, which mdBook empties.
    fn new(root: &Path, destination: &Path) -> anyhow::Result<Prepared> {
        let prepared = Prepared::parts(root, destination, preflight::parts)?;
        let (source, summary) = (prepared.source(), prepared.summary());
        if let Ok(text) = fs::read_to_string(prepared.copy.0.join(&summary)) {
            fail_on(preflight::contents(&text, &summary, &source))?;
        }
        Ok(prepared)
    }

    /// Copies these parts of it.
    fn parts(
        root: &Path,
        destination: &Path,
        parts: fn(&Config) -> Vec<PathBuf>,
    ) -> anyhow::Result<Prepared> {
        let folder = Folder::open(root).with_context(|| root.display().to_string())?;
        let book_toml = configuration(&folder)?;
        let mut config = Config::from_str(&book_toml)?;
        config.update_from_env()?;
        let mut problems = preflight::configuration(&config, &book_toml);
        problems.extend(preflight::paths(&config, &book_toml));
        fail_on(problems)?;
        let copy = Copied::new(destination)?;
        let mut snapshot = Snapshot::new(&folder, &copy.0);
        for part in parts(&config) {
            snapshot.copy(&part).context("copy the sources")?;
        }
        fail_on(std::mem::take(&mut snapshot.problems))?;
        Ok(Prepared {
            folder,
            book_toml,
            config,
            copy,
        })
    }

    /// The folder of the copied pages.
    fn source(&self) -> PathBuf {
        self.copy.0.join(&self.config.book.src)
    }

    /// The table of contents, from the root.
    fn summary(&self) -> PathBuf {
        self.config.book.src.join("SUMMARY.md")
    }

    /// The copy as mdBook reads it.
    fn load(&self) -> anyhow::Result<MDBook> {
        MDBook::load_with_config(&self.copy.0, self.config.clone())
            .map_err(|error| self.copy.here(error))
    }
}

/// The text of `book.toml`.
fn configuration(folder: &Folder) -> anyhow::Result<String> {
    let refused = match folder.read("book.toml".as_ref()) {
        Ok(bytes) => match encoding::text(bytes) {
            Ok(text) => return Ok(text),
            Err(not) => (not.line, not.zh(), not.en()),
        },
        Err(Refused::Failed(error)) if error.kind() == ErrorKind::NotFound => (
            1,
            "没有这个文件；请恢复它".to_owned(),
            "no such file; restore it".to_owned(),
        ),
        Err(refused) => (1, refused.zh(), refused.en()),
    };
    let (line, message_zh, message_en) = refused;
    Err(Broken(vec![Diagnostic::at(
        "book.toml",
        line,
        Text::new(message_zh, message_en),
    )])
    .into())
}

/// Fails if there are problems.
fn fail_on(problems: Vec<Diagnostic>) -> anyhow::Result<()> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Broken(problems).into()),
    }
}

/// The folder that mdBook reads, removed at the end.
struct Copied(PathBuf);

impl Copied {
    fn new(destination: &Path) -> anyhow::Result<Copied> {
        let mut name = destination.file_name().unwrap_or_default().to_owned();
        name.push(".sources");
        let folder = destination.with_file_name(name);
        let shown = || folder.display().to_string();
        // What a killed build has left.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(shown)?,
            _ => fs::create_dir_all(&folder).with_context(shown)?,
        }
        Ok(Copied(folder))
    }

    /// An error of mdBook's, with the paths as the author knows them.
    fn here(&self, error: anyhow::Error) -> anyhow::Error {
        if error.is::<Broken>() {
            return error;
        }
        anyhow::anyhow!("{}", self.without(&format!("{error:#}")))
    }

    /// A text without the path of the copy.
    fn without(&self, text: &str) -> String {
        let copy = format!("{}{}", self.0.display(), std::path::MAIN_SEPARATOR);
        text.replace(&copy, "")
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A problem on the line of `book.toml` that begins with `start`, or on its first.
fn words_at(
    book_toml: &str,
    start: &str,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Diagnostic {
    let line = book_toml.lines().position(|line| line.starts_with(start));
    Diagnostic::at("book.toml", line.unwrap_or(0) + 1, Text::new(zh, en))
}

fn said_by_mdbook(message: String) -> Diagnostic {
    let en = format!("mdBook: {message}");
    Diagnostic::somewhere(Text::new(format!("mdBook 报告：{message}"), en))
}

fn unwritable(place: &Path, error: &io::Error) -> Diagnostic {
    let place = place.display();
    Diagnostic::somewhere(Text::new(
        format!("写不进 {place}：{error}；请检查权限和磁盘空间"),
        format!("cannot write to {place}: {error}; check its permissions and the disk space"),
    ))
}

/// Two renames, so that no reader meets a half-written site. When another process has put its own
/// there between the two, the last one wins. `old` is a folder for what was there before.
fn replace(new: &Path, place: &Path, old: &Path) -> io::Result<()> {
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::create_dir_all(old)?;
    let mut turn = 0;
    loop {
        let old = old.join(turn.to_string());
        let before = match fs::rename(place, &old) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            before => before,
        };
        match fs::rename(new, place) {
            Err(error)
                if error.kind() == ErrorKind::DirectoryNotEmpty && turn < RENAME_ATTEMPTS_MAX =>
            {
                turn += 1
            }
            Err(error) => {
                if before.is_ok() {
                    let _ = fs::rename(&old, place);
                }
                return Err(error);
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// A folder of this process below `target/`, or elsewhere where that cannot be written; removed at
/// the end.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Creates it.
    pub fn new(root: &Path) -> io::Result<Scratch> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let all = match scratch::writable(&root.join("target")) {
            Ok(()) => root.join("target/workbook"),
            Err(_) => scratch::folder(root, "workbook")
                .map_err(|error| io::Error::other(format!("{error:#}")))?,
        };
        sweep(&all);
        let path = all.join(name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        let mut turn = 0;
        loop {
            match fs::create_dir_all(&path) {
                // Another process has just removed the empty folder around it.
                Err(error) if error.kind() == ErrorKind::NotFound && turn < RENAME_ATTEMPTS_MAX => {
                    turn += 1
                }
                made => return made.map(|()| Scratch(path)),
            }
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder that replaces `target/`, where that cannot be written.
    fn elsewhere(&self, root: &Path) -> Option<&Path> {
        let target = self.0.parent()?.parent()?;
        (target != root.join("target")).then_some(target)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        // Only succeeds when no other process has a folder there.
        let _ = self.0.parent().map(fs::remove_dir);
    }
}

/// Removes what killed processes left. A folder in use that is nevertheless removed after an hour
/// without a build does no harm: the next build makes it again.
fn sweep(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_old = |path: &Path| {
            let modified = fs::symlink_metadata(path).and_then(|data| data.modified());
            modified.is_ok_and(|time| {
                time.elapsed()
                    .is_ok_and(|age| age > SCRATCH_ABANDONED_AFTER)
            })
        };
        let site = path.join("site");
        if is_old(&path) && (is_old(&site) || !site.exists()) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_that_build_at_once_do_not_disturb_each_other() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    for _ in 0..50 {
                        let scratch = Scratch::new(root).unwrap();
                        let site = scratch.path().join("site");
                        fs::create_dir(&site).unwrap();
                        fs::write(site.join("index.html"), "whole").unwrap();
                        let place = root.join("target/book");
                        replace(&site, &place, &scratch.path().join("old")).unwrap();
                    }
                });
            }
        });
        let index = root.join("target/book/index.html");
        assert_eq!(fs::read_to_string(index).unwrap(), "whole");
        assert!(!root.join("target/workbook").exists());
    }

    #[test]
    fn what_a_killed_process_left_is_removed_later() {
        let root = tempfile::tempdir().unwrap();
        let all = root.path().join("target/workbook");
        for name in ["old", "new"] {
            fs::create_dir_all(all.join(name).join("site")).unwrap();
        }
        let long_ago = std::time::SystemTime::now() - 2 * SCRATCH_ABANDONED_AFTER;
        for folder in ["old/site", "old"] {
            let folder = fs::File::open(all.join(folder)).unwrap();
            folder.set_modified(long_ago).unwrap();
        }
        drop(Scratch::new(root.path()).unwrap());
        assert!(!all.join("old").exists() && all.join("new").exists());
    }
}
