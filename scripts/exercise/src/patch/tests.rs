//! Patches of a small solution.

use super::*;

const SOLUTION: &str = "\
//! 一种解法。
//! A solution.
use std::io;

fn main() {
    // 读一次不够。
    // One read is not enough.
    loop {
        read();
    }
}

fn read() {
    todo(1);
    todo(2);
    todo(3);
    todo(4);
}
";

/// A copy of it, with a mistake.
const COPY: &str = "\
// caught by: pieces
// 只读一次。
// Reads once.
//! 一种解法。
//! A solution.
use std::io;

fn main() {
    // 这里改了。
    read();
}

fn read() {
    todo(1);
    todo(2);
    todo(3);
    todo(4);
}
";

const PATCH: &str = "\
caught by: pieces
只读一次。
Reads once.

--- solution.rs
+++ wrong/one_read.rs
@@ -1,9 +1,7 @@
 use std::io;

 fn main() {
-    loop {
-        read();
-    }
+    read();
 }

 fn read() {
";

const PROGRAM: &str = "\
// caught by: pieces
// 只读一次。
// Reads once.
use std::io;

fn main() {
    read();
}

fn read() {
    todo(1);
    todo(2);
    todo(3);
    todo(4);
}
";

fn patch(text: &str) -> Result<Patch<'_>, Problem> {
    Patch::parse("one_read", text)
}

#[track_caller]
fn fails<T: std::fmt::Debug>(result: Result<T, Problem>, found: &str) {
    let problem = result.unwrap_err();
    assert!(problem.found.en.contains(found), "{problem:#?}");
    for text in [&problem.found, &problem.advice] {
        assert!(!text.en.is_empty() && !text.zh.is_ascii());
    }
}

#[test]
fn a_patch_is_made_of_an_edited_copy_and_makes_its_program() {
    let made = diff("one_read", SourceLanguage::Rust, SOLUTION, COPY).unwrap();
    assert_eq!(made, PATCH);
    let patch = patch(PATCH).unwrap();
    assert_eq!(patch.header.caught_by(), Some("pieces"));
    assert_eq!((patch.language, patch.lines()), (SourceLanguage::Rust, 4));
    assert_eq!(patch.apply(SOLUTION).unwrap(), PROGRAM);
    // The same patch is made of its own program.
    assert_eq!(
        diff("one_read", SourceLanguage::Rust, SOLUTION, PROGRAM).unwrap(),
        PATCH
    );
    assert_eq!(difference(SourceLanguage::Rust, SOLUTION, PROGRAM), 4);
}

#[test]
fn a_comment_of_the_solution_that_is_worded_anew_breaks_no_patch() {
    let solution = SOLUTION.replace(
        "    // One read is not enough.\n",
        "    // More.\n    // Words.\n",
    );
    assert_eq!(patch(PATCH).unwrap().apply(&solution).unwrap(), PROGRAM);
}

#[test]
fn a_line_of_the_solution_that_has_changed_or_moved_breaks_the_patch() {
    let patch = patch(PATCH).unwrap();
    let changed = SOLUTION.replace("        read();", "        read()?;");
    fails(
        patch.apply(&changed),
        "`@@ -1,9 +1,7 @@` does not apply: it expects `        read();`, but solution.rs without its comments has `        read()?;`",
    );
    fails(
        patch.apply_moved(&changed),
        "solution.rs has these lines in 0 places",
    );
    let cut = SOLUTION.split_once("fn read").unwrap().0;
    fails(patch.apply(cut), "has ``");
    let moved = SOLUTION.replace("use std::io;\n", "use std::env;\nuse std::io;\n");
    fails(
        patch.apply(&moved),
        "without its comments has `use std::env;`",
    );
    let program = PROGRAM.replace("use std::io;\n", "use std::env;\nuse std::io;\n");
    assert_eq!(patch.apply_moved(&moved).unwrap(), program);
    // It would fit in two places.
    fails(
        patch.apply_moved(&SOLUTION.repeat(2)),
        "has these lines in 2 places",
    );
}

#[test]
fn line_numbers_that_contradict_each_other_are_not_a_patch() {
    let text = PATCH.replace("+1,7", "+2,7");
    fails(
        patch(&text).unwrap().apply(SOLUTION),
        "line numbers contradict",
    );
}

#[test]
fn a_patch_without_its_header_its_names_or_its_changes_is_reported() {
    for (from, to, found) in [
        ("caught by: pieces\n", "", "no `caught by: VARIANT`"),
        ("caught by: pieces", "caught by:", "no `caught by: VARIANT`"),
        ("只读一次。\n", "", "does not state its mistake in Chinese"),
        ("Reads once.\n", "", "does not state its mistake in Chinese"),
        (
            "--- solution.rs\n+++ wrong/one_read.rs\n",
            "",
            "no lines `--- solution.rs`",
        ),
        (
            "--- solution.rs",
            "--- solution.py",
            "no lines `--- solution.rs`",
        ),
        (
            "--- solution.rs",
            "--- stub.rs",
            "no lines `--- solution.rs`",
        ),
        ("wrong/one_read", "wrong/other", "`+++ wrong/one_read.rs`"),
        (
            "wrong/one_read",
            "right/one_read",
            "`+++ wrong/one_read.rs`",
        ),
        ("-1,9", "-1,8", "is not a patch"),
        ("+    read();\n", "read();\n", "is not a patch"),
        (
            " fn read() {\n",
            " fn read() {\n\nmore\n",
            "other text after",
        ),
        (&PATCH[PATCH.find("@@").unwrap()..], "", "changes nothing"),
    ] {
        let text = PATCH.replace(from, to);
        assert_ne!(text, PATCH, "{from}");
        fails(patch(&text), found);
    }
}

#[test]
fn a_copy_that_is_the_solution_or_says_no_mistake_makes_no_patch() {
    let make = |copy: &str| diff("one_read", SourceLanguage::Rust, SOLUTION, copy);
    let header = COPY.split_once("//!").unwrap().0;
    fails(
        make(&format!("{header}{SOLUTION}")),
        "is the same as solution.rs",
    );
    fails(
        make(COPY.split_once('\n').unwrap().1),
        "no `caught by: VARIANT`",
    );
    fails(
        make(&COPY.replace("// 只读一次。\n", "")),
        "in Chinese and in English",
    );
}

#[test]
fn twenty_lines_are_a_patch_and_one_more_is_a_whole_program() {
    let more = |count: usize| COPY.replace("    todo(4);\n", &"    todo(5);\n".repeat(count));
    // 4 lines are changed above, and one is removed here.
    let made = diff("one_read", SourceLanguage::Rust, SOLUTION, &more(15)).unwrap();
    assert_eq!(patch(&made).unwrap().lines(), PATCH_LINES_MAX);
    let found = "differs from solution.rs in 21 lines; a patch has at most 20";
    fails(
        diff("one_read", SourceLanguage::Rust, SOLUTION, &more(16)),
        found,
    );
    let end = made.rfind("+    todo(5);\n").unwrap();
    let longer = made[..end].to_owned() + "+    todo(5);\n" + &made[end..];
    let hunk = longer.rfind("@@ -").unwrap();
    let (before, hunk) = longer.split_at(hunk);
    let (range, rest) = hunk.split_once('\n').unwrap();
    let (old, new) = range.split_once(" +").unwrap();
    let (start, length) = new.trim_end_matches(" @@").split_once(',').unwrap();
    let length = length.parse::<usize>().unwrap() + 1;
    fails(
        patch(&format!("{before}{old} +{start},{length} @@\n{rest}")),
        found,
    );
}

#[test]
fn a_header_may_name_a_word_of_the_other_language() {
    for (lines, right) in [
        (
            "caught by: a\n// HEAD 的 Content-Length 是 0。\n// Length 0.\n",
            true,
        ),
        (
            "caught by: a\n// 少了。\n// Sliced in the middle of a 汉字.\n",
            true,
        ),
        ("caught by: a\n// 少了。\n// 多了。\n", false),
        ("caught by: a\n// Less.\n// More.\n", false),
    ] {
        let header = Header::of_program(&format!("// {lines}"), SourceLanguage::Rust);
        assert_eq!(header.check().is_ok(), right, "{lines}");
    }
}
