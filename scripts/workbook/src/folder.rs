//! A folder, opened. What stands in it is reached through its handle and never through a symbolic
//! link, so what was checked is what is read, whatever is swapped meanwhile. Checking the last part
//! of a path is not enough: a folder in the middle of it may become a link as well.

use bilingual::visible::{self, visible};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path};

/// Number of bytes of the longest file of a book.
pub(crate) const FILE_BYTES_MAX: u64 = 32 << 20;

/// Why something in a folder is not read.
#[derive(Debug)]
pub(crate) enum Refused {
    /// A symbolic link, or what Windows has instead.
    Link,
    /// Neither a file nor a folder: a pipe would wait for a writer, a device may never end.
    Special,
    /// A file longer than [`FILE_BYTES_MAX`].
    TooLong,
    /// The path leads out of the folder.
    Outside,
    /// The system's reason.
    Failed(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::Failed(error)
    }
}

impl Refused {
    /// What is wrong and what to do.
    pub(crate) fn zh(&self) -> String {
        match self {
            Refused::Link => "这是符号链接，会把书外面的东西带进来；换成文件本身（编辑器的锁文件，保存后就没有了）".into(),
            Refused::Special => "既不是文件也不是目录（而是管道、套接字或设备）；把它移走".into(),
            Refused::TooLong => format!("超过 {} MiB，书里放不下；换个小的，或者移到别处", FILE_BYTES_MAX >> 20),
            Refused::Outside => "路径指到了仓库外面；改正路径".into(),
            Refused::Failed(error) if error.kind() == ErrorKind::NotFound => "没有这个文件".into(),
            Refused::Failed(error) => format!("读不了（{error}）；检查它的权限"),
        }
    }

    /// With the place, for the system's kind of error.
    pub(crate) fn at(self, path: &str) -> io::Error {
        let kind = match &self {
            Refused::Failed(error) => error.kind(),
            _ => ErrorKind::InvalidData,
        };
        io::Error::new(kind, format!("{path}: {self}"))
    }

    /// The same in English.
    pub(crate) fn en(&self) -> String {
        match self {
            Refused::Link => "this is a symbolic link, which would bring in files from outside the book; put the file itself here (an editor's lock file disappears when you save)".into(),
            Refused::Special => "this is neither a file nor a folder (a pipe, a socket or a device); move it away".into(),
            Refused::TooLong => format!("longer than {} MiB, the limit for a file of the book; use a smaller one, or move it elsewhere", FILE_BYTES_MAX >> 20),
            Refused::Outside => "the path leads out of the repository; correct the path".into(),
            Refused::Failed(error) if error.kind() == ErrorKind::NotFound => "no such file".into(),
            Refused::Failed(error) => format!("cannot be read ({error}); check its permissions"),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

impl std::error::Error for Refused {}

/// What a name stands for.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A folder, opened.
    Folder(Folder),
    /// A plain file, opened.
    File(File),
}

pub(crate) use system::Folder;

impl Folder {
    /// What stands at this path below the folder.
    pub(crate) fn find(&self, path: &Path) -> Result<Entry, Refused> {
        let mut parts = path.components().peekable();
        let mut inner = None;
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else {
                return Err(Refused::Outside);
            };
            match (inner.as_ref().unwrap_or(self).entry(name)?, parts.peek()) {
                (found, None) => return Ok(found),
                (Entry::Folder(folder), Some(_)) => inner = Some(folder),
                (Entry::File(_), Some(_)) => {
                    return Err(io::Error::from(ErrorKind::NotFound).into());
                }
            }
        }
        Err(Refused::Outside)
    }

    /// The bytes of a file below the folder.
    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>, Refused> {
        match self.find(path)? {
            Entry::File(file) => contents(file),
            Entry::Folder(_) => Err(Refused::Special),
        }
    }
}

/// The bytes of a file, which may grow while it is read.
pub(crate) fn contents(file: File) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    if file.metadata()?.len() > FILE_BYTES_MAX {
        return Err(Refused::TooLong);
    }
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > FILE_BYTES_MAX {
        true => Err(Refused::TooLong),
        false => Ok(bytes),
    }
}

/// A name or a path for people, with the bytes that are not UTF-8 as `%E9`.
pub(crate) fn shown(path: &OsStr) -> String {
    let text = visible::with_invalid(path.as_encoded_bytes(), |byte| format!("%{byte:02X}"));
    visible(&text)
}

#[cfg(unix)]
mod system {
    use super::*;
    use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, open, openat, statat};
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStringExt;

    /// An open folder.
    #[derive(Debug)]
    pub(crate) struct Folder(OwnedFd);

    impl Folder {
        /// Opens a folder by its path, which the user has typed and which may contain links.
        pub(crate) fn open(path: &Path) -> io::Result<Folder> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(Folder(open(path, flags, Mode::empty())?))
        }

        /// The names in it, sorted.
        pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
            let mut names = Vec::new();
            for entry in Dir::read_from(&self.0)? {
                let name = entry?.file_name().to_bytes().to_vec();
                if name != b"." && name != b".." {
                    names.push(OsString::from_vec(name));
                }
            }
            names.sort();
            Ok(names)
        }

        /// What this name stands for. A pipe that takes its place meanwhile is opened, at once,
        /// and refused.
        pub(crate) fn entry(&self, name: &OsStr) -> Result<Entry, Refused> {
            let look = |fd: &Folder| statat(&fd.0, name, AtFlags::SYMLINK_NOFOLLOW);
            let kind = |mode| FileType::from_raw_mode(mode);
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            match kind(look(self).map_err(io::Error::from)?.st_mode) {
                FileType::Symlink => return Err(Refused::Link),
                FileType::RegularFile | FileType::Directory => {}
                _ => return Err(Refused::Special),
            }
            let opened = match openat(&self.0, name, flags | OFlags::NOCTTY, Mode::empty()) {
                Ok(opened) => opened,
                Err(error) => {
                    // Systems differ in what they call this error, so the entry itself is looked
                    // at.
                    return Err(match look(self).map(|stat| kind(stat.st_mode)) {
                        Ok(FileType::Symlink) => Refused::Link,
                        _ => Refused::Failed(error.into()),
                    });
                }
            };
            let now = rustix::fs::fstat(&opened).map_err(io::Error::from)?;
            match kind(now.st_mode) {
                FileType::Directory => Ok(Entry::Folder(Folder(opened))),
                FileType::RegularFile => Ok(Entry::File(opened.into())),
                _ => Err(Refused::Special),
            }
        }
    }
}

/// Windows: a folder that is open without the right to share its deletion can be neither renamed
/// nor deleted, so the path to what stands in it stays what it was.
#[cfg(not(unix))]
mod system {
    use super::*;
    use std::fs::{self, OpenOptions};
    use std::path::PathBuf;

    /// An open folder.
    #[derive(Debug)]
    pub(crate) struct Folder {
        path: PathBuf,
        _open: Option<File>,
    }

    /// Opens what stands at the path itself, not what it leads to.
    #[cfg(windows)]
    fn open(path: &Path, share: u32) -> io::Result<File> {
        use std::os::windows::fs::OpenOptionsExt;
        const BACKUP_SEMANTICS: u32 = 0x0200_0000;
        const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        let mut options = OpenOptions::new();
        options.read(true).share_mode(share);
        options.custom_flags(BACKUP_SEMANTICS | OPEN_REPARSE_POINT);
        options.open(path)
    }

    #[cfg(not(windows))]
    fn open(path: &Path, _: u32) -> io::Result<File> {
        OpenOptions::new().read(true).open(path)
    }

    /// Others may read and write; delete and rename as well, for a file.
    const SHARE_FOLDER: u32 = 3;
    const SHARE_FILE: u32 = 7;

    impl Folder {
        /// Opens a folder by its path, which the user has typed and which may contain links.
        pub(crate) fn open(path: &Path) -> io::Result<Folder> {
            let path = path.to_owned();
            match fs::metadata(&path)?.is_dir() {
                true => Ok(Folder { path, _open: None }),
                false => Err(ErrorKind::NotADirectory.into()),
            }
        }

        /// The names in it, sorted.
        pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.path)? {
                names.push(entry?.file_name());
            }
            names.sort();
            Ok(names)
        }

        /// What this name stands for.
        pub(crate) fn entry(&self, name: &OsStr) -> Result<Entry, Refused> {
            let path = self.path.join(name);
            let before = fs::symlink_metadata(&path)?.file_type();
            if before.is_symlink() {
                return Err(Refused::Link);
            }
            let share = match before.is_dir() {
                true => SHARE_FOLDER,
                false => SHARE_FILE,
            };
            let opened = open(&path, share)?;
            let kind = opened.metadata()?.file_type();
            match (kind.is_symlink(), kind.is_dir(), kind.is_file()) {
                (true, ..) => Err(Refused::Link),
                // It was a file a moment ago, and is not held.
                (_, true, _) if !before.is_dir() => Err(Refused::Special),
                (_, true, _) => Ok(Entry::Folder(Folder {
                    path,
                    _open: Some(opened),
                })),
                (_, _, true) => Ok(Entry::File(opened)),
                _ => Err(Refused::Special),
            }
        }
    }
}
