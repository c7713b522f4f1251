//! The crate `pages` in the place of the command that `book.toml` names: same name, so mdBook
//! keeps its place before `links`; no second process and no JSON in between.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use bilingual::Diagnostic;
use mdbook_driver::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use pages::Page;

use super::snapshot::Opened;

const NAME: &str = "pages";

/// The preprocessor.
#[derive(Debug)]
pub(super) struct Pages(pub(super) Opened);

impl Preprocessor for Pages {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let rendered = pages::render(&written(&book), &self.0).map_err(Broken)?;
        let mut rendered: HashMap<PathBuf, String> = rendered
            .into_iter()
            .map(|page| (page.path, page.content))
            .collect();
        book.for_each_chapter_mut(|chapter| {
            let source = chapter.source_path.as_ref();
            if let Some(content) = source.and_then(|path| rendered.remove(path)) {
                chapter.content = content;
            }
        });
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> anyhow::Result<bool> {
        Ok(renderer == "html")
    }
}

/// In its place, for pages that are rendered already.
#[derive(Debug)]
pub(super) struct Rendered;

impl Preprocessor for Rendered {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, book: Book) -> anyhow::Result<Book> {
        Ok(book)
    }
}

/// The pages as they are on disk, in the order of the table of contents.
pub(super) fn written(book: &Book) -> Vec<Page> {
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
