//! Books for the tests: in memory, and on disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use bilingual::{Diagnostic, Lang};
use pages::{Page, Sources, render};

/// A book in memory: paths from the root of the repository, and what the files hold.
#[derive(Debug, Clone, Default)]
pub struct Book(BTreeMap<PathBuf, Vec<u8>>);

impl Sources for Book {
    fn read(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.bytes(path)?)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))
    }

    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "not found"))
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let inside = self.0.keys().filter(|path| path.starts_with(folder));
        inside.cloned().collect()
    }
}

impl Book {
    pub fn with(self, path: &str, text: &str) -> Self {
        self.with_bytes(path, text.as_bytes())
    }

    pub fn with_bytes(mut self, path: &str, bytes: &[u8]) -> Self {
        self.0.insert(path.into(), bytes.into());
        self
    }

    /// `book/page.md` and its twin.
    pub fn twins(zh: &str, en: &str) -> Self {
        Book::default()
            .with("book/page.md", zh)
            .with("book/page.en.md", en)
    }

    pub fn render(&self) -> Result<Vec<Page>, Vec<Diagnostic>> {
        render(&pages_of(self), self)
    }

    /// The one page, or the problems as the reader sees them.
    pub fn shown(&self) -> String {
        match self.render() {
            Ok(pages) => pages[0].content.clone(),
            Err(problems) => lines(&problems, Lang::En),
        }
    }
}

pub fn lines(problems: &[Diagnostic], lang: Lang) -> String {
    let shown = problems.iter().map(|problem| problem.display(lang) + "\n");
    shown.collect()
}

/// Every Chinese page below `book/`.
pub fn pages_of(sources: &dyn Sources) -> Vec<Page> {
    let files = sources.files(Path::new("book"));
    let pages = files.into_iter().filter(|file| {
        let name = file.to_string_lossy();
        name.ends_with(".md") && !name.ends_with(".en.md")
    });
    pages
        .map(|file| Page {
            content: sources.read(&file).expect("the test wrote it"),
            path: file.strip_prefix("book").expect("in book/").to_owned(),
        })
        .collect()
}
