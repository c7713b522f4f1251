//! The program as mdBook calls it.

#[path = "../../session/tests/support/started.rs"]
mod started;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn pages(args: &[&str], locale: &str, input: &str) -> Output {
    let mut pages = Command::new(env!("CARGO_BIN_EXE_pages"));
    let pages = pages.args(args);
    let pages = pages.env_remove("LC_MESSAGES").env("LC_ALL", locale);
    // A program that refuses its arguments does not read.
    started::run(pages, input.as_bytes())
}

fn chapter(path: &str, content: &str, sub_items: Value) -> Value {
    json!({"Chapter": {
        "name": path, "content": content, "number": [1], "sub_items": sub_items,
        "path": path.replace("README", "index"), "source_path": path, "parent_names": [],
    }})
}

fn input(root: &Path, items: Value) -> String {
    let context = json!({
        "root": root, "config": {"book": {"src": "book"}}, "renderer": "html", "mdbook_version": "0.5.4",
    });
    json!([context, {"items": items}]).to_string()
}

fn fixture(name: &str) -> std::path::PathBuf {
    let here = std::env::current_dir().expect("the folder of the package");
    here.join("tests").join(name)
}

#[test]
fn it_supports_html_and_nothing_else() {
    assert!(pages(&["supports", "html"], "C", "").status.success());
    assert!(!pages(&["supports", "latex"], "C", "").status.success());
    assert_eq!(pages(&["--help"], "C", "").status.code(), Some(2));
}

#[test]
fn the_book_comes_back_with_bilingual_pages_and_everything_else_untouched() {
    let root = fixture("fixture");
    let read = |path: &str| std::fs::read_to_string(root.join("book").join(path)).expect("read");
    let items = json!([
        {"PartTitle": "第一部分 · Part 1"},
        "Separator",
        chapter("other.md", &read("other.md"), json!([
            chapter("part/everything.md", &read("part/everything.md"), json!([])),
        ])),
        {"Chapter": {"name": "draft", "content": "", "number": null, "sub_items": [],
            "path": null, "source_path": null, "parent_names": []}},
    ]);
    let output = pages(&[], "C", &input(&root, items.clone()));
    assert!(output.status.success(), "{output:?}");
    let book: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let expected = |path: &str| {
        std::fs::read_to_string(root.join("expected").join(path)).expect("the snapshot")
    };
    let mut untouched = items;
    untouched[2]["Chapter"]["content"] = expected("other.md").into();
    untouched[2]["Chapter"]["sub_items"][0]["Chapter"]["content"] =
        expected("part/everything.md").into();
    assert_eq!(book, json!({"items": untouched}));
}

#[test]
fn problems_go_to_standard_error_in_the_readers_language_and_fail_the_build() {
    let items = json!([chapter("part/b.md", "# 没有英文页 {#b}\n", json!([]))]);
    let input = input(&fixture("broken"), items);
    for (locale, words) in [
        (
            "zh_CN.UTF-8",
            "book/part/b.md:1: 读不到英文页 book/part/b.en.md",
        ),
        (
            "C",
            "book/part/b.md:1: cannot read the English twin book/part/b.en.md",
        ),
    ] {
        let output = pages(&[], locale, &input);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn input_that_is_not_from_mdbook_is_refused() {
    for input in ["", "{}", "[1, 2]", "[{\"root\": \"x\"}, {}]"] {
        let output = pages(&[], "C", input);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("mdbook build"));
    }
}
