//! The sessions of the repository: `examples/*.session`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::{Options, Report, cast, find, lock, play_here, scratch};
use crate::{Session, encoding};

/// Every session of the repository at `root`, by name: its name and its file.
///
/// # Errors
/// The directory of the examples cannot be read.
pub fn all(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let directory = root.join("examples");
    let unreadable = || format!("list the sessions in {}", directory.display());
    let mut sessions = Vec::new();
    for entry in fs::read_dir(&directory).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "session")
            && let Some(name) = path.file_stem()
        {
            sessions.push((name.to_string_lossy().into_owned(), path));
        }
    }
    sessions.sort();
    Ok(sessions)
}

/// Reads and runs the session in `file`. Display an error with `{:#}`: it has a place and a reason.
///
/// # Errors
/// The file cannot be read, is not a session, or a step did not happen; each with its place.
pub fn run_file(file: &Path, options: &Options) -> Result<Report> {
    let shown = file
        .strip_prefix(&options.directory)
        .unwrap_or(file)
        .display();
    let bytes = fs::read(file).with_context(|| format!("read {shown}"))?;
    // The error keeps its type, which has the words in both languages.
    let source = encoding::text(bytes).with_context(|| shown.to_string())?;
    let session = Session::parse(&source).map_err(|errors| {
        let errors: Vec<_> = errors
            .iter()
            .map(|error| format!("{shown}: {error}"))
            .collect();
        anyhow!(errors.join("\n"))
    })?;
    perform(&session, options).with_context(|| format!("{shown} did not happen as written"))
}

fn perform(session: &Session, options: &Options) -> Result<Report> {
    // A build can take minutes, so it comes before the lock that others wait for.
    let cast = cast(session, &|command| find(command, &options.directory))?;
    let _lock = lock::of_sessions()?;
    let directory = scratch::ground(&options.directory)?;
    let options = Options {
        directory,
        ..options.clone()
    };
    Ok(play_here(session, &options, cast)?)
}

/// Reads and runs the session `name`, such as `02_duplex`.
///
/// # Errors
/// As [`run_file`]; for an unknown name, the error lists the known ones.
pub fn run_named(name: &str, options: &Options) -> Result<Report> {
    let sessions = all(&options.directory)?;
    let found = sessions.iter().find(|(other, _)| other == name);
    let (_, file) = found.ok_or_else(|| {
        let names: Vec<_> = sessions.iter().map(|(name, _)| name.as_str()).collect();
        anyhow!(
            "no session named {name}; known sessions: {}",
            names.join(", ")
        )
    })?;
    run_file(file, options)
}
