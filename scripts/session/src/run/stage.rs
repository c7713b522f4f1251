//! The terminals of a session while it runs, and what each kind of step means.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use super::output;
use super::process::{Process, Waited};
use super::{Failure, Invocation, Invocations, OUTPUT_LIMIT, Options};
use crate::{Action, Status, Step};

/// A prompt is one when nothing follows it for this long: Python writes the end of a line
/// after the line, in a second call.
const SETTLE: Duration = Duration::from_millis(50);

/// After a failure, what was already on its way is worth reading.
const AFTERMATH: Duration = Duration::from_millis(200);

/// A failure shows this many unread lines of each program.
const SHOWN: usize = 20;

pub(super) struct Stage<'a> {
    options: &'a Options,
    invocations: Invocations<'a>,
    terminals: BTreeMap<&'a str, Terminal<'a>>,
    story: Vec<String>,
    last: Option<&'a Step>,
}

/// A terminal with a program in it.
struct Terminal<'a> {
    command: &'a str,
    process: Process,
}

/// What should have happened, and what happened instead.
struct Mismatch {
    expected: String,
    came: String,
}

impl<'a> Stage<'a> {
    pub(super) fn new(options: &'a Options, invocations: Invocations<'a>) -> Self {
        Self {
            options,
            invocations,
            terminals: BTreeMap::new(),
            story: Vec::new(),
            last: None,
        }
    }

    /// Makes `step` happen, or sees it happen.
    pub(super) fn play(&mut self, step: &'a Step) -> Result<(), Box<Failure>> {
        self.last = Some(step);
        match self.act(&step.action) {
            Ok(Some(happened)) => self.story.push(happened),
            Ok(None) => {}
            Err(mismatch) => return Err(self.fail(mismatch)),
        }
        Ok(())
    }

    /// The story, if every program has ended in it. The parser refuses a session where one
    /// does not, but a session can also be made without the parser.
    pub(super) fn end(mut self) -> Result<Vec<String>, Box<Failure>> {
        if self.terminals.is_empty() {
            return Ok(self.story);
        }
        let actors: Vec<_> = self.terminals.keys().copied().collect();
        Err(self.fail(Mismatch {
            expected: "every program ends in the story (`actor ? …`)".to_owned(),
            came: format!(
                "the end of the session, with a program left: {}",
                actors.join(", ")
            ),
        }))
    }

    fn act(&mut self, action: &'a Action) -> Result<Option<String>, Mismatch> {
        let deadline = self.options.deadline;
        let mut happened = action.to_string();
        match action {
            Action::Note(_) => return Ok(None),
            Action::Start { actor, command } => self.start(actor, command)?,
            Action::Line { actor, pattern } => {
                let line = self.terminal(actor)?.line(pattern, deadline)?;
                happened = format!("{actor} | {line}");
            }
            Action::Prompt { actor, text } => self.terminal(actor)?.prompt(text, deadline)?,
            Action::Type { actor, text } => self.terminal(actor)?.type_line(text, deadline)?,
            Action::EndOfInput { actor } => self.terminal(actor)?.process.end_input(),
            Action::Interrupt { actor } => self.terminal(actor)?.interrupt()?,
            Action::Silent { actor, duration } => self.terminal(actor)?.silent(*duration)?,
            Action::Exit { actor, status } => {
                self.terminal(actor)?.exit(*status, deadline)?;
                self.terminals.remove(actor.as_str());
            }
        }
        Ok(Some(happened))
    }

    fn start(&mut self, actor: &'a str, command: &'a str) -> Result<(), Mismatch> {
        let started = |came| Mismatch {
            expected: format!("`{actor}` starts"),
            came,
        };
        if self.terminals.contains_key(actor) {
            return Err(started("its earlier program has not ended".to_owned()));
        }
        let Some(invocation) = self.invocations.get(command) else {
            return Err(started("no program behind this command".to_owned()));
        };
        let process = start(invocation, self.options).map_err(started)?;
        self.terminals.insert(actor, Terminal { command, process });
        Ok(())
    }

    fn terminal(&mut self, actor: &str) -> Result<&mut Terminal<'a>, Mismatch> {
        self.terminals.get_mut(actor).ok_or_else(|| Mismatch {
            expected: format!("a program in the terminal of `{actor}`"),
            came: "none has started, or it has ended".to_owned(),
        })
    }

    fn fail(&mut self, mismatch: Mismatch) -> Box<Failure> {
        let mut unread = Vec::new();
        let mut running = Vec::new();
        let until = Instant::now() + AFTERMATH;
        for (actor, terminal) in &mut self.terminals {
            while terminal.process.wait(until) == Waited::More {}
            terminal.unread(actor, &mut unread);
            match terminal.process.ended() {
                Ok(Some(ended)) => unread.push(format!("{actor} ? {}", ended.status)),
                Ok(None) | Err(_) => running.push(format!("{actor} $ {}", terminal.command)),
            }
        }
        // Ends whatever is left.
        self.terminals.clear();
        Box::new(Failure {
            line: self.last.map_or(1, |step| step.line),
            step: self
                .last
                .map_or_else(String::new, |step| step.action.to_string()),
            expected: mismatch.expected,
            came: mismatch.came,
            story: std::mem::take(&mut self.story),
            unread,
            running,
        })
    }
}

fn start(invocation: &Invocation, options: &Options) -> Result<Process, String> {
    Process::start(invocation, &options.directory)
        .map_err(|error| format!("`{}`: {error}", invocation.program.display()))
}

impl Terminal<'_> {
    fn line(&mut self, pattern: &str, deadline: Duration) -> Result<String, Mismatch> {
        let mismatch = |came| Mismatch {
            expected: format!("the line `{pattern}`"),
            came,
        };
        let until = Instant::now() + deadline;
        loop {
            match self.process.output.first_line() {
                Some(line) if output::matches(pattern, line) => {
                    return Ok(self.process.output.read_line().unwrap_or_default());
                }
                Some(line) => return Err(mismatch(format!("the line `{line}`"))),
                None => self.wait(until, deadline).map_err(mismatch)?,
            }
        }
    }

    fn prompt(&mut self, text: &str, deadline: Duration) -> Result<(), Mismatch> {
        let mismatch = |came| Mismatch {
            expected: format!("`{text}` with no line end after it"),
            came,
        };
        let until = Instant::now() + deadline;
        loop {
            let output = &mut self.process.output;
            if let Some(line) = output.first_line() {
                return Err(mismatch(format!("the line `{line}`")));
            }
            if output.pending_bytes() == text.as_bytes() {
                match self.process.wait(Instant::now() + SETTLE) {
                    Waited::More => continue,
                    Waited::TooMuch => return Err(mismatch(too_much())),
                    Waited::Nothing | Waited::Closed => {
                        self.process.output.read_pending();
                        return Ok(());
                    }
                }
            }
            if !text.as_bytes().starts_with(output.pending_bytes()) {
                return Err(mismatch(format!("`{}`", output.pending())));
            }
            self.wait(until, deadline).map_err(mismatch)?;
        }
    }

    fn type_line(&mut self, text: &str, deadline: Duration) -> Result<(), Mismatch> {
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
        Err(Mismatch {
            expected: "it takes this line".to_owned(),
            came,
        })
    }

    fn interrupt(&mut self) -> Result<(), Mismatch> {
        self.process.interrupt().map_err(|error| Mismatch {
            expected: "it can be interrupted".to_owned(),
            came: format!("{error}: {}", self.state()),
        })
    }

    fn silent(&mut self, duration: Duration) -> Result<(), Mismatch> {
        let mismatch = |came| Mismatch {
            expected: format!("silence for {}", seconds(duration)),
            came,
        };
        let until = Instant::now() + duration;
        loop {
            if let Some(came) = self.first_unread() {
                return Err(mismatch(came));
            }
            match self.process.wait(until) {
                Waited::More => {}
                Waited::Nothing => return Ok(()),
                Waited::TooMuch => return Err(mismatch(too_much())),
                Waited::Closed => {
                    let state = self.state();
                    return Err(mismatch(format!("its output closed: {state}")));
                }
            }
        }
    }

    fn exit(&mut self, status: Status, deadline: Duration) -> Result<(), Mismatch> {
        let mismatch = |came| Mismatch {
            expected: match status {
                Status::Code(code) => format!("it ends with status {code}, every line read"),
                Status::Signal => "a signal ends it, every line read".to_owned(),
            },
            came,
        };
        let until = Instant::now() + deadline;
        loop {
            if let Some(came) = self.first_unread() {
                return Err(mismatch(came));
            }
            match self.process.wait(until) {
                Waited::More => {}
                Waited::Closed => break,
                Waited::TooMuch => return Err(mismatch(too_much())),
                Waited::Nothing => {
                    return Err(mismatch(format!(
                        "nothing for {}: {}",
                        seconds(deadline),
                        self.state()
                    )));
                }
            }
        }
        match self.process.wait_for_end(until) {
            Ok(Some(ended)) if ended.status == status => Ok(()),
            Ok(Some(ended)) => Err(mismatch(format!("it ended with {ended}"))),
            Ok(None) => Err(mismatch(format!(
                "it closed its output and was still running after {}",
                seconds(deadline)
            ))),
            Err(error) => Err(mismatch(error.to_string())),
        }
    }

    /// Waits for more output; an error says why none will come.
    fn wait(&mut self, until: Instant, deadline: Duration) -> Result<(), String> {
        let waited = self.process.wait(until);
        let partial = match self.process.output.pending() {
            text if text.is_empty() => String::new(),
            text => format!("`{text}` with no line end, then "),
        };
        match waited {
            Waited::More => Ok(()),
            Waited::TooMuch => Err(too_much()),
            Waited::Nothing => Err(format!(
                "{partial}nothing for {}: {}",
                seconds(deadline),
                self.state()
            )),
            Waited::Closed => Err(format!("{partial}the end of its output: {}", self.state())),
        }
    }

    /// Whether it runs, in words. Its output may close a moment before its end.
    fn state(&mut self) -> String {
        match self.process.wait_for_end(Instant::now() + AFTERMATH) {
            Ok(Some(ended)) => format!("it ended with {ended}"),
            Ok(None) => "it is still running".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn first_unread(&self) -> Option<String> {
        let output = &self.process.output;
        match output.first_line() {
            Some(line) => Some(format!("the line `{line}`")),
            None if output.is_empty() => None,
            None => Some(format!("`{}` with no line end", output.pending())),
        }
    }

    fn unread(&self, actor: &str, unread: &mut Vec<String>) {
        let output = &self.process.output;
        let count = output.lines().count();
        unread.extend(
            output
                .lines()
                .take(SHOWN)
                .map(|line| format!("{actor} | {line}")),
        );
        if count > SHOWN {
            unread.push(format!("{actor}   … and {} more lines", count - SHOWN));
        }
        if !output.pending().is_empty() {
            unread.push(format!("{actor} _ {}", output.pending()));
        }
    }
}

fn too_much() -> String {
    format!("more than {} KiB of output", OUTPUT_LIMIT / 1024)
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
