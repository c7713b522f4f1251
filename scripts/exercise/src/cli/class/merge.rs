//! Reads the reports as they were handed in, trusting them as little as possible, and merges them.
//! Pure.

use bilingual::visible::is_trick;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::report_file::REPORT_FORMAT;
use crate::progress::{is_name, is_time};

/// All reports that were handed in.
#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) students: Vec<Student>,
}

/// One report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Student {
    /// The student's name, as it is shown.
    pub(super) name: String,
    /// The file that it came from.
    pub(super) file: String,
    pub(super) written: String,
    pub(super) exercises: BTreeMap<String, Done>,
    /// Number of entries that cannot be read.
    odd: usize,
}

/// One student's progress in one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) solved: bool,
    /// Whether it was opened or judged.
    pub(super) begun: bool,
    pub(super) attempts: u64,
    pub(super) hints: u64,
    pub(super) gave_up: bool,
    /// The first variant that does not pass now.
    pub(super) stuck: Option<String>,
    /// Number of failures of each variant.
    pub(super) failed: Vec<(String, u64)>,
}

/// Something wrong with a file. Down to `Older` it leaves the file out; the others do not.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Unreadable(String),
    NoFile,
    Huge,
    NotJson(String),
    NoReport,
    Newer(u64),
    Older(u64),
    Odd(usize),
    Same(String),
    SameName(String),
    NoName(String),
}

/// The class's progress in one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) solved: usize,
    pub(super) begun: usize,
    /// The variants that students are stuck in, with their names, the most frequent first.
    pub(super) stuck: Vec<(String, Vec<String>)>,
    /// The variant that has failed most, with the number of failures.
    pub(super) hardest: Option<(String, u64)>,
}

/// The most exercises of a report, and the most variants of an exercise: some twenty are usual.
const ENTRIES_MAX: usize = 200;

/// The longest name of a student, in characters.
const NAME_CHARACTERS_MAX: usize = 40;

/// Reads one report.
pub(super) fn student(file: &str, bytes: &[u8]) -> Result<Student, Finding> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Finding::NotJson(error.to_string()))?;
    let format = value["format"].as_u64().ok_or(Finding::NoReport)?;
    match format.cmp(&REPORT_FORMAT) {
        std::cmp::Ordering::Greater => return Err(Finding::Newer(format)),
        std::cmp::Ordering::Less => return Err(Finding::Older(format)),
        std::cmp::Ordering::Equal => {}
    }
    let exercises = value["exercises"].as_array().ok_or(Finding::NoReport)?;
    let mut student = Student {
        name: clean(value["name"].as_str().unwrap_or_default()),
        file: clean(file),
        written: time(&value["written"]).unwrap_or_default(),
        odd: exercises.len().saturating_sub(ENTRIES_MAX),
        ..Student::default()
    };
    for entry in exercises.iter().take(ENTRIES_MAX) {
        match exercise(entry) {
            Some((id, done)) if !student.exercises.contains_key(&id) => {
                student.exercises.insert(id, done);
            }
            _ => student.odd += 1,
        }
    }
    Ok(student)
}

fn exercise(value: &Value) -> Option<(String, Done)> {
    let id = value["id"].as_str().filter(|id| is_name(id))?.to_owned();
    let number = |name: &str| match &value[name] {
        Value::Null => Some(0),
        other => other.as_u64(),
    };
    let mut done = Done {
        solved: time(&value["solved"]).is_some(),
        begun: time(&value["first"]).is_some(),
        attempts: number("attempts")?,
        hints: number("hints")?,
        gave_up: value["gave_up"].as_bool().unwrap_or_default(),
        ..Done::default()
    };
    let none = Vec::new();
    for variant in value["variants"]
        .as_array()
        .unwrap_or(&none)
        .iter()
        .take(ENTRIES_MAX)
    {
        let name = variant["name"].as_str().filter(|name| is_name(name))?;
        let failed = variant["failed"].as_u64()?;
        if !variant["passed"].as_bool()? && done.stuck.is_none() {
            done.stuck = Some(name.to_owned());
        }
        done.failed.push((name.to_owned(), failed));
    }
    done.begun |= done.attempts > 0 || done.solved;
    if done.solved {
        done.stuck = None;
    }
    Some((id, done))
}

fn time(value: &Value) -> Option<String> {
    Some(value.as_str().filter(|time| is_time(time))?.to_owned())
}

/// A name without what could rewrite a terminal or a table: control characters, and the marks that
/// turn the direction of text.
pub(super) fn clean(name: &str) -> String {
    let plain = name.replace(is_trick, " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(NAME_CHARACTERS_MAX).collect()
}

impl Class {
    /// Gives every student a different name. Returns the findings about files.
    pub(super) fn settle(&mut self) -> Vec<(String, Finding)> {
        let mut said = Vec::new();
        let mut kept: Vec<Student> = Vec::new();
        for mut student in std::mem::take(&mut self.students) {
            let file = student.file.clone();
            if student.odd > 0 {
                said.push((file.clone(), Finding::Odd(student.odd)));
            }
            let same = |other: &&Student| {
                other.exercises == student.exercises
                    && other.written == student.written
                    && other.name == student.name
            };
            if let Some(other) = kept.iter().find(same) {
                said.push((file, Finding::Same(other.file.clone())));
                continue;
            }
            let stem = file
                .rsplit_once('.')
                .map_or(file.as_str(), |(stem, _)| stem);
            if student.name.is_empty() {
                student.name = stem.to_owned();
                said.push((file.clone(), Finding::NoName(student.name.clone())));
            }
            let taken = |name: &str| kept.iter().any(|other| other.name == name);
            if taken(&student.name) {
                let name = student.name.clone();
                student.name = format!("{name} ({stem})");
                // A name may be anything, even this.
                for number in 2.. {
                    if !taken(&student.name) {
                        break;
                    }
                    student.name = format!("{name} ({stem} {number})");
                }
                said.push((file, Finding::SameName(student.name.clone())));
            }
            kept.push(student);
        }
        self.students = kept;
        self.students.sort_by(|a, b| a.name.cmp(&b.name));
        said
    }

    /// The exercises of the table: the ladder, then others that a student has started.
    pub(super) fn columns(&self, ladder: &[String]) -> Vec<String> {
        let mut columns = ladder.to_vec();
        for student in &self.students {
            for (id, done) in &student.exercises {
                if done.begun && columns.len() < ENTRIES_MAX && !columns.contains(id) {
                    columns.push(id.clone());
                }
            }
        }
        columns
    }

    pub(super) fn standing(&self, id: &str) -> Standing {
        let mut standing = Standing::default();
        let mut stuck: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut failed: BTreeMap<&str, u64> = BTreeMap::new();
        for student in &self.students {
            let Some(done) = student.exercises.get(id) else {
                continue;
            };
            standing.solved += usize::from(done.solved);
            standing.begun += usize::from(done.begun);
            if let Some(variant) = &done.stuck {
                stuck.entry(variant).or_default().push(student.name.clone());
            }
            for (variant, times) in &done.failed {
                let sum = failed.entry(variant).or_default();
                *sum = sum.saturating_add(*times);
            }
        }
        standing.stuck = stuck
            .into_iter()
            .map(|(variant, who)| (variant.to_owned(), who))
            .collect();
        standing
            .stuck
            .sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
        standing.hardest = failed
            .into_iter()
            .filter(|(_, times)| *times > 0)
            .max_by_key(|(_, times)| *times)
            .map(|(variant, times)| (variant.to_owned(), times));
        standing
    }
}
