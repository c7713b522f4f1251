use super::*;
use crate::course::COMMANDS;

fn parsed(line: &str, lang: Lang) -> Result<Parsed> {
    let args = line.split_whitespace().map(OsString::from).collect();
    parse(args, lang)
}

#[track_caller]
fn means(line: &str, command: Command) {
    let asked = Request {
        root: None,
        command,
    };
    let expected = Parsed::Run(asked);
    assert_eq!(parsed(line, Lang::En).unwrap(), expected, "{line}");
}

#[track_caller]
fn helps(line: &str, topic: Topic) {
    let expected = Parsed::Help(topic);
    assert_eq!(parsed(line, Lang::En).unwrap(), expected, "{line}");
}

const PYTHON: WrittenIn = WrittenIn {
    python: true,
    rust: false,
};

#[track_caller]
fn is_a_mistake(line: &str, zh: &str, en: &str) {
    let words = |lang| parsed(line, lang).unwrap_err().to_string();
    let (said, help) = (words(Lang::Zh), "cargo workbook exercise --help");
    assert_eq!(said, format!("错误：{zh}\n\n用法见 {help}"));
    let said = words(Lang::En);
    assert!(said.starts_with(&format!("error: {en}\n")), "{said}");
    assert!(said.ends_with(&format!("try '{help}'.")), "{said}");
}

#[test]
fn no_command_means_to_watch_the_next_or_the_named_one() {
    means("", Command::Watch(Watch::default()));
    means(
        "--lang zh echo_server --python",
        Command::Watch(Watch {
            id: Some("echo_server".to_owned()),
            written_in: PYTHON,
        }),
    );
}

#[test]
fn what_follows_two_hyphens_is_the_program_as_it_is() {
    means(
        "check echo_server --seed=7 --only cut -- python3 -u mine.py --lang -- x",
        Command::Check(Wanted {
            id: "echo_server".to_owned(),
            only: Some("cut".to_owned()),
            seed: Some(7),
            program: ["python3", "-u", "mine.py", "--lang", "--", "x"]
                .map(OsString::from)
                .to_vec(),
            ..Wanted::default()
        }),
    );
}

#[test]
fn the_other_commands_take_what_is_theirs() {
    let id = || "a".to_owned();
    means("list", Command::List);
    means(
        "hint a",
        Command::Hint {
            id: id(),
            number: None,
            written_in: WrittenIn::default(),
        },
    );
    means(
        "hint --python a",
        Command::Hint {
            id: id(),
            number: None,
            written_in: PYTHON,
        },
    );
    means(
        "hint a 2",
        Command::Hint {
            id: id(),
            number: NonZeroUsize::new(2),
            written_in: WrittenIn::default(),
        },
    );
    means(
        "reset a --yes",
        Command::Reset {
            id: id(),
            written_in: WrittenIn::default(),
            yes: true,
        },
    );
    means(
        "solution --give-up a",
        Command::Solution {
            id: id(),
            written_in: WrittenIn::default(),
            give_up: true,
        },
    );
    means(
        "report --name 小明 x.json",
        Command::Report {
            name: Some("小明".to_owned()),
            file: Some("x.json".into()),
        },
    );
    means(
        "class reports --out .",
        Command::Class {
            directory: "reports".into(),
            out: Some(".".into()),
        },
    );
    for line in ["--help", "check a -h", "help", "list --help"] {
        helps(line, Topic::Exercise);
    }
    for line in ["class --help", "help class"] {
        helps(line, Topic::Class);
    }
}

#[test]
fn mistakes_are_told_in_the_learners_language() {
    is_a_mistake(
        "check",
        "还缺 <ID>",
        "the following required arguments were not provided:\n  <ID>",
    );
    is_a_mistake(
        "check a --seed x",
        "'--seed <N>' 的值不能是 'x'\n\n  提示：invalid digit found in string",
        "invalid value 'x' for '--seed <N>': invalid digit found in string",
    );
    is_a_mistake(
        "check a --only",
        "'--only <VARIANT>' 后面缺一个值",
        "a value is required for '--only <VARIANT>' but none was supplied",
    );
    is_a_mistake(
        "list --give-up",
        "不认识参数 '--give-up'",
        "unexpected argument '--give-up' found",
    );
    is_a_mistake(
        "echo_server -- python3 a.py",
        "不认识参数 'python3'",
        "unexpected argument 'python3' found",
    );
    is_a_mistake(
        "echo_server check",
        "还缺 <ID>",
        "the following required arguments were not provided:\n  <ID>",
    );
    is_a_mistake(
        "--python check a",
        "练习名和它的选项写在命令后面：cargo workbook exercise check ID --python",
        "an exercise and its options go after the command: cargo workbook exercise check ID --python",
    );
    is_a_mistake(
        "reset a b",
        "不认识参数 'b'",
        "unexpected argument 'b' found",
    );
    is_a_mistake(
        "--nonsense",
        "不认识参数 '--nonsense'",
        "unexpected argument '--nonsense' found",
    );
    is_a_mistake(
        "hint a 0",
        "'[NUMBER]' 的值不能是 '0'\n\n  提示：number would be zero for non-zero type",
        "invalid value '0' for '[NUMBER]': number would be zero for non-zero type",
    );
    is_a_mistake(
        "hint a --python --rust",
        "'--python' 不能和 '--rust' 一起用",
        "the argument '--python' cannot be used with '--rust'",
    );
    is_a_mistake(
        "--lang fr",
        "'--lang <zh|en>' 的值不能是 'fr'，可以是：zh、en",
        "invalid value 'fr' for '--lang <zh|en>'",
    );
}

#[test]
fn the_command_line_is_sound() {
    use clap::CommandFactory;
    Line::command().debug_assert();
}

#[test]
fn the_language_of_the_tool_is_not_that_of_the_program() {
    let args = |line: &str| -> Vec<_> { line.split(' ').map(OsString::from).collect() };
    assert_eq!(Lang::of_program(&args("check a --lang=zh"), None), Lang::Zh);
    assert_eq!(
        Lang::of_program(&args("check a --lang en -- b --lang zh"), None),
        Lang::En
    );
}

#[test]
fn the_helps_name_every_command_and_show_the_same_commands() {
    let commands = |topic, lang| -> Vec<String> {
        let lines = help(topic, lang).lines();
        let examples = lines.filter(|line| line.starts_with("  cargo workbook"));
        examples
            .map(|line| line[2..].split("  ").next().unwrap_or_default().to_owned())
            .collect()
    };
    for topic in [Topic::Exercise, Topic::Class] {
        let zh = commands(topic, Lang::Zh);
        assert!(!zh.is_empty());
        assert_eq!(zh, commands(topic, Lang::En));
        let first = help(topic, Lang::En).lines().nth(2);
        assert!(first.is_some_and(|line| line.starts_with("  cargo workbook")));
    }
    let options = [
        "--only",
        "--seed",
        "--python",
        "--rust",
        "--lang",
        "--name",
        "--give-up",
        "--yes",
        "NO_COLOR",
    ];
    for lang in [Lang::Zh, Lang::En] {
        let text = help(Topic::Exercise, lang);
        for word in COMMANDS
            .iter()
            .filter(|name| **name != "help")
            .chain(&options)
        {
            assert!(text.contains(word), "{word} is not in the help");
        }
        assert!(help(Topic::Class, lang).contains("--out"));
    }
}
