//! Where the text of twins, programs, sessions and figures comes from, and the bytes of captures.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of the repository, by their path from its root.
pub trait Sources {
    /// The text of a file.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// The bytes of a file that is not text.
    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read(path).map(String::into_bytes)
    }

    /// All files below a folder, from the repository root. Used for files that no page names, and for advice.
    fn files(&self, _folder: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// The files below a folder on disk.
#[derive(Debug, Clone)]
pub struct Directory(PathBuf);

impl Directory {
    /// `root` is the root of the repository.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Directory(root.into())
    }
}

impl Sources for Directory {
    fn read(&self, path: &Path) -> io::Result<String> {
        fs::read_to_string(self.0.join(path))
    }

    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(self.0.join(&folder)) else {
                continue;
            };
            for entry in entries.flatten() {
                let path = folder.join(entry.file_name());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(path),
                    Ok(_) => found.push(path),
                    Err(_) => {}
                }
            }
        }
        found.sort();
        found
    }
}

/// Why a file cannot be read, in both languages; the most common reason without the system's wording.
pub(crate) fn reason(error: &io::Error) -> (String, String) {
    match error.kind() {
        io::ErrorKind::NotFound => ("没有这个文件".into(), "there is no such file".into()),
        io::ErrorKind::InvalidData => ("不是 UTF-8 文本".into(), "it is not UTF-8 text".into()),
        _ => (error.to_string(), error.to_string()),
    }
}
