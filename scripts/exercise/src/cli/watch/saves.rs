//! Notices when a file has been saved. Pure, except for reading the file.
//!
//! The file is read ten times a second instead of being watched by the system: it is one small
//! file, and this way it does not matter what editors do to it (write in place, empty it first,
//! rename another over it, delete it for a moment), or whether it is on a network disk or in a
//! container.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::cli::workspace::FILE_BYTES_MAX;

/// Time without a change after which a save is over.
const SAVED_AFTER: Duration = Duration::from_millis(120);

/// Time after which an empty or missing file counts as such: before, it is probably about to be
/// written, or renamed.
const MISSING_AFTER: Duration = Duration::from_millis(800);

/// The result of a look at the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileChange {
    Nothing,
    /// There is something new to judge.
    Saved,
    /// The file is gone.
    Gone,
}

/// The file at one moment; `None` where there is none.
pub(super) type Snapshot = Option<(Option<SystemTime>, Vec<u8>)>;

/// The saves of a file.
#[derive(Debug)]
pub(super) struct Saves {
    path: PathBuf,
    last: Snapshot,
    since: Instant,
    told: bool,
}

impl Saves {
    /// Begins to look at a file; with `judged`, what is there now counts as seen.
    pub(super) fn new(path: &Path, judged: bool, now: Instant) -> Self {
        Self {
            path: path.to_owned(),
            last: read(path),
            since: now.checked_sub(MISSING_AFTER).unwrap_or(now),
            told: judged,
        }
    }

    pub(super) fn look(&mut self, now: Instant) -> FileChange {
        let look = read(&self.path);
        self.take(look, now)
    }

    fn take(&mut self, look: Snapshot, now: Instant) -> FileChange {
        if look != self.last {
            self.last = look;
            self.since = now;
            self.told = false;
            return FileChange::Nothing;
        }
        let (enough, saw) = match &self.last {
            None => (MISSING_AFTER, FileChange::Gone),
            Some((_, bytes)) if bytes.is_empty() => (MISSING_AFTER, FileChange::Saved),
            Some(_) => (SAVED_AFTER, FileChange::Saved),
        };
        if self.told || now.saturating_duration_since(self.since) < enough {
            return FileChange::Nothing;
        }
        self.told = true;
        saw
    }
}

fn read(path: &Path) -> Snapshot {
    let file = File::open(path).ok()?;
    let data = file.metadata().ok()?;
    if !data.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some((data.modified().ok(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Story {
        saves: Saves,
        now: Instant,
    }

    impl Story {
        fn new() -> Self {
            let now = Instant::now();
            let mut saves = Saves::new(Path::new("/no/such/file"), true, now);
            saves.last = text("old");
            Self { saves, now }
        }

        fn at(&mut self, millis: u64, look: Snapshot) -> FileChange {
            self.saves
                .take(look, self.now + Duration::from_millis(millis))
        }
    }

    fn text(text: &str) -> Snapshot {
        Some((None, text.as_bytes().to_vec()))
    }

    #[test]
    fn a_save_is_told_once_when_it_is_over() {
        let mut story = Story::new();
        assert_eq!(story.at(0, text("old")), FileChange::Nothing);
        assert_eq!(story.at(100, text("ne")), FileChange::Nothing);
        assert_eq!(story.at(200, text("new")), FileChange::Nothing);
        assert_eq!(story.at(300, text("new")), FileChange::Nothing);
        assert_eq!(story.at(400, text("new")), FileChange::Saved);
        assert_eq!(story.at(500, text("new")), FileChange::Nothing);
    }

    #[test]
    fn an_editor_that_empties_the_file_first_saves_once() {
        let mut story = Story::new();
        assert_eq!(story.at(0, text("")), FileChange::Nothing);
        assert_eq!(story.at(300, text("")), FileChange::Nothing);
        assert_eq!(story.at(400, text("new")), FileChange::Nothing);
        assert_eq!(story.at(600, text("new")), FileChange::Saved);
    }

    #[test]
    fn an_editor_that_replaces_the_file_saves_once_and_a_lost_file_is_told_later() {
        let mut story = Story::new();
        assert_eq!(story.at(0, None), FileChange::Nothing);
        assert_eq!(story.at(200, None), FileChange::Nothing);
        assert_eq!(story.at(300, text("new")), FileChange::Nothing);
        assert_eq!(story.at(500, text("new")), FileChange::Saved);
        assert_eq!(story.at(600, None), FileChange::Nothing);
        assert_eq!(story.at(1500, None), FileChange::Gone);
        assert_eq!(story.at(1600, None), FileChange::Nothing);
        assert_eq!(story.at(1700, text("new")), FileChange::Nothing);
        assert_eq!(story.at(1900, text("new")), FileChange::Saved);
    }

    #[test]
    fn the_same_text_saved_again_is_a_save() {
        let mut story = Story::new();
        let later = Some((Some(SystemTime::UNIX_EPOCH), b"old".to_vec()));
        assert_eq!(story.at(0, later.clone()), FileChange::Nothing);
        assert_eq!(story.at(200, later), FileChange::Saved);
    }

    #[test]
    fn an_empty_file_that_stays_empty_is_judged_too() {
        let mut story = Story::new();
        assert_eq!(story.at(0, text("")), FileChange::Nothing);
        assert_eq!(story.at(900, text("")), FileChange::Saved);
    }
}
