use super::*;

fn asked(line: &str, lang: Lang) -> Result<Asked> {
    let args = line.split_whitespace().map(OsString::from).collect();
    parse(args, lang)
}

#[track_caller]
fn means(line: &str, verb: Verb) {
    let asked = asked(line, Lang::En).unwrap();
    assert_eq!(asked.verb, verb, "{line}");
}

#[track_caller]
fn is_a_mistake(line: &str, zh: &str, en: &str) {
    let words = |lang| asked(line, lang).unwrap_err().to_string();
    assert_eq!(words(Lang::Zh), zh);
    assert_eq!(words(Lang::En), en);
}

#[test]
fn no_verb_means_to_watch_the_next_or_the_named_one() {
    means(
        "",
        Verb::Watch {
            id: None,
            kind: None,
        },
    );
    means(
        "--lang zh echo_server --python",
        Verb::Watch {
            id: Some("echo_server".to_owned()),
            kind: Some(Kind::Python),
        },
    );
}

#[test]
fn what_follows_two_hyphens_is_the_program_as_it_is() {
    means(
        "check echo_server --seed=7 --only cut -- python3 -u mine.py --lang -- x",
        Verb::Check(Wanted {
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
fn the_other_verbs_take_what_is_theirs() {
    let id = || "a".to_owned();
    means("list", Verb::List);
    means(
        "hint a",
        Verb::Hint {
            id: id(),
            grade: None,
            kind: None,
        },
    );
    means(
        "hint --python a",
        Verb::Hint {
            id: id(),
            grade: None,
            kind: Some(Kind::Python),
        },
    );
    means(
        "hint a 2",
        Verb::Hint {
            id: id(),
            grade: Some(2),
            kind: None,
        },
    );
    means(
        "reset a --yes",
        Verb::Reset {
            id: id(),
            kind: None,
            yes: true,
        },
    );
    means(
        "solution --give-up a",
        Verb::Solution {
            id: id(),
            kind: None,
            give_up: true,
        },
    );
    means(
        "report --name 小明 x.json",
        Verb::Report {
            name: Some("小明".to_owned()),
            file: Some("x.json".into()),
        },
    );
    means(
        "class reports --out .",
        Verb::Class {
            directory: "reports".into(),
            out: Some(".".into()),
        },
    );
    for line in ["--help", "check a -h", "help", "list --help"] {
        means(line, Verb::Help(Topic::Exercise));
    }
    for line in ["class --help", "help class"] {
        means(line, Verb::Help(Topic::Class));
    }
}

#[test]
fn mistakes_are_told_in_the_learners_language() {
    is_a_mistake(
        "check",
        "哪个练习？写成 cargo workbook exercise check 练习名；名字见 cargo workbook exercise list",
        "which exercise? cargo workbook exercise check ID; cargo workbook exercise list shows the names",
    );
    is_a_mistake(
        "check a --seed x",
        "--seed 后面要一个不小于 0 的整数，不能是 x。用法见 cargo workbook exercise --help",
        "--seed takes a whole number from 0 on, not x; see cargo workbook exercise --help",
    );
    is_a_mistake(
        "check a --only",
        "--only 后面缺一个值。用法见 cargo workbook exercise --help",
        "--only needs a value; see cargo workbook exercise --help",
    );
    is_a_mistake(
        "list --give-up",
        "--give-up 不能和 list 一起用。用法见 cargo workbook exercise --help",
        "--give-up does not go with list; see cargo workbook exercise --help",
    );
    is_a_mistake(
        "echo_server -- python3 a.py",
        "-- 不能和 exercise 一起用。用法见 cargo workbook exercise --help",
        "-- does not go with exercise; see cargo workbook exercise --help",
    );
    is_a_mistake(
        "reset a b",
        "多了 b。用法见 cargo workbook exercise --help",
        "b is one word too many; see cargo workbook exercise --help",
    );
    is_a_mistake(
        "--nonsense",
        "不认识 --nonsense。用法见 cargo workbook exercise --help",
        "--nonsense is not known here; see cargo workbook exercise --help",
    );
    is_a_mistake(
        "--lang fr",
        "--lang 只能是 zh 或 en，不能是 fr。用法见 cargo workbook exercise --help",
        "--lang is zh or en, not fr; see cargo workbook exercise --help",
    );
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
fn the_helps_name_every_verb_and_show_the_same_commands() {
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
        for word in VERBS.iter().filter(|verb| **verb != "help").chain(&options) {
            assert!(text.contains(word), "{word} is not in the help");
        }
        assert!(help(Topic::Class, lang).contains("--out"));
    }
}
