//! One running program: its stdin, its output and its end.
//!
//! In a session, stdout and stderr are the same pipe, so that they arrive in the order in which
//! they were written. The judge compares stdout alone, so for it they are separate. One thread
//! reads each pipe; one writes to stdin, since a program that does not read must not block the
//! story.

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
use super::{Invocation, OUTPUT_LIMIT_BYTES, reaper};

/// A running program. Dropped, it is ended with everything that it started.
pub struct Process {
    child: Child,
    stdin: Option<Writer>,
    events: Receiver<Event>,
    /// What has been received and not been read by the story.
    pub output: Output,
    /// The end of its stderr, where that is separate.
    pub errors: Tail,
    /// Rings when something has come on either, or either has closed.
    pub doorbell: Doorbell,
    closed: bool,
}

/// Where stdout and stderr go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// Both to [`Process::output`], in the order in which they were written.
    Together,
    /// Stdout alone to [`Process::output`], the end of stderr to [`Process::errors`].
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
    /// It wrote more than [`OUTPUT_LIMIT_BYTES`].
    TooMuch,
}

/// The thread that writes to stdin.
struct Writer {
    texts: Sender<String>,
    results: Receiver<io::Result<()>>,
}

impl Process {
    /// Starts a program. `spawn` starts the command and drops it: the command holds our copies of
    /// the pipe's end, and while they are open, the output never ends.
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
        let stdin = child.stdin.take().map(|mut stdin| {
            process_tree::release(&mut stdin);
            write_from(stdin)
        });
        let events = read_from(reader, doorbell.ringer());
        let errors = errors.map(|errors| Tail::drain(errors, doorbell.ringer()));
        Ok(Self {
            child,
            stdin,
            events,
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
            .events
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

    /// Writes a line to its stdin; the program may not read it in time.
    ///
    /// # Errors
    /// `TimedOut`, or `BrokenPipe` where its stdin is closed.
    pub fn type_line(&mut self, text: &str, within: Duration) -> io::Result<()> {
        self.type_text(format!("{text}\n"), within)
    }

    /// Writes this text to its stdin, without a line end.
    ///
    /// # Errors
    /// As for [`Self::type_line`].
    pub fn type_text(&mut self, text: String, within: Duration) -> io::Result<()> {
        self.begin_to_type(text)?;
        self.typed(within)
            .unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Begins to write this text to its stdin: [`Self::typed`] tells when all of it is written.
    ///
    /// # Errors
    /// `BrokenPipe` where its stdin is closed.
    pub fn begin_to_type(&mut self, text: String) -> io::Result<()> {
        let writer = self.stdin.as_ref().ok_or_else(closed)?;
        writer.texts.send(text).map_err(|_| closed())
    }

    /// Whether the text has been written, or cannot be; `None` while it waits for the program to read.
    pub fn typed(&mut self, within: Duration) -> Option<io::Result<()>> {
        let Some(writer) = &self.stdin else {
            return Some(Err(closed()));
        };
        match writer.results.recv_timeout(within) {
            Ok(typed) => Some(typed),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(closed())),
        }
    }

    /// Ends its input, as ^D does.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Interrupts it, as ^C does.
    ///
    /// # Errors
    /// This system cannot, or it has ended.
    pub fn interrupt(&mut self) -> io::Result<()> {
        process_tree::interrupt(&mut self.child)
    }

    /// Its PID, which is also the ID of its process group.
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
        // Between the two: once the child is reaped, its PID may be reused.
        reaper::forget(self.child.id());
        let _ = self.child.wait();
    }
}

fn read_from(mut reader: io::PipeReader, ringer: Ringer) -> Receiver<Event> {
    let (sender, events) = mpsc::channel();
    thread::spawn(move || {
        let mut left = OUTPUT_LIMIT_BYTES;
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
            let unheard = sender.send(event).is_err();
            ringer.ring();
            if unheard || last {
                return;
            }
        }
    });
    events
}

fn write_from(mut stdin: ChildStdin) -> Writer {
    let (texts, to_write) = mpsc::channel::<String>();
    let (done, results) = mpsc::channel();
    // Ends, and closes the program's stdin, when the sender is dropped.
    thread::spawn(move || {
        for text in to_write {
            if done.send(stdin.write_all(text.as_bytes())).is_err() {
                return;
            }
        }
    });
    Writer { texts, results }
}

fn closed() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}
