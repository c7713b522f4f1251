//! The preprocessor as mdBook calls it: `[context, book]` as JSON on stdin, the book on stdout,
//! problems on stderr.
#![deny(clippy::print_stdout)]

use std::env;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use bilingual::Lang;
use pages::{Directory, Page, render, report};
use serde_json::Value;

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    match args.next().as_deref() {
        None => {}
        Some("supports") => {
            let supported = args.next().as_deref() == Some("html");
            return if supported {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
        Some(other) => {
            eprintln!(
                "pages: unexpected argument '{other}' found; mdBook runs this program, see book.toml"
            );
            return ExitCode::from(2);
        }
    }
    match preprocess() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn preprocess() -> Result<(), String> {
    let mut input = String::new();
    io::stdin()
        .read_to_string(&mut input)
        .map_err(|error| format!("pages: read the book from mdBook: {error}"))?;
    let output = rewrite(&input)?;
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(output.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| format!("pages: return the book to mdBook: {error}"))
}

fn rewrite(input: &str) -> Result<String, String> {
    let not_mdbook = || {
        "pages: the input is not what mdBook 0.5 sends; run `mdbook build` or `cargo workbook`"
            .to_owned()
    };
    let mut value: Value = serde_json::from_str(input).map_err(|_| not_mdbook())?;
    let root = value
        .pointer("/0/root")
        .and_then(Value::as_str)
        .ok_or_else(not_mdbook)?;
    let sources = Directory::new(root);
    let mut book = value.get_mut(1).ok_or_else(not_mdbook)?.take();
    let items = book
        .get_mut("items")
        .and_then(Value::as_array_mut)
        .ok_or_else(not_mdbook)?;

    let mut pages = Vec::new();
    each_chapter(items, &mut |path, content| {
        pages.push(Page {
            path,
            content: content.clone(),
        });
    });
    let rendered = render(&pages, &sources).map_err(|problems| report(&problems, lang()))?;
    let mut rendered = rendered.into_iter();
    each_chapter(items, &mut |_, content| {
        if let Some(page) = rendered.next() {
            *content = page.content;
        }
    });
    serde_json::to_string(&book).map_err(|error| format!("pages: write the book: {error}"))
}

/// Visits every chapter that has a file, in the order of the table of contents.
fn each_chapter(items: &mut [Value], visit: &mut dyn FnMut(PathBuf, &mut String)) {
    for item in items {
        let Some(chapter) = item.get_mut("Chapter") else {
            continue;
        };
        let path = chapter
            .get("source_path")
            .and_then(Value::as_str)
            .map(PathBuf::from);
        if let (Some(path), Some(Value::String(content))) = (path, chapter.get_mut("content")) {
            visit(path, content);
        }
        if let Some(Value::Array(items)) = chapter.get_mut("sub_items") {
            each_chapter(items, visit);
        }
    }
}

fn lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    Lang::from_locale(&locale)
}
