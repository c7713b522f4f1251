//! The learner's program while one variant is played: where it listens, what it has written, how
//! it ended, and what only the system knows of it.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use session::run::doorbell::Doorbell;
use session::run::process::{Process, Streams, Waited};
use session::run::{Ended, Invocation, environment};

use super::address::{self, Claim};
use super::system::{self, Holdings, Times};
use crate::crash::{self, Crash};
use crate::verdict::Trouble;

/// The most lines that are kept of those that the story has read.
const HEARD_LINES_MAX: usize = 8;

/// The most of the program's own lines that a report shows.
const LINES_SHOWN: usize = 8;

/// The most bytes of a line that a report shows.
const LINE_BYTES_SHOWN: usize = 400;

/// The learner's program. When dropped, it is killed with everything that it started.
pub(super) struct Program {
    process: Option<Process>,
    /// The address to listen at, or to connect to; a filter has none.
    pub(super) address: Option<SocketAddr>,
    /// Holds the address where it listens.
    claim: Option<Claim>,
    started: Option<Instant>,
    /// The last lines that the story has read from it.
    heard: Vec<Vec<u8>>,
    /// The size of stderr, and how the program had ended, when the judge ended its side to see what
    /// comes then. What the program does after that is not a cause.
    ended_all: Option<(u64, Option<Ended>)>,
    /// The memory that it held when it was ready, in bytes.
    at_rest: u64,
    /// The variable `NAME=VALUE` in the environment of everything that it starts.
    marker: String,
}

/// What the program wrote since it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrote {
    Nothing,
    Something,
    /// More than the judge accepts.
    TooMuch,
}

impl Program {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            process: None,
            address: None,
            claim: None,
            started: None,
            heard: Vec::new(),
            ended_all: None,
            at_rest: 0,
            marker: format!("WORKBOOK_EXERCISE={}.{number}", process::id()),
        }
    }

    /// Claims the address where it listens, for as long as it is played.
    pub(super) fn claim_address(&mut self) -> io::Result<SocketAddr> {
        let claim = address::free()?;
        Ok(self.claim.insert(claim).address)
    }

    /// Starts it, with its addresses as the last arguments.
    pub(super) fn start(
        &mut self,
        command: &Invocation,
        directory: &Path,
        args: &[String],
        addresses: &[SocketAddr],
    ) -> Result<(), Trouble> {
        let mut all = command.args.clone();
        all.extend(args.iter().map(Into::into));
        all.extend(addresses.iter().map(|address| address.to_string().into()));
        let invocation = Invocation {
            program: command.program.clone(),
            args: all,
        };
        let marker = self.marker.split_once('=').unwrap_or_default();
        let process = Process::start(&invocation, directory, Streams::Apart, |mut command| {
            environment::of_a_learner(&mut command);
            command.env(marker.0, marker.1).spawn()
        });
        let process = process.map_err(|error| {
            Trouble::CannotStart(format!("{}: {error}", command.program.display()))
        })?;
        self.process = Some(process);
        self.started = Some(Instant::now());
        self.address = addresses.first().copied();
        Ok(())
    }

    /// Its process, once it has been started.
    pub(super) fn process(&mut self) -> Result<&mut Process, Trouble> {
        let none = || Trouble::Judge("no program has started".to_owned());
        self.process.as_mut().ok_or_else(none)
    }

    /// Takes what it has written.
    pub(super) fn pump(&mut self) -> Wrote {
        let mut wrote = Wrote::Nothing;
        if let Some(process) = &mut self.process {
            // This comes before its output is taken: what comes from here on rings again.
            process.doorbell.heard();
        }
        while let Some(process) = &mut self.process {
            match process.wait(Instant::now()) {
                Waited::More => wrote = Wrote::Something,
                Waited::TooMuch => return Wrote::TooMuch,
                Waited::Nothing | Waited::Closed => break,
            }
        }
        wrote
    }

    /// The doorbell that rings when it has written something.
    pub(super) fn doorbell(&self) -> Option<&Doorbell> {
        Some(&self.process.as_ref()?.doorbell)
    }

    /// How it has ended, if it has.
    pub(super) fn ended(&mut self) -> Option<Ended> {
        self.process.as_mut()?.ended().ok().flatten()
    }

    /// Whether nothing more can come on stdout.
    pub(super) fn output_closed(&self) -> bool {
        self.process.as_ref().is_none_or(Process::output_closed)
    }

    /// Time since it was started.
    pub(super) fn age(&self) -> Option<Duration> {
        self.started.map(|started| started.elapsed())
    }

    /// Notes that the story has read these bytes of its stdout. Whether they were the first.
    pub(super) fn hear(&mut self, line: Vec<u8>) -> bool {
        let first = self.heard.is_empty();
        self.heard.push(line);
        if self.heard.len() > HEARD_LINES_MAX {
            self.heard.remove(0);
        }
        first
    }

    /// Whether the story has read something of its stdout.
    pub(super) fn was_heard(&self) -> bool {
        !self.heard.is_empty()
    }

    /// Ends its stdin, since the judge sends nothing more; what it does from here on is not a cause.
    pub(super) fn end_input_at_last(&mut self) {
        let ended = self.ended();
        if let Some(process) = &mut self.process {
            let total = process.errors.total();
            self.ended_all.get_or_insert((total, ended));
            process.end_input();
        }
    }

    /// The last part of its stderr.
    pub(super) fn errors(&self) -> Vec<u8> {
        let errors = self.process.as_ref().map(|process| process.errors.bytes());
        errors.unwrap_or_default()
    }

    /// The crash that it has reported. PHP reports it on stdout.
    pub(super) fn crash(&self, errors: &[u8], ended: Option<Ended>) -> Option<Crash> {
        let process = self.process.as_ref()?;
        let (late, ended) = match self.ended_all {
            Some((total, ended)) => (process.errors.total().saturating_sub(total), ended),
            None => (0, ended),
        };
        let late = usize::try_from(late).unwrap_or(usize::MAX);
        let errors = &errors[..errors.len().saturating_sub(late)];
        crash::find(&String::from_utf8_lossy(errors), ended).or_else(|| {
            let lines = self.heard.iter().map(Vec::as_slice);
            let lines: Vec<_> = lines
                .chain(process.output.lines())
                .map(String::from_utf8_lossy)
                .collect();
            crash::find(&lines.join("\n"), ended).filter(|crash| crash.by == "PHP")
        })
    }

    /// The last lines of its stdout, read by the story or not.
    pub(super) fn last_lines(&self) -> Vec<Vec<u8>> {
        let mut lines = self.heard.clone();
        if let Some(process) = &self.process {
            lines.extend(process.output.lines().map(<[u8]>::to_vec));
            let pending = process.output.pending_bytes();
            if !pending.is_empty() {
                lines.push(pending.to_vec());
            }
        }
        last(lines)
    }

    /// Notes the memory that it holds now, which is what its language needs.
    pub(super) fn is_at_rest(&mut self) {
        self.at_rest = self.asked(system::memory).unwrap_or_default();
    }

    /// Growth of its memory since it was at rest, in bytes, where the system reports it.
    pub(super) fn memory_grown(&self) -> Option<u64> {
        Some(self.asked(system::memory)?.saturating_sub(self.at_rest))
    }

    pub(super) fn holdings(&self) -> Option<Holdings> {
        self.asked(system::holdings)
    }

    pub(super) fn times(&self) -> Option<Times> {
        self.asked(system::times)
    }

    /// Whether it does something now, such as ending, where the system reports it: a program that only
    /// waits is not about to end.
    pub(super) fn is_busy(&self) -> Option<bool> {
        self.asked(system::busy)
    }

    /// Whether it has closed both stdout and stderr, which nearly always means that it is ending.
    pub(super) fn all_closed(&self) -> bool {
        let closed = |process: &Process| process.output_closed() && process.errors.is_closed();
        self.process.as_ref().is_some_and(closed)
    }

    /// Number of bytes that are on their way to it or that it has not read, where the system
    /// reports it.
    pub(super) fn unread(&self) -> Option<u64> {
        self.asked(system::unread)
    }

    /// Number of connections that wait to be accepted at this address, where the system reports it.
    pub(super) fn accept_queue(&self, address: SocketAddr) -> Option<usize> {
        self.asked(|id| system::queue(id, address))
    }

    /// Whether it is known to listen at this address.
    pub(super) fn listens(&self, address: SocketAddr) -> bool {
        let at = self.asked(system::listening);
        at.is_some_and(|at| at.contains(&address))
    }

    /// Whether it listens at this address, or may, where the system does not report it: some systems
    /// refuse what the queue has no room for.
    pub(super) fn may_listen(&self, address: SocketAddr) -> bool {
        !cfg!(target_os = "linux") || self.listens(address)
    }

    /// An error where it listens, but not at this address.
    pub(super) fn listens_nowhere_else(&self, address: SocketAddr) -> Result<(), Trouble> {
        match self.asked(system::listening) {
            Some(at) if !at.is_empty() && !at.contains(&address) => {
                Err(Trouble::ListensElsewhere(at))
            }
            _ => Ok(()),
        }
    }

    /// What the system reports about its process group.
    fn asked<T>(&self, ask: impl FnOnce(u32) -> Option<T>) -> Option<T> {
        ask(self.process.as_ref()?.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let first = self.process.as_ref().map(Process::id);
        self.process = None;
        if let Some(first) = first {
            system::end_all(first, &self.marker);
        }
    }
}

/// The lines of what was written to stderr.
pub(super) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec());
    lines.skip_while(Vec::is_empty).collect()
}

/// The last lines, cut to what a report shows.
pub(super) fn last(mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut lines = lines.split_off(lines.len().saturating_sub(LINES_SHOWN));
    for line in &mut lines {
        line.truncate(LINE_BYTES_SHOWN);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_shows_the_last_lines_and_the_beginning_of_each() {
        let all = lines(b"\n\r\na\r\nb\n");
        assert_eq!(all, [b"a".to_vec(), b"b".to_vec()]);
        let many: Vec<Vec<u8>> = (0..20).map(|_| vec![b'x'; 1000]).collect();
        let last = last(many);
        assert_eq!((last.len(), last[0].len()), (LINES_SHOWN, LINE_BYTES_SHOWN));
    }

    #[test]
    fn the_first_line_that_the_story_reads_is_told_apart() {
        let mut program = Program::new();
        assert!(!program.was_heard());
        assert!(program.hear(b"a".to_vec()));
        assert!(!program.hear(b"b".to_vec()));
        assert_eq!(program.last_lines(), [b"a".to_vec(), b"b".to_vec()]);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_writes_and_how_it_ends_is_seen() {
        let command = Invocation {
            program: "/bin/sh".into(),
            args: vec![
                "-c".into(),
                "echo out $1; echo err >&2; exit 3".into(),
                "sh".into(),
            ],
        };
        let mut program = Program::new();
        assert_eq!(program.age(), None);
        program
            .start(&command, Path::new("/"), &["x".to_owned()], &[])
            .expect("a shell");
        assert!(program.age().is_some());
        let until = Instant::now() + Duration::from_secs(20);
        while !(program.output_closed() && program.ended().is_some()) && Instant::now() < until {
            program.pump();
            std::thread::yield_now();
        }
        assert_eq!(program.last_lines(), [b"out x".to_vec()]);
        let status = program.ended().map(|ended| ended.status);
        assert_eq!(status, Some(session::Status::Code(3)));
    }
}
