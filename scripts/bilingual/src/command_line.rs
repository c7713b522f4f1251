//! Mistakes on a command line: clap's own words in English, and Chinese ones made from the kind of
//! its error and its context.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::{Lang, visible};

/// What is wrong with the arguments, and what to type. `help` is the command that shows the help,
/// such as `cargo workbook --help`.
#[must_use]
pub fn mistake(error: &Error, lang: Lang, help: &str) -> String {
    let text = match lang {
        Lang::En => english(error, help),
        Lang::Zh => chinese(error, help),
    };
    visible(&text)
}

/// As [`mistake`], for a mistake that clap cannot see.
#[must_use]
pub fn told(what: &str, lang: Lang, help: &str) -> String {
    lang.pick(
        format!("错误：{what}\n\n用法见 {help}"),
        format!("error: {what}\n\nFor more information, try '{help}'."),
    )
}

fn english(error: &Error, help: &str) -> String {
    let text = error.render().to_string();
    // The whole command: the reader has typed `cargo workbook`, and `--help` alone is no command.
    text.trim_end()
        .replace("try '--help'", &format!("try '{help}'"))
}

fn chinese(error: &Error, help: &str) -> String {
    let mut text = format!("错误：{}", what(error));
    for tip in tips(error) {
        text.push_str(&format!("\n\n  提示：{tip}"));
    }
    text.push_str(&format!("\n\n用法见 {help}"));
    text
}

fn what(error: &Error) -> String {
    let named = |kind| known(error, kind).join("、");
    let arg = named(ContextKind::InvalidArg);
    let value = named(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("没有 '{}' 这个命令", named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("不认识参数 '{arg}'"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            format!("'{arg}' 后面缺一个值")
        }
        ErrorKind::InvalidValue => match known(error, ContextKind::ValidValue) {
            valid if valid.is_empty() => format!("'{arg}' 的值不能是 '{value}'"),
            valid => format!("'{arg}' 的值不能是 '{value}'，可以是：{}", valid.join("、")),
        },
        ErrorKind::ValueValidation => format!("'{arg}' 的值不能是 '{value}'"),
        ErrorKind::ArgumentConflict => match named(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == arg => format!("'{arg}' 只能写一次"),
            prior => format!("'{arg}' 不能和 '{prior}' 一起用"),
        },
        ErrorKind::MissingRequiredArgument => format!("还缺 {arg}"),
        ErrorKind::MissingSubcommand => "还缺一个命令".to_owned(),
        ErrorKind::TooManyValues => format!("'{arg}' 后面多了 '{value}'"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("'{arg}' 后面值的个数不对")
        }
        ErrorKind::NoEquals => format!("'{arg}' 和值之间要写 ="),
        ErrorKind::InvalidUtf8 => "有一个参数不是 UTF-8".to_owned(),
        kind => format!("参数有问题（{kind}）"),
    }
}

fn tips(error: &Error) -> Vec<String> {
    let similar = [
        (ContextKind::SuggestedSubcommand, "有一个相近的命令"),
        (ContextKind::SuggestedArg, "有一个相近的参数"),
        (ContextKind::SuggestedValue, "有一个相近的值"),
    ];
    let similar = similar.into_iter().filter_map(|(kind, words)| {
        let names = known(error, kind);
        (!names.is_empty()).then(|| format!("{words}：'{}'", names.join("'、'")))
    });
    let reason = std::error::Error::source(error)
        .filter(|_| error.kind() == ErrorKind::ValueValidation)
        .map(|source| source.to_string());
    similar.chain(reason).collect()
}

/// The values that the error has in this part of its context.
fn known(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction, Command, value_parser};

    fn command() -> Command {
        Command::new("tool")
            .arg(
                Arg::new("port")
                    .long("port")
                    .value_name("N")
                    .value_parser(value_parser!(u16)),
            )
            .arg(Arg::new("lang").long("lang").value_parser(["zh", "en"]))
            .arg(
                Arg::new("a")
                    .long("aa")
                    .action(ArgAction::SetTrue)
                    .conflicts_with("b"),
            )
            .arg(Arg::new("b").long("bb").action(ArgAction::SetTrue))
            .subcommand(Command::new("build").arg(Arg::new("ID").required(true)))
    }

    #[track_caller]
    fn check(line: &str, zh: &str, en: &str) {
        let error = command()
            .try_get_matches_from(line.split(' '))
            .expect_err("a mistake");
        let said = |lang| mistake(&error, lang, "tool --help");
        let first = said(Lang::En);
        let first = first.lines().next().unwrap_or_default();
        assert_eq!(first, format!("error: {en}"));
        assert!(
            said(Lang::En).ends_with("For more information, try 'tool --help'."),
            "{}",
            said(Lang::En)
        );
        assert_eq!(said(Lang::Zh), format!("错误：{zh}\n\n用法见 tool --help"));
    }

    #[test]
    fn each_kind_of_mistake_has_its_words_in_both_languages() {
        check(
            "tool --prot 1",
            "不认识参数 '--prot'\n\n  提示：有一个相近的参数：'--port'",
            "unexpected argument '--prot' found",
        );
        check(
            "tool biuld",
            "没有 'biuld' 这个命令\n\n  提示：有一个相近的命令：'build'",
            "unrecognized subcommand 'biuld'",
        );
        check(
            "tool build",
            "还缺 <ID>",
            "the following required arguments were not provided:",
        );
        check(
            "tool build a b",
            "不认识参数 'b'",
            "unexpected argument 'b' found",
        );
        check(
            "tool --port",
            "'--port <N>' 后面缺一个值",
            "a value is required for '--port <N>' but none was supplied",
        );
        check(
            "tool --port 70000",
            "'--port <N>' 的值不能是 '70000'\n\n  提示：70000 is not in 0..=65535",
            "invalid value '70000' for '--port <N>': 70000 is not in 0..=65535",
        );
        check(
            "tool --lang fr",
            "'--lang <lang>' 的值不能是 'fr'，可以是：zh、en",
            "invalid value 'fr' for '--lang <lang>'",
        );
        check(
            "tool --port 1 --port 2",
            "'--port <N>' 只能写一次",
            "the argument '--port <N>' cannot be used multiple times",
        );
        check(
            "tool --aa --bb",
            "'--aa' 不能和 '--bb' 一起用",
            "the argument '--aa' cannot be used with '--bb'",
        );
    }

    #[test]
    fn what_was_typed_cannot_rewrite_the_screen() {
        let line = ["tool", "\u{202e}\x1b[2Jx"];
        let error = command().try_get_matches_from(line).expect_err("a mistake");
        for lang in Lang::ALL {
            let said = mistake(&error, lang, "tool --help");
            assert!(
                said.contains('\u{fffd}') && !said.contains('\u{202e}') && !said.contains('\x1b'),
                "{said:?}"
            );
        }
    }
}
