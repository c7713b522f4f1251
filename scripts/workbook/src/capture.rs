//! `cargo workbook capture`: recording is handed over to the package `record`, which is built only
//! now, so that readers do not wait for it; then what a page shows of a recording is drawn.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use timeline::{Timeline, data};

use crate::cli::Consent;
use crate::package;
use bilingual::{Ui, terminal};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Record, replace what differs where somebody agrees, and draw what was recorded.
    Record(Consent),
    /// Compare a new recording with the file; write nothing.
    Check,
    /// Draw the tables and the data of the recordings again.
    Draw,
}

/// Records, checks or draws these captures, or all. The exit status of `record`: 3 if this machine
/// cannot.
pub(crate) fn capture(root: &Path, names: &[String], job: Job, ui: Ui) -> Result<u8> {
    if job == Job::Draw {
        return draw(root, names, ui);
    }
    let option = match job {
        Job::Check => Some("--check"),
        Job::Record(Consent::Given) => Some("--yes"),
        Job::Record(Consent::Ask) | Job::Draw => None,
    };
    let mut command = package::cargo();
    command
        .args(["run", "--quiet", "--package", "record", "--", "--lang"])
        .arg(ui.lang.name())
        .args(option)
        .args(names)
        .current_dir(root);
    let status = package::run(&mut command)?;
    match (job, status) {
        (Job::Record(_), 0) => draw(root, names, ui),
        // Some may have been replaced before another one failed.
        (Job::Record(_), 1) => {
            let mut there = recorded(&root.join("book/captures"))?;
            there.retain(|name| names.is_empty() || names.contains(name));
            if !there.is_empty() {
                draw(root, &there, ui)?;
            }
            Ok(status)
        }
        _ => Ok(status),
    }
}

/// Writes `NAME.js` and `NAME.html` beside each recording, where they differ from what is there.
fn draw(root: &Path, names: &[String], ui: Ui) -> Result<u8> {
    let folder = root.join("book/captures");
    let names = match names {
        [] => recorded(&folder)?,
        names => names.to_vec(),
    };
    for name in names {
        let files = drawn(&folder, &name)?;
        for (file, text) in files {
            if fs::read(&file).is_ok_and(|there| there == text.as_bytes()) {
                continue;
            }
            // In one step: a reader meanwhile gets the old file, whole.
            let new = file.with_extension("new");
            let unwritable = || format!("write {}", file.display());
            fs::write(&new, text).with_context(unwritable)?;
            fs::rename(&new, &file).with_context(unwritable)?;
            let file = file.file_name().unwrap_or_default().display();
            terminal::say(ui.lang.pick(
                format!("已写好 book/captures/{file}"),
                format!("wrote book/captures/{file}"),
            ));
        }
    }
    Ok(0)
}

/// The names of all recordings.
fn recorded(folder: &Path) -> Result<Vec<String>> {
    let unreadable = || format!("read {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let name = entry.with_context(unreadable)?.file_name();
        names.extend(
            name.to_str()
                .and_then(|name| name.strip_suffix(".pcapng"))
                .map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}

fn drawn(folder: &Path, name: &str) -> Result<[(PathBuf, String); 2]> {
    if name.contains(['/', '\\']) {
        bail!("{name} is no name of a capture: it contains a separator of paths");
    }
    // Not `with_extension`: a name may have a dot.
    let file = |extension: &str| folder.join(format!("{name}.{extension}"));
    let session = session::run::read(&file("session"), &format!("{name}.session"))?;
    let recording = file("pcapng");
    let bytes = fs::read(&recording).with_context(|| {
        format!(
            "read {} (cargo workbook capture {name} makes it)",
            recording.display()
        )
    })?;
    let capture = capture::read(&bytes, &session)
        .map_err(|why| anyhow!(why))
        .with_context(|| format!("read {name}.pcapng"))?;
    let timeline = Timeline::of_capture(capture, &session);
    Ok([
        (file("js"), data::script(name, &timeline)),
        (file("html"), data::page(name, &timeline)),
    ])
}
