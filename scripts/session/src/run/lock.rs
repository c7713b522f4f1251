//! Locks between processes. Sessions run one at a time on a machine, since they share the addresses
//! that the pages name.
//!
//! `cargo workbook check` in one terminal and the tests in another would otherwise find each
//! other's servers.

use std::env;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long to wait for the lock of the sessions: longer than any session that is not stuck.
const SESSION_LOCK_DEADLINE: Duration = Duration::from_secs(5 * 60);

/// How long to wait before trying again a lock that another process holds.
const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Held while a session runs, a program is built or a file is changed; released when it is dropped,
/// and by the system when its process ends. `None` where the file cannot be locked, since a file
/// system may refuse that: better to run unprotected than not to run.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// The lock that every session on this machine takes.
pub(super) fn of_sessions() -> Result<Lock> {
    take(
        &env::temp_dir().join("socket-workbook-sessions.lock"),
        SESSION_LOCK_DEADLINE,
    )
}

/// Waits until no other process holds the lock at `path`, and takes it. The file is created if
/// missing.
///
/// # Errors
/// Another process still holds it at the deadline.
pub fn take(path: &Path, deadline: Duration) -> Result<Lock> {
    let until = Instant::now() + deadline;
    loop {
        let Ok(file) = open(path) else {
            return Ok(Lock { _file: None });
        };
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: Some(file) }),
            Err(TryLockError::Error(_)) => return Ok(Lock { _file: None }),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                bail!(
                    "another process has held the lock {} for {} s: end it, then try again",
                    path.display(),
                    deadline.as_secs()
                );
            }
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_POLL_INTERVAL),
        }
    }
}

/// Opens the file, which all users of the machine share: one creates it, all may read it, and that
/// is enough to lock it. In a shared directory anybody can put something else in its place, so no
/// link is followed, and a pipe is not waited for.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::fs::{OpenOptions, Permissions};
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    use rustix::fs::OFlags;

    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let existing = || {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags).open(path)
    };
    match existing() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => {
            // Whatever the umask says.
            file.set_permissions(Permissions::from_mode(0o644))?;
            Ok(file)
        }
        // Another process has created it meanwhile.
        Err(_) => existing(),
    }
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;
    use std::sync::mpsc;

    use super::*;

    /// A path where nothing is.
    fn place(name: &str) -> PathBuf {
        let name = format!("socket-workbook-{}-{name}", std::process::id());
        let path = env::temp_dir().join(name);
        let _ = fs::remove_file(&path);
        path
    }

    #[test]
    fn the_next_one_waits_until_the_lock_is_released() {
        let path = place("lock");
        let first = take(&path, SESSION_LOCK_DEADLINE).unwrap();
        assert!(take(&path, Duration::ZERO).is_err());
        let (taken, wait) = mpsc::channel();
        let next = path.clone();
        thread::spawn(move || taken.send(take(&next, SESSION_LOCK_DEADLINE).is_ok()));
        assert!(wait.try_recv().is_err());
        drop(first);
        assert!(wait.recv_timeout(SESSION_LOCK_DEADLINE).unwrap());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn every_user_may_lock_the_file_and_only_its_owner_may_write_it() {
        let path = place("mode");
        let lock = take(&path, SESSION_LOCK_DEADLINE).unwrap();
        assert!(lock._file.is_some());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let (path, target) = (place("link"), place("target"));
        symlink(&target, &path).unwrap();
        let lock = take(&path, SESSION_LOCK_DEADLINE).unwrap();
        assert!(lock._file.is_none() && !target.exists());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_pipe_in_its_place_is_not_waited_for() {
        let path = place("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        take(&path, SESSION_LOCK_DEADLINE).unwrap();
        fs::remove_file(path).unwrap();
    }
}
