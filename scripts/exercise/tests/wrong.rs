//! `cargo workbook wrong`, by the real program on a small course.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use fake_course::{CHECK, Fake};

#[path = "support/fake_course.rs"]
mod fake_course;

const SOLUTION: &str = "\
//! 一种解法。
//! A solution.
fn main() {
    // 为什么。
    // Why.
    one();
    two();
}
";

const COPY: &str = "\
// caught by: plain
// 少读。
// Reads less.
//! 一种解法。
//! A solution.
fn main() {
    // 为什么。
    // Why.
    one();
}
";

const PATCH: &str = "\
caught by: plain
少读。
Reads less.

--- solution.rs
+++ wrong/less.rs
@@ -1,4 +1,3 @@
 fn main() {
     one();
-    two();
 }
";

const PROGRAM: &str = "\
// caught by: plain
// 少读。
// Reads less.
fn main() {
    one();
}
";

/// A course of one exercise, `echo`.
fn echo() -> Fake {
    Fake::with(&[
        ("book.toml", ""),
        ("examples/exercises/ladder", "echo\n"),
        ("examples/exercises/echo/check.session", CHECK),
        ("examples/exercises/echo/solution.rs", SOLUTION),
        ("less.rs", COPY),
    ])
}

impl Fake {
    /// Runs it: what it prints, with status 0.
    #[track_caller]
    fn does(&self, words: &str) -> String {
        let (status, text) = self.run(words);
        assert_eq!(status, 0, "{text}");
        text
    }

    /// Checks that it ends with status 2 and this message, and writes nothing.
    #[track_caller]
    fn refuses(&self, words: &str, expected: &str) {
        let (status, text) = self.run(words);
        assert_eq!(status, 2, "{text}");
        assert!(text.contains(expected), "{text}");
        assert!(!self.path(LESS).exists());
    }

    fn run(&self, words: &str) -> (i32, String) {
        self.author("wrong", &words.split(' ').collect::<Vec<_>>())
    }
}

const LESS: &str = "examples/exercises/echo/wrong/less.patch";

#[test]
fn an_edited_copy_becomes_a_patch_and_the_patch_a_program() {
    let fake = echo();
    assert_eq!(fake.does("diff echo less.rs"), format!("wrote {LESS}\n"));
    assert_eq!(fake.read(LESS), PATCH);
    assert!(fake.path("less.rs").exists());
    let said = fake.does("apply echo");
    assert!(
        said.starts_with("wrote target/wrong/echo/less.rs\njudge it: "),
        "{said}"
    );
    assert_eq!(fake.read("target/wrong/echo/less.rs"), PROGRAM);
    fake.does("apply echo less --to here");
    assert_eq!(fake.read("here/less.rs"), PROGRAM);
    // The same patch is made of this program.
    fs::remove_file(fake.path(LESS)).unwrap();
    fake.does("diff echo target/wrong/echo/less.rs");
    assert_eq!(fake.read(LESS), PATCH);
}

#[test]
fn a_whole_program_in_the_exercise_is_replaced_by_its_patch() {
    let fake = echo();
    let whole = "examples/exercises/echo/wrong/less.rs";
    fake.write(whole, &COPY.replace('\n', "\r\n"));
    fake.does(&format!("diff echo {whole}"));
    assert_eq!(fake.read(LESS), PATCH);
    assert!(!fake.path(whole).exists());
}

#[test]
fn what_makes_no_patch_is_reported_and_stays_as_it_is() {
    let fake = echo();
    fake.refuses(
        "diff ehco less.rs",
        "no exercise is called 'ehco'; did you mean echo?",
    );
    fake.refuses("diff echo more.rs", "more.rs: no such file");
    fake.refuses(
        "diff echo less.txt",
        "less.txt: a wrong program is called NAME.rs or NAME.py",
    );
    fake.write("less.py", "# caught by: plain\n# 少。\n# Less.\nf()\n");
    fake.refuses(
        "diff echo less.py",
        "examples/exercises/echo/solution.py does not exist: a patch needs",
    );
    let whole = "examples/exercises/echo/wrong/less.rs";
    for (copy, expected) in [
        (
            COPY.replace("    one();\n", "    one();\n    two();\n"),
            "is the same as solution.rs",
        ),
        (
            COPY.replace("    one();\n", &"    two();\n".repeat(22)),
            "keep the whole program in wrong/",
        ),
        (
            COPY.replace("// caught by: plain\n", ""),
            "has no `caught by: VARIANT`",
        ),
        (
            COPY.replace("// Reads less.\n", ""),
            "in Chinese and in English",
        ),
        (
            COPY.replace("plain", "plian"),
            "no such variant; its variants are: plain",
        ),
    ] {
        fake.write(whole, &copy);
        fake.refuses(&format!("diff echo {whole}"), expected);
        assert_eq!(fake.read(whole), copy);
    }
}

#[test]
fn it_speaks_the_language_asked_for() {
    let fake = echo();
    fake.refuses(
        "diff ehco less.rs --lang zh",
        "没有叫 'ehco' 的练习，是 echo 吗？",
    );
    fake.write("less.rs", SOLUTION);
    fake.refuses(
        "diff echo less.rs --lang zh",
        "第一行没有 `caught by: VARIANT`",
    );
    assert!(fake.does("--help --lang zh").contains("用哪种语言"));
    assert!(fake.does("--help").contains("the language of messages"));
}

#[test]
fn a_program_that_was_changed_is_not_written_over() {
    let fake = echo();
    fake.does("diff echo less.rs");
    fake.does("apply echo less");
    fake.does("apply echo less");
    let program = "target/wrong/echo/less.rs";
    fake.write(program, "// changed\n");
    let (status, text) = fake.run("apply echo less");
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("already exists and differs"), "{text}");
    assert_eq!(fake.read(program), "// changed\n");
    let (status, text) = fake.run("apply echo more");
    assert_eq!(status, 2, "{text}");
    assert!(
        text.contains("has no patch called 'more'; its patches are: less"),
        "{text}"
    );
}

#[test]
fn a_patch_whose_lines_have_moved_is_made_anew_and_another_is_named() {
    let fake = echo();
    fake.does("diff echo less.rs");
    assert!(fake.does("renew echo").contains("fits as it is"));
    let solution = "examples/exercises/echo/solution.rs";
    fake.write(
        solution,
        &SOLUTION.replace("fn main", "use std::io;\n\nfn main"),
    );
    let (status, text) = fake.run("apply echo less");
    assert_eq!(status, 2, "{text}");
    assert!(
        text.starts_with(LESS) && text.contains("cargo workbook wrong renew"),
        "{text}"
    );
    fake.does("renew echo");
    assert!(fake.read(LESS).contains("@@ -2,5 +2,4 @@\n"));
    fake.does("apply echo less");
    let before = fake.read(LESS);
    fake.write(solution, &SOLUTION.replace("two", "three"));
    let (status, text) = fake.run("renew echo");
    assert_eq!(status, 2, "{text}");
    assert!(
        text.starts_with(LESS) && text.contains("in 0 places"),
        "{text}"
    );
    assert_eq!(fake.read(LESS), before);
}
