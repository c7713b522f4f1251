//! `cargo workbook capture`: hands over to the package `record`, which is built only now, so that
//! readers do not wait for it.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::words::{Lang, pick};

/// Records, or checks what is recorded. The exit status of `record`: 3 if this machine cannot.
pub(crate) fn capture(root: &Path, names: &[String], check: bool, lang: Lang) -> Result<u8> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--package", "record", "--", "--lang"])
        .arg(pick(lang, "zh", "en"))
        .args(check.then_some("--check"))
        .args(names)
        .current_dir(root);
    let status = command.status().context("run cargo")?;
    // Ended by a signal: no status of its own.
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}
