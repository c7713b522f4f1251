//! A small book in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub(crate) struct Fixture(TempDir);

impl Fixture {
    pub(crate) fn new() -> Fixture {
        Fixture::called(".tmp")
    }

    /// In a folder whose name begins with this.
    pub(crate) fn called(name: &str) -> Fixture {
        let book = Fixture(tempfile::Builder::new().prefix(name).tempdir().unwrap());
        book.write(
            "book.toml",
            "[book]\ntitle = \"书 · Book\"\nlanguage = \"zh-CN\"\nsrc = \"book\"\n\
             [build]\nbuild-dir = \"target/book\"\ncreate-missing = false\n\
             [preprocessor.pages]\ncommand = \"false\"\nbefore = [\"links\"]\n[output.html]\n",
        );
        book.write(
            "book/SUMMARY.md",
            "# 目录 · Contents\n\n- [甲 · A](a.md)\n- [乙 · B](sub/b.md)\n",
        );
        book.page("a", "第一版", "first edition");
        book.page("sub/b", "另一页", "another page");
        book
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Both twins of a page.
    pub(crate) fn page(&self, name: &str, zh: &str, en: &str) {
        self.write(
            &format!("book/{name}.en.md"),
            &format!("# A {{#a}}\n\n{en}\n"),
        );
        self.write(
            &format!("book/{name}.md"),
            &format!("# 甲 {{#a}}\n\n{zh}\n"),
        );
    }
}
