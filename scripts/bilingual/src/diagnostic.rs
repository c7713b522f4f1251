//! What is wrong with a file, for the person who can correct it: where, what, and what to do.

use std::path::{Path, PathBuf};

use crate::{Lang, Text};

/// One problem in a file of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// From the repository root.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: Text,
}

impl Diagnostic {
    /// `book/page.md:12: what is wrong; what to do`.
    #[must_use]
    pub fn display(&self, lang: Lang) -> String {
        let message = self.message.in_lang(lang);
        format!("{}:{}: {message}", slashes(&self.file), self.line)
    }
}

/// A path as it is written everywhere in the book, also on Windows.
#[must_use]
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
