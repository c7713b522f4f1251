//! Plays a session step by step on its terminals.

use std::collections::BTreeMap;
use std::time::Instant;

use super::process::{Process, Streams, Waited};
use super::terminal::{LATE_OUTPUT_WAIT, Terminal, Unexpected};
use super::{FailedStep, Invocations, Options, Place, environment};
use crate::{Action, Step};

pub(super) struct Stage<'a, 'p> {
    pub(super) options: &'a Options,
    invocations: Invocations<'a>,
    place: &'p mut dyn Place,
    pub(super) terminals: BTreeMap<&'a str, Terminal<'a>>,
    story: Vec<String>,
    pub(super) last: Option<&'a Step>,
}

impl<'a, 'p> Stage<'a, 'p> {
    pub(super) fn new(
        options: &'a Options,
        invocations: Invocations<'a>,
        place: &'p mut dyn Place,
    ) -> Self {
        Self {
            options,
            invocations,
            place,
            terminals: BTreeMap::new(),
            story: Vec::new(),
            last: None,
        }
    }

    /// Makes `step` happen, or sees it happen.
    pub(super) fn play(&mut self, index: usize, step: &'a Step) -> Result<(), Box<FailedStep>> {
        self.last = Some(step);
        if step.action.causes() {
            self.place.before(index).map_err(|came| {
                let expected = "a quiet moment before this step".to_owned();
                self.fail(Unexpected { expected, came })
            })?;
        }
        match self.act(&step.action) {
            Ok(Some(happened)) => self.story.push(happened),
            Ok(None) => {}
            Err(unexpected) => return Err(self.fail(unexpected)),
        }
        Ok(())
    }

    /// The story, if every program has ended in it. The parser refuses a session where one
    /// does not, but a session can also be made without the parser.
    pub(super) fn end(mut self) -> Result<Vec<String>, Box<FailedStep>> {
        if self.terminals.is_empty() {
            return Ok(self.story);
        }
        let actors: Vec<_> = self.terminals.keys().copied().collect();
        Err(self.fail(Unexpected {
            expected: "every program ends in the story (`actor ? …`)".to_owned(),
            came: format!(
                "the end of the session, with a program left: {}",
                actors.join(", ")
            ),
        }))
    }

    fn act(&mut self, action: &'a Action) -> Result<Option<String>, Unexpected> {
        let deadline = self.options.deadline;
        let mut happened = action.to_string();
        match action {
            Action::Note(_) => return Ok(None),
            Action::Start { actor, command } => self.start(actor, command)?,
            Action::Line { actor, pattern } => {
                let line = self.terminal(actor)?.line(pattern, deadline)?;
                happened = format!("{actor} | {line}");
            }
            Action::Prompt { actor, text } => {
                let text = self.terminal(actor)?.prompt(text, deadline)?;
                happened = format!("{actor} _ {text}");
            }
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

    fn start(&mut self, actor: &'a str, command: &'a str) -> Result<(), Unexpected> {
        let started = |came| Unexpected {
            expected: format!("`{actor}` starts"),
            came,
        };
        if self.terminals.contains_key(actor) {
            return Err(started("the program before it has not ended".to_owned()));
        }
        let Some(invocation) = self.invocations.get(command) else {
            return Err(started("no program was found for this command".to_owned()));
        };
        let program = invocation.program.display();
        let spawn = |mut command| {
            environment::of_a_session(&mut command);
            self.place.spawn(actor, command)
        };
        let process = Process::start(
            invocation,
            &self.options.directory,
            Streams::Together,
            spawn,
        )
        .map_err(|error| started(format!("`{program}`: {error}")))?;
        self.terminals.insert(actor, Terminal { command, process });
        Ok(())
    }

    pub(super) fn terminal(&mut self, actor: &str) -> Result<&mut Terminal<'a>, Unexpected> {
        self.terminals.get_mut(actor).ok_or_else(|| Unexpected {
            expected: format!("a program in the terminal of `{actor}`"),
            came: "none has started, or it has ended".to_owned(),
        })
    }

    pub(super) fn fail(&mut self, unexpected: Unexpected) -> Box<FailedStep> {
        let mut unread = Vec::new();
        let mut running = Vec::new();
        let until = Instant::now() + LATE_OUTPUT_WAIT;
        for (actor, terminal) in &mut self.terminals {
            while terminal.process.wait(until) == Waited::More {}
            terminal.unread(actor, &mut unread);
            match terminal.process.ended_by(until) {
                Ok(Some(ended)) => unread.push(format!("{actor} ? {}", ended.status)),
                Ok(None) | Err(_) => running.push(format!("{actor} $ {}", terminal.command)),
            }
        }
        // Ends whatever is left.
        self.terminals.clear();
        Box::new(FailedStep {
            line: self.last.map_or(1, |step| step.line),
            step: self
                .last
                .map_or_else(String::new, |step| step.action.to_string()),
            expected: unexpected.expected,
            came: unexpected.came,
            story: std::mem::take(&mut self.story),
            unread,
            running,
        })
    }
}
