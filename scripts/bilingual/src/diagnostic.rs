//! What is wrong with a file, for the person who can correct it: where, what, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Lang, Text};

/// One problem of the repository, with its location where that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where it is.
    pub location: Option<Location>,
    /// What is wrong, and what to do.
    pub message: Text,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// From the repository root.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
}

impl Diagnostic {
    /// A problem in this line, counted from 1, of this file.
    pub fn at(file: impl Into<PathBuf>, line: usize, message: Text) -> Self {
        let file = file.into();
        Self {
            location: Some(Location { file, line }),
            message,
        }
    }

    /// A problem whose location is not known.
    #[must_use]
    pub fn somewhere(message: Text) -> Self {
        Self {
            location: None,
            message,
        }
    }

    /// `book/page.md:12: what is wrong; what to do`.
    #[must_use]
    pub fn display(&self, lang: Lang) -> String {
        let message = self.message.in_lang(lang);
        match &self.location {
            Some(location) => format!("{location}: {message}"),
            None => message.to_owned(),
        }
    }
}

impl fmt::Display for Location {
    /// `book/page.md:12`, on Windows too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", slashes(&self.file), self.line)
    }
}

/// A path as it is written everywhere in the book, also on Windows.
#[must_use]
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
