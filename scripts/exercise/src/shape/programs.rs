//! The programs of an exercise: stubs, solutions, those with a mistake, and right ones in another
//! style. What the first line of each says.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Look, is_litter};
use crate::progress::is_name;
use judge::Check;

/// A check with fewer mistakes to catch has not been tried.
const MISTAKES: usize = 3;

/// The languages of wrong programs: they run on every machine that tests the course.
const WRONG: [&str; 2] = ["rs", "py"];

/// Those that a stranger may write in; one that a machine lacks is skipped.
const RIGHT: [&str; 5] = ["rs", "py", "js", "java", "c"];

/// Every program in the folder of an exercise that the tests know how to run.
#[must_use]
pub fn programs(folder: &Path) -> Vec<PathBuf> {
    let own = ["stub.rs", "stub.py", "solution.rs", "solution.py"];
    let mut all: Vec<_> = own.iter().map(|name| folder.join(name)).collect();
    all.extend(files(&folder.join("wrong")));
    all.extend(files(&folder.join("right")));
    all.retain(|path| {
        path.is_file()
            && RIGHT
                .iter()
                .any(|end| path.extension() == Some(OsStr::new(end)))
    });
    all
}

/// `// caught by: dribble`: the variant that must catch a wrong program.
#[must_use]
pub fn caught_by(source: &str) -> Option<&str> {
    said(source, "caught by:")
}

/// `# unusual: one loop with select`: what makes a right program worth judging.
#[must_use]
pub fn is_unusual(source: &str) -> bool {
    said(source, "unusual:").is_some()
}

/// What the first line, a comment, says after these words.
fn said<'a>(source: &'a str, words: &str) -> Option<&'a str> {
    let first = source.lines().next()?;
    let comment = first.strip_prefix("//").or(first.strip_prefix('#'))?;
    let said = comment.trim().strip_prefix(words)?.trim();
    Some(said).filter(|said| !said.is_empty())
}

/// What an editor or an interpreter left there is no program.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter(|entry| !is_litter(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

pub(super) fn look(look: &mut Look, check: Option<&Check>) {
    let folder = look.course.exercises().join(look.id);
    // That there is no folder has been said.
    if !folder.is_dir() {
        return;
    }
    own(look, &folder);
    wrong(look, &folder.join("wrong"), check);
    for path in files(&folder.join("right")) {
        let advice =
            "its first line says what is unusual about it: `// unusual: one loop with select`";
        if of_language(look, &path, &RIGHT)
            && let Some(source) = look.read(&path, advice)
            && !is_unusual(&source)
        {
            look.tell(&path, "has no `unusual: …` in its first line", advice);
        }
    }
}

/// The stubs and the solutions: always in Rust; in Python both, or neither.
fn own(look: &mut Look, folder: &Path) {
    let is_there = |name: &str| folder.join(name).is_file();
    let python = is_there("stub.py") || is_there("solution.py");
    for end in WRONG {
        if end == "py" && !python {
            continue;
        }
        let solution = folder.join(format!("solution.{end}"));
        look.read(&solution, "write a program that passes every variant");
        let stub = folder.join(format!("stub.{end}"));
        let advice = "write what the learner begins with: it compiles, says `TODO`, and fails";
        if let Some(source) = look.read(&stub, advice)
            && !source.contains("TODO")
        {
            look.tell(
                &stub,
                "has no `TODO`",
                "say in a comment `TODO` where the learner begins",
            );
        }
    }
}

fn wrong(look: &mut Look, folder: &Path, check: Option<&Check>) {
    let programs = files(folder);
    if programs.len() < MISTAKES {
        look.tell(
            folder,
            format!("has {} wrong programs", programs.len()),
            format!("write at least {MISTAKES}, each with one mistake that people really make"),
        );
    }
    let variants: Vec<&str> = check.map_or_else(Vec::new, |check| {
        check
            .variants
            .iter()
            .map(|variant| &*variant.name)
            .collect()
    });
    for path in programs {
        let advice = "its first line names the variant that must catch it: `// caught by: VARIANT`";
        if !of_language(look, &path, &WRONG) {
            continue;
        }
        let Some(source) = look.read(&path, advice) else {
            continue;
        };
        match caught_by(&source) {
            None => look.tell(
                &path,
                "has no `caught by: VARIANT` in its first line",
                advice,
            ),
            Some(name) if check.is_some() && !variants.contains(&name) => look.tell(
                &path,
                format!("is caught by `{name}`, and the check has no such variant"),
                format!("its variants are: {}", variants.join(", ")),
            ),
            Some(_) => {}
        }
    }
}

/// Whether the tests know how to run it: by the end of its name, which is else a word for cargo.
fn of_language(look: &mut Look, path: &Path, known: &[&str]) -> bool {
    let part = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (name, end) = (part(path.file_stem()), part(path.extension()));
    if !path.is_file() || !known.contains(&&*end) {
        let advice = format!(
            "a program here ends in .{}; anything else belongs elsewhere",
            known.join(", .")
        );
        look.tell(path, "is no program that the tests know how to run", advice);
        return false;
    }
    if !is_name(&name) {
        let advice = "name a program with small letters, digits and `_`: `one_read.rs`";
        look.tell(path, format!("`{name}` is no name for a program"), advice);
    }
    true
}
