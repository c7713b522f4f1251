//! Runs a session against real programs.
//!
//! [`run`] walks through the steps; each program is a [`process::Process`] with two threads of
//! its own, and every wait has a deadline. Whatever happens, all process trees are ended.

mod bless;
mod c_compiler;
pub mod cargo;
mod checkout;
mod collection;
pub mod doorbell;
pub mod environment;
mod failed_step;
pub mod lock;
mod look_up;
pub mod output;
pub mod process;
mod process_tree;
mod reaper;
mod runner;
pub mod scratch;
pub mod stderr_tail;
mod terminal;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use crate::script::rewrite::Change;
use crate::{Action, Session, Step};

pub use c_compiler::SANITIZERS;
pub use cargo::output_of;
pub use checkout::{checkout, root};
pub use collection::{Blessed, all, bless_file, read, run_file, run_named};
pub use failed_step::FailedStep;
pub use look_up::{c_program, example, find, look_up};
pub use process_tree::Ended;

/// Number of bytes that a program may write in one session.
pub const OUTPUT_LIMIT_BYTES: usize = 1 << 20;

/// How to run a session.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where programs run: the root of the repository.
    pub directory: PathBuf,
    /// How long one step may take at most.
    pub deadline: Duration,
}

/// A session that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Everything happened as written.
    Passed {
        /// What happened, in the notation, with the real lines.
        story: Vec<String>,
    },
    /// Nothing was started, since this machine lacks something. Never a silent pass.
    Skipped {
        /// What is missing, and for which command.
        reason: String,
    },
}

/// What a command starts on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The program to run.
    Run(Invocation),
    /// A program that we know and this machine does not have.
    Missing(String),
}

/// An executable and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments, without its own name.
    pub args: Vec<OsString>,
}

impl Options {
    /// The usual deadline, with programs running in `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            deadline: Duration::from_secs(10),
        }
    }
}

/// Where the programs of a session run.
pub trait Place {
    /// Starts a program in the terminal of `actor`.
    ///
    /// # Errors
    /// It does not start.
    fn spawn(&mut self, actor: &str, command: Command) -> io::Result<Child>;

    /// The step with this index is about to cause something: `$`, `>`, `^D`, `^C` or `~`.
    ///
    /// # Errors
    /// Why it cannot happen now; the session fails there.
    fn before(&mut self, step: usize) -> Result<(), String>;
}

/// Every program runs on this machine.
struct Here;

impl Place for Here {
    fn spawn(&mut self, _actor: &str, mut command: Command) -> io::Result<Child> {
        command.spawn()
    }

    fn before(&mut self, _step: usize) -> Result<(), String> {
        Ok(())
    }
}

/// Runs `session` with the programs that [`crate::Program`] knows.
///
/// # Errors
/// The first step that did not happen as written, with the story up to there.
pub fn run(session: &Session, options: &Options) -> Result<Report, Box<FailedStep>> {
    run_with(session, options, &|command| {
        find(command, &options.directory)
    })
}

/// Runs `session` with the programs that `find` knows.
///
/// # Errors
/// The first step that did not happen as written, with the story up to there.
pub fn run_with(
    session: &Session,
    options: &Options,
    find: &dyn Fn(&str) -> anyhow::Result<Found>,
) -> Result<Report, Box<FailedStep>> {
    play_here(session, options, cast(session, find)?)
}

/// Runs `session` with the programs that `find` knows, in `place`.
///
/// # Errors
/// The first step that did not happen as written, with the story up to there.
pub fn run_at(
    session: &Session,
    options: &Options,
    find: &dyn Fn(&str) -> anyhow::Result<Found>,
    place: &mut dyn Place,
) -> Result<Report, Box<FailedStep>> {
    play(session, options, cast(session, find)?, place)
}

fn play_here<'a>(
    session: &'a Session,
    options: &Options,
    cast: Cast<'a>,
) -> Result<Report, Box<FailedStep>> {
    if !session.hosts.is_empty() {
        let reason = "its actors are on hosts of their own: run it with `cargo workbook capture`";
        return Ok(Report::Skipped {
            reason: reason.to_owned(),
        });
    }
    play(session, options, cast, &mut Here)
}

/// What the steps of `session` would have to say, played on this machine.
fn learn_here<'a>(
    session: &'a Session,
    options: &Options,
    cast: Cast<'a>,
) -> Result<Vec<Change>, Box<FailedStep>> {
    match cast {
        Cast::Complete(invocations) => {
            bless::learn(session, runner::Stage::new(options, invocations, &mut Here))
        }
        Cast::Lacks(_) => Ok(Vec::new()),
    }
}

fn play<'a>(
    session: &'a Session,
    options: &Options,
    cast: Cast<'a>,
    place: &mut dyn Place,
) -> Result<Report, Box<FailedStep>> {
    let invocations = match cast {
        Cast::Complete(invocations) => invocations,
        Cast::Lacks(reason) => return Ok(Report::Skipped { reason }),
    };
    let mut stage = runner::Stage::new(options, invocations, place);
    for (index, step) in session.steps.iter().enumerate() {
        if let Err(failure) = stage.play(index, step) {
            return not_permitted(failure);
        }
    }
    Ok(Report::Passed {
        story: stage.end()?,
    })
}

/// Exit status of a program that is not permitted to do its work on this machine, as test programs
/// have it for automake: an ICMP socket, say, needs a right that many users do not have.
pub const STATUS_NOT_PERMITTED: i32 = 77;

fn not_permitted(failure: Box<FailedStep>) -> Result<Report, Box<FailedStep>> {
    let ended = |line: &&String| {
        let status = line.split_once(" ? ");
        status.is_some_and(|(actor, status)| {
            !actor.contains(' ') && status == STATUS_NOT_PERMITTED.to_string()
        })
    };
    if !failure.unread.iter().any(|line| ended(&line)) {
        return Err(failure);
    }
    let said = failure.unread.first().cloned().unwrap_or_default();
    Ok(Report::Skipped {
        reason: format!("not permitted on this machine (status {STATUS_NOT_PERMITTED}): {said}"),
    })
}

/// The program for each command.
type Invocations<'a> = BTreeMap<&'a str, Invocation>;

enum Cast<'a> {
    Complete(Invocations<'a>),
    Lacks(String),
}

/// Finds every program before the first one starts.
fn cast<'a>(
    session: &'a Session,
    find: &dyn Fn(&str) -> anyhow::Result<Found>,
) -> Result<Cast<'a>, Box<FailedStep>> {
    let mut invocations = BTreeMap::new();
    let mut lacks = None;
    for step in &session.steps {
        match &step.action {
            Action::Start { command, .. } if !invocations.contains_key(command.as_str()) => {
                match find(command) {
                    Ok(Found::Run(invocation)) => {
                        invocations.insert(command.as_str(), invocation);
                    }
                    Ok(Found::Missing(what)) => {
                        lacks.get_or_insert_with(|| format!("`{command}`: {what}"));
                    }
                    Err(error) => return Err(not_found(step, &error)),
                }
            }
            Action::Interrupt { .. } if !process_tree::CAN_INTERRUPT => {
                let line = step.line;
                lacks.get_or_insert_with(|| format!("line {line}: no ^C on this system"));
            }
            _ => {}
        }
    }
    Ok(lacks.map_or(Cast::Complete(invocations), Cast::Lacks))
}

fn not_found(step: &Step, error: &anyhow::Error) -> Box<FailedStep> {
    Box::new(FailedStep {
        line: step.line,
        step: step.action.to_string(),
        expected: "a program that can start".to_owned(),
        came: format!("{error:#}"),
        story: Vec::new(),
        unread: Vec::new(),
        running: Vec::new(),
    })
}
