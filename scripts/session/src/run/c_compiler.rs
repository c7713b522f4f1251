//! Builds the C programs of `examples/c` with the system's compiler, `cc`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};

use super::{cargo, scratch};

/// What `cc` is told for every one of them: a warning is an error.
const FLAGS: [&str; 7] = [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pedantic",
    "-O1",
    "-pthread",
];

/// What makes a program end, with a report, where it uses memory wrongly or does what C leaves
/// undefined.
pub const SANITIZERS: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-g",
];

/// The executable of `examples/c/NAME.c`, built on first use in each process with `more` flags.
///
/// # Errors
/// There is no such file, it does not compile, or nothing can be written.
pub(super) fn build(cc: &Path, root: &Path, name: &str, more: &[&str]) -> Result<PathBuf> {
    static BUILT: Mutex<BTreeMap<PathBuf, Result<(), String>>> = Mutex::new(BTreeMap::new());
    let file = match more {
        [] => name.to_owned(),
        more => format!("{name}{}", more.concat().replace(['=', ','], "-")),
    };
    let executable = scratch::folder(root, "c")?.join(file);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let outcome = built.entry(executable.clone()).or_insert_with(|| {
        compile(cc, root, name, more, &executable).map_err(|error| format!("{error:#}"))
    });
    outcome.clone().map_err(|error| anyhow!(error))?;
    Ok(executable)
}

/// Another process may run the file, or build it: the new one takes its place at once.
fn compile(cc: &Path, root: &Path, name: &str, more: &[&str], executable: &Path) -> Result<()> {
    let source = format!("examples/c/{name}.c");
    ensure!(root.join(&source).is_file(), "no such file: {source}");
    let fresh = executable.with_extension(process::id().to_string());
    let mut command = Command::new(cc);
    command.args(FLAGS).args(more).arg("-o").arg(&fresh);
    command.arg(&source).current_dir(root).stdin(Stdio::null());
    let output = cargo::output_of(command).context("run cc")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "cc {source}: {}\n{said}",
        output.status
    );
    fs::rename(&fresh, executable).with_context(|| format!("create {}", executable.display()))
}
