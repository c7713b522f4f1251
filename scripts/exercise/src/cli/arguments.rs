//! The command line: types, and mistakes told in the learner's language. Pure.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use lexopt::{Arg, Parser};

use super::mistake;
use crate::progress::Kind;
use bilingual::Lang;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Another repository than the one around: for tests.
    pub(super) root: Option<PathBuf>,
    pub(super) verb: Verb,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Open an exercise, and judge every save.
    Watch {
        id: Option<String>,
        kind: Option<Kind>,
    },
    List,
    Check(Wanted),
    Hint {
        kind: Option<Kind>,
        id: String,
        grade: Option<usize>,
    },
    Reset {
        id: String,
        kind: Option<Kind>,
        yes: bool,
    },
    Solution {
        id: String,
        kind: Option<Kind>,
        give_up: bool,
    },
    Report {
        name: Option<String>,
        file: Option<PathBuf>,
    },
    Class {
        directory: PathBuf,
        out: Option<PathBuf>,
    },
    Help(Topic),
}

/// What is to be judged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) id: String,
    pub(super) kind: Option<Kind>,
    pub(super) only: Option<String>,
    pub(super) seed: Option<u64>,
    pub(super) program: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Exercise,
    Class,
}

/// The verbs; any other first word is an exercise.
pub(super) const VERBS: [&str; 8] = [
    "list", "check", "hint", "reset", "solution", "report", "class", "help",
];

/// Reads the arguments, without the name of the tool.
pub(super) fn parse(args: Vec<OsString>, lang: Lang) -> Result<Asked> {
    let words = Words::read(args, lang)?;
    if let Some(topic) = words.help {
        let verb = Verb::Help(topic);
        return Ok(Asked { root: None, verb });
    }
    let root = words.root.clone();
    let verb = words.verb(lang)?;
    Ok(Asked { root, verb })
}

/// The help text.
pub(super) fn help(topic: Topic, lang: Lang) -> &'static str {
    match (topic, lang) {
        (Topic::Exercise, Lang::Zh) => include_str!("help.zh.txt"),
        (Topic::Exercise, Lang::En) => include_str!("help.en.txt"),
        (Topic::Class, Lang::Zh) => include_str!("class.zh.txt"),
        (Topic::Class, Lang::En) => include_str!("class.en.txt"),
    }
}

/// The words of the line, not yet understood as a whole.
#[derive(Debug, Default)]
struct Words {
    help: Option<Topic>,
    root: Option<PathBuf>,
    /// The options that were there, by name: each belongs to some verbs only.
    options: Vec<&'static str>,
    positional: Vec<OsString>,
    kind: Option<Kind>,
    only: Option<String>,
    seed: Option<u64>,
    name: Option<String>,
    out: Option<PathBuf>,
    program: Vec<OsString>,
}

impl Words {
    fn read(args: Vec<OsString>, lang: Lang) -> Result<Self> {
        let mut words = Self::default();
        let mut parser = Parser::from_args(args);
        loop {
            if let Some(mut raw) = parser.try_raw_args()
                && raw.peek() == Some("--".as_ref())
            {
                raw.next();
                words.program = raw.collect();
                words.options.push("--");
                break;
            }
            let done = parser
                .next()
                .map(|arg| arg.map(owned))
                .map_err(|error| told(&error, lang));
            match done {
                Ok(None) => break,
                Ok(Some(Word::Value(value))) => words.positional.push(value),
                Ok(Some(Word::Option(name))) => words
                    .option(&name, &mut parser, lang)
                    .or_else(|words| mistake(with_help(&words, lang)))?,
                Err(words) => return mistake(with_help(&words, lang)),
            }
        }
        if words.help.is_some() && words.first() == Some("class") {
            words.help = Some(Topic::Class);
        }
        if words.first() == Some("help") {
            let class = words.positional.get(1).is_some_and(|word| word == "class");
            words.help = Some(if class { Topic::Class } else { Topic::Exercise });
        }
        Ok(words)
    }

    fn option(&mut self, name: &str, parser: &mut Parser, lang: Lang) -> Result<(), String> {
        let mut value = || parser.value().map_err(|error| told(&error, lang));
        let text = |value: OsString| value.to_string_lossy().into_owned();
        match name {
            "-h" | "--help" => self.help = Some(Topic::Exercise),
            "--lang" => match text(value()?).as_str() {
                "zh" | "en" => {}
                other => {
                    return Err(lang.pick(
                        format!("--lang 只能是 zh 或 en，不能是 {other}"),
                        format!("--lang is zh or en, not {other}"),
                    ));
                }
            },
            "--root" => self.root = Some(value()?.into()),
            "--python" => self.choose("--python", Kind::Python),
            "--rust" => self.choose("--rust", Kind::Rust),
            "--only" => {
                self.only = Some(text(value()?));
                self.options.push("--only");
            }
            "--seed" => {
                let word = text(value()?);
                self.seed = Some(word.parse().map_err(|_| {
                    lang.pick(
                        format!("--seed 后面要一个不小于 0 的整数，不能是 {word}"),
                        format!("--seed takes a whole number from 0 on, not {word}"),
                    )
                })?);
                self.options.push("--seed");
            }
            "--name" => {
                self.name = Some(text(value()?));
                self.options.push("--name");
            }
            "--out" => {
                self.out = Some(value()?.into());
                self.options.push("--out");
            }
            "--yes" => self.options.push("--yes"),
            "--give-up" => self.options.push("--give-up"),
            other => {
                return Err(lang.pick(
                    format!("不认识 {other}"),
                    format!("{other} is not known here"),
                ));
            }
        }
        Ok(())
    }

    fn choose(&mut self, name: &'static str, kind: Kind) {
        self.kind = Some(kind);
        self.options.push(name);
    }

    fn first(&self) -> Option<&str> {
        self.positional.first().and_then(|word| word.to_str())
    }

    fn verb(mut self, lang: Lang) -> Result<Verb> {
        let verb = match self.first() {
            Some(word) if VERBS.contains(&word) => {
                let word = word.to_owned();
                self.positional.remove(0);
                word
            }
            _ => String::new(),
        };
        let (fits, most): (&[&str], usize) = match verb.as_str() {
            "list" => (&[], 0),
            "check" => (&["--python", "--rust", "--only", "--seed", "--"], 1),
            "hint" => (&["--python", "--rust"], 2),
            "reset" => (&["--python", "--rust", "--yes"], 1),
            "solution" => (&["--python", "--rust", "--give-up"], 1),
            "report" => (&["--name"], 1),
            "class" => (&["--out"], 1),
            _ => (&["--python", "--rust"], 1),
        };
        if let Some(option) = self.options.iter().find(|option| !fits.contains(option)) {
            let shown = if verb.is_empty() { "exercise" } else { &verb };
            let words = lang.pick(
                format!("{option} 不能和 {shown} 一起用"),
                format!("{option} does not go with {shown}"),
            );
            return mistake(with_help(&words, lang));
        }
        if let Some(extra) = self.positional.get(most) {
            let extra = extra.to_string_lossy();
            let words = lang.pick(
                format!("多了 {extra}"),
                format!("{extra} is one word too many"),
            );
            return mistake(with_help(&words, lang));
        }
        self.understood(&verb, lang)
    }

    fn understood(mut self, verb: &str, lang: Lang) -> Result<Verb> {
        let has = |option| self.options.contains(&option);
        let (yes, give_up) = (has("--yes"), has("--give-up"));
        Ok(match verb {
            "list" => Verb::List,
            "report" => Verb::Report {
                name: self.name,
                file: self.positional.pop().map(PathBuf::from),
            },
            "class" => Verb::Class {
                directory: match self.positional.pop() {
                    Some(directory) => directory.into(),
                    None => {
                        return mistake(lang.pick(
                            "报告在哪个目录里？写成 cargo workbook class 目录",
                            "in which folder are the reports? cargo workbook class DIR",
                        ));
                    }
                },
                out: self.out,
            },
            "check" => Verb::Check(Wanted {
                id: self.id(verb, lang)?,
                kind: self.kind,
                only: self.only,
                seed: self.seed,
                program: self.program,
            }),
            "hint" => {
                let grade = match self.positional.get(1) {
                    None => None,
                    Some(word) => match word.to_str().and_then(|word| word.parse().ok()) {
                        Some(grade) if grade > 0 => Some(grade),
                        _ => {
                            let word = word.to_string_lossy();
                            return mistake(lang.pick(
                                format!("第几条提示？{word} 不是从 1 开始的数"),
                                format!("which hint? {word} is not a number from 1 on"),
                            ));
                        }
                    },
                };
                let id = self.id(verb, lang)?;
                let kind = self.kind;
                Verb::Hint { id, grade, kind }
            }
            "reset" => Verb::Reset {
                id: self.id(verb, lang)?,
                kind: self.kind,
                yes,
            },
            "solution" => Verb::Solution {
                id: self.id(verb, lang)?,
                kind: self.kind,
                give_up,
            },
            _ => Verb::Watch {
                id: self.first().map(str::to_owned),
                kind: self.kind,
            },
        })
    }

    fn id(&self, verb: &str, lang: Lang) -> Result<String> {
        match self.positional.first() {
            Some(id) => Ok(id.to_string_lossy().into_owned()),
            None => mistake(lang.pick(format!(
                    "哪个练习？写成 cargo workbook exercise {verb} 练习名；名字见 cargo workbook exercise list"
                ),
                format!(
                    "which exercise? cargo workbook exercise {verb} ID; cargo workbook exercise list shows the names"
                ),
            )),
        }
    }
}

enum Word {
    Option(String),
    Value(OsString),
}

fn owned(arg: Arg<'_>) -> Word {
    match arg {
        Arg::Short(letter) => Word::Option(format!("-{letter}")),
        Arg::Long(name) => Word::Option(format!("--{name}")),
        Arg::Value(value) => Word::Value(value),
    }
}

fn told(error: &lexopt::Error, lang: Lang) -> String {
    match error {
        lexopt::Error::MissingValue { option } => {
            let option = option.as_deref().unwrap_or_default();
            lang.pick(
                format!("{option} 后面缺一个值"),
                format!("{option} needs a value"),
            )
        }
        lexopt::Error::UnexpectedValue { option, value } => {
            let value = value.to_string_lossy();
            lang.pick(
                format!("{option} 后面不能有 {value}"),
                format!("{option} takes no {value}"),
            )
        }
        _ => format!(
            "{}: {error}",
            lang.pick("看不懂这条命令", "cannot read the arguments")
        ),
    }
}

fn with_help(words: &str, lang: Lang) -> String {
    lang.pick(
        format!("{words}。用法见 cargo workbook exercise --help"),
        format!("{words}; see cargo workbook exercise --help"),
    )
}

#[cfg(test)]
mod tests;
