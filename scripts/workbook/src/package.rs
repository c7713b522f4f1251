//! Handing over to another package of the workspace, which cargo builds only now.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs it to its end, and returns its exit status.
pub(crate) fn run(command: &mut Command) -> Result<u8> {
    let status = command.status().context("run cargo")?;
    // Ended by a signal: it has no status.
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}
