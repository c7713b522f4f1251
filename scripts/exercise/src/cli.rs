//! What a learner works with: `cargo workbook exercise …` and `cargo workbook class DIR`.
//!
//! `cli` reads the command line (pure), `workspace` knows the course and the learner's own files,
//! `progress_log` keeps the progress, `judging` has a program judged. `watch` is the screen; `verbs` are
//! the commands that say something and end; `class` makes the tables of a class.

mod arguments;
mod class;
mod commands;
mod judging;
mod progress_log;
mod report_file;
mod watch;
mod workspace;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Result;

use crate::Language;
use arguments::{Asked, Verb};
use judge::report::Style;
use workspace::Workspace;

/// The words of a mistake of the learner's: shown as they are, with status 2.
#[derive(Debug)]
struct Mistake(String);

/// Runs the tool with these arguments, its own name left out.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let language = arguments::language(&args);
    let result = arguments::parse(args, language).and_then(|asked| obey(asked, language));
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
        say(arguments::help(topic, language));
        return Ok(true);
    }
    let workspace = Workspace::open(asked.root, style)?;
    match asked.verb {
        Verb::Help(_) => Ok(true),
        Verb::Watch { id, kind } => watch::watch(&workspace, id, kind),
        Verb::List => commands::list(&workspace),
        Verb::Check(wanted) => commands::check(&workspace, wanted),
        Verb::Hint { id, grade, kind } => commands::hint(&workspace, &id, grade, kind),
        Verb::Reset { id, kind, yes } => commands::reset(&workspace, &id, kind, yes),
        Verb::Solution { id, kind, give_up } => commands::solution(&workspace, &id, kind, give_up),
        Verb::Report { name, file } => report_file::report(&workspace, name, file),
        Verb::Class { directory, out } => class::class(&workspace, &directory, out),
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
