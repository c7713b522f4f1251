//! The crate `pages` in the place of the command that `book.toml` names: same name, so mdBook
//! keeps its place before `links`; no second process and no JSON in between.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bilingual::Diagnostic;
use mdbook_driver::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use pages::{Memory, Page};

use super::snapshot::Opened;

/// The preprocessor.
#[derive(Debug)]
pub(super) struct Pages(pub(super) Making, pub(super) Opened);

/// How pages are made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Making {
    /// What is still true of the last time.
    pub(crate) memory: Arc<Mutex<Memory>>,
    /// Leaves all pages but this empty, after all were checked: it is there sooner, alone.
    pub(crate) only: Option<PathBuf>,
}

impl Preprocessor for Pages {
    fn name(&self) -> &str {
        "pages"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let mut memory = self.0.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let rendered = pages::render_again(&written(&book), &self.1, &mut memory);
        let mut rendered: HashMap<PathBuf, String> = rendered
            .map_err(Broken)?
            .into_iter()
            .map(|page| (page.path, page.content))
            .collect();
        book.for_each_chapter_mut(|chapter| {
            let source = chapter.source_path.as_ref();
            if let Some(content) = source.and_then(|path| rendered.remove(path)) {
                chapter.content = content;
            }
            if self.0.only.is_some() && self.0.only != chapter.source_path {
                chapter.content.clear();
            }
        });
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> anyhow::Result<bool> {
        Ok(renderer == "html")
    }
}

/// The pages as they are on disk, in the order of the table of contents.
fn written(book: &Book) -> Vec<Page> {
    let chapters = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(chapter),
        _ => None,
    });
    chapters
        .filter_map(|chapter| {
            let path = chapter.source_path.clone()?;
            Some(Page {
                path,
                content: chapter.content.clone(),
            })
        })
        .collect()
}

/// The problems of the pages, on their way through mdBook's errors.
#[derive(Debug)]
pub(super) struct Broken(pub(super) Vec<Diagnostic>);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "problems in the pages: {}", self.0.len())
    }
}

impl std::error::Error for Broken {}
