//! Plays a session to learn what happens today: where the story is only told in other words, it goes
//! on, and notes what its steps would have to say.

use std::time::Instant;

use super::FailedStep;
use super::output;
use super::process::Waited;
use super::runner::Stage;
use super::terminal::{LATE_OUTPUT_WAIT, PROMPT_SETTLE_TIME, Terminal, Unexpected};
use crate::script::rewrite::{Change, Now, merged};
use crate::{Action, Session, Step};

/// What the steps of `session` would have to say, played on `stage`.
pub(super) fn learn<'a>(
    session: &'a Session,
    mut stage: Stage<'a, '_>,
) -> Result<Vec<Change>, Box<FailedStep>> {
    let mut changes: Vec<Change> = Vec::new();
    for (index, step) in session.steps.iter().enumerate() {
        let (before, now) = match &step.action {
            Action::Note(_)
            | Action::Start { .. }
            | Action::Type { .. }
            | Action::EndOfInput { .. }
            | Action::Interrupt { .. } => {
                stage.play(index, step)?;
                continue;
            }
            Action::Line { actor, .. }
            | Action::Prompt { actor, .. }
            | Action::Silent { actor, .. }
            | Action::Exit { actor, .. } => {
                let later: Vec<&str> = later(&session.steps[index + 1..], actor).collect();
                let deadline = stage.options.deadline;
                stage.last = Some(step);
                let learned = stage.terminal(actor).and_then(|terminal| {
                    Learner {
                        terminal,
                        actor,
                        deadline,
                    }
                    .step(step, &later)
                });
                learned.map_err(|unexpected| stage.fail(unexpected))?
            }
        };
        if let Action::Exit { actor, .. } = &step.action {
            stage.terminals.remove(actor.as_str());
        }
        // A note belongs to the step that follows it.
        let note = index
            .checked_sub(1)
            .and_then(|before| session.steps.get(before))
            .filter(|step| matches!(step.action, Action::Note(_)));
        let at = note.map_or(step.line, |note| note.line);
        changes.push(Change {
            line: at,
            before,
            now: Now::Same,
        });
        changes.push(Change {
            line: step.line,
            before: Vec::new(),
            now,
        });
    }
    stage.end()?;
    Ok(changes)
}

/// The patterns of this actor that come before somebody acts on it again.
fn later<'a>(steps: &'a [Step], actor: &'a str) -> impl Iterator<Item = &'a str> {
    let own = steps
        .iter()
        .filter(move |step| step.action.actor() == Some(actor));
    own.map_while(|step| match &step.action {
        Action::Line { pattern, .. } => Some(&**pattern),
        Action::Prompt { text, .. } => Some(&**text),
        _ => None,
    })
}

/// One terminal, and what is learned in it.
struct Learner<'t, 'a> {
    terminal: &'t mut Terminal<'a>,
    actor: &'t str,
    deadline: std::time::Duration,
}

type Learned = (Vec<String>, Now);

impl Learner<'_, '_> {
    fn step(mut self, step: &Step, later: &[&str]) -> Result<Learned, Unexpected> {
        match &step.action {
            Action::Line { pattern, .. } => self.line(pattern, later),
            Action::Prompt { text, .. } => self.prompt(text),
            Action::Silent { duration, .. } => {
                let before = self.rest(Instant::now() + *duration);
                self.terminal.silent(*duration)?;
                Ok((before, Now::Same))
            }
            Action::Exit { status, .. } => {
                let before = self.rest(Instant::now() + self.deadline);
                let ended = self.terminal.ended(self.deadline)?;
                Ok(match ended.status == *status {
                    true => (before, Now::Same),
                    false => (before, Now::Other(format!("? {}", ended.status))),
                })
            }
            _ => Ok((Vec::new(), Now::Same)),
        }
    }

    /// The next line is this, or this one comes after others, or does not come, or has changed.
    fn line(&mut self, pattern: &str, later: &[&str]) -> Result<Learned, Unexpected> {
        let until = Instant::now() + self.deadline;
        let output = |learner: &Self| learner.terminal.process.output.first_line().is_some();
        while !output(self) && self.more(until)? {}
        let first = self.next();
        if first
            .as_ref()
            .is_some_and(|line| output::matches(pattern, line))
        {
            self.terminal.process.output.read_line();
            return Ok((Vec::new(), Now::Same));
        }
        let settled = Instant::now() + LATE_OUTPUT_WAIT;
        while self.more(settled)? {}
        let lines: Vec<String> = self.lines();
        if let Some(at) = lines.iter().position(|line| output::matches(pattern, line)) {
            for _ in 0..=at {
                self.terminal.process.output.read_line();
            }
            return Ok((self.written(&lines[..at]), Now::Same));
        }
        let Some(line) = self.next() else {
            // What came without a line end is for a prompt.
            let pending = self.terminal.process.output.pending().into_owned();
            if pending.is_empty() || later.iter().any(|text| output::matches(text, &pending)) {
                return Ok((Vec::new(), Now::Nothing));
            }
            self.terminal.process.output.read_pending();
            return Ok((Vec::new(), Now::Other(format!("_ {pending}"))));
        };
        if later.iter().any(|pattern| output::matches(pattern, &line)) {
            return Ok((Vec::new(), Now::Nothing));
        }
        self.terminal.process.output.read_line();
        Ok((
            Vec::new(),
            Now::Other(format!("| {}", merged(pattern, &line))),
        ))
    }

    fn prompt(&mut self, text: &str) -> Result<Learned, Unexpected> {
        let until = Instant::now() + self.deadline;
        loop {
            let none = self.terminal.process.output.pending().is_empty();
            let settled = Instant::now() + PROMPT_SETTLE_TIME;
            if !self.more(if none { until } else { settled })? {
                break;
            }
        }
        let lines = self.lines();
        for _ in &lines {
            self.terminal.process.output.read_line();
        }
        let before = self.written(&lines);
        let pending = self.terminal.process.output.pending().into_owned();
        self.terminal.process.output.read_pending();
        Ok((
            before,
            match pending {
                pending if pending.is_empty() => Now::Nothing,
                pending if output::matches(text, &pending) => Now::Same,
                pending => Now::Other(format!("_ {}", merged(text, &pending))),
            },
        ))
    }

    /// Everything that comes until then, or until nothing more can.
    fn rest(&mut self, until: Instant) -> Vec<String> {
        while let Ok(true) = self.more(until) {}
        let lines = self.lines();
        for _ in &lines {
            self.terminal.process.output.read_line();
        }
        let mut written = self.written(&lines);
        let pending = self.terminal.process.output.read_pending();
        if !pending.is_empty() {
            let pending = String::from_utf8_lossy(&pending);
            written.push(format!("{} _ {pending}", self.actor));
        }
        written
    }

    /// Waits for more. Whether some came.
    fn more(&mut self, until: Instant) -> Result<bool, Unexpected> {
        match self.terminal.process.wait(until) {
            Waited::More => Ok(true),
            Waited::Nothing | Waited::Closed => Ok(false),
            Waited::TooMuch => Err(self.terminal.flood()),
        }
    }

    fn next(&self) -> Option<String> {
        let line = self.terminal.process.output.first_line();
        line.map(std::borrow::Cow::into_owned)
    }

    fn lines(&self) -> Vec<String> {
        let lines = self.terminal.process.output.lines();
        lines
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    fn written(&self, lines: &[String]) -> Vec<String> {
        lines
            .iter()
            .map(|line| format!("{} | {line}", self.actor))
            .collect()
    }
}
