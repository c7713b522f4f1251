//! Checks that an exercise has all its parts, for its author: its line in the ladder, its twin pages,
//! its check, its programs. Everything that is wrong is reported at once, and nothing is built.
//!
//! [`faults`] looks at one exercise, [`all`] at the ladder and at whatever looks like one.

mod page;
mod programs;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::course::Course;
use crate::progress::is_name;
use judge::Check;

pub use programs::{Patched, is_unusual, patched, programs};

/// A fault of an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file or folder, relative to the root, with its line where there is one.
    pub place: String,
    /// What is wrong there.
    pub found: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    {}", self.place, self.found, self.advice)
    }
}

/// Everything that is wrong with the exercise `id` of the repository at `root`.
#[must_use]
pub fn faults(root: &Path, id: &str) -> Vec<Fault> {
    let mut look = Look {
        course: &Course::new(root),
        id,
        faults: Vec::new(),
    };
    look.name();
    look.summary();
    let check = look.check();
    page::look(&mut look);
    programs::look(&mut look, check.as_ref());
    look.left();
    look.faults
}

/// Everything that is wrong with the ladder, and with each exercise.
#[must_use]
pub fn all(root: &Path) -> Vec<Fault> {
    let course = Course::new(root);
    let mut faults = ladder(&course);
    faults.extend(names(root).iter().flat_map(|id| self::faults(root, id)));
    faults
}

/// The names of all exercises, and of whatever is meant to be one: a line of the ladder, a folder of
/// programs, or a page with the parts of an exercise.
#[must_use]
pub fn names(root: &Path) -> BTreeSet<String> {
    let course = Course::new(root);
    let mut names: BTreeSet<String> = course.ladder().unwrap_or_default().into_iter().collect();
    for entry in fs::read_dir(course.exercises())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && name != "mine" && !is_litter(&name) {
            names.insert(name);
        }
    }
    let pages = course.root().join("book").join("exercises");
    for entry in fs::read_dir(pages).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let id = name.strip_suffix(".en.md").or(name.strip_suffix(".md"));
        let is_page = || fs::read_to_string(entry.path()).is_ok_and(|text| page::is_one(&text));
        if let Some(id) = id.filter(|id| !names.contains(*id) && is_page()) {
            names.insert(id.to_owned());
        }
    }
    names
}

/// Whether it is a file that an editor, an interpreter or a system leaves behind.
fn is_litter(name: &str) -> bool {
    name.starts_with('.') || name == "__pycache__" || name.ends_with('~')
}

/// The faults of the ladder: lines that are not an id, or are there twice.
fn ladder(course: &Course) -> Vec<Fault> {
    let path = course.exercises().join("ladder");
    let place = course.shown(&path);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            return vec![Fault {
                place,
                found: format!("cannot be read: {error}"),
                advice: "it lists the ids of the exercises in order, one per line".to_owned(),
            }];
        }
    };
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let id = line.trim();
        if id.is_empty() || id.starts_with('#') {
            continue;
        }
        let (found, advice) = if !is_name(id) {
            (format!("`{id}` is not an id"), NAME_ADVICE)
        } else if !seen.insert(id) {
            (
                format!("`{id}` is there twice"),
                "remove one of the two lines",
            )
        } else {
            continue;
        };
        faults.push(Fault {
            place: format!("{place}:{}", index + 1),
            found,
            advice: advice.to_owned(),
        });
    }
    faults
}

const NAME_ADVICE: &str =
    "an id is made of lowercase letters, digits and `_`, such as `echo_server`";

/// A look at one exercise.
struct Look<'a> {
    course: &'a Course,
    id: &'a str,
    faults: Vec<Fault>,
}

impl Look<'_> {
    fn tell(&mut self, path: &Path, found: impl Into<String>, advice: impl Into<String>) {
        let place = self.course.shown(path);
        self.tell_at(place, found, advice);
    }

    fn tell_at(&mut self, place: String, found: impl Into<String>, advice: impl Into<String>) {
        self.faults.push(Fault {
            place,
            found: found.into(),
            advice: advice.into(),
        });
    }

    /// The text of a file that must be there.
    fn read(&mut self, path: &Path, advice: &str) -> Option<String> {
        match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(_) if !path.exists() => {
                self.tell(path, "is missing", advice);
                None
            }
            Err(error) => {
                self.tell(path, format!("cannot be read: {error}"), advice);
                None
            }
        }
    }

    fn name(&mut self) {
        let (id, course) = (self.id, self.course);
        let folder = course.exercises().join(id);
        if !is_name(id) {
            self.tell(&folder, format!("`{id}` is not an id"), NAME_ADVICE);
        }
        // A ladder that cannot be read is a fault of its own.
        let Ok(ladder) = course.ladder() else {
            self.faults.extend(ladder(course));
            return;
        };
        if !ladder.iter().any(|other| other == id) {
            let what = match folder.is_dir() {
                true => "has a folder",
                false => "has a page",
            };
            self.tell(
                &course.exercises().join("ladder"),
                format!("`{id}` {what}, but is not in the ladder"),
                format!(
                    "add a line `{id}` at its place in the order, or remove what is left of it"
                ),
            );
        }
        if !folder.is_dir() {
            self.tell(
                &folder,
                "the folder is missing",
                "copy the folder of a similar exercise, or remove the id from the ladder",
            );
        }
    }

    fn summary(&mut self) {
        let path = self.course.root().join("book").join("SUMMARY.md");
        let advice = "it lists every page of the book";
        let Some(text) = self.read(&path, advice) else {
            return;
        };
        let line = format!("(exercises/{}.md)", self.id);
        let same = format!("(./exercises/{}.md)", self.id);
        let text = without_comments(&text);
        if !text.contains(&line) && !text.contains(&same) {
            self.tell(
                &path,
                format!("does not list exercises/{}.md", self.id),
                format!("add `- [中文标题 · English title]{line}` at its place in the order"),
            );
        }
    }

    fn check(&mut self) -> Option<Check> {
        let path = self.course.file(self.id, "check.session");
        let text = self.read(
            &path,
            "write the judge's story; scripts/judge/README.md has the notation",
        )?;
        let check = match Check::parse(&text) {
            Ok(check) => check,
            Err(errors) => {
                for error in errors {
                    let place = format!("{}:{}", self.course.shown(&path), error.line);
                    let found = format!("found {}", error.found);
                    self.tell_at(place, found, format!("expected {}", error.expected));
                }
                return None;
            }
        };
        if check.stub.is_none() {
            self.tell(
                &path,
                "does not say how the stub fails",
                "add a line `stub VARIANT TROUBLE` below its role",
            );
        }
        for variant in &check.variants {
            if variant.title.zh.is_empty() || variant.title.en.is_empty() {
                self.tell_at(
                    format!("{}:{}", self.course.shown(&path), variant.line),
                    format!("variant `{}` has no title in both languages", variant.name),
                    "add lines `title zh WORDS` and `title en WORDS` below it",
                );
            }
            for cause in &variant.causes {
                self.place_to_read(&path, variant.line, &cause.read);
            }
        }
        Some(check)
    }

    /// Looks for what `cargo workbook new` leaves to be filled in; in a stub it is for the learner.
    fn left(&mut self) {
        let course = self.course;
        let mut files: Vec<_> = ["check.session", "solution.rs", "solution.py"]
            .map(|name| course.file(self.id, name))
            .into();
        files.extend(["md", "en.md"].map(|end| course.page(self.id, end)));
        for path in files {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let lines = text.lines().enumerate();
            let left: Vec<String> = lines
                .filter(|(_, line)| line.contains("TODO:"))
                .map(|(index, _)| (index + 1).to_string())
                .collect();
            if !left.is_empty() {
                let found = format!("still says `TODO:`, line {}", left.join(", "));
                self.tell(&path, found, "replace it with what it asks for");
            }
        }
        let contents = course.root().join("book").join("SUMMARY.md");
        let text = fs::read_to_string(&contents).unwrap_or_default();
        let line = format!("](exercises/{}.md)", self.id);
        if text
            .lines()
            .any(|it| it.contains(&line) && it.contains("TODO:"))
        {
            let found = format!("still says `TODO:` for exercises/{}.md", self.id);
            self.tell(&contents, found, "write its title there: 中文 · English");
        }
    }

    /// Checks that `read PAGE#ID` names a heading of both twins.
    fn place_to_read(&mut self, path: &Path, line: usize, place: &str) {
        let (page, id) = place.split_once('#').unwrap_or((place, ""));
        for file in [format!("{page}.md"), format!("{page}.en.md")] {
            let text = fs::read_to_string(self.course.root().join("book").join(&file));
            if !text.is_ok_and(|text| text.contains(&format!("{{#{id}}}"))) {
                let at = format!("{}:{line}", self.course.shown(path));
                self.tell_at(
                    at,
                    format!(
                        "this variant says `read {place}`, but book/{file} has no heading {{#{id}}}"
                    ),
                    "name a heading that is in both twins of a page",
                );
            }
        }
    }
}

/// The table of contents without what is in `<!-- … -->`.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut shown = String::new();
    while let Some((before, after)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, rest)| rest);
    }
    shown + rest
}
