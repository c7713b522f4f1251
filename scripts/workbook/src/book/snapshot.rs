//! What a build reads, copied first: mdBook opens files by their paths, and a path may become a
//! symbolic link between a check and the copy. Here the copy is the check: each file is opened
//! through the handle of its folder, and its bytes are what mdBook gets.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bilingual::{Diagnostic, Text};
use pages::{Sources, Unreadable};
use session::encoding;

use crate::folder::{Entry, Folder, Refused, contents, shown};

/// Number of bytes of all files of a book.
const BOOK_BYTES_MAX: u64 = 256 << 20;

/// Number of files of a book, and depth of its folders.
const BOOK_FILES_MAX: usize = 20_000;
const FOLDER_DEPTH_MAX: usize = 32;

/// Extensions of files that must be text: mdBook reads them as text, or they are served as text.
const TEXT_EXTENSIONS: [&str; 6] = ["md", "hbs", "css", "js", "html", "svg"];

/// Copies files and folders, and collects what it refuses.
pub(super) struct Snapshot<'a> {
    root: &'a Folder,
    to: &'a Path,
    room: u64,
    files: usize,
    full: bool,
    pub(super) problems: Vec<Diagnostic>,
}

impl<'a> Snapshot<'a> {
    /// Copies from the folder `root` into an empty folder.
    pub(super) fn new(root: &'a Folder, to: &'a Path) -> Snapshot<'a> {
        Snapshot {
            root,
            to,
            room: BOOK_BYTES_MAX,
            files: BOOK_FILES_MAX,
            full: false,
            problems: Vec::new(),
        }
    }

    /// Copies what stands at this path, all of it.
    pub(super) fn copy(&mut self, path: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(self.to.join(parent))?;
        }
        let found = self.root.find(path);
        self.entry(path, found, FOLDER_DEPTH_MAX)
    }

    fn entry(&mut self, path: &Path, found: Result<Entry, Refused>, deep: usize) -> io::Result<()> {
        let copied = match found {
            Ok(Entry::Folder(folder)) => return self.folder(path, &folder, deep),
            Ok(Entry::File(file)) => contents(file),
            Err(refused) => Err(refused),
        };
        let bytes = match copied {
            Ok(bytes) => bytes,
            // Removed since the folder was read: if it is needed, mdBook will report it.
            Err(Refused::Failed(error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(refused) => {
                self.refuse(path, 1, refused.zh(), refused.en());
                return Ok(());
            }
        };
        let (room, files) = (
            self.room.checked_sub(bytes.len() as u64),
            self.files.checked_sub(1),
        );
        let (Some(room), Some(files)) = (room, files) else {
            // Reported once; what comes after is not even read.
            self.full = true;
            self.refuse(
                path,
                1,
                format!("到这里，书已经超过 {} MiB 或 {BOOK_FILES_MAX} 个文件；把不属于书的移走", BOOK_BYTES_MAX >> 20),
                format!("the book up to here has more than {} MiB or {BOOK_FILES_MAX} files; move away what does not belong to it", BOOK_BYTES_MAX >> 20),
            );
            return Ok(());
        };
        (self.room, self.files) = (room, files);
        let end = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if !TEXT_EXTENSIONS.contains(&end.to_ascii_lowercase().as_str()) {
            return fs::write(self.to.join(path), bytes);
        }
        match encoding::text(bytes) {
            Ok(text) => fs::write(self.to.join(path), text),
            Err(not) => {
                self.refuse(path, not.line, not.zh(), not.en());
                Ok(())
            }
        }
    }

    fn folder(&mut self, path: &Path, folder: &Folder, deep: usize) -> io::Result<()> {
        fs::create_dir_all(self.to.join(path))?;
        let Some(deep) = deep.checked_sub(1) else {
            self.refuse(
                path,
                1,
                format!("目录嵌套超过 {FOLDER_DEPTH_MAX} 层；移到浅一些的目录"),
                format!("more than {FOLDER_DEPTH_MAX} nested folders; move it higher up"),
            );
            return Ok(());
        };
        let names = match folder.names() {
            Ok(names) => names,
            Err(error) => {
                let refused = Refused::Failed(error);
                self.refuse(path, 1, refused.zh(), refused.en());
                return Ok(());
            }
        };
        for name in names {
            if self.full {
                return Ok(());
            }
            let path = path.join(&name);
            if name.to_str().is_none() {
                self.refuse(
                    &path,
                    1,
                    "文件名不是 UTF-8（% 后面是它的字节）；换一个名字",
                    "the name is not UTF-8 (its bytes are shown after %); rename it",
                );
                continue;
            }
            self.entry(&path, folder.entry(&name), deep)?;
        }
        Ok(())
    }

    fn refuse(&mut self, path: &Path, line: usize, zh: impl Into<String>, en: impl Into<String>) {
        self.problems.push(Diagnostic::at(
            shown(path.as_os_str()),
            line,
            Text::new(zh, en),
        ));
    }
}

/// The repository as `pages` reads it: likewise without following a link.
#[derive(Debug)]
pub(super) struct Opened(pub(super) Folder);

impl Sources for Opened {
    fn read(&self, path: &Path) -> io::Result<String> {
        encoding::text(self.bytes(path)?).map_err(|not| Unreadable::from(not).into())
    }

    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path).map_err(|refused| match refused {
            Refused::Failed(error) => error,
            refused => Unreadable::new(refused.zh(), refused.en()).into(),
        })
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        if let Ok(Entry::Folder(opened)) = self.0.find(folder) {
            list(folder, &opened, FOLDER_DEPTH_MAX, &mut found);
        }
        found
    }
}

fn list(path: &Path, folder: &Folder, deep: usize, found: &mut Vec<PathBuf>) {
    for name in folder.names().unwrap_or_default() {
        let path = path.join(&name);
        match folder.entry(&name) {
            _ if found.len() >= BOOK_FILES_MAX => return,
            Ok(Entry::Folder(folder)) if deep > 0 => list(&path, &folder, deep - 1, found),
            Ok(Entry::Folder(_)) => {}
            _ => found.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bilingual::Location;

    #[test]
    fn a_book_of_too_much_is_reported_once_and_read_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join("book").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "12345678").unwrap();
        };
        for name in ["a/1.txt", "a/2.txt", "b/3.txt", "c.txt"] {
            write(name);
        }
        let root = Folder::open(folder.path()).unwrap();
        for (room, files) in [(20, BOOK_FILES_MAX), (BOOK_BYTES_MAX, 2)] {
            let copy = tempfile::tempdir().unwrap();
            let mut snapshot = Snapshot {
                room,
                files,
                ..Snapshot::new(&root, copy.path())
            };
            snapshot.copy(Path::new("book")).unwrap();
            let places: Vec<_> = snapshot
                .problems
                .iter()
                .map(|found| &found.location)
                .collect();
            let place = Location {
                file: "book/b/3.txt".into(),
                line: 1,
            };
            assert_eq!(places, [&Some(place)]);
            assert!(copy.path().join("book/a/2.txt").exists());
            assert!(!copy.path().join("book/c.txt").exists());
        }
    }
}
