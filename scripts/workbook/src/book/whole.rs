//! The whole book, for a reader: the pages are rendered here, where what was rendered before is
//! kept, and mdBook makes the site of them in a process of its own.

use std::fs;
use std::path::Path;

use anyhow::Context;
use bilingual::{Diagnostic, Text};
use pages::Memory;

use super::preprocessor::{Broken, written};
use super::process::{self, Running};
use super::snapshot::Opened;
use super::{Prepared, crashed, strictly};
use crate::site::Site;

/// Builds below the destination, and reads the site into memory, sharing with the one before what
/// is the same. `None` if the build was thrown away.
pub(crate) fn build(
    root: &Path,
    destination: &Path,
    memory: &Memory,
    before: &Site,
    running: &Running,
) -> Option<Result<Site, Vec<Diagnostic>>> {
    let built = strictly(|| made(root, destination, memory, before, running));
    let _ = fs::remove_dir_all(destination);
    // What goes wrong while it is thrown away is nobody's concern.
    match running.is_thrown_away() {
        true => None,
        false => built.transpose(),
    }
}

fn made(
    root: &Path,
    destination: &Path,
    memory: &Memory,
    before: &Site,
    running: &Running,
) -> anyhow::Result<Option<Site>> {
    let prepared = Prepared::new(root, destination)?;
    let (source, pages) = (prepared.source(), written(&prepared.load()?.book));
    let Prepared {
        folder,
        book_toml,
        copy,
        ..
    } = prepared;
    let unwanted = || running.is_thrown_away();
    let rendered = pages::render_again(&pages, &Opened(folder), memory, &unwanted);
    let Some(rendered) = rendered else {
        return Ok(None);
    };
    for page in rendered.map_err(Broken)? {
        let file = source.join(&page.path);
        fs::write(&file, page.content).with_context(|| file.display().to_string())?;
    }
    fs::write(copy.0.join("book.toml"), book_toml).context("copy book.toml")?;
    let built = running.build(&copy.0, destination);
    let Some((status, said)) = built.context("build in a process of its own")? else {
        return Ok(None);
    };
    let wrong = process::heard(&said).filter(|wrong| wrong.is_empty() == status.success());
    let mut wrong = wrong.unwrap_or_else(|| vec![crashed()]);
    if wrong.is_empty() {
        let site = Site::load_after(destination, before);
        return site.context("read the built site").map(Some);
    }
    for Diagnostic { message, .. } in &mut wrong {
        *message = Text::new(copy.without(&message.zh), copy.without(&message.en));
    }
    Err(Broken(wrong).into())
}
