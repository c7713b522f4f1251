//! `cargo workbook new`: creates the files of an exercise or an example, with what must be filled in.
//!
//! Everything is checked before anything is written: if a name is invalid or taken, nothing is
//! written.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Author;
use crate::course::COMMANDS;
use crate::progress::is_name;
use crate::shape::names;

/// The files of an exercise: path and text, with `ID` in place of its id.
const EXERCISE_FILES: [(&str, &str); 7] = [
    (
        "examples/exercises/ID/check.session",
        include_str!("new/check.session.txt"),
    ),
    (
        "examples/exercises/ID/stub.rs",
        include_str!("new/stub.rs.txt"),
    ),
    (
        "examples/exercises/ID/stub.py",
        include_str!("new/stub.py.txt"),
    ),
    (
        "examples/exercises/ID/solution.rs",
        include_str!("new/solution.rs.txt"),
    ),
    (
        "examples/exercises/ID/solution.py",
        include_str!("new/solution.py.txt"),
    ),
    ("book/exercises/ID.md", include_str!("new/page.md.txt")),
    (
        "book/exercises/ID.en.md",
        include_str!("new/page.en.md.txt"),
    ),
];

/// The files of an example, with `NN_name` in place of its name and `NN` in place of its number.
const EXAMPLE_FILES: [(&str, &str); 3] = [
    ("examples/NN_name.rs", include_str!("new/example.rs.txt")),
    (
        "examples/python/NN_name.py",
        include_str!("new/example.py.txt"),
    ),
    (
        "examples/NN_name.session",
        include_str!("new/example.session.txt"),
    ),
];

/// The line of the exercise in the table of contents.
const CONTENTS_LINE: &str = "- [TODO: 问题？ · TODO: a question?](exercises/ID.md)";

/// The row of the example in `examples/README.md`.
const README_ROW: &str =
    "| [NN_name](NN_name.rs) | TODO: 层 layer | TODO: 你会看到 what you will see | 1 |";

/// Creates the files of the exercise `id`. Returns what was written, and what comes next.
pub(super) fn exercise(author: &Author, id: &str) -> Result<String> {
    is_free_id(author, id)?;
    let fill = |text: &str| text.replace("ID", id);
    let mut changes = Changes::new(author);
    for (path, text) in EXERCISE_FILES {
        changes.add(&fill(path), fill(text))?;
    }
    changes.edit("examples/exercises/ladder", |ladder| {
        Some(format!("{}\n{id}\n", ladder.trim_end()))
    })?;
    let is_exercise = |line: &str| line.contains("](exercises/");
    changes.edit("book/SUMMARY.md", |summary| {
        after_last(summary, is_exercise, &fill(CONTENTS_LINE))
    })?;
    let written = changes.write()?;
    Ok(author.lang.pick(
        format!("写好了：\n{written}\n把 TODO: 换成内容；还缺什么：scripts/check exercise {id}"),
        format!(
            "wrote:\n{written}\nReplace every TODO:, then list what is still missing: scripts/check exercise {id}"
        ),
    ))
}

/// Creates the files of the example `name`. Returns what was written, and what comes next.
pub(super) fn example(author: &Author, name: &str) -> Result<String> {
    let number = is_free_number(author, name)?;
    let fill = |text: &str| text.replace("NN_name", name).replace("NN", &number);
    let mut changes = Changes::new(author);
    for (path, text) in EXAMPLE_FILES {
        changes.add(&fill(path), fill(text))?;
    }
    changes.edit("examples/README.md", |readme| {
        let before = |line: &str| {
            let row = line.strip_prefix("| [").and_then(|row| row.get(..2));
            row.is_some_and(|row| row < number.as_str() && row.as_bytes()[0].is_ascii_digit())
        };
        // The very first row goes below the head of the table.
        let rule = |line: &str| line.starts_with("|---");
        let row = fill(README_ROW);
        after_last(readme, before, &row).or_else(|| after_last(readme, rule, &row))
    })?;
    let written = changes.write()?;
    Ok(author.lang.pick(
        format!("写好了：\n{written}\n把 TODO: 换成内容，并在一页里写 {{{{#session {name}}}}}；还缺什么：cargo test -p workbook --test invariants"),
        format!("wrote:\n{written}\nReplace every TODO:, and put {{{{#session {name}}}}} on a page; then list what is still missing: cargo test -p workbook --test invariants"),
    ))
}

fn is_free_id(author: &Author, id: &str) -> Result<()> {
    if !is_name(id) {
        return Err(author.words(
            format!("'{id}' 不能当练习的名字：只用小写字母、数字和 `_`，例如 echo_server"),
            format!(
                "'{id}' is not an id: an id has lowercase letters, digits and `_`, such as echo_server"
            ),
        ));
    }
    if COMMANDS.contains(&id) || id == "mine" {
        return Err(author.words(
            format!("'{id}' 不能当练习的名字：cargo workbook exercise 里它另有意思"),
            format!("'{id}' cannot be an id: it has another meaning in cargo workbook exercise"),
        ));
    }
    if names(author.course.root()).contains(id) {
        return Err(author.words(
            format!("已经有练习 {id} 了；还缺什么：scripts/check exercise {id}"),
            format!("the exercise {id} already exists; to list what it lacks: scripts/check exercise {id}"),
        ));
    }
    Ok(())
}

/// The number in this name of an example, if the name is valid and the number free.
fn is_free_number(author: &Author, name: &str) -> Result<String> {
    let parts = name.split_once('_').filter(|(number, rest)| {
        number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty()
    });
    let Some((number, _)) = parts.filter(|_| is_name(name)) else {
        return Err(author.words(
            format!("'{name}' 不能当例子的名字：两位数字、`_`、小写字母，例如 04_select"),
            format!("'{name}' is not the name of an example: two digits, `_` and lowercase letters, such as 04_select"),
        ));
    };
    let taken = numbers(author);
    let owner = taken.iter().find(|taken| taken.starts_with(number));
    let Some(owner) = owner else {
        return Ok(number.to_owned());
    };
    let group = &number[..1];
    let free = (0..10).map(|last| format!("{group}{last}"));
    let free: Vec<String> = free
        .filter(|number| !taken.iter().any(|taken| taken.starts_with(number)))
        .collect();
    let free = match free.is_empty() {
        true => author.lang.pick("没有", "none").to_owned(),
        false => free.join(", "),
    };
    Err(author.words(
        format!("编号 {number} 已经是 {owner} 的；这一组里空着的：{free}"),
        format!("the number {number} belongs to {owner}; free in its group: {free}"),
    ))
}

/// The names in `examples/` that begin with a number, up to the first dot.
fn numbers(author: &Author) -> Vec<String> {
    let entries = fs::read_dir(author.course.root().join("examples"));
    let name = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = name.split('.').next()?.to_owned();
        let number = name.as_bytes().get(..3)?;
        let is_number = number[0].is_ascii_digit() && number[1].is_ascii_digit();
        (is_number && number[2] == b'_').then_some(name)
    };
    let entries = entries.into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort();
    names
}

/// The text with this line after the last one that `is_meant`; `None` where there is none.
fn after_last(text: &str, is_meant: impl Fn(&str) -> bool, line: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| is_meant(line))?;
    lines.insert(last + 1, line);
    Some(lines.join("\n") + "\n")
}

/// Files to write: all of them, or none.
struct Changes<'a> {
    author: &'a Author,
    new: Vec<(PathBuf, String)>,
    edited: Vec<(PathBuf, String)>,
}

impl<'a> Changes<'a> {
    fn new(author: &'a Author) -> Self {
        Self {
            author,
            new: Vec::new(),
            edited: Vec::new(),
        }
    }

    /// Adds a file that must not exist yet.
    fn add(&mut self, path: &str, text: String) -> Result<()> {
        let place = self.author.course.root().join(path);
        if fs::symlink_metadata(&place).is_ok() {
            return Err(self.author.words(
                format!("{path} 已经在了：什么也没有写"),
                format!("{path} already exists: nothing was written"),
            ));
        }
        self.new.push((place, text));
        Ok(())
    }

    /// Edits a file that must exist; `edit` returns `None` where the new line has no place.
    fn edit(&mut self, path: &str, edit: impl Fn(&str) -> Option<String>) -> Result<()> {
        let place = self.author.course.root().join(path);
        let text = fs::read_to_string(&place).with_context(|| path.to_owned())?;
        let Some(text) = edit(&text.replace("\r\n", "\n")) else {
            return Err(self.author.words(
                format!("{path} 里找不到该加一行的地方：什么也没有写"),
                format!("{path} has no place for a new line: nothing was written"),
            ));
        };
        self.edited.push((place, text));
        Ok(())
    }

    /// Writes the files; if one cannot be written, the new ones are removed. Returns their paths, one per
    /// line.
    fn write(self) -> Result<String> {
        let shown = |path: &Path| self.author.course.shown(path);
        for (index, (path, text)) in self.new.iter().enumerate() {
            if let Err(error) = write_new(path, text) {
                for (path, _) in &self.new[..index] {
                    let _ = fs::remove_file(path);
                }
                return Err(error).with_context(|| format!("write {}", shown(path)));
            }
        }
        for (path, text) in &self.edited {
            fs::write(path, text).with_context(|| format!("write {}", shown(path)))?;
        }
        let written = self.new.iter().chain(&self.edited);
        let written: Vec<String> = written
            .map(|(path, _)| format!("  {}", shown(path)))
            .collect();
        Ok(written.join("\n"))
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
