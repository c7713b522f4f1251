//! Locks between processes. One session at a time on this machine: they share the addresses that
//! the pages name.
//!
//! `cargo workbook check` in one terminal and the tests in another would otherwise find each
//! other's servers.

use std::env;
use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Longer than any session that is not stuck.
const DEADLINE: Duration = Duration::from_secs(5 * 60);

/// Held while a session runs, or a program is built. `None` where the file cannot be locked:
/// better to run unprotected than not to run.
#[derive(Debug)]
pub struct Turn {
    _lock: Option<File>,
}

pub(super) fn take() -> Result<Turn> {
    take_at(
        &env::temp_dir().join("socket-workbook-sessions.lock"),
        DEADLINE,
    )
}

/// Waits until nobody else holds the lock at `path`, which is made where it is missing.
///
/// # Errors
/// Somebody holds it all the time.
pub fn take_at(path: &Path, deadline: Duration) -> Result<Turn> {
    let until = Instant::now() + deadline;
    loop {
        match try_lock(path) {
            Ok(Some(file)) => return Ok(Turn { _lock: Some(file) }),
            Err(_) => return Ok(Turn { _lock: None }),
            Ok(None) if Instant::now() >= until => {
                let minutes = deadline.as_secs() / 60;
                bail!(
                    "another process has been at it for {minutes} minutes: \
                     end it (it holds {})",
                    path.display()
                );
            }
            Ok(None) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// `None` while somebody else holds it.
#[cfg(unix)]
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = open(path)?;
    Ok(locked(&file).then_some(file))
}

/// On Windows an open file is a lock, if it is not shared.
#[cfg(windows)]
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create(true).share_mode(0).open(path);
    match opened {
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}

#[cfg(not(any(unix, windows)))]
fn try_lock(_path: &Path) -> io::Result<Option<File>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Every user of the machine takes turns at the same file: one makes it, all may read it, and
/// reading is enough to lock it. Anybody can put something else in its place in a shared
/// directory, so no link is followed, and a pipe is not waited for.
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
        // Somebody else was faster.
        Err(_) => existing(),
    }
}

/// Whether the lock is ours, or locks do not work here.
#[cfg(unix)]
fn locked(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    let lock = flock(file, FlockOperation::NonBlockingLockExclusive);
    lock != Err(rustix::io::Errno::WOULDBLOCK)
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
    fn the_next_one_waits_until_the_turn_is_over() {
        let path = place("turn");
        let first = take_at(&path, DEADLINE).unwrap();
        assert!(take_at(&path, Duration::ZERO).is_err());
        let (taken, wait) = mpsc::channel();
        let next = path.clone();
        thread::spawn(move || taken.send(take_at(&next, DEADLINE).is_ok()));
        assert!(wait.try_recv().is_err());
        drop(first);
        assert!(wait.recv_timeout(DEADLINE).unwrap());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn every_user_may_lock_the_file_and_only_its_owner_may_write_it() {
        let path = place("mode");
        let turn = take_at(&path, DEADLINE).unwrap();
        assert!(turn._lock.is_some());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let (path, target) = (place("link"), place("target"));
        symlink(&target, &path).unwrap();
        let turn = take_at(&path, DEADLINE).unwrap();
        assert!(turn._lock.is_none() && !target.exists());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_pipe_in_its_place_is_not_waited_for() {
        let path = place("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        take_at(&path, DEADLINE).unwrap();
        fs::remove_file(path).unwrap();
    }
}
