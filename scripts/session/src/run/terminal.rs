//! A terminal with a program in it: what each kind of step means there.

use bilingual::visible::bytes as shown;
use std::io;
use std::time::{Duration, Instant};

use super::OUTPUT_LIMIT_BYTES;
use super::output;
use super::process::{Process, Waited};
use super::process_tree::Ended;
use crate::Status;

/// How long nothing may follow text for it to be a prompt: Python writes the end of a line after
/// the line, in a second call.
pub(super) const PROMPT_SETTLE_TIME: Duration = Duration::from_millis(100);

/// How long to read on after a failure, for output that was already on its way.
pub(super) const LATE_OUTPUT_WAIT: Duration = Duration::from_millis(200);

/// How much a failure shows: unread lines of each program, and characters of each line.
const UNREAD_LINES_SHOWN_MAX: usize = 20;
const LINE_CHARACTERS_SHOWN_MAX: usize = 400;

pub(super) struct Terminal<'a> {
    pub(super) command: &'a str,
    pub(super) process: Process,
}

/// What should have happened, and what happened instead.
pub(super) struct Unexpected {
    pub(super) expected: String,
    pub(super) came: String,
}

impl Terminal<'_> {
    /// Reads its next line, which must match.
    pub(super) fn line(&mut self, pattern: &str, deadline: Duration) -> Result<String, Unexpected> {
        let unexpected = |came| Unexpected {
            expected: format!("the line `{pattern}`"),
            came,
        };
        let until = Instant::now() + deadline;
        loop {
            match self.process.output.first_line() {
                Some(line) if output::matches(pattern, &line) => {
                    let line = line.into_owned();
                    self.process.output.read_line();
                    return Ok(line);
                }
                Some(_) => return Err(unexpected(self.first_unread().unwrap_or_default())),
                None => self.wait(until, deadline).map_err(unexpected)?,
            }
        }
    }

    /// Reads text that no line end follows.
    pub(super) fn prompt(&mut self, text: &str, deadline: Duration) -> Result<String, Unexpected> {
        let unexpected = |came| Unexpected {
            expected: format!("`{text}` with no line end after it"),
            came,
        };
        let until = Instant::now() + deadline;
        loop {
            if self.process.output.first_line().is_some() {
                return Err(unexpected(self.first_unread().unwrap_or_default()));
            }
            let output = &self.process.output;
            if output::matches(text, &output.pending()) && !output.is_empty() {
                match self.process.wait(Instant::now() + PROMPT_SETTLE_TIME) {
                    Waited::More if Instant::now() < until => continue,
                    Waited::More => {
                        let time = seconds(deadline);
                        return Err(unexpected(format!("text kept coming for {time}")));
                    }
                    Waited::TooMuch => return Err(unexpected(too_much())),
                    Waited::Nothing | Waited::Closed => {
                        let text = self.process.output.pending().into_owned();
                        self.process.output.read_pending();
                        return Ok(text);
                    }
                }
            }
            if !output::may_become(text, output.pending_bytes()) {
                return Err(unexpected(said("", output.pending_bytes(), "")));
            }
            self.wait(until, deadline).map_err(unexpected)?;
        }
    }

    /// Types a line.
    pub(super) fn type_line(&mut self, text: &str, deadline: Duration) -> Result<(), Unexpected> {
        let Err(error) = self.process.type_line(text, deadline) else {
            return Ok(());
        };
        let came = match error.kind() {
            io::ErrorKind::TimedOut => {
                format!("it has not read its input for {}", seconds(deadline))
            }
            io::ErrorKind::BrokenPipe => format!("its input is closed: {}", self.state()),
            _ => error.to_string(),
        };
        Err(Unexpected {
            expected: "it takes this line".to_owned(),
            came,
        })
    }

    /// Presses ^C.
    pub(super) fn interrupt(&mut self) -> Result<(), Unexpected> {
        self.process.interrupt().map_err(|error| Unexpected {
            expected: "it can be interrupted".to_owned(),
            came: format!("{error}: {}", self.state()),
        })
    }

    /// Sees nothing come.
    pub(super) fn silent(&mut self, duration: Duration) -> Result<(), Unexpected> {
        let unexpected = |came| Unexpected {
            expected: format!("silence for {}", seconds(duration)),
            came,
        };
        let until = Instant::now() + duration;
        loop {
            if let Some(came) = self.first_unread() {
                return Err(unexpected(came));
            }
            match self.process.wait(until) {
                Waited::More => {}
                Waited::Nothing => return Ok(()),
                Waited::TooMuch => return Err(unexpected(too_much())),
                Waited::Closed => {
                    let state = self.state();
                    return Err(unexpected(format!("its output closed: {state}")));
                }
            }
        }
    }

    /// Sees it end, with nothing left to read.
    pub(super) fn exit(&mut self, status: Status, deadline: Duration) -> Result<(), Unexpected> {
        let unexpected = |came| Unexpected {
            expected: match status {
                Status::Code(code) => format!("it ends with status {code}, every line read"),
                Status::Signal => "a signal ends it, every line read".to_owned(),
            },
            came,
        };
        let until = Instant::now() + deadline;
        loop {
            if let Some(came) = self.first_unread() {
                return Err(unexpected(came));
            }
            match self.process.wait(until) {
                Waited::More => {}
                Waited::Closed => break,
                Waited::TooMuch => return Err(unexpected(too_much())),
                Waited::Nothing => {
                    return Err(unexpected(format!(
                        "nothing for {}: {}",
                        seconds(deadline),
                        self.state()
                    )));
                }
            }
        }
        match self.process.wait_for_end(until) {
            Ok(Some(ended)) if ended.status == status => Ok(()),
            Ok(Some(ended)) => Err(unexpected(format!("it ended with {ended}"))),
            Ok(None) => Err(unexpected(format!(
                "it closed its output and was still running after {}",
                seconds(deadline)
            ))),
            Err(error) => Err(unexpected(error.to_string())),
        }
    }

    /// How it ended, or an error where it has not.
    pub(super) fn ended(&mut self, deadline: Duration) -> Result<Ended, Unexpected> {
        match self.process.wait_for_end(Instant::now() + deadline) {
            Ok(Some(ended)) => Ok(ended),
            Ok(None) | Err(_) => Err(Unexpected {
                expected: "it ends".to_owned(),
                came: self.state(),
            }),
        }
    }

    /// What is said of a program that writes without end.
    pub(super) fn flood(&self) -> Unexpected {
        Unexpected {
            expected: "some output".to_owned(),
            came: too_much(),
        }
    }

    /// Waits for more output; an error says why none will come.
    fn wait(&mut self, until: Instant, deadline: Duration) -> Result<(), String> {
        // A program that never stops writing always has more: the deadline comes first.
        let waited = match Instant::now() < until {
            true => self.process.wait(until),
            false => Waited::Nothing,
        };
        let why = match waited {
            Waited::More => return Ok(()),
            Waited::TooMuch => return Err(too_much()),
            Waited::Nothing => format!("nothing for {}", seconds(deadline)),
            Waited::Closed => "the end of its output".to_owned(),
        };
        let partial = match self.process.output.pending_bytes() {
            [] => String::new(),
            text => said("", text, " with no line end, then "),
        };
        Err(format!("{partial}{why}: {}", self.state()))
    }

    /// Whether it is running, in words. Its output may close a moment before its end.
    fn state(&mut self) -> String {
        match self.process.wait_for_end(Instant::now() + LATE_OUTPUT_WAIT) {
            Ok(Some(ended)) => format!("it ended with {ended}"),
            Ok(None) => "it is still running".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn first_unread(&self) -> Option<String> {
        let output = &self.process.output;
        match output.lines().next() {
            Some(line) => Some(said("the line ", line, "")),
            None if output.is_empty() => None,
            None => Some(said("", output.pending_bytes(), " with no line end")),
        }
    }

    /// Adds what the story has not read, in the notation.
    pub(super) fn unread(&self, actor: &str, unread: &mut Vec<String>) {
        let output = &self.process.output;
        let lines = output.lines().take(UNREAD_LINES_SHOWN_MAX);
        unread.extend(lines.map(|line| format!("{actor} | {}", shorten(&shown(line)))));
        let more = output
            .lines()
            .count()
            .saturating_sub(UNREAD_LINES_SHOWN_MAX);
        if more > 0 {
            unread.push(format!("{actor}   … and {more} more lines"));
        }
        if !output.pending().is_empty() {
            let pending = shown(output.pending_bytes());
            unread.push(format!("{actor} _ {}", shorten(&pending)));
        }
    }
}

/// What came, in words; where it is not UTF-8 that is said, since `\xNN` could be text as well.
fn said(before: &str, bytes: &[u8], after: &str) -> String {
    let text = shorten(&shown(bytes));
    let utf8 = match std::str::from_utf8(bytes) {
        // The last character may be on its way still.
        Err(error) if error.error_len().is_some() => " (not UTF-8)",
        _ => "",
    };
    format!("{before}`{text}`{utf8}{after}")
}

/// The text, cut off if long: a program that writes without end must not fill the terminal.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(LINE_CHARACTERS_SHOWN_MAX) {
        None => text.to_owned(),
        Some((end, _)) => {
            format!("{}… and {} more bytes", &text[..end], text.len() - end)
        }
    }
}

fn too_much() -> String {
    format!("more than {} KiB of output", OUTPUT_LIMIT_BYTES / 1024)
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
