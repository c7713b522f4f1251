//! What an exercise lacks: a small course with each fault, and the report about it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use exercise::shape::{all, faults, names, programs};
use fake_course::{CHECK, Fake};

#[path = "support/fake_course.rs"]
mod fake_course;

const PAGE: &str = "\
# 怎样把话送回去？ {#echo}

{{#exercise echo}}

## 目标 {#goal}

读到什么，就写回什么。

## 背景 {#background}

字节。

## 规则 {#rules}

- 一条。

## 评判 {#judge}

{{#variants echo}}

## 提示 {#hints}

<details>
<summary>一个</summary>

看 `read`。

</details>

## 问题 {#check}

```question one
# 不是标题
```

```question two
```

```question three
```

## 以后 {#further}

- 下一个。
";

/// A course of one exercise, `echo`, with nothing wrong.
impl Fake {
    fn new() -> Self {
        let fake = Self::with(&[]);
        fake.write("book.toml", "");
        fake.write("examples/exercises/ladder", "# order\necho\n");
        fake.write(
            "book/SUMMARY.md",
            "# 练习\n\n- [开始 · Start](exercises/start.md)\n- [回声 · Echo](exercises/echo.md)\n",
        );
        // About all exercises, and none itself.
        for page in ["start.md", "start.en.md"] {
            fake.write(
                &format!("book/exercises/{page}"),
                "# 开始 {#start}\n\n## 提示 {#hints}\n\n```text\n{{#exercise echo}}\n```\n",
            );
        }
        for page in ["echo.md", "echo.en.md"] {
            fake.write(&format!("book/exercises/{page}"), PAGE);
        }
        for (file, text) in [
            ("check.session", CHECK),
            ("stub.rs", "// TODO\nfn main() {}\n"),
            ("stub.py", "# TODO\n"),
            ("solution.rs", "fn main() {}\n"),
            ("solution.py", "pass\n"),
            ("wrong/one.patch", PATCH),
            ("wrong/two.py", &whole("#", "\n")),
            ("wrong/three.rs", &whole("//", "\r\n")),
            ("right/select.py", "# unusual: one loop with select\n"),
        ] {
            fake.write(&format!("examples/exercises/echo/{file}"), text);
        }
        fake
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from}");
        self.write(file, &text.replace(from, to));
    }

    fn remove(&self, file: &str) {
        let path = self.path(file);
        match path.is_dir() {
            true => fs::remove_dir_all(path).unwrap(),
            false => fs::remove_file(path).unwrap(),
        }
    }
}

const PATCH: &str = "\
caught by: plain
少读。
Reads less.

--- solution.rs
+++ wrong/one.rs
@@ -1 +1 @@
-fn main() {}
+fn main() { () }
";

/// A wrong program with another design than the solution, with these comments and line ends.
fn whole(mark: &str, end: &str) -> String {
    let header = ["caught by: plain", "少读。", "Reads less."];
    let header = header.map(|line| format!("{mark} {line}{end}")).concat();
    header + &format!("f(){end}").repeat(20)
}

const PAGES: &str = "book/exercises/echo.md";
const TWIN: &str = "book/exercises/echo.en.md";
const OWN: &str = "examples/exercises/echo";

/// Checks the faults of `echo` after this change of the course: the place and a part of the text of
/// each, in order.
#[track_caller]
fn check(change: impl FnOnce(&Fake), expected: &[(&str, &str)]) {
    let fake = Fake::new();
    change(&fake);
    let seen = faults(fake.root(), "echo");
    let right = seen.len() == expected.len()
        && seen.iter().zip(expected).all(|(fault, (place, words))| {
            fault.place == *place && fault.found.contains(words) && !fault.advice.is_empty()
        });
    let shown: Vec<_> = seen.iter().map(ToString::to_string).collect();
    assert!(right, "expected {expected:#?}\nsaid:\n{}", shown.join("\n"));
    // The test of the course finds it too.
    let whole = all(fake.root());
    assert!(seen.iter().all(|fault| whole.contains(fault)), "{whole:#?}");
}

#[test]
fn a_whole_exercise_has_no_fault() {
    check(|_| {}, &[]);
    let fake = Fake::new();
    assert_eq!(all(fake.root()), []);
    assert_eq!(names(fake.root()).into_iter().collect::<Vec<_>>(), ["echo"]);
}

#[test]
fn python_and_right_programs_may_be_missing_and_litter_is_no_program() {
    check(
        |fake| {
            fake.remove(&format!("{OWN}/stub.py"));
            fake.remove(&format!("{OWN}/solution.py"));
            fake.remove(&format!("{OWN}/right"));
            fake.write(&format!("{OWN}/wrong/__pycache__/two.pyc"), "");
            fake.write(&format!("{OWN}/wrong/.DS_Store"), "");
            fake.write(&format!("{OWN}/wrong/one.patch~"), "");
            fake.write("examples/exercises/mine/echo.rs", "");
            assert_eq!(programs(&fake.path(OWN)).len(), 5);
        },
        &[],
    );
}

#[test]
fn a_missing_page_or_twin_is_named() {
    check(
        |fake| fake.remove(PAGES),
        &[
            (
                "examples/exercises/echo/check.session:6",
                "book/exercises/echo.md has no heading {#goal}",
            ),
            (PAGES, "is missing"),
        ],
    );
    check(
        |fake| {
            fake.change(
                &format!("{OWN}/check.session"),
                "exercises/echo#goal",
                "exercises/start#start",
            );
            fake.remove(TWIN);
        },
        &[(TWIN, "is missing")],
    );
}

#[test]
fn each_part_that_a_page_lacks_is_named() {
    for part in ["background", "rules", "further"] {
        let heading = format!("{{#{part}}}");
        let words = format!("has no part {heading}");
        check(|fake| fake.change(PAGES, &heading, ""), &[(PAGES, &words)]);
        check(|fake| fake.change(TWIN, &heading, ""), &[(TWIN, &words)]);
    }
    check(
        |fake| fake.change(TWIN, "{#goal}", ""),
        &[
            (
                "examples/exercises/echo/check.session:6",
                "echo.en.md has no heading {#goal}",
            ),
            (TWIN, "has no part {#goal}"),
        ],
    );
    check(
        |fake| fake.change(PAGES, "{#judge}", "{#judging}"),
        &[
            (PAGES, "has no part {#judge}"),
            (PAGES, "has no `{{#variants echo}}`"),
        ],
    );
    for part in ["hints", "check"] {
        let heading = format!("{{#{part}}}");
        let words = format!("has no part {heading}");
        check(|fake| fake.change(PAGES, &heading, ""), &[(PAGES, &words)]);
    }
    // A heading in code does not count.
    check(
        |fake| {
            fake.change(
                PAGES,
                "## 背景 {#background}",
                "```text\n## 背景 {#background}\n```",
            )
        },
        &[(PAGES, "has no part {#background}")],
    );
}

#[test]
fn a_part_that_is_empty_or_out_of_order_is_named() {
    check(
        |fake| fake.change(PAGES, "- 一条。\n", ""),
        &[(PAGES, "{#rules} is empty")],
    );
    check(
        |fake| {
            fake.change(PAGES, "{#goal}", "{#x}");
            fake.change(PAGES, "{#background}", "{#goal}");
            fake.change(PAGES, "{#x}", "{#background}");
        },
        &[(PAGES, "{#background} comes before {#goal}")],
    );
}

#[test]
fn a_page_without_its_panel_its_variants_its_title_a_hint_or_questions_is_named() {
    check(
        |fake| fake.change(PAGES, "{{#exercise echo}}\n", "words\n"),
        &[(PAGES, "has no `{{#exercise echo}}`")],
    );
    check(
        |fake| fake.change(TWIN, "{{#variants echo}}", "{{#variants relay}}"),
        &[
            (TWIN, "`{{#variants relay}}` is about another"),
            (TWIN, "has no `{{#variants echo}}`"),
        ],
    );
    check(
        |fake| {
            fake.change(
                PAGES,
                "{{#exercise echo}}",
                "```text\n{{#exercise echo}}\n```",
            )
        },
        &[(PAGES, "has no `{{#exercise echo}}`")],
    );
    check(
        |fake| fake.change(PAGES, "送回去？ {#echo}", "送回去？ {#relay}"),
        &[
            (PAGES, "title whose id is {#echo}"),
            (PAGES, "has no `{{#exercise echo}}`"),
        ],
    );
    check(
        |fake| fake.change(PAGES, "details>", "div>"),
        &[(PAGES, "{#hints} has no hint")],
    );
    check(
        |fake| fake.change(PAGES, "question two", "text"),
        &[(PAGES, "asks 2 questions")],
    );
}

#[test]
fn a_page_that_the_table_of_contents_lacks_is_named() {
    let summary = "book/SUMMARY.md";
    let line = "- [回声 · Echo](exercises/echo.md)";
    let words = "does not list exercises/echo.md";
    check(|fake| fake.change(summary, line, ""), &[(summary, words)]);
    let hidden = format!("<!-- {line} -->");
    check(
        |fake| fake.change(summary, line, &hidden),
        &[(summary, words)],
    );
    check(
        |fake| fake.change(summary, "exercises/echo.md", "exercises/echo.en.md"),
        &[(summary, words)],
    );
}

#[test]
fn an_exercise_that_is_not_in_the_ladder_is_named() {
    let ladder = "examples/exercises/ladder";
    check(
        |fake| fake.write(ladder, "# echo\n"),
        &[(ladder, "`echo` has a folder, but is not in the ladder")],
    );
    check(
        |fake| {
            fake.write(ladder, "");
            fake.remove(OWN);
        },
        &[
            (ladder, "`echo` has a page, but is not in the ladder"),
            (OWN, "the folder is missing"),
            ("examples/exercises/echo/check.session", "is missing"),
        ],
    );
    check(
        |fake| fake.remove(OWN),
        &[
            (OWN, "the folder is missing"),
            ("examples/exercises/echo/check.session", "is missing"),
        ],
    );
}

#[test]
fn a_ladder_with_a_line_twice_or_one_that_is_not_an_id_is_reported_with_the_line() {
    let fake = Fake::new();
    fake.write("examples/exercises/ladder", "echo\nEcho Server\n\n  echo\n");
    let seen: Vec<_> = all(fake.root()).iter().map(ToString::to_string).collect();
    assert_eq!(seen.len(), 2, "{seen:#?}");
    assert!(seen[0].starts_with("examples/exercises/ladder:2: `Echo Server` is not an id"));
    assert!(seen[1].starts_with("examples/exercises/ladder:4: `echo` is there twice"));
    fake.remove("examples/exercises/ladder");
    assert!(all(fake.root())[0].found.contains("cannot be read"));
}

#[test]
fn a_folder_whose_name_is_not_an_id_is_named() {
    let fake = Fake::new();
    fake.write("examples/exercises/Echo-2/stub.rs", "");
    let seen = all(fake.root());
    assert!(
        seen.iter()
            .any(|fault| fault.found == "`Echo-2` is not an id"),
        "{seen:#?}"
    );
}

#[test]
fn programs_that_are_missing_or_say_nothing_are_named() {
    let stub = "examples/exercises/echo/stub.rs";
    let one = "examples/exercises/echo/wrong/three.rs";
    for name in ["stub.rs", "stub.py", "solution.rs", "solution.py"] {
        let path = format!("{OWN}/{name}");
        check(|fake| fake.remove(&path), &[(&path, "is missing")]);
    }
    check(
        |fake| fake.change(stub, "TODO", "to do"),
        &[(stub, "has no `TODO`")],
    );
    let wrong = "examples/exercises/echo/wrong";
    check(|fake| fake.remove(one), &[(wrong, "has 2 wrong programs")]);
    check(
        |fake| fake.remove(wrong),
        &[(wrong, "has 0 wrong programs")],
    );
    let whole = whole("//", "\n");
    let (_, rest) = whole.split_once('\n').unwrap();
    for first in ["", "// caught by:\n", "// mistake\n// caught by: plain\n"] {
        check(
            |fake| fake.write(one, &format!("{first}{rest}")),
            &[(one, "has no `caught by: VARIANT`")],
        );
    }
    check(
        |fake| fake.change(one, "少读。", "Less."),
        &[(one, "does not state its mistake in Chinese and in English")],
    );
    check(
        |fake| fake.change(one, "caught by: plain", "caught by: plian"),
        &[(
            one,
            "is caught by `plian`, but the check has no such variant",
        )],
    );
    let right = "examples/exercises/echo/right/select.py";
    for first in ["", "# usual: a thread for each\n", "# unusual: \n"] {
        check(
            |fake| fake.write(right, first),
            &[(right, "has no `unusual: …`")],
        );
    }
    let two_words = "examples/exercises/echo/wrong/one read.rs";
    check(
        |fake| fake.write(two_words, &whole),
        &[(two_words, "`one read` is not a valid name for a program")],
    );
    let other = "examples/exercises/echo/right/main.go";
    check(
        |fake| {
            fake.write(other, "// unusual: Go\n");
            // The tests do not try to run it.
            assert_eq!(programs(&fake.path(OWN)).len(), 8);
        },
        &[(other, "is not a program that the tests can run")],
    );
}

#[test]
fn a_check_that_cannot_be_read_is_told_with_its_line_and_the_rest_as_well() {
    let session = "examples/exercises/echo/check.session";
    check(
        |fake| {
            fake.change(session, "role server", "role king");
            fake.remove("examples/exercises/echo/wrong/one.patch");
        },
        &[
            ("examples/exercises/echo/check.session:1", "found no role"),
            ("examples/exercises/echo/check.session:3", "found `king`"),
            ("examples/exercises/echo/wrong", "has 2 wrong programs"),
        ],
    );
    check(
        |fake| fake.change(session, "stub plain", "stub plian"),
        &[("examples/exercises/echo/check.session:4", "plian")],
    );
    check(
        |fake| fake.change(session, "title zh 情形 plain\n", ""),
        &[(
            "examples/exercises/echo/check.session:6",
            "variant `plain` has no title in both languages",
        )],
    );
    check(
        |fake| fake.change(session, "stub plain closed_early\n", ""),
        &[(session, "does not say how the stub fails")],
    );
    check(
        |fake| fake.change(session, "echo#goal", "echo#aim"),
        &[
            (
                "examples/exercises/echo/check.session:6",
                "book/exercises/echo.md has no heading {#aim}",
            ),
            (
                "examples/exercises/echo/check.session:6",
                "book/exercises/echo.en.md has no heading {#aim}",
            ),
        ],
    );
}

#[test]
fn a_patch_that_says_nothing_or_does_not_apply_is_named() {
    let one = "examples/exercises/echo/wrong/one.patch";
    for (from, to, found) in [
        ("caught by: plain\n", "", "has no `caught by: VARIANT`"),
        ("少读。\n", "", "in Chinese and in English"),
        (
            "plain",
            "plian",
            "is caught by `plian`, but the check has no such variant",
        ),
        ("wrong/one", "wrong/other", "has no lines `--- solution.rs`"),
        (
            "-fn main() {}",
            "-fn main() {1}",
            "`@@ -1 +1 @@` does not apply",
        ),
    ] {
        check(|fake| fake.change(one, from, to), &[(one, found)]);
    }
    check(
        |fake| fake.change(&format!("{OWN}/solution.rs"), "main", "entry"),
        &[(one, "solution.rs without its comments has `fn entry() {}`")],
    );
    // A checkout on Windows may have such line ends.
    check(|fake| fake.write(one, &PATCH.replace('\n', "\r\n")), &[]);
}

#[test]
fn a_whole_program_that_differs_in_few_lines_is_to_be_a_patch() {
    let three = "examples/exercises/echo/wrong/three.rs";
    let other = "f()\r\n";
    check(
        |fake| fake.write(three, &whole("//", "\r\n").replacen(other, "", 1)),
        &[(
            three,
            "differs from solution.rs in 20 lines, comments aside",
        )],
    );
    let text = "// caught by: plain\n// 少。\n// Less.\n//! Title\nfn main() {}\n";
    check(
        |fake| fake.write(three, text),
        &[(three, "differs from solution.rs in 0 lines")],
    );
    let twin = "examples/exercises/echo/wrong/three.patch";
    check(
        |fake| fake.write(twin, &PATCH.replace("one", "three")),
        &[(three, "is also there as a patch")],
    );
}

/// The status and the output of the program in the folder of a course.
fn said(fake: &Fake, ids: &[&str]) -> (i32, String) {
    fake.author("shape", ids)
}

#[test]
fn all_faults_of_one_exercise_are_told_at_once_and_of_a_mistyped_one_its_neighbor() {
    let fake = Fake::new();
    assert_eq!(
        said(&fake, &["echo"]),
        (0, "echo has all its parts\n".to_owned())
    );
    fake.remove(TWIN);
    fake.remove("examples/exercises/echo/solution.rs");
    fake.change("book/SUMMARY.md", "exercises/echo.md", "exercises/other.md");
    fake.change(
        "examples/exercises/echo/check.session",
        "exercises/echo#goal",
        "exercises/start#start",
    );
    let (status, text) = said(&fake, &["echo"]);
    assert_eq!(status, 1, "{text}");
    for part in [
        "book/SUMMARY.md: does not list exercises/echo.md\n    add ",
        "book/exercises/echo.en.md: is missing\n    write ",
        "examples/exercises/echo/solution.rs: is missing\n    write ",
        "echo: 3 faults",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let (status, text) = said(&fake, &["ehco"]);
    assert_eq!(status, 2, "{text}");
    assert!(
        text.starts_with("no exercise is called 'ehco'; did you mean echo?\n"),
        "{text}"
    );
}
