//! One page alone, for a reader who has saved it: mdBook makes a book of three chapters, the page
//! and its empty neighbors, however long the real one is.

use std::fs;
use std::path::Path;

use anyhow::Context;
use bilingual::slashes;
use mdbook_driver::MDBook;
use mdbook_summary::{Link, Summary, SummaryItem, parse_summary};
use pages::{Memory, Page, Sources};

use super::preprocessor::Rendered;
use super::snapshot::Opened;
use super::{Prepared, finish, preflight, strictly};
use crate::site::{SinglePage, Site};

/// The setting with the address of a page's source, which has its path in it.
const EDIT_URL: &str = "output.html.edit-url-template";

/// Makes the page (`layers/osi.md`) of a book that was built before. `None` where the whole book
/// has to be built: it reports what is wrong.
pub(crate) fn build(
    root: &Path,
    destination: &Path,
    page: &Path,
    memory: &Memory,
    before: &Site,
) -> Option<SinglePage> {
    let built = strictly(|| made(root, destination, page, memory, before));
    let _ = fs::remove_dir_all(destination);
    built.ok().flatten()
}

fn made(
    root: &Path,
    destination: &Path,
    page: &Path,
    memory: &Memory,
    before: &Site,
) -> anyhow::Result<Option<SinglePage>> {
    let Prepared {
        folder,
        mut config,
        copy,
        ..
    } = Prepared::parts(root, destination, preflight::shared)?;
    // What mdBook copies from the folder of the pages, the site has.
    let book = std::mem::replace(&mut config.book.src, "only".into());
    let source = copy.0.join(&config.book.src);
    if let Ok(Some(address)) = config.get::<String>(EDIT_URL) {
        let path = slashes(&book.join(page));
        config.set(EDIT_URL, address.replace("{path}", &path))?;
    }
    let sources = Opened(folder);
    let chapters = chapters(parse_summary(&sources.read(&book.join("SUMMARY.md"))?)?);
    let here = |link: &Link| link.location.as_deref() == Some(page);
    let Some(at) = chapters.iter().position(here) else {
        return Ok(None);
    };
    let chapters = &chapters[at.saturating_sub(1)..chapters.len().min(at + 2)];
    let text = sources.read(&book.join(page))?;
    let written = Page {
        path: page.to_owned(),
        content: text.trim_start_matches('\u{feff}').to_owned(),
    };
    let Some(content) = pages::render_page(&written, &sources, memory) else {
        return Ok(None);
    };
    for link in chapters {
        let file = source.join(link.location.as_deref().unwrap_or(page));
        fs::create_dir_all(file.parent().unwrap_or(&source))?;
        let content = if here(link) { &content } else { "" };
        fs::write(&file, content).with_context(|| file.display().to_string())?;
    }
    let mut short = Summary::default();
    short.numbered_chapters = chapters.iter().cloned().map(SummaryItem::Link).collect();
    let mut book = MDBook::load_with_config_and_summary(&copy.0, config, short)?;
    book.config.build.build_dir = destination.to_owned();
    book.with_preprocessor(Rendered);
    finish(&book, destination)?;
    let small = Site::load_after(destination, before)?;
    let path = slashes(&page.with_extension("html"));
    Ok(SinglePage::of(path, &small, before))
}

/// All chapters that are written, in their order, none inside another.
fn chapters(summary: Summary) -> Vec<Link> {
    let lists = [
        summary.prefix_chapters,
        summary.numbered_chapters,
        summary.suffix_chapters,
    ];
    let mut waiting: Vec<SummaryItem> = lists.into_iter().flatten().rev().collect();
    let mut chapters = Vec::new();
    while let Some(item) = waiting.pop() {
        if let SummaryItem::Link(mut link) = item {
            waiting.extend(std::mem::take(&mut link.nested_items).into_iter().rev());
            if link.location.is_some() {
                chapters.push(link);
            }
        }
    }
    chapters
}
