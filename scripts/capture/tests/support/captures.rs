//! The recordings of the book.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};

use capture::{Capture, Packet};
use session::Session;

pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) file: Vec<u8>,
    pub(crate) session: Session,
    pub(crate) capture: Capture,
}

/// Every committed capture, read.
pub(crate) fn all() -> Vec<Recording> {
    let folder = Path::new("../../book/captures");
    let entries = std::fs::read_dir(folder).expect("the folder of captures");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "pcapng"));
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

/// The committed capture of this name.
pub(crate) fn named(name: &str) -> Recording {
    let found = all().into_iter().find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("no recording {name}"))
}

/// The packet that a page calls by this number.
pub(crate) fn packet(capture: &Capture, number: usize) -> &Packet {
    &capture.packets[number - 1]
}

fn read(path: &Path) -> Recording {
    let name = path
        .file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let file = std::fs::read(path).expect("a recording");
    let notation = std::fs::read_to_string(path.with_extension("session"));
    let session = Session::parse(&notation.expect("its session")).expect("a session");
    let capture = capture::read(&file, &session).unwrap_or_else(|why| panic!("{name}: {why}"));
    Recording {
        name,
        file,
        session,
        capture,
    }
}
