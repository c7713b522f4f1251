//! The book's pages: twins, sessions, captures, code and figures become one bilingual page each.
//!
//! [`render`] is a pure function of the pages and the [`Sources`] they name. `main.rs` speaks
//! mdBook's protocol; the tool `workbook` calls [`render`] itself. The README has the notation.
#![deny(clippy::print_stdout)]

mod page;

mod blocks;
mod twins;

mod code;
mod exercise;
mod figure;
mod journey;
mod question;

#[path = "../../../examples/11_encapsulation.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::all,
    reason = "a program of the book, compiled here as a module and linted in its own package"
)]
mod encapsulation;

mod ids;
mod links;
mod scan;

mod cache;
mod html;
mod line_breaks;
mod problem;
pub mod reference;
mod sources;
pub mod tags;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use cache::Memory;
pub use problem::{PROBLEMS_SHOWN_MAX, report};
pub use sources::{Directory, Sources, Unreadable};

use bilingual::Diagnostic;
use problem::Problems;

/// A page of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The Chinese file, relative to `book/`.
    pub path: PathBuf,
    /// Markdown.
    pub content: String,
}

/// Turns the Chinese pages and their English twins into bilingual pages, in the same order,
/// or reports all problems of the book.
pub fn render(pages: &[Page], sources: &dyn Sources) -> Result<Vec<Page>, Vec<Diagnostic>> {
    render_again(pages, sources, &Memory::default(), &|| false).unwrap_or_else(|| Ok(Vec::new()))
}

/// As [`render`], reusing the pages of the last time that are unchanged. `None` as soon as nobody
/// wants the pages any more.
pub fn render_again(
    pages: &[Page],
    sources: &dyn Sources,
    memory: &Memory,
    unwanted: &dyn Fn() -> bool,
) -> Option<Result<Vec<Page>, Vec<Diagnostic>>> {
    let mut problems = Problems::default();
    let mut anchors = BTreeMap::new();
    let mut rendered = Vec::with_capacity(pages.len());
    for page in pages {
        if unwanted() {
            return None;
        }
        let (content, offered) = memory.page(page, sources, &mut problems);
        anchors.insert(page.path.clone(), offered);
        rendered.push(Page {
            path: page.path.clone(),
            content,
        });
    }
    memory.keep_only(&anchors);
    let before = problems.len();
    links::check(&anchors, sources, &mut problems);
    memory.set_links_hold(problems.len() == before);
    orphans(pages, sources, &mut problems);
    let problems = problems.into_sorted();
    Some(if problems.is_empty() {
        Ok(rendered)
    } else {
        Err(problems)
    })
}

/// One page of a book that was rendered before, alone: what comes out is what [`render_again`]
/// makes of it, as long as nothing else was saved. `None` where the book has to be looked at as a
/// whole: a new page, or a mistake, also one that this page makes in the links of another.
pub fn render_page(page: &Page, sources: &dyn Sources, memory: &Memory) -> Option<String> {
    let mut anchors = memory.anchors();
    let before = anchors.get(&page.path)?.clone();
    let mut problems = Problems::default();
    let (content, offered) = memory.page(page, sources, &mut problems);
    let same_ids = before.ids.is_subset(&offered.ids);
    anchors.insert(page.path.clone(), offered);
    if memory.links_hold() && same_ids {
        links::check_page(&page.path, &anchors, sources, &mut problems);
    } else {
        links::check(&anchors, sources, &mut problems);
        memory.set_links_hold(problems.len() == 0);
    }
    (problems.len() == 0).then_some(content)
}

/// English twins whose Chinese page is not in the book.
fn orphans(pages: &[Page], sources: &dyn Sources, problems: &mut Problems) {
    for file in sources.files(Path::new("book")) {
        let name = bilingual::slashes(&file);
        let Some(stem) = name.strip_suffix(".en.md") else {
            continue;
        };
        let zh = PathBuf::from(format!("{stem}.md"));
        if !pages
            .iter()
            .any(|page| Path::new("book").join(&page.path) == zh)
        {
            problems.add(
                &file,
                1,
                format!("目录（SUMMARY.md）里没有它的中文页 {stem}.md；写好并加进目录，或删掉这个文件"),
                format!("its Chinese page {stem}.md is not in SUMMARY.md; write it and add it there, or delete this file"),
            );
        }
    }
}
