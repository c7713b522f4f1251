//! `cargo workbook new`, by the real program on a small course.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use exercise::shape::faults;
use fake_course::Fake;

#[path = "support/fake_course.rs"]
mod fake_course;

const SUMMARY: &str = "\
# 目录

- [回声 · Echo](exercises/echo.md)

# 附录

- [词汇 · Glossary](glossary.md)
";

const README: &str = "\
| NN | 层 | 看到 | 终端 |
|---|---|---|---|
| [01_one](01_one.rs) | 4 | 一 one | 1 |
| [11_two](11_two.rs) | 4 | 二 two | 1 |

- 完 the end
";

/// A course of one exercise, `echo`, and three examples.
fn course() -> Fake {
    Fake::with(&[
        ("book.toml", ""),
        ("book/SUMMARY.md", SUMMARY),
        ("book/exercises/start.md", "# 开始 {#start}\n"),
        ("examples/README.md", README),
        ("examples/01_one.rs", ""),
        ("examples/01_one.more.session", ""),
        ("examples/14_ping/14_ping.rs", ""),
        ("examples/exercises/ladder", "# order\necho\n"),
        ("examples/exercises/echo/stub.rs", ""),
    ])
}

impl Fake {
    /// Every file and its text.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        fn add(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => add(&path, files),
                    false => drop(files.insert(path.clone(), fs::read_to_string(path).unwrap())),
                }
            }
        }
        let mut files = BTreeMap::new();
        add(self.root(), &mut files);
        files
    }

    fn run(&self, words: &str) -> (i32, String) {
        self.author("new", &words.split(' ').collect::<Vec<_>>())
    }
}

/// Checks that Rust files are formatted as the gate requires.
#[track_caller]
fn are_formatted(files: &[PathBuf]) {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check"]).args(files);
    let output = rustfmt.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

/// The features of this package keep them apart.
#[test]
fn a_learner_compiles_nothing_that_only_authors_need() {
    let needs = |features: &[&str]| {
        let mut tree = Command::new(env!("CARGO"));
        tree.args([
            "tree",
            "--offline",
            "--package",
            "exercise",
            "--edges",
            "normal",
        ])
        .args(["--prefix", "none"])
        .args(features);
        String::from_utf8(tree.output().unwrap().stdout).unwrap()
    };
    assert!(needs(&["--no-default-features", "--features", "author"]).contains("diffy v"));
    let learner = needs(&[]);
    assert!(
        learner.contains("crossterm v") && !learner.contains("diffy v"),
        "{learner}"
    );
}

#[test]
fn a_new_exercise_lacks_only_what_must_be_written() {
    let fake = course();
    let (status, text) = fake.run("exercise echo_twice");
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("scripts/check exercise echo_twice"), "{text}");
    for (path, text) in fake.files() {
        let path = path.to_string_lossy();
        assert!(
            !path.contains("echo_twice") || !text.contains("ID"),
            "{path}:\n{text}"
        );
    }
    assert_eq!(
        fake.read("examples/exercises/ladder"),
        "# order\necho\necho_twice\n"
    );
    let line = "(exercises/echo.md)\n- [TODO: 问题？ · TODO: a question?](exercises/echo_twice.md)\n\n# 附录";
    assert!(fake.read("book/SUMMARY.md").contains(line));
    let own = "examples/exercises/echo_twice";
    are_formatted(&[
        fake.path(&format!("{own}/stub.rs")),
        fake.path(&format!("{own}/solution.rs")),
    ]);
    let faults = faults(fake.root(), "echo_twice");
    let mut seen: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.place, fault.found))
        .map(|fault| fault.split(", line").next().unwrap().to_owned())
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            "book/SUMMARY.md: still says `TODO:` for exercises/echo_twice.md",
            "book/exercises/echo_twice.en.md: asks 0 questions",
            "book/exercises/echo_twice.en.md: still says `TODO:`",
            "book/exercises/echo_twice.md: asks 0 questions",
            "book/exercises/echo_twice.md: still says `TODO:`",
            "examples/exercises/echo_twice/check.session: still says `TODO:`",
            "examples/exercises/echo_twice/solution.py: still says `TODO:`",
            "examples/exercises/echo_twice/solution.rs: still says `TODO:`",
            "examples/exercises/echo_twice/wrong: has 0 wrong programs",
        ]
    );
}

#[test]
fn a_new_example_stands_in_the_order_of_the_numbers() {
    let fake = course();
    let (status, text) = fake.run("example 04_select");
    assert_eq!(status, 0, "{text}");
    assert!(
        text.contains("put {{#session 04_select}} on a page"),
        "{text}"
    );
    let readme = fake.read("examples/README.md");
    assert!(
        readme.contains("一 one | 1 |\n| [04_select](04_select.rs) | TODO: "),
        "{readme}"
    );
    assert!(readme.contains(" | 1 |\n| [11_two]"), "{readme}");
    let session = fake.read("examples/04_select.session");
    assert!(
        session.contains("terminal $ cargo run --example 04_select\n"),
        "{session}"
    );
    assert!(
        fake.read("examples/python/04_select.py")
            .starts_with("\"\"\"04 TODO:")
    );
    are_formatted(&[fake.path("examples/04_select.rs")]);
    let (status, text) = fake.run("example 00_first");
    assert_eq!(status, 0, "{text}");
    assert!(
        fake.read("examples/README.md")
            .contains("|---|---|---|---|\n| [00_first]")
    );
}

#[test]
fn a_bad_or_taken_name_writes_nothing() {
    let fake = course();
    fs::write(fake.path("examples/exercises/echo_twice.txt"), "").unwrap();
    let before = fake.files();
    for (words, zh, en) in [
        (
            "exercise Echo-2",
            "不能当练习的名字",
            "'Echo-2' is not an id: ",
        ),
        ("exercise ../x", "不能当练习的名字", "'../x' is not an id: "),
        ("exercise list", "它另有意思", "has another meaning"),
        ("exercise mine", "它另有意思", "has another meaning"),
        (
            "exercise echo",
            "已经有练习 echo",
            "the exercise echo already exists",
        ),
        (
            "exercise start",
            "book/exercises/start.md 已经在了",
            "start.md already exists: nothing",
        ),
        (
            "example select",
            "不能当例子的名字",
            "'select' is not the name of an example",
        ),
        (
            "example 4_select",
            "不能当例子的名字",
            "is not the name of an example",
        ),
        (
            "example 04_",
            "不能当例子的名字",
            "is not the name of an example",
        ),
        (
            "example 04_../x",
            "不能当例子的名字",
            "is not the name of an example",
        ),
        (
            "example 14_other",
            "编号 14 已经是 14_ping 的；这一组里空着的：10, 11, 12, 13, 15, 16, 17, 18, 19",
            "the number 14 belongs to 14_ping; free in its group: 10, 11, 12, 13, 15, 16, 17, 18, 19",
        ),
        ("exercise", "还缺 <ID>", "<ID>"),
        (
            "page x",
            "没有 'page' 这个命令",
            "unrecognized subcommand 'page'",
        ),
    ] {
        for (lang, expected) in [("zh", zh), ("en", en)] {
            let (status, text) = fake.run(&format!("{words} --lang {lang}"));
            assert_eq!(status, 2, "{words}: {text}");
            assert!(text.contains(expected), "{words}: {text}");
            assert_eq!(fake.files(), before, "{words}");
        }
    }
    // Half of it is already there: the other half is not written either.
    fs::create_dir_all(fake.path("examples/python")).unwrap();
    fs::write(fake.path("examples/python/04_select.py"), "").unwrap();
    fs::remove_file(fake.path("examples/README.md")).unwrap();
    let before = fake.files();
    for words in ["example 04_select", "example 05_poll"] {
        let (status, text) = fake.run(words);
        assert_eq!(status, 2, "{text}");
        assert!(
            text.contains("04_select.py already exists") || text.contains("examples/README.md"),
            "{text}"
        );
        assert_eq!(fake.files(), before);
    }
}
