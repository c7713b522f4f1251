//! The command line: types, and mistakes reported in the reader's language. Help is a text of its
//! own, examples first, one for each language.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use bilingual::{Lang, command_line};

#[derive(Debug, Parser)]
#[command(name = "cargo workbook", bin_name = "cargo workbook", version)]
#[command(disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    read: Read,
    /// [`Lang::of_program`] has read it already.
    #[arg(long, global = true, value_name = "zh|en", value_parser = ["zh", "en"])]
    lang: Option<String>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Build, serve and follow every save: also when no command is given. mdBook calls it `serve`.
    #[command(alias = "serve")]
    Read(Read),
    /// Write the site to the book's build directory.
    Build,
    /// Check what the book says. mdBook calls it `test`.
    #[command(alias = "test")]
    Check {
        /// One part of it, or everything.
        #[command(subcommand)]
        part: Option<Part>,
    },
    /// Record what is on the wire while a capture's session runs.
    Capture {
        /// Only these: `one_shot`; all when empty.
        names: Vec<String>,
        /// Write nothing: check that the recordings in the book would come out the same.
        #[arg(long, conflicts_with = "draw")]
        check: bool,
        /// Record nothing: draw the tables and the data of the recordings again.
        #[arg(long)]
        draw: bool,
        /// Replace what differs without asking.
        #[arg(long, conflicts_with_all = ["check", "draw"])]
        yes: bool,
    },
    /// Do the exercises: every argument after it is for the package `exercise`.
    #[command(disable_help_flag = true)]
    Exercise {
        /// Its own command line.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    /// Merge the reports of a class: likewise.
    #[command(disable_help_flag = true)]
    Class {
        /// Its own command line.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    /// Create the files of an exercise or an example: likewise.
    #[command(disable_help_flag = true)]
    New {
        /// Its own command line.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    /// Keep wrong programs of an exercise as patches: likewise.
    #[command(disable_help_flag = true)]
    Wrong {
        /// Its own command line.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
}

/// How to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Read {
    /// This port and no other.
    #[arg(long, short = 'p', value_name = "N")]
    pub port: Option<u16>,
    /// Open the browser.
    #[arg(long, short = 'o')]
    pub open: bool,
    /// An option of mdBook; the message names another command, never another address.
    #[arg(long, short = 'n', value_name = "ADDRESS", hide = true)]
    pub hostname: Option<String>,
}

/// A part of the check.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Part {
    /// The book builds without a warning.
    Pages,
    /// Links, fragments, images and scripts resolve, and none leaves the machine.
    Links,
    /// The sessions run as they are written.
    Sessions {
        /// Only these: `02_duplex`, `02_duplex.python_client`; all when empty.
        names: Vec<String>,
        /// Put what came into the sessions that fail.
        #[arg(long)]
        bless: bool,
        /// Do not ask.
        #[arg(long, requires = "bless")]
        yes: bool,
    },
}

/// Whether somebody has to agree to a change first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// They are asked.
    Ask,
    /// They have agreed on the command line.
    Given,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// Do this.
    Run(Command),
    /// Print this and exit: help, version.
    Show(String),
    /// It is a mistake; the text says why and what to type.
    Mistake(String),
}

const HELP_COMMAND: &str = "cargo workbook --help";

/// Reads the arguments, the first being the program's own name.
pub fn parse(args: &[OsString], lang: Lang) -> Asked {
    if let Some(command) = handed_over(args) {
        return Asked::Run(command);
    }
    let parsed = line(lang)
        .try_get_matches_from(args)
        .and_then(|matches| Line::from_arg_matches(&matches));
    match parsed {
        Ok(Line { command, read, .. }) => match command {
            None | Some(Command::Read(_)) if names_a_host(&read, command.as_ref()) => {
                Asked::Mistake(told(loopback_only(lang), lang))
            }
            None => Asked::Run(Command::Read(read)),
            Some(command) if read == Read::default() => Asked::Run(command),
            Some(_) => Asked::Mistake(told(
                lang.pick(
                    "--port 和 --open 是 read 的选项：写在 read 后面，或者不写命令",
                    "--port and --open belong to read: write them after it, or without a command",
                ),
                lang,
            )),
        },
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp => Asked::Show(help(lang).to_owned()),
            ErrorKind::DisplayVersion => Asked::Show(error.to_string()),
            _ => Asked::Mistake(mistake(&error, lang)),
        },
    }
}

/// The commands of another program, whose arguments are passed on as they are, `--help` and `--`
/// included; only `--lang` may come before the command.
fn handed_over(args: &[OsString]) -> Option<Command> {
    let mut rest = args.get(1..)?;
    let mut lang = Vec::new();
    while let Some(word) = rest.first().and_then(|word| word.to_str()) {
        let taken = match word {
            "--lang" => 2,
            word if word.starts_with("--lang=") => 1,
            _ => break,
        };
        lang.extend_from_slice(rest.get(..taken)?);
        rest = &rest[taken..];
    }
    let command = rest.first()?.to_str()?;
    let words = lang.into_iter().chain(rest[1..].iter().cloned()).collect();
    match command {
        "exercise" => Some(Command::Exercise { words }),
        "class" => Some(Command::Class { words }),
        "wrong" => Some(Command::Wrong { words }),
        "new" => Some(Command::New { words }),
        _ => None,
    }
}

fn names_a_host(read: &Read, command: Option<&Command>) -> bool {
    let inner = matches!(command, Some(Command::Read(read)) if read.hostname.is_some());
    inner || read.hostname.is_some()
}

fn loopback_only(lang: Lang) -> &'static str {
    lang.pick("书只在 127.0.0.1 上提供，不能换地址（-n、--hostname）。从另一台机器读：在那台机器上运行 ssh -L 3000:127.0.0.1:3000 用户名@这台机器，再打开 http://127.0.0.1:3000/",
        "the book is served on 127.0.0.1 only, so it takes no address (-n, --hostname); to read it on another machine, run ssh -L 3000:127.0.0.1:3000 USER@THIS-MACHINE there and open http://127.0.0.1:3000/",
    )
}

/// What users of mdBook or cargo may type, and what does that here.
fn instead(command: &str, lang: Lang) -> Option<String> {
    let words = match command {
        "clean" => lang.pick("书生成在 target/book 里，每次生成都会整个换掉，不用清理；要连程序一起清理：cargo clean",
            "the book is in target/book, which every build replaces, so there is nothing to clean; to remove the built programs as well: cargo clean",
        ),
        "watch" => lang.pick("cargo workbook read（或者不写命令）会一直看着文件，随存随新",
            "cargo workbook read (or no command) watches the files and follows every save",
        ),
        "init" => lang.pick("这里已经是一本书了；怎样加一页，见 CONTRIBUTING.md",
            "this is a book already; CONTRIBUTING.md says how to add a page",
        ),
        "help" => lang.pick("说明在 cargo workbook --help",
            "see cargo workbook --help",
        ),
        "completions" => lang.pick("这里没有命令补全脚本",
            "there are no completion scripts",
        ),
        _ => return None,
    };
    Some(words.to_owned())
}

/// The help text.
pub fn help(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => include_str!("help.zh.txt"),
        Lang::En => include_str!("help.en.txt"),
    }
}

fn line(lang: Lang) -> clap::Command {
    Line::command().override_help(help(lang))
}

fn mistake(error: &clap::Error, lang: Lang) -> String {
    if let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(words) = instead(command, lang)
    {
        return told(&words, lang);
    }
    command_line::mistake(error, lang, HELP_COMMAND)
}

fn told(what: &str, lang: Lang) -> String {
    command_line::told(what, lang, HELP_COMMAND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str, lang: Lang) -> Asked {
        let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&args, lang)
    }

    #[track_caller]
    fn runs(line: &str, expected: Command) {
        assert_eq!(asked(line, Lang::En), Asked::Run(expected));
    }

    #[track_caller]
    fn is_a_mistake(line: &str, zh: &str, en: &str) {
        let said = |lang| match asked(line, lang) {
            Asked::Mistake(said) => said,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(
            said(Lang::Zh),
            format!("错误：{zh}\n\n用法见 {HELP_COMMAND}")
        );
        let said = said(Lang::En);
        assert!(said.starts_with(&format!("error: {en}\n")), "{said}");
        assert!(said.ends_with(&format!("try '{HELP_COMMAND}'.")), "{said}");
    }

    #[test]
    fn the_command_line_is_sound() {
        line(Lang::En).debug_assert();
    }

    #[test]
    fn no_command_means_read() {
        runs("workbook", Command::Read(Read::default()));
        runs("workbook --lang zh", Command::Read(Read::default()));
        runs("workbook --lang zh build", Command::Build);
        let how = Read {
            port: Some(4000),
            open: true,
            hostname: None,
        };
        runs("workbook --port 4000 --open", Command::Read(how.clone()));
        runs("workbook read --port 4000 --open", Command::Read(how));
    }

    #[test]
    fn the_words_of_mdbook_work() {
        let how = |port, open| {
            Command::Read(Read {
                port,
                open,
                hostname: None,
            })
        };
        runs("workbook serve", how(None, false));
        runs("workbook serve --open", how(None, true));
        runs("workbook serve -o -p 4000", how(Some(4000), true));
        runs("workbook read -p4000", how(Some(4000), false));
        runs("workbook -o", how(None, true));
        runs("workbook test", Command::Check { part: None });
        runs(
            "workbook test pages --lang en",
            Command::Check {
                part: Some(Part::Pages),
            },
        );
    }

    #[test]
    fn what_mdbook_has_and_this_lacks_is_answered_with_what_to_do() {
        for (line, part) in [
            ("workbook serve -n 0.0.0.0", "ssh -L 3000:127.0.0.1:3000"),
            ("workbook serve --hostname 0.0.0.0", "127.0.0.1 only"),
            ("workbook -n localhost --open", "127.0.0.1 only"),
            ("workbook clean", "cargo clean"),
            ("workbook watch", "cargo workbook read"),
            ("workbook init", "CONTRIBUTING.md"),
            ("workbook help", "cargo workbook --help"),
            ("workbook completions bash", "no completion scripts"),
        ] {
            match asked(line, Lang::En) {
                Asked::Mistake(text) => assert!(text.contains(part), "{line}: {text}"),
                other => panic!("{line}: {other:?}"),
            }
        }
    }

    #[test]
    fn check_takes_a_part_and_names() {
        runs("workbook check", Command::Check { part: None });
        let names = vec!["02_duplex".to_owned()];
        runs(
            "workbook check sessions 02_duplex --lang en",
            Command::Check {
                part: Some(Part::Sessions {
                    names: names.clone(),
                    bless: false,
                    yes: false,
                }),
            },
        );
        runs(
            "workbook check sessions 02_duplex --bless --yes",
            Command::Check {
                part: Some(Part::Sessions {
                    names,
                    bless: true,
                    yes: true,
                }),
            },
        );
        for line in [
            "workbook check sessions --yes",
            "workbook capture --check --yes",
        ] {
            assert!(matches!(asked(line, Lang::En), Asked::Mistake(_)), "{line}");
        }
    }

    #[test]
    fn capture_takes_names_and_may_only_check() {
        runs(
            "workbook capture",
            Command::Capture {
                names: Vec::new(),
                check: false,
                draw: false,
                yes: false,
            },
        );
        runs(
            "workbook capture one_shot --check",
            Command::Capture {
                names: vec!["one_shot".to_owned()],
                check: true,
                draw: false,
                yes: false,
            },
        );
        runs(
            "workbook capture --draw",
            Command::Capture {
                names: Vec::new(),
                check: false,
                draw: true,
                yes: false,
            },
        );
    }

    #[test]
    fn what_another_program_understands_goes_to_it_as_it_is() {
        let words = |line: &str| line.split_whitespace().map(OsString::from).collect();
        for line in [
            "",
            "--help",
            "check echo_server --only cut -- python3 x.py --port 1 -- --lang zh",
            "-- x",
        ] {
            let command = Command::Exercise { words: words(line) };
            runs(&format!("workbook exercise {line}"), command);
        }
        runs(
            "workbook --lang zh --lang=en exercise list",
            Command::Exercise {
                words: words("--lang zh --lang=en list"),
            },
        );
        runs(
            "workbook class reports -h",
            Command::Class {
                words: words("reports -h"),
            },
        );
        runs(
            "workbook new exercise echo_twice",
            Command::New {
                words: words("exercise echo_twice"),
            },
        );
        runs(
            "workbook wrong apply echo_server one_read --to x",
            Command::Wrong {
                words: words("apply echo_server one_read --to x"),
            },
        );
    }

    #[test]
    fn mistakes_are_reported_in_the_readers_language() {
        is_a_mistake(
            "workbook biuld",
            "没有 'biuld' 这个命令\n\n  提示：有一个相近的命令：'build'",
            "unrecognized subcommand 'biuld'\n\n  tip: a similar subcommand exists: 'build'\n",
        );
        is_a_mistake(
            "workbook sevre",
            "没有 'sevre' 这个命令\n\n  提示：有一个相近的命令：'serve'",
            "unrecognized subcommand 'sevre'\n\n  tip: a similar subcommand exists: 'serve'\n",
        );
        is_a_mistake(
            "workbook xyzzy",
            "没有 'xyzzy' 这个命令",
            "unrecognized subcommand 'xyzzy'\n",
        );
        is_a_mistake(
            "workbook --prot 4000",
            "不认识参数 '--prot'\n\n  提示：有一个相近的参数：'--port'",
            "unexpected argument '--prot' found\n\n  tip: a similar argument exists: '--port'\n",
        );
        is_a_mistake(
            "workbook --port 70000",
            "'--port <N>' 的值不能是 '70000'\n\n  提示：70000 is not in 0..=65535",
            "invalid value '70000' for '--port <N>': 70000 is not in 0..=65535\n",
        );
        is_a_mistake(
            "workbook --port 4000 --port 4001",
            "'--port <N>' 只能写一次",
            "the argument '--port <N>' cannot be used multiple times\n",
        );
        is_a_mistake(
            "workbook --port 4000 build",
            "--port 和 --open 是 read 的选项：写在 read 后面，或者不写命令",
            "--port and --open belong to read: write them after it, or without a command\n",
        );
        is_a_mistake(
            "workbook --port",
            "'--port <N>' 后面缺一个值",
            "a value is required for '--port <N>' but none was supplied\n",
        );
    }

    #[test]
    fn help_is_shown_for_every_command() {
        for line in [
            "workbook --help",
            "workbook -h",
            "workbook check --help",
            "workbook check sessions -h",
        ] {
            assert_eq!(
                asked(line, Lang::Zh),
                Asked::Show(help(Lang::Zh).to_owned())
            );
        }
    }

    /// The help is written by hand: this keeps it complete.
    #[test]
    fn help_names_every_command_and_every_option() {
        fn names(command: &clap::Command, into: &mut Vec<String>) {
            for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                into.extend(arg.get_long().map(|long| format!("--{long}")));
            }
            for command in command.get_subcommands() {
                into.push(command.get_name().to_owned());
                into.extend(command.get_all_aliases().map(str::to_owned));
                names(command, into);
            }
        }
        let mut all = Vec::new();
        names(&line(Lang::En), &mut all);
        for lang in [Lang::Zh, Lang::En] {
            for name in &all {
                assert!(
                    help(lang).contains(name.as_str()),
                    "{name} is not in the help"
                );
            }
        }
    }

    #[test]
    fn both_helps_show_the_same_commands() {
        let commands = |lang| -> Vec<String> {
            let examples = help(lang)
                .lines()
                .filter(|line| line.starts_with("  cargo"));
            examples
                .map(|line| line.split("  ").nth(1).unwrap().to_owned())
                .collect()
        };
        assert_eq!(commands(Lang::Zh), commands(Lang::En));
        assert!(
            help(Lang::En)
                .lines()
                .nth(2)
                .unwrap()
                .starts_with("  cargo workbook")
        );
    }
}
