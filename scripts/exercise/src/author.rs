//! The command line for authors of exercises.
//!
//! `shape ID…` names what an exercise lacks (`scripts/check exercise` asks for it), `wrong …` makes
//! patches of wrong programs and programs of patches, `new …` creates the files of an exercise or an
//! example.

mod new;
mod wrong;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use bilingual::terminal::{say, warn};
use bilingual::{Lang, Text, command_line};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::course::Course;
use crate::shape::{faults, names};
use crate::suggest::nearest;

/// Exit status if something is wrong with the exercise.
const STATUS_WRONG: u8 = 1;

/// Exit status if the command itself is wrong.
const STATUS_MISTAKE: u8 = 2;

#[derive(Debug, Parser)]
#[command(bin_name = "cargo workbook", disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
    /// [`Lang::of_program`] has read it already.
    #[arg(long, global = true, value_parser = ["zh", "en"], overrides_with = "lang")]
    lang: Option<String>,
    /// The checkout: `cargo workbook` names it.
    #[arg(long, global = true, default_value = ".")]
    root: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Name what exercises lack, for `scripts/check exercise`.
    Shape { ids: Vec<String> },
    /// Make patches of wrong programs, and programs of patches.
    #[command(subcommand)]
    Wrong(Wrong),
    /// Create the files of an exercise or an example.
    #[command(subcommand)]
    New(New),
}

#[derive(Debug, Subcommand)]
enum New {
    /// With its pages, its line in the ladder and in the table of contents.
    Exercise {
        #[arg(value_name = "ID")]
        id: String,
    },
    /// With its Python peer, its session and its row in `examples/README.md`.
    Example {
        #[arg(value_name = "NN_name")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum Wrong {
    /// Make the patch of an edited copy of the solution.
    Diff {
        #[arg(value_name = "ID")]
        id: String,
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Write out the program of a patch.
    Apply {
        #[arg(value_name = "ID")]
        id: String,
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Update patches after lines of the solution have moved.
    Renew {
        #[arg(value_name = "ID")]
        id: String,
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

/// The author at work: the course, and the language of messages.
struct Author {
    course: Course,
    lang: Lang,
}

/// Runs the tool with these arguments, its own name first. Status 1 if something is wrong with an
/// exercise, 2 if it cannot do what was asked.
pub fn run(args: Vec<OsString>) -> ExitCode {
    // The program that starts this passes the language.
    let lang = Lang::of_program(&args, None);
    let topic = match args.iter().any(|arg| arg == "new") {
        true => Topic::New,
        false => Topic::Wrong,
    };
    let line = match Line::try_parse_from(args) {
        Ok(line) => line,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            say(topic.help(lang));
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            warn(command_line::mistake(&error, lang, topic.command()));
            return ExitCode::from(STATUS_MISTAKE);
        }
    };
    match obey(line, lang) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            warn(format!("{}: {error:#}", lang.pick("出错", "error")));
            ExitCode::from(STATUS_MISTAKE)
        }
    }
}

/// The topic of the help.
#[derive(Debug, Clone, Copy)]
enum Topic {
    Wrong,
    New,
}

impl Topic {
    fn command(self) -> &'static str {
        match self {
            Self::Wrong => "cargo workbook wrong --help",
            Self::New => "cargo workbook new --help",
        }
    }

    fn help(self, lang: Lang) -> &'static str {
        match self {
            Self::Wrong => lang.pick(
                include_str!("author/wrong.zh.txt"),
                include_str!("author/wrong.en.txt"),
            ),
            Self::New => lang.pick(
                include_str!("author/new.zh.txt"),
                include_str!("author/new.en.txt"),
            ),
        }
    }
}

fn obey(line: Line, lang: Lang) -> Result<u8> {
    let root = std::path::absolute(&line.root).context("find the root")?;
    ensure!(
        root.join("book.toml").is_file(),
        "no book.toml in {}: run this in the root of the workbook",
        root.display()
    );
    let author = Author {
        course: Course::new(&root),
        lang,
    };
    Ok(match line.command {
        Command::Shape { ids } => author.shape(&ids),
        Command::New(New::Exercise { id }) => author.told(new::exercise(&author, &id)),
        Command::New(New::Example { name }) => author.told(new::example(&author, &name)),
        Command::Wrong(Wrong::Diff { id, files }) => {
            author.each(&id, &files, |file| wrong::diff(&author, &id, file))
        }
        Command::Wrong(Wrong::Apply { id, names, to }) => {
            let apply = |name: &String| wrong::apply(&author, &id, name, to.as_deref());
            author.each(&id, &author.patches(&id, names), apply)
        }
        Command::Wrong(Wrong::Renew { id, names }) => {
            let renew = |name: &String| wrong::renew(&author, &id, name);
            author.each(&id, &author.patches(&id, names), renew)
        }
    })
}

impl Author {
    /// Prints what each exercise lacks.
    fn shape(&self, ids: &[String]) -> u8 {
        let root = self.course.root();
        let names = names(root);
        let mut status = 0;
        for id in ids {
            if !names.contains(id) {
                warn(self.unknown(id, &names));
                status = STATUS_MISTAKE;
                continue;
            }
            let faults = faults(root, id);
            for fault in &faults {
                say(fault);
            }
            match faults.len() {
                0 => say(format!("{id} has all its parts")),
                1 => say(format!("{id}: 1 fault")),
                count => say(format!("{id}: {count} faults")),
            }
            status = status.max(if faults.is_empty() { 0 } else { STATUS_WRONG });
        }
        status
    }

    /// Does the work for each item; a failure is reported, and the others are still done.
    fn each<T>(&self, id: &str, items: &[T], work: impl Fn(&T) -> Result<Text>) -> u8 {
        let names = names(self.course.root());
        if !names.contains(id) {
            warn(self.unknown(id, &names));
            return STATUS_MISTAKE;
        }
        let mut status = 0;
        for item in items {
            match work(item) {
                Ok(done) => say(done.in_lang(self.lang)),
                Err(error) => {
                    warn(format!("{error:#}"));
                    status = STATUS_MISTAKE;
                }
            }
        }
        status
    }

    /// Prints what was done, or why it cannot be.
    fn told(&self, result: Result<String>) -> u8 {
        match result {
            Ok(done) => {
                say(done);
                0
            }
            Err(error) => {
                warn(format!("{error:#}"));
                STATUS_MISTAKE
            }
        }
    }

    /// These patches of an exercise, or all of them.
    fn patches(&self, id: &str, named: Vec<String>) -> Vec<String> {
        match named.is_empty() {
            true => wrong::patches(&self.course, id),
            false => named,
        }
    }

    /// The error for something that cannot be done.
    fn words(&self, zh: impl Into<String>, en: impl Into<String>) -> anyhow::Error {
        anyhow::Error::msg(self.lang.pick(zh.into(), en.into()))
    }

    fn unknown(&self, id: &str, names: &BTreeSet<String>) -> String {
        let near = nearest(id, names.iter().map(String::as_str));
        let (zh, en) = match near {
            Some(near) => (
                format!("，是 {near} 吗？"),
                format!("; did you mean {near}?"),
            ),
            None => (String::new(), String::new()),
        };
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = all.join(", ");
        self.lang.pick(
            format!("没有叫 '{id}' 的练习{zh}\n练习有：{all}\n新练习：cargo workbook new exercise ID"),
            format!("no exercise is called '{id}'{en}\nthe exercises are: {all}\nto create one: cargo workbook new exercise ID"),
        )
    }
}
