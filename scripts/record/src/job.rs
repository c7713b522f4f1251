//! One capture of the book: `NAME.session` is played, and `NAME.pcapng` is written or compared.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use capture::Capture;
use session::run::Found;
use session::{Action, Loss, LossKind, Refusal, RefuseWith, Session};

use crate::preflight::{self, Lack};
use crate::{host, lab, pcapng};

/// Number of recordings that must differ before a difference counts: what is piggybacked on what
/// depends on a few milliseconds.
const RECORDING_ATTEMPTS: usize = 5;

/// One capture.
#[derive(Debug)]
pub struct Job {
    name: String,
    /// `book/captures/NAME`, without what follows the dot.
    path: PathBuf,
}

/// How a new recording compares with the file.
#[derive(Debug)]
pub enum Checked {
    /// Everything that must be the same is the same.
    Same {
        /// Number of packets.
        packets: usize,
        /// Number of recordings that it took.
        attempts: usize,
    },
    /// What differs in the last of all attempts, and what to do.
    Different(Vec<String>),
    /// This machine lacks what this one capture needs.
    Lacks(Lack),
}

/// A new recording, which is not written yet.
#[derive(Debug)]
pub struct Recorded {
    /// Number of packets.
    pub packets: usize,
    /// How it compares with the file.
    pub changes: Changes,
    bytes: Vec<u8>,
}

/// How a new recording compares with the file that it would replace.
#[derive(Debug, PartialEq, Eq)]
pub enum Changes {
    /// There is no file.
    New,
    /// What differs of what must be the same; nothing, perhaps.
    Differs(Vec<String>),
}

impl Job {
    /// The capture `name` in the folder `captures`.
    #[must_use]
    pub fn new(captures: &Path, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: captures.join(name),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Records with the programs of the repository at `root`; writes nothing.
    ///
    /// # Errors
    /// The session cannot be read, or did not happen.
    pub fn record_anew(&self, root: &Path) -> Result<Recorded> {
        let session = self.session()?;
        let recording = self.record(&session, root)?;
        let bytes = pcapng::write(&self.name, &session, &recording)?;
        let again = read(&bytes, &session).context("read the new recording")?;
        let changes = match fs::read(self.file("pcapng")) {
            // One that cannot be read, or belongs to another story, is replaced like one that differs.
            Ok(old) => match read(&old, &session) {
                Ok(old) => Changes::Differs(capture::differences(&old, &again, &session)),
                Err(error) => Changes::Differs(vec![format!("the old recording: {error:#}")]),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Changes::New,
            Err(error) => {
                return Err(error).with_context(|| format!("read {}.pcapng", self.name));
            }
        };
        Ok(Recorded {
            packets: recording.frames.len(),
            changes,
            bytes,
        })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// It cannot be written; the old one stays as it is.
    pub fn write(&self, recorded: &Recorded) -> Result<()> {
        let (file, new) = (self.file("pcapng"), self.file("pcapng.new"));
        let unwritable = || format!("write {}.pcapng", self.name);
        // In one step: a reader meanwhile gets the old file, whole.
        fs::write(&new, &recorded.bytes).with_context(unwritable)?;
        fs::rename(&new, &file).with_context(unwritable)
    }

    /// Records and compares with the file; writes nothing.
    ///
    /// # Errors
    /// A file cannot be read, or the session did not happen.
    pub fn check(&self, root: &Path) -> Result<Checked> {
        let session = self.session()?;
        let name = &self.name;
        let committed = fs::read(self.file("pcapng")).with_context(|| {
            format!("read {name}.pcapng (cargo workbook capture {name} makes it)")
        })?;
        let committed =
            read(&committed, &session).with_context(|| format!("read {name}.pcapng"))?;
        if let Err(lack) = has_what_it_takes(&session, root) {
            return Ok(Checked::Lacks(lack));
        }
        let mut differences = Vec::new();
        for attempts in 1..=RECORDING_ATTEMPTS {
            let recording = self.record(&session, root)?;
            let again = pcapng::write(name, &session, &recording)?;
            let again = read(&again, &session).context("read the new recording")?;
            differences = capture::differences(&committed, &again, &session);
            if differences.is_empty() {
                let packets = recording.frames.len();
                return Ok(Checked::Same { packets, attempts });
            }
        }
        differences.push(format!(
            "in each of {RECORDING_ATTEMPTS} recordings; if the new one is right, run cargo workbook capture {name}"
        ));
        Ok(Checked::Different(differences))
    }

    fn session(&self) -> Result<Session> {
        session::run::read(&self.file("session"), &format!("{}.session", self.name))
    }

    fn record(&self, session: &Session, root: &Path) -> Result<lab::Recording> {
        let name = &self.name;
        lab::record(session, root)
            .with_context(|| format!("{name}.session did not happen as written"))
    }

    fn file(&self, extension: &str) -> PathBuf {
        // Not `with_extension`: a name may have a dot.
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".{extension}"));
        path.into()
    }
}

/// Whether this machine has what this session needs and others do not.
fn has_what_it_takes(session: &Session, root: &Path) -> Result<(), Lack> {
    for step in &session.steps {
        // A command that cannot be looked up is an error, which playing it reports.
        if let Action::Start { command, .. } = &step.action
            && let Ok(Found::Missing(what)) = session::run::find(command, root)
        {
            return Err(Lack::Program(what));
        }
    }
    let loses_syn = |loss: &Loss| matches!(loss.kind, LossKind::Syn | LossKind::Syn6);
    if session.losses.iter().any(loses_syn) && !host::repeats_syn_as_recorded() {
        return Err(Lack::SynTimeouts);
    }
    let resets = |refusal: &Refusal| refusal.with == RefuseWith::Rst;
    if session.refusals.iter().any(resets) || !session.translations.is_empty() {
        preflight::try_nft()?;
    }
    Ok(())
}

fn read(file: &[u8], session: &Session) -> Result<Capture> {
    capture::read(file, session).map_err(|why| anyhow!(why))
}
