//! What a learner works with: `cargo workbook exercise …` and `cargo workbook class DIR`.
//!
//! `cli` reads the command line (pure), `desk` knows the course and the learner's own files,
//! `diary` keeps the progress, `judging` has a program judged. `watch` is the screen; `verbs` are
//! the commands that say something and end; `class` makes the tables of a class.

mod class;
mod cli;
mod desk;
mod diary;
mod judging;
mod record;
mod verbs;
mod watch;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Result;

use crate::Language;
use crate::report::Style;
use cli::{Asked, Verb};
use desk::Desk;

/// The words of a mistake of the learner's: shown as they are, with status 2.
#[derive(Debug)]
struct Mistake(String);

/// Runs the tool with these arguments, its own name left out.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let language = cli::language(&args);
    let result = cli::parse(args, language).and_then(|asked| obey(asked, language));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let what = match error.is::<Mistake>() {
                true => error.to_string(),
                false => format!("{}: {error:#}", pick(language, "出错", "error")),
            };
            warn(&what);
            ExitCode::from(2)
        }
    }
}

/// Whether it went well; what did not has been told.
fn obey(asked: Asked, language: Language) -> Result<bool> {
    let style = Style {
        language,
        colour: io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty()),
    };
    if let Verb::Help(topic) = asked.verb {
        say(cli::help(topic, language));
        return Ok(true);
    }
    let desk = Desk::open(asked.root, style)?;
    match asked.verb {
        Verb::Help(_) => Ok(true),
        Verb::Watch { id, kind } => watch::watch(&desk, id, kind),
        Verb::List => verbs::list(&desk),
        Verb::Check(wanted) => verbs::check(&desk, wanted),
        Verb::Hint { id, grade, kind } => verbs::hint(&desk, &id, grade, kind),
        Verb::Reset { id, kind, yes } => verbs::reset(&desk, &id, kind, yes),
        Verb::Solution { id, kind, give_up } => verbs::solution(&desk, &id, kind, give_up),
        Verb::Report { name, file } => record::report(&desk, name, file),
        Verb::Class { directory, out } => class::class(&desk, &directory, out),
    }
}

/// The one of two that the learner reads.
fn pick(language: Language, zh: impl Into<String>, en: impl Into<String>) -> String {
    match language {
        Language::Zh => zh.into(),
        Language::En => en.into(),
    }
}

/// The learner asked for something that is not there.
fn mistake<T>(words: impl Into<String>) -> Result<T> {
    Err(anyhow::Error::new(Mistake(words.into())))
}

/// Lines on standard output. A reader that has closed the pipe is not an error.
fn say(text: &str) {
    show(&format!("{}\n", text.trim_end()));
}

fn show(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Lines on standard error, likewise.
fn warn(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}
