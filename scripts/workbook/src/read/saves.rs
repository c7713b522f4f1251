//! What was saved between two builds: one page alone is made sooner than the whole book.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::words::slashes;

/// What was saved since the last build began.
#[derive(Debug, Default)]
pub(super) struct Saves {
    pub(super) last: PathBuf,
    pages: BTreeSet<Option<PathBuf>>,
    over: bool,
}

impl Saves {
    pub(super) fn add(&mut self, path: PathBuf) {
        if std::mem::take(&mut self.over) {
            self.pages.clear();
        }
        self.pages.insert(page_of(&path));
        self.last = path;
    }

    /// A build begins with these.
    pub(super) fn built(&mut self) {
        self.over = true;
    }

    /// The page, as mdBook names it, if it alone was saved.
    pub(super) fn page(&self) -> Option<PathBuf> {
        let mut pages = self.pages.iter().filter(|_| !self.over);
        pages.next().filter(|_| pages.next().is_none())?.clone()
    }
}

/// The Chinese page of a saved twin.
fn page_of(saved: &Path) -> Option<PathBuf> {
    let name = slashes(saved.strip_prefix("book").ok()?);
    let stem = name.strip_suffix(".md")?;
    Some(format!("{}.md", stem.strip_suffix(".en").unwrap_or(stem)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_one_page(saved: &[&str], expected: Option<&str>) {
        let mut saves = Saves::default();
        saves.add("book/before.md".into());
        saves.built();
        assert_eq!(saves.page(), None);
        for path in saved {
            saves.add(path.into());
        }
        assert_eq!(
            saves.page().as_deref(),
            expected.map(Path::new),
            "{saved:?}"
        );
    }

    #[test]
    fn one_page_is_its_twins_and_nothing_else() {
        is_one_page(&["book/layers/osi.md"], Some("layers/osi.md"));
        is_one_page(
            &["book/layers/osi.en.md", "book/layers/osi.md"],
            Some("layers/osi.md"),
        );
        is_one_page(&["book/a.md", "book/b.md"], None);
        is_one_page(&["book/a.md", "examples/02_duplex.rs"], None);
        is_one_page(&["examples/02_duplex.session"], None);
        is_one_page(&[""], None);
    }
}
