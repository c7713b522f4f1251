//! Where the text of twins, programs, sessions and figures comes from, and the bytes of captures.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use session::encoding::{self, NotUtf8};

/// Number of bytes of the longest file that is read.
const FILE_BYTES_MAX: u64 = 32 << 20;

/// The files of the repository, by their path from its root.
pub trait Sources {
    /// The text of a file.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// The bytes of a file that is not text.
    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read(path).map(String::into_bytes)
    }

    /// All files below a folder, from the repository root. Used for files that no page names, and
    /// for advice.
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
        encoding::text(self.bytes(path)?).map_err(|not| Unreadable::from(not).into())
    }

    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = self.plain(path)?;
        let mut bytes = Vec::new();
        File::open(path)?
            .take(FILE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)?;
        match bytes.len() as u64 > FILE_BYTES_MAX {
            true => Err(Unreadable::new("文件太长", "the file is too long").into()),
            false => Ok(bytes),
        }
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

impl Directory {
    /// The path, where no part of it is a link and its end is a plain file: a link brings in what
    /// lies elsewhere, and a pipe would wait for a writer.
    fn plain(&self, path: &Path) -> io::Result<PathBuf> {
        let mut place = self.0.clone();
        let mut kind = None;
        for part in path.components() {
            let Component::Normal(name) = part else {
                return Err(ErrorKind::NotFound.into());
            };
            place.push(name);
            let now = fs::symlink_metadata(&place)?.file_type();
            if now.is_symlink() {
                return Err(Unreadable::new(
                    "这是符号链接，会把书外面的东西带进来；换成文件本身",
                    "it is a symbolic link, which would bring in files from outside the book; put the file itself there",
                )
                .into());
            }
            kind = Some(now);
        }
        match kind.is_some_and(|kind| kind.is_file()) {
            true => Ok(place),
            false => Err(Unreadable::new("不是文件", "it is not a file").into()),
        }
    }
}

/// Why a file cannot be read, for the person who can correct it; the error inside an [`io::Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    zh: String,
    en: String,
    /// The line where that shows.
    line: Option<usize>,
}

impl Unreadable {
    /// In both languages: what is wrong and what to do.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Unreadable {
        Unreadable {
            zh: zh.into(),
            en: en.into(),
            line: None,
        }
    }

    fn of(error: &io::Error) -> Option<&Unreadable> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<NotUtf8> for Unreadable {
    fn from(not: NotUtf8) -> Unreadable {
        Unreadable {
            line: Some(not.line),
            ..Unreadable::new(not.zh(), not.en())
        }
    }
}

impl From<Unreadable> for io::Error {
    fn from(error: Unreadable) -> io::Error {
        io::Error::new(ErrorKind::InvalidData, error)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Unreadable {}

/// Why a file cannot be read, in both languages; the most common reason without the system's
/// wording.
pub(crate) fn reason(error: &io::Error) -> (String, String) {
    if let Some(why) = Unreadable::of(error) {
        let (mut zh, mut en) = (why.zh.clone(), why.en.clone());
        if let Some(line) = why.line {
            (zh, en) = (format!("第 {line} 行{zh}"), format!("line {line}: {en}"));
        }
        return (zh, en);
    }
    match error.kind() {
        ErrorKind::NotFound => ("没有这个文件".into(), "no such file".into()),
        _ => (error.to_string(), error.to_string()),
    }
}

/// The line and the words for a problem in the unreadable file itself.
pub(crate) fn place(error: &io::Error) -> Option<(usize, String, String)> {
    let why = Unreadable::of(error)?;
    Some((why.line.unwrap_or(1), why.zh.clone(), why.en.clone()))
}
