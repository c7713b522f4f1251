//! The command line: types, and mistakes told in the reader's language. Help is a text of its own,
//! examples first, one for each language.

use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use bilingual::{Lang, visible};

#[derive(Debug, Parser)]
#[command(name = "cargo workbook", bin_name = "cargo workbook", version)]
#[command(disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    read: Read,
    #[arg(long, global = true, value_name = "zh|en")]
    lang: Option<Tongue>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Verb {
    /// Build, serve and follow every save: also when no verb is given. `serve` is mdBook's word.
    #[command(alias = "serve")]
    Read(Read),
    /// Write the site to the book's build directory.
    Build,
    /// Prove what the book says. `test` is mdBook's word.
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
        /// Write nothing: prove that the recordings in the book would come out the same.
        #[arg(long)]
        check: bool,
    },
    /// Do the exercises: every word after it is for the package `exercise`.
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
    /// mdBook's option; its answer is another command, never another address.
    #[arg(long, short = 'n', value_name = "ADDRESS", hide = true)]
    pub hostname: Option<String>,
}

/// A part of the check.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Part {
    /// The book builds without a warning.
    Pages,
    /// Links, fragments, images and scripts lead somewhere, and none leaves the machine.
    Links,
    /// The sessions run as they are written.
    Sessions {
        /// Only these: `02_duplex`, `02_duplex.python_client`; all when empty.
        names: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tongue {
    Zh,
    En,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// Do this.
    Run(Verb),
    /// Print this and be done: help, version.
    Show(String),
    /// It makes no sense; the text says why and what to type.
    Mistake(String),
}

/// Reads the arguments, the first being the program's own name.
pub fn parse(args: &[OsString], lang: Lang) -> Asked {
    if let Some(verb) = handed_over(args) {
        return Asked::Run(verb);
    }
    let parsed = command(lang)
        .try_get_matches_from(args)
        .and_then(|matches| Line::from_arg_matches(&matches));
    match parsed {
        Ok(Line { verb, read, .. }) => match verb {
            None | Some(Verb::Read(_)) if names_a_host(&read, verb.as_ref()) => {
                Asked::Mistake(loopback_only(lang))
            }
            None => Asked::Run(Verb::Read(read)),
            Some(verb) if read == Read::default() => Asked::Run(verb),
            Some(_) => Asked::Mistake(lang.pick("--port 和 --open 写在 read 后面，或者不写命令。用法见 cargo workbook --help",
                "--port and --open go after read, or with no command; see cargo workbook --help",
            ).to_owned()),
        },
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp => Asked::Show(help(lang).to_owned()),
            ErrorKind::DisplayVersion => Asked::Show(error.to_string()),
            _ => Asked::Mistake(mistake(&error, lang)),
        },
    }
}

/// What another program understands goes to it as it is, `--help` and `--` included; only `--lang`
/// may stand before the verb.
fn handed_over(args: &[OsString]) -> Option<Verb> {
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
    let verb = rest.first()?.to_str()?;
    let words = lang.into_iter().chain(rest[1..].iter().cloned()).collect();
    match verb {
        "exercise" => Some(Verb::Exercise { words }),
        "class" => Some(Verb::Class { words }),
        _ => None,
    }
}

fn names_a_host(read: &Read, verb: Option<&Verb>) -> bool {
    let inner = matches!(verb, Some(Verb::Read(read)) if read.hostname.is_some());
    inner || read.hostname.is_some()
}

fn loopback_only(lang: Lang) -> String {
    lang.pick("书只在 127.0.0.1 上提供，不能换地址（-n、--hostname）。从另一台机器读：在那台机器上运行 ssh -L 3000:127.0.0.1:3000 用户名@这台机器，再打开 http://127.0.0.1:3000/",
        "the book is served on 127.0.0.1 only, there is no other address to give (-n, --hostname); to read it from another machine, run ssh -L 3000:127.0.0.1:3000 USER@THIS-MACHINE there and open http://127.0.0.1:3000/",
    )
    .to_owned()
}

/// What a hand used to mdBook or cargo types, and what does that here.
fn instead(verb: &str, lang: Lang) -> Option<String> {
    let words = match verb {
        "clean" => lang.pick("书生成在 target/book 里，每次生成都会整个换掉，不用清理；要连程序一起清理：cargo clean",
            "the book is in target/book, which every build replaces, so there is nothing to clean; to remove the built programs as well: cargo clean",
        ),
        "watch" => lang.pick("cargo workbook read（或者不写命令）会一直看着文件，随存随新",
            "cargo workbook read (or no command) watches the files and follows every save",
        ),
        "init" | "new" => lang.pick("这里已经是一本书了；怎样加一页，见 CONTRIBUTING.md",
            "this is a book already; CONTRIBUTING.md says how to add a page",
        ),
        "help" => lang.pick("说明在 cargo workbook --help",
            "see cargo workbook --help",
        ),
        "completions" => lang.pick("这里没有命令补全脚本",
            "there are no completions here",
        ),
        _ => return None,
    };
    Some(words.to_owned())
}

/// The command that was perhaps meant.
fn nearest(verb: &str) -> Option<String> {
    let all = Line::command();
    let names = all.get_subcommands().flat_map(|known| {
        let aliases = known.get_all_aliases();
        aliases.chain([known.get_name()]).map(str::to_owned)
    });
    let near = |name: &String| strsim::osa_distance(verb, name) <= name.len().div_ceil(3);
    let mut names: Vec<String> = names.filter(near).collect();
    names.sort_by_key(|name| strsim::osa_distance(verb, name));
    names.into_iter().next()
}

/// The help text.
pub fn help(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => include_str!("help.zh.txt"),
        Lang::En => include_str!("help.en.txt"),
    }
}

fn command(lang: Lang) -> clap::Command {
    Line::command().override_help(help(lang))
}

fn mistake(error: &clap::Error, lang: Lang) -> String {
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let arg = named(ContextKind::InvalidArg);
    let value = named(ContextKind::InvalidValue);
    let what: String = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let verb = named(ContextKind::InvalidSubcommand);
            let verb = visible::word(&verb);
            let (zh, en) = match (instead(&verb, lang), nearest(&verb)) {
                (Some(words), _) => (format!("：{words}"), format!(": {words}")),
                (None, Some(near)) => (
                    format!("，是 cargo workbook {near} 吗？"),
                    format!("; did you mean cargo workbook {near}?"),
                ),
                (None, None) => (String::new(), String::new()),
            };
            let none = lang.pick(
                format!("没有 {verb} 这个命令{zh}"),
                format!("there is no command {verb}{en}"),
            );
            if !zh.is_empty() {
                // It says already what to type.
                return none;
            }
            none
        }
        ErrorKind::UnknownArgument => {
            lang.pick(format!("不认识 {arg}"), format!("{arg} is not known here"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => lang.pick(
            format!("{arg} 后面缺一个值"),
            format!("{arg} needs a value"),
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => lang.pick(
            format!("{arg} 不能是 {value}"),
            format!("{arg} cannot be {value}"),
        ),
        ErrorKind::ArgumentConflict => {
            lang.pick(format!("{arg} 写了两次"), format!("{arg} is there twice"))
        }
        _ => lang
            .pick("看不懂这条命令", "this command line makes no sense")
            .to_owned(),
    };
    lang.pick(
        format!("{what}。用法见 cargo workbook --help"),
        format!("{what}; see cargo workbook --help"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str, lang: Lang) -> Asked {
        let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&args, lang)
    }

    #[track_caller]
    fn runs(line: &str, expected: Verb) {
        assert_eq!(asked(line, Lang::En), Asked::Run(expected));
    }

    #[track_caller]
    fn is_a_mistake(line: &str, zh: &str, en: &str) {
        assert_eq!(asked(line, Lang::Zh), Asked::Mistake(zh.to_owned()));
        assert_eq!(asked(line, Lang::En), Asked::Mistake(en.to_owned()));
    }

    #[test]
    fn the_command_line_is_sound() {
        command(Lang::En).debug_assert();
    }

    #[test]
    fn no_verb_means_read() {
        runs("workbook", Verb::Read(Read::default()));
        runs("workbook --lang zh", Verb::Read(Read::default()));
        runs("workbook --lang zh build", Verb::Build);
        let how = Read {
            port: Some(4000),
            open: true,
            hostname: None,
        };
        runs("workbook --port 4000 --open", Verb::Read(how.clone()));
        runs("workbook read --port 4000 --open", Verb::Read(how));
    }

    #[test]
    fn the_words_of_mdbook_work() {
        let how = |port, open| {
            Verb::Read(Read {
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
        runs("workbook test", Verb::Check { part: None });
        runs(
            "workbook test pages --lang en",
            Verb::Check {
                part: Some(Part::Pages),
            },
        );
    }

    #[test]
    fn what_mdbook_has_and_this_has_not_is_answered_with_what_to_do() {
        for (line, part) in [
            ("workbook serve -n 0.0.0.0", "ssh -L 3000:127.0.0.1:3000"),
            ("workbook serve --hostname 0.0.0.0", "127.0.0.1 only"),
            ("workbook -n localhost --open", "127.0.0.1 only"),
            ("workbook clean", "cargo clean"),
            ("workbook watch", "cargo workbook read"),
            ("workbook init", "CONTRIBUTING.md"),
            ("workbook help", "cargo workbook --help"),
            ("workbook completions bash", "no completions"),
        ] {
            match asked(line, Lang::En) {
                Asked::Mistake(text) => assert!(text.contains(part), "{line}: {text}"),
                other => panic!("{line}: {other:?}"),
            }
        }
    }

    #[test]
    fn check_takes_a_part_and_names() {
        runs("workbook check", Verb::Check { part: None });
        let names = vec!["02_duplex".to_owned()];
        runs(
            "workbook check sessions 02_duplex --lang en",
            Verb::Check {
                part: Some(Part::Sessions { names }),
            },
        );
    }

    #[test]
    fn capture_takes_names_and_may_only_check() {
        runs(
            "workbook capture",
            Verb::Capture {
                names: Vec::new(),
                check: false,
            },
        );
        runs(
            "workbook capture one_shot --check",
            Verb::Capture {
                names: vec!["one_shot".to_owned()],
                check: true,
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
            let verb = Verb::Exercise { words: words(line) };
            runs(&format!("workbook exercise {line}"), verb);
        }
        runs(
            "workbook --lang zh --lang=en exercise list",
            Verb::Exercise {
                words: words("--lang zh --lang=en list"),
            },
        );
        runs(
            "workbook class reports -h",
            Verb::Class {
                words: words("reports -h"),
            },
        );
    }

    #[test]
    fn mistakes_are_told_in_the_readers_language() {
        is_a_mistake(
            "workbook biuld",
            "没有 biuld 这个命令，是 cargo workbook build 吗？",
            "there is no command biuld; did you mean cargo workbook build?",
        );
        is_a_mistake(
            "workbook sevre",
            "没有 sevre 这个命令，是 cargo workbook serve 吗？",
            "there is no command sevre; did you mean cargo workbook serve?",
        );
        is_a_mistake(
            "workbook xyzzy",
            "没有 xyzzy 这个命令。用法见 cargo workbook --help",
            "there is no command xyzzy; see cargo workbook --help",
        );
        is_a_mistake(
            "workbook --prot 4000",
            "不认识 --prot。用法见 cargo workbook --help",
            "--prot is not known here; see cargo workbook --help",
        );
        is_a_mistake(
            "workbook --port 70000",
            "--port <N> 不能是 70000。用法见 cargo workbook --help",
            "--port <N> cannot be 70000; see cargo workbook --help",
        );
        is_a_mistake(
            "workbook --port 4000 --port 4001",
            "--port <N> 写了两次。用法见 cargo workbook --help",
            "--port <N> is there twice; see cargo workbook --help",
        );
        is_a_mistake(
            "workbook --port 4000 build",
            "--port 和 --open 写在 read 后面，或者不写命令。用法见 cargo workbook --help",
            "--port and --open go after read, or with no command; see cargo workbook --help",
        );
        is_a_mistake(
            "workbook --port",
            "--port <N> 后面缺一个值。用法见 cargo workbook --help",
            "--port <N> needs a value; see cargo workbook --help",
        );
    }

    #[test]
    fn help_is_shown_for_every_verb() {
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
    fn help_names_every_verb_and_every_option() {
        fn names(command: &clap::Command, into: &mut Vec<String>) {
            for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                into.extend(arg.get_long().map(|long| format!("--{long}")));
            }
            for verb in command.get_subcommands() {
                into.push(verb.get_name().to_owned());
                into.extend(verb.get_all_aliases().map(str::to_owned));
                names(verb, into);
            }
        }
        let mut all = Vec::new();
        names(&command(Lang::En), &mut all);
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
