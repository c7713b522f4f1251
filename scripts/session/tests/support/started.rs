//! A program under test: started with pipes, every wait with a deadline, its output shown when a
//! wait fails, and ended with the test.
//!
//! For the tests of several packages.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{self, PipeReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for one thing: longer than every deadline of the programs, with room for a
/// busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// How long a whole run may take: cargo may build something in it.
const RUN_DEADLINE: Duration = Duration::from_secs(300);

/// Pause between two looks at what no system call waits for with a limit.
const PAUSE: Duration = Duration::from_millis(2);

/// A program that a test talks to. Dropped, it is killed.
pub(crate) struct Started {
    child: Child,
    stdin: Option<ChildStdin>,
    pieces: Receiver<Vec<u8>>,
    /// All that has come.
    output: Vec<u8>,
    /// How much of it has been returned as lines.
    told: usize,
}

impl Started {
    /// Starts it; its stderr is where the command says.
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let (output, stdout) = io::pipe().expect("a pipe");
        Self::with(command.stdout(stdout), output)
    }

    /// Starts it with one pipe for stdout and stderr, so that the order of the output is the
    /// program's.
    #[track_caller]
    pub(crate) fn start_together(command: &mut Command) -> Self {
        let (output, stdout) = io::pipe().expect("a pipe");
        let stderr = stdout.try_clone().expect("another end of the pipe");
        let started = Self::with(command.stdout(stdout).stderr(stderr), output);
        command.stderr(Stdio::null());
        started
    }

    #[track_caller]
    fn with(command: &mut Command, output: PipeReader) -> Self {
        let spawned = command.stdin(Stdio::piped()).spawn();
        // While the command holds an end of the pipe, the output never ends.
        command.stdout(Stdio::null());
        let mut child = spawned.unwrap_or_else(|why| panic!("{command:?}: {why}"));
        Self {
            stdin: child.stdin.take(),
            child,
            pieces: pieces_of(output),
            output: Vec::new(),
            told: 0,
        }
    }

    /// Its PID.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far.
    pub(crate) fn output(&mut self) -> String {
        while let Ok(piece) = self.pieces.try_recv() {
            self.output.extend(piece);
        }
        String::from_utf8_lossy(&self.output).into_owned()
    }

    /// Waits until its output contains this; returns all of its output so far.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) -> String {
        let end = Instant::now() + DEADLINE;
        loop {
            let output = self.output();
            if output.contains(text) {
                return output;
            }
            assert!(self.waits(end), "no {text:?} in the output, but:\n{output}");
        }
    }

    /// Waits for the next line that `is_wanted`; returns the lines up to it, those of an earlier
    /// call left out.
    #[track_caller]
    pub(crate) fn lines_until(&mut self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let end = Instant::now() + DEADLINE;
        let mut lines = Vec::new();
        loop {
            let left = &self.output[self.told..];
            let Some(length) = left.iter().position(|byte| *byte == b'\n') else {
                let waits = self.waits(end);
                assert!(waits, "the line did not come, but:\n{}", self.output());
                continue;
            };
            let line = String::from_utf8_lossy(&left[..length]);
            let line = line.trim_end_matches('\r').to_owned();
            self.told += length + 1;
            lines.push(line);
            if lines.last().is_some_and(|line| is_wanted(line)) {
                return lines;
            }
        }
    }

    /// Waits for more output; whether some came in time.
    fn waits(&mut self, end: Instant) -> bool {
        let piece = self.pieces.recv_timeout(left_until(end));
        piece.map(|piece| self.output.extend(piece)).is_ok()
    }

    /// Types a text that fits into a pipe.
    #[track_caller]
    pub(crate) fn types(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().expect("its stdin is open");
        stdin.write_all(text.as_bytes()).expect("it reads");
    }

    /// Its stdin, for a test that types from a thread of its own.
    #[track_caller]
    pub(crate) fn keyboard(&mut self) -> ChildStdin {
        self.stdin.take().expect("its stdin is open")
    }

    /// End of input, as Ctrl-D makes it.
    pub(crate) fn hangs_up(&mut self) {
        self.stdin = None;
    }

    /// Sends it the signal with this name: `INT`.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", name, &self.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Its status, once it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Waits for its end; what it has started may hold its output open.
    #[track_caller]
    pub(crate) fn status(&mut self) -> ExitStatus {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(Instant::now() < end, "no end, but:\n{}", self.output());
            thread::sleep(PAUSE);
        }
    }

    /// Waits for its end and for that of its output; returns its status and all of its output.
    #[track_caller]
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let (rest, has_ended) = all_of(&self.pieces, Instant::now() + DEADLINE);
        self.output.extend(rest);
        assert!(has_ended, "no end, but:\n{}", self.output());
        (self.status().code(), self.output())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it to its end with this as its input, of which it need not read all.
#[track_caller]
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Output {
    let (stdout, to_stdout) = io::pipe().expect("a pipe");
    let (stderr, to_stderr) = io::pipe().expect("a pipe");
    let mut started = Started::with(command.stdout(to_stdout).stderr(to_stderr), stdout);
    command.stderr(Stdio::null());
    let (mut stdin, input) = (started.keyboard(), input.to_vec());
    thread::spawn(move || stdin.write_all(&input));
    let end = Instant::now() + RUN_DEADLINE;
    let errors = pieces_of(stderr);
    let (stdout, has_ended) = all_of(&started.pieces, end);
    let (stderr, has_closed) = all_of(&errors, end);
    let shown = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        has_ended && has_closed,
        "no end, but:\n{}\n{}",
        shown(&stdout),
        shown(&stderr)
    );
    Output {
        status: started.status(),
        stdout,
        stderr,
    }
}

/// All of a pipe, and whether it ended in time.
fn all_of(pieces: &Receiver<Vec<u8>>, end: Instant) -> (Vec<u8>, bool) {
    let mut all = Vec::new();
    loop {
        match pieces.recv_timeout(left_until(end)) {
            Ok(piece) => all.extend(piece),
            Err(why) => return (all, why == RecvTimeoutError::Disconnected),
        }
    }
}

/// Looks again and again until there is something.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(PAUSE);
    }
}

fn left_until(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

fn pieces_of(mut pipe: PipeReader) -> Receiver<Vec<u8>> {
    let (tell, pieces) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 65536];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if tell.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    pieces
}
