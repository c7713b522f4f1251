//! `cargo workbook`, for readers and authors: build the book and serve it while it changes
//! (`read`), write it to disk (`build`), check that all of it is true (`check`), record what is on
//! the wire (`capture`), do the exercises (`exercise`).
//!
//! A build (`book`) becomes a snapshot in memory (`site`), which the server (`serve`) answers from.

pub mod book;
mod capture;
pub mod check;
pub mod cli;
mod exercise;
mod folder;
mod package;
pub mod read;
pub mod serve;
pub mod site;
pub mod watch;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use bilingual::terminal::{say, seconds, warn};
use bilingual::{Lang, Ui};
use cli::{Asked, Command, Consent};

/// Runs the tool with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(well) = book::process::run(&args) {
        return if well {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    let lang = Lang::of_program(&args, sys_locale::get_locale().as_deref());
    let command = match cli::parse(&args, lang) {
        Asked::Run(command) => command,
        Asked::Show(text) => {
            say(text);
            return ExitCode::SUCCESS;
        }
        Asked::Mistake(text) => {
            warn(text);
            return ExitCode::from(2);
        }
    };
    let ui = Ui::plain(lang);
    match run_command(command, ui) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            warn(format!("{}: {error:#}", ui.pick("出错", "error")));
            ExitCode::FAILURE
        }
    }
}

/// Runs the command and returns the exit status; failures have been reported already.
fn run_command(command: Command, ui: Ui) -> Result<u8> {
    let root = root(ui)?;
    let well = match command {
        Command::Read(how) => read::read(&root, how, ui),
        Command::Build => build(&root, ui),
        Command::Check { part } => check::check(&root, part, ui),
        Command::Capture {
            names,
            check,
            draw,
            yes,
        } => {
            let job = match (check, draw) {
                (true, _) => capture::Job::Check,
                (false, true) => capture::Job::Draw,
                (false, false) if yes => capture::Job::Record(Consent::Given),
                (false, false) => capture::Job::Record(Consent::Ask),
            };
            return capture::capture(&root, &names, job, ui);
        }
        Command::Exercise { words } => return exercise::hand_over(&root, None, &words, ui),
        Command::Class { words } => return exercise::hand_over(&root, Some("class"), &words, ui),
        Command::New { words } => return exercise::for_authors(&root, "new", &words, ui),
        Command::Wrong { words } => return exercise::for_authors(&root, "wrong", &words, ui),
    };
    Ok(u8::from(!well?))
}

/// The checkout to work on: the one around the folder in which this was started comes first.
fn root(ui: Ui) -> Result<PathBuf> {
    let here = std::env::current_dir()?;
    session::run::checkout(&here).with_context(|| {
        ui.pick(format!(
                "{} 和它上面的目录里都没有 book.toml；请在练习册的目录里运行 cargo workbook",
                here.display()
            ),
            format!(
                "no book.toml in {} or above; run cargo workbook inside the checkout of the workbook",
                here.display()
            ),
        )
    })
}

fn build(root: &Path, ui: Ui) -> Result<bool> {
    let start = Instant::now();
    match book::build(root) {
        Ok(place) => {
            let (place, took) = (bilingual::slashes(&place), seconds(start.elapsed()));
            say(ui.pick(
                format!("已写入 {place}（{took} 秒）"),
                format!("wrote {place} ({took} s)"),
            ));
            Ok(true)
        }
        Err(problems) => {
            warn(pages::report(&problems, ui.lang));
            Ok(false)
        }
    }
}
