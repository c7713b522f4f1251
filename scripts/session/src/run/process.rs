//! One running program: its keyboard, its screen and its end.
//!
//! In a session, standard output and standard error are the same pipe, so that they arrive in the
//! order in which they were written. The judge compares standard output alone: for it they are
//! apart. One thread reads each pipe; one types, since a program that does not read must not block
//! the story.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::doorbell::{Doorbell, Ringer};
use super::output::Output;
use super::process_tree::{self, Ended};
use super::stderr_tail::Tail;
use super::{Invocation, OUTPUT_LIMIT, reaper};

/// A running program. Dropped, it is ended with everything that it started.
pub struct Process {
    child: Child,
    keyboard: Option<Keyboard>,
    screen: Receiver<Event>,
    /// What has been received and not been read by the story.
    pub output: Output,
    /// The end of its standard error, where that is apart.
    pub errors: Tail,
    /// Rings when something has come on either, or either has closed.
    pub doorbell: Doorbell,
    closed: bool,
}

/// Where standard output and standard error go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// Both to [`Process::output`], in the order in which they were written.
    Together,
    /// Standard output alone to [`Process::output`], the end of standard error to
    /// [`Process::errors`].
    Apart,
}

enum Event {
    Bytes(Vec<u8>),
    End,
    TooMuch,
}

/// What waiting for output brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Waited {
    /// Something came.
    More,
    /// Nothing came in time.
    Nothing,
    /// Its output has closed.
    Closed,
    /// It wrote more than [`OUTPUT_LIMIT`].
    TooMuch,
}

struct Keyboard {
    lines: Sender<String>,
    typed: Receiver<io::Result<()>>,
}

impl Process {
    /// `spawn` starts the command and drops it: the command holds our copies of the pipe's end,
    /// and while they are open, it never ends.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(
        invocation: &Invocation,
        directory: &Path,
        streams: Streams,
        spawn: impl FnOnce(Command) -> io::Result<Child>,
    ) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let (errors, also) = match streams {
            Streams::Together => (None, writer.try_clone()?),
            Streams::Apart => {
                let (errors, writer) = io::pipe()?;
                (Some(errors), writer)
            }
        };
        let doorbell = Doorbell::new()?;
        let mut command = process_tree::command(&invocation.program)?;
        command
            .args(&invocation.args)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(writer)
            .stderr(also);
        process_tree::hear_interrupts();
        reaper::stand_by();
        let mut child = spawn(command)?;
        reaper::watch(child.id());
        let keyboard = child.stdin.take().map(|mut stdin| {
            process_tree::release(&mut stdin);
            keyboard(stdin)
        });
        let screen = screen(reader, doorbell.ringer());
        let errors = errors.map(|errors| Tail::drain(errors, doorbell.ringer()));
        Ok(Self {
            child,
            keyboard,
            screen,
            output: Output::default(),
            errors: errors.unwrap_or_default(),
            doorbell,
            closed: false,
        })
    }

    /// Waits until something comes, its output closes, or the time is over.
    pub fn wait(&mut self, until: Instant) -> Waited {
        if self.closed {
            return Waited::Closed;
        }
        match self
            .screen
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            Ok(Event::Bytes(bytes)) => {
                self.output.push(&bytes);
                Waited::More
            }
            Ok(Event::TooMuch) => Waited::TooMuch,
            Err(RecvTimeoutError::Timeout) => Waited::Nothing,
            Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => {
                self.closed = true;
                Waited::Closed
            }
        }
    }

    /// Types a line; the program may not read it in time.
    ///
    /// # Errors
    /// `TimedOut`, or `BrokenPipe` where its input is closed.
    pub fn type_line(&mut self, text: &str, within: Duration) -> io::Result<()> {
        self.type_text(format!("{text}\n"), within)
    }

    /// Types this text, and no line end after it.
    ///
    /// # Errors
    /// As for [`Self::type_line`].
    pub fn type_text(&mut self, text: String, within: Duration) -> io::Result<()> {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let keyboard = self.keyboard.as_ref().ok_or_else(closed)?;
        keyboard.lines.send(text).map_err(|_| closed())?;
        match keyboard.typed.recv_timeout(within) {
            Ok(typed) => typed,
            Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => Err(closed()),
        }
    }

    /// Ends its input, as ^D does.
    pub fn end_input(&mut self) {
        self.keyboard = None;
    }

    /// Interrupts it, as ^C does.
    ///
    /// # Errors
    /// This system cannot, or it has ended.
    pub fn interrupt(&mut self) -> io::Result<()> {
        process_tree::interrupt(&mut self.child)
    }

    /// Its number, which is also that of its process group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether its output has closed, and all of it has been taken.
    #[must_use]
    pub fn output_closed(&self) -> bool {
        self.closed
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// The system does not say.
    pub fn ended(&mut self) -> io::Result<Option<Ended>> {
        process_tree::ended(&mut self.child)
    }

    /// How it ended, if it has; after its output closed, the end may take a moment.
    ///
    /// # Errors
    /// The system does not say.
    pub fn ended_by(&mut self, until: Instant) -> io::Result<Option<Ended>> {
        if self.closed {
            self.wait_for_end(until)
        } else {
            self.ended()
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// The system does not say.
    pub fn wait_for_end(&mut self, until: Instant) -> io::Result<Option<Ended>> {
        loop {
            let ended = self.ended()?;
            if ended.is_some() || Instant::now() >= until {
                return Ok(ended);
            }
            // Its output has closed, so its end is near; no portable call waits with a limit.
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        process_tree::kill(&mut self.child);
        // Between the two: once the child is collected, its number may go to a stranger.
        reaper::forget(self.child.id());
        let _ = self.child.wait();
    }
}

fn screen(mut reader: io::PipeReader, ringer: Ringer) -> Receiver<Event> {
    let (events, screen) = mpsc::channel();
    thread::spawn(move || {
        let mut left = OUTPUT_LIMIT;
        let mut buffer = [0; 8192];
        loop {
            let event = match reader.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => Event::End,
                Ok(count) if count > left => Event::TooMuch,
                Ok(count) => {
                    left -= count;
                    Event::Bytes(buffer[..count].to_vec())
                }
            };
            let last = !matches!(event, Event::Bytes(_));
            let unheard = events.send(event).is_err();
            ringer.ring();
            if unheard || last {
                return;
            }
        }
    });
    screen
}

fn keyboard(mut stdin: ChildStdin) -> Keyboard {
    let (lines, to_type) = mpsc::channel::<String>();
    let (done, typed) = mpsc::channel();
    // Ends, and closes the program's input, when the keyboard is dropped.
    thread::spawn(move || {
        for line in to_type {
            if done.send(stdin.write_all(line.as_bytes())).is_err() {
                return;
            }
        }
    });
    Keyboard { lines, typed }
}
