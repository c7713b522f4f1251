//! What a learner works with: `cargo workbook exercise …` and `cargo workbook class DIR`.
//!
//! `arguments` parses the command line (pure), `workspace` knows the course and the learner's own
//! files, `progress_log` keeps the progress, `judging` has a program judged. `watch` judges every
//! save, `commands` are those that print something and end, `class` writes the tables of a class.

mod arguments;
mod class;
mod commands;
mod judging;
mod progress_log;
mod replace_file;
mod report_file;
mod watch;
mod workspace;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::Result;

use arguments::{Command, Parsed, Request, Watch};
use bilingual::terminal::{say, show, warn};
use bilingual::{Lang, Ui};
use workspace::Workspace;

/// The message of a mistake of the learner's: shown as it is, with status 2.
#[derive(Debug)]
struct Mistake(String);

/// Runs the tool with these arguments, its own name left out.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let lang = Lang::of_program(&args, sys_locale::get_locale().as_deref());
    let result = arguments::parse(args, lang).and_then(|parsed| match parsed {
        Parsed::Help(topic) => {
            say(arguments::help(topic, lang));
            Ok(true)
        }
        Parsed::Run(request) => obey(request, lang),
    });
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

/// Runs the command. Whether it succeeded; a failure has been reported.
fn obey(request: Request, lang: Lang) -> Result<bool> {
    let color =
        io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let ui = Ui::plain(lang).colored(color);
    let workspace = Workspace::open(request.root, ui)?;
    let of = &workspace;
    match request.command {
        Command::Watch(Watch { id, written_in }) => watch::watch(of, id, written_in.kind()),
        Command::List => commands::list(of),
        Command::Check(wanted) => commands::check(of, wanted),
        Command::Hint {
            id,
            number,
            written_in,
        } => commands::hint(of, &id, number.map(NonZeroUsize::get), written_in.kind()),
        Command::Reset {
            id,
            yes,
            written_in,
        } => commands::reset(of, &id, written_in.kind(), yes),
        Command::Solution {
            id,
            give_up,
            written_in,
        } => commands::solution(of, &id, written_in.kind(), give_up),
        Command::Report { file, name } => report_file::report(of, name, file),
        Command::Class { directory, out } => class::class(of, &directory, out),
        // The arguments' help is shown before there is a workspace.
        Command::Help { .. } => Ok(true),
    }
}

/// The error of a mistake of the learner's.
fn mistake<T>(words: impl Into<String>) -> Result<T> {
    Err(anyhow::Error::new(Mistake(words.into())))
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}
