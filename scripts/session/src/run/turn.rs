//! One session at a time on this machine: they share the addresses that the pages name.
//!
//! `cargo workbook check` in one terminal and the tests in another would otherwise find each
//! other's servers.

use std::env;
use std::fs::{File, OpenOptions};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Longer than any session that is not stuck.
const DEADLINE: Duration = Duration::from_secs(5 * 60);

/// Held while a session runs. `None` where the file cannot be locked: better to run unprotected
/// than not to run.
pub(super) struct Turn {
    _lock: Option<File>,
}

pub(super) fn take() -> Result<Turn> {
    let path = env::temp_dir().join("socket-workbook-sessions.lock");
    let Ok(file) = OpenOptions::new().create(true).append(true).open(&path) else {
        return Ok(Turn { _lock: None });
    };
    let until = Instant::now() + DEADLINE;
    while !locked(&file) {
        if Instant::now() >= until {
            let minutes = DEADLINE.as_secs() / 60;
            bail!(
                "another process has been running sessions for {minutes} minutes: \
                 end it (it holds {})",
                path.display()
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(Turn { _lock: Some(file) })
}

/// Whether the lock is ours, or locks do not work here.
#[cfg(unix)]
fn locked(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    let lock = flock(file, FlockOperation::NonBlockingLockExclusive);
    lock != Err(rustix::io::Errno::WOULDBLOCK)
}

#[cfg(not(unix))]
fn locked(_file: &File) -> bool {
    true
}
