//! A child and everything it starts, as one unit that can be ended.
//!
//! On Unix the child leads a process group of its own. Its status is read without reaping it: until
//! its owner reaps it, the ID of the group cannot be reused, so ending the group of a program that
//! has already ended is safe.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::{Child, ChildStdin, Command};

use crate::Status;

/// How a program ended: its exit status, or a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its status.
    pub status: Status,
    /// The number of the signal that ended it, if one did.
    pub signal: Option<i32>,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status, self.signal) {
            (Status::Code(code), _) => write!(f, "status {code}"),
            (Status::Signal, Some(signal)) => write!(f, "signal {signal}"),
            (Status::Signal, None) => f.write_str("a signal"),
        }
    }
}

#[cfg(unix)]
mod platform {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::sync::{Arc, Once};

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    use super::{Child, ChildStdin, Command, Ended, Path, Status, io};

    pub(in super::super) const CAN_INTERRUPT: bool = true;

    /// Makes ^C reach the programs that we start. A shell that starts us with `&` has SIGINT
    /// ignored, and a program inherits ignored signals, but not handlers.
    pub(in super::super) fn hear_interrupts() {
        static HEARD: Once = Once::new();
        HEARD.call_once(|| {
            if interrupts_are_ignored().unwrap_or(false) {
                // An empty handler ignores ^C as well, but for us alone.
                let _ = signal_hook::flag::register(Signal::INT.as_raw(), Arc::default());
            }
        });
    }

    /// `None` where there is no `/proc`.
    fn interrupts_are_ignored() -> Option<bool> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let ignored = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))?;
        let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
        Some(ignored & (1 << (Signal::INT.as_raw() - 1)) != 0)
    }

    /// Waits for a line before it becomes the program: a runner that is killed in between, when the
    /// child's PID is not listed yet, closes stdin and so ends the child.
    const WAIT_SCRIPT: &str = r#"read -r go && exec "$0" "$@""#;

    pub(in super::super) fn command(program: &Path) -> io::Result<Command> {
        let data = program.metadata()?;
        if !data.is_file() || data.permissions().mode() & 0o111 == 0 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", WAIT_SCRIPT])
            .arg(program)
            .process_group(0);
        Ok(command)
    }

    /// Lets the child become the program: its PID is listed.
    pub(in super::super) fn release(stdin: &mut ChildStdin) {
        // Fails only when the child has ended, which its output will show.
        let _ = stdin.write_all(b"\n");
    }

    pub(in super::super) fn ended(child: &mut Child) -> io::Result<Option<Ended>> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::Pid(Pid::from_child(child)), options)?;
        Ok(status.map(|status| match status.exit_status() {
            Some(code) => Ended {
                status: Status::Code(code),
                signal: None,
            },
            None => Ended {
                status: Status::Signal,
                signal: status.terminating_signal(),
            },
        }))
    }

    /// As a terminal does it: the whole foreground group gets the signal.
    pub(in super::super) fn interrupt(child: &mut Child) -> io::Result<()> {
        Ok(kill_process_group(Pid::from_child(child), Signal::INT)?)
    }

    pub(in super::super) fn kill(child: &mut Child) {
        // Fails only when nothing is left to end.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
}

#[cfg(not(unix))]
mod platform {
    use super::{Child, ChildStdin, Command, Ended, Path, Status, io};

    pub(in super::super) const CAN_INTERRUPT: bool = false;

    pub(in super::super) fn hear_interrupts() {}

    pub(in super::super) fn command(program: &Path) -> io::Result<Command> {
        Ok(Command::new(program))
    }

    pub(in super::super) fn release(_stdin: &mut ChildStdin) {}

    pub(in super::super) fn ended(child: &mut Child) -> io::Result<Option<Ended>> {
        let status = child.try_wait()?;
        Ok(status.map(|status| match status.code() {
            Some(code) => Ended {
                status: Status::Code(code),
                signal: None,
            },
            None => Ended {
                status: Status::Signal,
                signal: None,
            },
        }))
    }

    pub(in super::super) fn interrupt(_child: &mut Child) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Ends the child; the programs that it has started stay.
    pub(in super::super) fn kill(child: &mut Child) {
        let _ = child.kill();
    }
}

pub(super) use platform::{
    CAN_INTERRUPT, command, ended, hear_interrupts, interrupt, kill, release,
};
