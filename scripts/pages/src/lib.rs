//! The book's pages: twins, sessions, code and figures become one bilingual page each.

mod problem;
mod sources;

use std::path::PathBuf;

pub use problem::{Lang, Problem};
pub use sources::{Directory, Sources};

/// A page of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The Chinese file, relative to `book/`.
    pub path: PathBuf,
    /// Markdown.
    pub content: String,
}

/// Turns the Chinese pages and their English twins into bilingual pages, in the same order,
/// or tells all problems of the book.
pub fn render(pages: &[Page], _sources: &dyn Sources) -> Result<Vec<Page>, Vec<Problem>> {
    Ok(pages.to_vec())
}
