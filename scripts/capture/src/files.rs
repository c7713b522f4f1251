//! The files of a capture: `NAME.session`, the recording `NAME.pcapng`, and what is drawn of it.

use std::fs;
use std::path::{Path, PathBuf};

use session::Session;

use crate::Capture;

/// Where the files of one capture are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    name: String,
    folder: PathBuf,
}

impl Files {
    /// Those of the capture `name` in `folder`.
    #[must_use]
    pub fn new(folder: &Path, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// The capture's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of `NAME.EXTENSION`.
    #[must_use]
    pub fn path(&self, extension: &str) -> PathBuf {
        // Not `with_extension`: a name may have a dot.
        self.folder.join(format!("{}.{extension}", self.name))
    }

    /// The session that is recorded.
    ///
    /// # Errors
    /// It cannot be read, or every line of it that is wrong.
    pub fn session(&self) -> Result<Session, String> {
        let name = &self.name;
        let source = fs::read_to_string(self.path("session"))
            .map_err(|error| format!("read {name}.session: {error}"))?;
        // Git may have turned the ends of lines into those of this system.
        Session::parse(&source.replace("\r\n", "\n")).map_err(|errors| {
            let place = |error: &session::ParseError| format!("{name}.session: {error}");
            errors.iter().map(place).collect::<Vec<_>>().join("\n")
        })
    }

    /// The recording of `session`.
    ///
    /// # Errors
    /// It cannot be read, or does not fit the session.
    pub fn recording(&self, session: &Session) -> Result<Capture, String> {
        let name = &self.name;
        let bytes = fs::read(self.path("pcapng")).map_err(|error| {
            format!("read {name}.pcapng (cargo workbook capture {name} makes it): {error}")
        })?;
        crate::read(&bytes, session).map_err(|error| format!("read {name}.pcapng: {error}"))
    }
}
