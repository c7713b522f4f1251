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
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::Result;

use arguments::{Asked, Verb};
use bilingual::terminal::{say, show, warn};
use bilingual::{Lang, Ui};
use workspace::Workspace;

/// The words of a mistake of the learner's: shown as they are, with status 2.
#[derive(Debug)]
struct Mistake(String);

/// Runs the tool with these arguments, its own name left out.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let lang = Lang::of_program(&args, sys_locale::get_locale().as_deref());
    let result = arguments::parse(args, lang).and_then(|asked| obey(asked, lang));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let what = match error.is::<Mistake>() {
                true => error.to_string(),
                false => format!("{}: {error:#}", lang.pick("出错", "error")),
            };
            warn(what);
            ExitCode::from(2)
        }
    }
}

/// Whether it went well; what did not has been told.
fn obey(asked: Asked, lang: Lang) -> Result<bool> {
    let colour =
        io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let ui = Ui::plain(lang).coloured(colour);
    if let Verb::Help(topic) = asked.verb {
        say(arguments::help(topic, lang));
        return Ok(true);
    }
    let workspace = Workspace::open(asked.root, ui)?;
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

/// The learner asked for something that is not there.
fn mistake<T>(words: impl Into<String>) -> Result<T> {
    Err(anyhow::Error::new(Mistake(words.into())))
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}
