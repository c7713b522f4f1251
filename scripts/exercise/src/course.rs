//! Where the exercises are: the ladder, the files of each, and the learner's own. Pure, except for
//! reading the ladder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::progress::is_name;

/// The commands of `cargo workbook exercise`: no exercise has such a name.
pub const COMMANDS: [&str; 8] = [
    "list", "check", "hint", "reset", "solution", "report", "class", "help",
];

/// The paths of a course in a checkout.
#[derive(Debug, Clone)]
pub struct Course {
    root: PathBuf,
}

impl Course {
    /// The course in the repository at `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let root = root.to_owned();
        Self { root }
    }

    /// The root of the repository.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The ids in order; a line that is not an id is left out.
    ///
    /// # Errors
    /// The ladder cannot be read.
    pub fn ladder(&self) -> io::Result<Vec<String>> {
        let text = fs::read_to_string(self.exercises().join("ladder"))?;
        Ok(ladder(&text))
    }

    /// The folder of the exercises.
    #[must_use]
    pub fn exercises(&self) -> PathBuf {
        self.root.join("examples").join("exercises")
    }

    /// A file of an exercise: `check.session`, `stub.rs`, …
    #[must_use]
    pub fn file(&self, id: &str, name: &str) -> PathBuf {
        self.exercises().join(id).join(name)
    }

    /// The learner's own folder.
    #[must_use]
    pub fn mine(&self) -> PathBuf {
        self.exercises().join("mine")
    }

    /// The folder where wrong programs that are kept as patches are written out, to be opened and run.
    #[must_use]
    pub fn written_out(&self) -> PathBuf {
        self.root.join("target").join("wrong")
    }

    /// The page that holds an exercise's text: `exercises/ID.md`, `exercises/ID.en.md`.
    #[must_use]
    pub fn page(&self, id: &str, end: &str) -> PathBuf {
        let pages = self.root.join("book").join("exercises");
        pages.join(format!("{id}.{end}"))
    }

    /// The last report, in the language `zh` or `en`.
    #[must_use]
    pub fn last(&self, id: &str, lang: &str) -> PathBuf {
        let last = self.mine().join("last");
        last.join(format!("{id}.{lang}.txt"))
    }

    /// A path as it is shown: relative to the root, with slashes even on Windows.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}

fn ladder(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in text.lines().map(str::trim) {
        if is_name(id) && !ids.iter().any(|other| other == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_read_in_its_order_without_comments() {
        assert_eq!(
            ladder("# order\nsay_hello\n\n  echo_server\r\nsay_hello\n../x\n"),
            ["say_hello", "echo_server"]
        );
    }

    #[test]
    fn a_path_is_shown_from_the_root() {
        let course = Course::new(Path::new("/x"));
        let path = course.mine().join("echo_server.rs");
        assert_eq!(
            course.shown(&path),
            "examples/exercises/mine/echo_server.rs"
        );
        assert_eq!(course.shown(Path::new("/y/z")), "/y/z");
    }
}
