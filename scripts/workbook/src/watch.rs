//! Which saves concern the book. Folders are watched, not files: many editors write a new file
//! and rename it over the old one.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use bilingual::Diagnostic;
use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::site::{SinglePage, Site};

/// Everything that the reading loop waits for.
#[derive(Debug)]
pub enum WatchEvent {
    /// A file that the book is made of has changed; its path from the root.
    Saved(PathBuf),
    /// The saved page, made alone; `None` where that is not possible.
    BuiltPage(Option<SinglePage>),
    /// The whole build with this number has ended.
    Built(u64, Result<Site, Vec<Diagnostic>>),
    /// A learner's progress has changed.
    Learned,
    /// Changes may have been missed.
    Blind(notify::Error),
    /// Ctrl-C.
    Interrupted,
}

/// Folders that the book is made of.
const BOOK_FOLDERS: [&str; 2] = ["book", "examples"];

/// The learner's own folder, which is not part of the book.
const LEARNER_FOLDER: &str = "examples/exercises/mine";

/// The file in it that grows with every check.
const PROGRESS_FILE: &str = "examples/exercises/mine/progress";

/// Watches as long as it lives.
pub struct Watching {
    root: PathBuf,
    watcher: Box<dyn Watcher + Send>,
    /// Why the files are looked at twice a second instead of being watched by the system.
    pub polling: Option<notify::Error>,
}

impl Watching {
    /// Watches this path again after a change: there may be another folder now, while the system
    /// watches the one that has gone.
    pub fn renew(&mut self, path: &Path) {
        let folder = self.root.join(path);
        if BOOK_FOLDERS.iter().any(|name| path == Path::new(name)) && folder.is_dir() {
            let _ = self.watcher.unwatch(&folder);
            let _ = self.watcher.watch(&folder, RecursiveMode::Recursive);
        }
    }
}

/// Sends every change of a file that the book is made of.
pub fn watch(root: &Path, events: Sender<WatchEvent>) -> notify::Result<Watching> {
    // A link in the book is an error, and may lead to the whole disk.
    let config = Config::default().with_follow_symlinks(false);
    let watching = |watcher, polling| Watching {
        root: root.to_owned(),
        watcher,
        polling,
    };
    let native = RecommendedWatcher::new(sender_of_changes(root, events.clone()), config)
        .and_then(|mut watcher| cover(&mut watcher, root).map(|()| watcher));
    match native {
        Ok(watcher) => Ok(watching(Box::new(watcher), None)),
        Err(reason) => {
            let config = config.with_poll_interval(Duration::from_millis(500));
            let mut watcher = PollWatcher::new(sender_of_changes(root, events), config)?;
            cover(&mut watcher, root)?;
            Ok(watching(Box::new(watcher), Some(reason)))
        }
    }
}

fn cover(watcher: &mut impl Watcher, root: &Path) -> notify::Result<()> {
    watcher.watch(root, RecursiveMode::NonRecursive)?;
    for folder in BOOK_FOLDERS.map(|name| root.join(name)) {
        if folder.is_dir() {
            watcher.watch(&folder, RecursiveMode::Recursive)?;
        }
    }
    Ok(())
}

fn sender_of_changes(
    root: &Path,
    events: Sender<WatchEvent>,
) -> impl Fn(notify::Result<Event>) + Send + use<> {
    let root = root.to_owned();
    move |result| match result {
        Ok(event) if event.need_rescan() => {
            let _ = events.send(WatchEvent::Saved(PathBuf::new()));
        }
        Ok(event) if is_a_change(event.kind) => {
            for path in event.paths {
                let path = path.strip_prefix(&root).unwrap_or(&path);
                if path == Path::new(PROGRESS_FILE) {
                    let _ = events.send(WatchEvent::Learned);
                } else if is_of_the_book(path) {
                    let _ = events.send(WatchEvent::Saved(path.to_owned()));
                }
            }
        }
        Ok(_) => {}
        Err(error) => {
            let _ = events.send(WatchEvent::Blind(error));
        }
    }
}

/// A build reads the files: reading must not start the next one.
fn is_a_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        _ => true,
    }
}

/// Whether a path from the root belongs to the book: what editors and Python leave beside the
/// sources does not.
fn is_of_the_book(path: &Path) -> bool {
    let mut names = path
        .components()
        .filter_map(|part| part.as_os_str().to_str());
    let Some(top) = names.next() else {
        return false;
    };
    if path.starts_with(LEARNER_FOLDER) {
        return false;
    }
    if !BOOK_FOLDERS.contains(&top) {
        return path == Path::new("book.toml");
    }
    !names.any(is_litter)
}

fn is_litter(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    name.starts_with(['.', '#'])
        || name.ends_with('~')
        || matches!(end, "swp" | "swx" | "swo" | "tmp" | "bak" | "orig" | "pyc")
        || matches!(name, "__pycache__" | "4913")
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, DataChange};

    #[track_caller]
    fn concerns_the_book(path: &str, expected: bool) {
        assert_eq!(is_of_the_book(Path::new(path)), expected, "{path}");
    }

    #[test]
    fn pages_examples_and_the_configuration_concern_the_book() {
        for path in [
            "book.toml",
            "book/SUMMARY.md",
            "book/theme/head.hbs",
            "examples/02_duplex.session",
            "examples/exercises/echo_server/check.session",
        ] {
            concerns_the_book(path, true);
        }
    }

    #[test]
    fn what_builds_editors_and_python_leave_does_not() {
        for path in [
            "",
            "target",
            "target/book/index.html",
            "Cargo.lock",
            "book.toml~",
            "scripts/pages/src/lib.rs",
            "book/.osi.md.swp",
            "book/osi.md~",
            "book/4913",
            "book/#osi.md#",
            "book/.#osi.md",
            "examples/python/__pycache__/a.pyc",
            "book/.git/index",
            "examples/exercises/mine/echo_server.rs",
            "examples/exercises/mine/last/echo_server.zh.txt",
            "examples/exercises/mine/progress",
        ] {
            concerns_the_book(path, false);
        }
    }

    #[test]
    fn reading_a_file_is_not_a_change() {
        assert!(!is_a_change(EventKind::Access(AccessKind::Open(
            AccessMode::Any
        ))));
        assert!(!is_a_change(EventKind::Access(AccessKind::Close(
            AccessMode::Read
        ))));
        assert!(is_a_change(EventKind::Access(AccessKind::Close(
            AccessMode::Write
        ))));
        assert!(is_a_change(EventKind::Create(CreateKind::File)));
        assert!(is_a_change(EventKind::Modify(ModifyKind::Data(
            DataChange::Content
        ))));
    }
}
