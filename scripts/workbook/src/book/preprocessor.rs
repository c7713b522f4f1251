//! The crate `pages` in the place of the command that `book.toml` names: same name, so mdBook
//! keeps its place before `links`; no second process and no JSON in between.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use mdbook_driver::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use pages::{Directory, Page, Problem};

/// The preprocessor.
pub(super) struct Pages;

impl Preprocessor for Pages {
    fn name(&self) -> &str {
        "pages"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let rendered = pages::render(&written(&book), &Directory::new(&context.root));
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
pub(super) struct Broken(pub(super) Vec<Problem>);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "problems in the pages: {}", self.0.len())
    }
}

impl std::error::Error for Broken {}
