//! The pages of the last build, kept as long as every file that they were made of is unchanged.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::links::Anchors;
use crate::problem::Problems;
use crate::sources::Sources;
use crate::{Page, page};

/// The pages without a problem, as they were rendered. Two builds may use it at once: it is locked
/// only to look up a page and to keep one, never while a page is made.
#[derive(Debug, Default)]
pub struct Memory {
    pages: Mutex<HashMap<PathBuf, Arc<Kept>>>,
    /// Whether every link led somewhere when the links of all pages were checked last.
    links_hold: AtomicBool,
}

#[derive(Debug)]
struct Kept {
    source: String,
    files: BTreeMap<Asked, Seen>,
    content: String,
    anchors: Arc<Anchors>,
}

/// A file or folder that a page asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Text(PathBuf),
    Bytes(PathBuf),
    Files(PathBuf),
}

/// What was there: its hash, or why it could not be read.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Hash(u64),
    Not(ErrorKind),
    /// It changed while the page was made, so that it is unknown which text the page holds.
    Both,
}

impl Memory {
    /// The page from the last build if it is unchanged, or else made anew.
    pub(crate) fn page(
        &self,
        page: &Page,
        sources: &dyn Sources,
        problems: &mut Problems,
    ) -> (String, Arc<Anchors>) {
        if let Some(kept) = self.kept(&page.path)
            && kept.source == page.content
            && kept
                .files
                .iter()
                .all(|(asked, seen)| look(asked, sources) == *seen)
        {
            return (kept.content.clone(), kept.anchors.clone());
        }
        let watched = Watched {
            sources,
            files: RefCell::default(),
        };
        let before = problems.len();
        let (content, anchors) = page::render(page, &watched, problems);
        let anchors = Arc::new(anchors);
        if problems.len() == before {
            let kept = Kept {
                source: page.content.clone(),
                files: watched.files.into_inner(),
                content: content.clone(),
                anchors: anchors.clone(),
            };
            self.lock().insert(page.path.clone(), Arc::new(kept));
        } else {
            self.lock().remove(&page.path);
        }
        (content, anchors)
    }

    fn kept(&self, path: &Path) -> Option<Arc<Kept>> {
        self.lock().get(path).cloned()
    }

    /// What every page offered to links when it was made.
    pub(crate) fn anchors(&self) -> BTreeMap<PathBuf, Arc<Anchors>> {
        let pages = self.lock();
        let anchors = pages.iter();
        anchors
            .map(|(path, kept)| (path.clone(), kept.anchors.clone()))
            .collect()
    }

    /// Forgets the pages that are not in the book.
    pub(crate) fn keep_only(&self, pages: &BTreeMap<PathBuf, Arc<Anchors>>) {
        self.lock().retain(|path, _| pages.contains_key(path));
    }

    pub(crate) fn links_hold(&self) -> bool {
        self.links_hold.load(Ordering::Relaxed)
    }

    pub(crate) fn set_links_hold(&self, hold: bool) {
        self.links_hold.store(hold, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Arc<Kept>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(asked: &Asked, sources: &dyn Sources) -> Seen {
    match asked {
        Asked::Text(path) => seen(&sources.read(path)),
        Asked::Bytes(path) => seen(&sources.bytes(path)),
        Asked::Files(folder) => Seen::Hash(hash(&sources.files(folder))),
    }
}

fn seen(result: &io::Result<impl Hash>) -> Seen {
    match result {
        Ok(what) => Seen::Hash(hash(what)),
        Err(error) => Seen::Not(error.kind()),
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Sources that remember what they were asked.
struct Watched<'a> {
    sources: &'a dyn Sources,
    files: RefCell<BTreeMap<Asked, Seen>>,
}

impl Watched<'_> {
    fn remember(&self, asked: Asked, seen: Seen) {
        let mut files = self.files.borrow_mut();
        let seen = match files.get(&asked) {
            Some(before) if *before != seen => Seen::Both,
            _ => seen,
        };
        files.insert(asked, seen);
    }
}

impl Sources for Watched<'_> {
    fn read(&self, path: &Path) -> io::Result<String> {
        let text = self.sources.read(path);
        self.remember(Asked::Text(path.to_owned()), seen(&text));
        text
    }

    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = self.sources.bytes(path);
        self.remember(Asked::Bytes(path.to_owned()), seen(&bytes));
        bytes
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let files = self.sources.files(folder);
        self.remember(Asked::Files(folder.to_owned()), Seen::Hash(hash(&files)));
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Shelf {
        twin: Cell<&'static str>,
        figure: Cell<&'static str>,
        reads: Cell<usize>,
    }

    impl Sources for Shelf {
        fn read(&self, path: &Path) -> io::Result<String> {
            self.reads.set(self.reads.get() + 1);
            match path.to_str() {
                Some("book/a.en.md") => Ok(self.twin.get().into()),
                Some("book/figures/f.html") => Ok(self.figure.get().into()),
                _ => Err(ErrorKind::NotFound.into()),
            }
        }
    }

    fn content(memory: &Memory, shelf: &Shelf, zh: &str) -> (String, usize) {
        let page = Page {
            path: "a.md".into(),
            content: zh.into(),
        };
        let mut problems = Problems::default();
        let (content, _) = memory.page(&page, shelf, &mut problems);
        (content, problems.len())
    }

    #[test]
    fn a_page_is_made_again_when_anything_that_it_is_made_of_has_changed() {
        let shelf = Shelf {
            twin: Cell::new("# A {#a}\n\n{{#figure f}}\n"),
            figure: Cell::new(
                "<figure class=\"fig\"><b class=\"zh\" lang=\"zh-CN\">一</b><b class=\"en\" lang=\"en\">one</b></figure>",
            ),
            reads: Cell::new(0),
        };
        let memory = Memory::default();
        let zh = "# 甲 {#a}\n\n{{#figure f}}\n";
        let (first, problems) = content(&memory, &shelf, zh);
        assert!(first.contains("one") && problems == 0);
        assert_eq!(content(&memory, &shelf, zh), (first, 0));
        shelf.figure.set("<figure class=\"fig\"><b class=\"zh\" lang=\"zh-CN\">二</b><b class=\"en\" lang=\"en\">two</b></figure>");
        assert!(content(&memory, &shelf, zh).0.contains("two"));
        shelf.twin.set("# B {#a}\n\n{{#figure f}}\n");
        assert!(content(&memory, &shelf, zh).0.contains("B</span>"));
        let other = zh.replace('甲', "乙");
        assert!(content(&memory, &shelf, &other).0.contains('乙'));
    }

    #[test]
    fn what_changes_while_a_page_is_made_is_never_taken_for_the_same() {
        let shelf = Shelf {
            twin: Cell::new("one"),
            figure: Cell::new(""),
            reads: Cell::new(0),
        };
        let watched = Watched {
            sources: &shelf,
            files: RefCell::default(),
        };
        let path = Path::new("book/a.en.md");
        for text in ["one", "two", "two"] {
            shelf.twin.set(text);
            watched.read(path).unwrap();
        }
        let asked = Asked::Text(path.to_owned());
        assert_eq!(watched.files.borrow()[&asked], Seen::Both);
        assert_ne!(look(&asked, &shelf), Seen::Both);
    }

    #[test]
    fn a_page_with_a_problem_tells_it_each_time() {
        let shelf = Shelf {
            twin: Cell::new("# A {#a}\n\n{{#figure g}}\n"),
            figure: Cell::new(""),
            reads: Cell::new(0),
        };
        let memory = Memory::default();
        for _ in 0..2 {
            assert_eq!(
                content(&memory, &shelf, "# 甲 {#a}\n\n{{#figure g}}\n").1,
                1
            );
        }
        assert!(shelf.reads.get() > 2);
    }
}
