//! What was saved and is not served yet: one page alone is made sooner than the whole book.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bilingual::slashes;

/// What was saved and is not served yet.
#[derive(Debug, Default)]
pub(super) struct Saves {
    pub(super) last: PathBuf,
    /// Since the last build began.
    new: BTreeSet<Option<PathBuf>>,
    /// Before that: the build is running, or has failed.
    unserved: BTreeSet<Option<PathBuf>>,
}

impl Saves {
    pub(super) fn add(&mut self, path: PathBuf) {
        self.new.insert(page_of(&path));
        self.last = path;
    }

    /// A build begins with these.
    pub(super) fn begin(&mut self) {
        self.unserved.append(&mut self.new);
    }

    /// What the last build began with is served.
    pub(super) fn served(&mut self) {
        self.unserved.clear();
    }

    /// It is not. A page made alone would hide what is wrong with another.
    pub(super) fn failed(&mut self) {
        if self.unserved.is_empty() {
            self.unserved.insert(None);
        }
    }

    /// The page, as mdBook names it, if nothing else waits to be served.
    pub(super) fn page(&self) -> Option<PathBuf> {
        let mut pages = self.new.union(&self.unserved);
        pages.next().filter(|_| pages.next().is_none())?.clone()
    }
}

/// The Chinese page of a saved twin.
fn page_of(saved: &Path) -> Option<PathBuf> {
    let name = slashes(saved.strip_prefix("book").ok()?);
    // The table of contents is on every page.
    let stem = name.strip_suffix(".md").filter(|stem| *stem != "SUMMARY")?;
    Some(format!("{}.md", stem.strip_suffix(".en").unwrap_or(stem)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_one_page(saved: &[&str], expected: Option<&str>) {
        let mut saves = Saves::default();
        saves.add("book/before.md".into());
        saves.begin();
        saves.served();
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
        is_one_page(&["book/SUMMARY.md"], None);
    }

    #[test]
    fn what_could_not_be_built_still_waits_beside_the_next_page() {
        let mut saves = Saves::default();
        let page = Some(PathBuf::from("a.md"));
        saves.add("book/a.md".into());
        saves.begin();
        saves.failed();
        // The page is corrected: it is all that there is.
        saves.add("book/a.en.md".into());
        assert_eq!(saves.page(), page);
        saves.begin();
        saves.served();
        saves.add("examples/02_duplex.rs".into());
        saves.begin();
        saves.failed();
        saves.add("book/a.md".into());
        assert_eq!(saves.page(), None);
        saves.begin();
        saves.served();
        // The rest has failed, and nothing was saved.
        saves.failed();
        saves.add("book/a.md".into());
        assert_eq!(saves.page(), None);
    }

    #[test]
    fn what_is_saved_during_a_build_waits_for_the_next() {
        let mut saves = Saves::default();
        saves.add("book/a.md".into());
        saves.begin();
        saves.add("book/b.md".into());
        assert_eq!(saves.page(), None);
        saves.served();
        assert_eq!(saves.page(), Some("b.md".into()));
    }
}
