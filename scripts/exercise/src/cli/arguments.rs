//! The command line: its types, and its mistakes in the learner's language. Pure.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Result;
use bilingual::{Lang, command_line};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use super::mistake;
use crate::progress::ProgramKind;

/// The command line after `cargo workbook exercise`.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo workbook exercise", disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    watch: Watch,
    #[command(flatten)]
    every: Every,
}

/// The options of every command.
#[derive(Debug, Args)]
struct Every {
    /// [`Lang::of_program`] has read it already.
    #[arg(long, global = true, value_name = "zh|en", value_parser = ["zh", "en"])]
    lang: Option<String>,
    /// A checkout other than the current one: `cargo workbook` names it.
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) root: Option<PathBuf>,
    pub(super) command: Command,
}

/// The command. Any other first word is an exercise.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub(super) enum Command {
    /// Open an exercise, and judge every save.
    #[command(skip)]
    Watch(Watch),
    /// Show all exercises.
    List,
    /// Judge once.
    Check(Wanted),
    /// Show the next hint, or one of them.
    Hint {
        id: String,
        number: Option<NonZeroUsize>,
        #[command(flatten)]
        written_in: WrittenIn,
    },
    /// Start again from the stub.
    Reset {
        id: String,
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        written_in: WrittenIn,
    },
    /// Show a solution.
    Solution {
        id: String,
        #[arg(long)]
        give_up: bool,
        #[command(flatten)]
        written_in: WrittenIn,
    },
    /// Write the progress as one file.
    Report {
        file: Option<PathBuf>,
        #[arg(long)]
        name: Option<String>,
    },
    /// Merge the reports of a class.
    Class {
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Show the help.
    Help { topic: Option<String> },
}

/// The exercise to open.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct Watch {
    pub(super) id: Option<String>,
    #[command(flatten)]
    pub(super) written_in: WrittenIn,
}

/// The program to judge.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct Wanted {
    pub(super) id: String,
    #[arg(long, value_name = "VARIANT")]
    pub(super) only: Option<String>,
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    #[command(flatten)]
    pub(super) written_in: WrittenIn,
    /// A program in any language, and its arguments.
    #[arg(last = true)]
    pub(super) program: Vec<OsString>,
}

/// The language of the learner's file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Args)]
pub(super) struct WrittenIn {
    #[arg(long, conflicts_with = "rust")]
    python: bool,
    #[arg(long)]
    rust: bool,
}

impl WrittenIn {
    /// The kind of the file; `None` where the command line does not name it.
    pub(super) fn kind(self) -> Option<ProgramKind> {
        match (self.python, self.rust) {
            (true, _) => Some(ProgramKind::Python),
            (_, true) => Some(ProgramKind::Rust),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Exercise,
    Class,
}

/// A command line that was parsed: a request, or the help that it asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Run(Request),
    Help(Topic),
}

const HELP_COMMAND: &str = "cargo workbook exercise --help";

/// Reads the arguments, without the name of the tool.
pub(super) fn parse(args: Vec<OsString>, lang: Lang) -> Result<Parsed> {
    let class = args.iter().any(|arg| arg == "class");
    let args = std::iter::once(OsString::from("exercise")).chain(args);
    let line = match Line::try_parse_from(args) {
        Ok(line) => line,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            let topic = if class { Topic::Class } else { Topic::Exercise };
            return Ok(Parsed::Help(topic));
        }
        Err(error) => return mistake(command_line::mistake(&error, lang, HELP_COMMAND)),
    };
    let command = match line.command {
        Some(Command::Help { topic }) => {
            let class = topic.is_some_and(|topic| topic == "class");
            let topic = if class { Topic::Class } else { Topic::Exercise };
            return Ok(Parsed::Help(topic));
        }
        Some(command) if line.watch == Watch::default() => command,
        Some(_) => {
            let what = lang.pick(
                "练习名和它的选项写在命令后面：cargo workbook exercise check ID --python",
                "an exercise and its options go after the command: cargo workbook exercise check ID --python",
            );
            return mistake(command_line::told(what, lang, HELP_COMMAND));
        }
        None => Command::Watch(line.watch),
    };
    let root = line.every.root;
    Ok(Parsed::Run(Request { root, command }))
}

/// The help text.
pub(super) fn help(topic: Topic, lang: Lang) -> &'static str {
    match topic {
        Topic::Exercise => lang.pick(include_str!("help.zh.txt"), include_str!("help.en.txt")),
        Topic::Class => lang.pick(include_str!("class.zh.txt"), include_str!("class.en.txt")),
    }
}

#[cfg(test)]
mod tests;
