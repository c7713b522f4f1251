//! What a learner has done, as lines of plain text, and the progress that follows from them. Pure.
//!
//! Each line is one event and complete in itself: two copies of the file can be joined in any order,
//! and a line that is there twice counts once. A check takes about a hundred bytes, so the file is
//! never rewritten to save space.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The first line of a new file.
pub const FIRST_LINE: &str = "# cargo workbook exercise：一行一件事；两份可以拼在一起 · \
one event per line; two copies can be joined\n";

/// The most bytes of the file that are read: a hundred thousand checks.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// The time: `2026-09-01T08:00:00.123Z`, which sorts as text.
    pub time: String,
    /// The id of the exercise.
    pub id: String,
    /// What happened.
    pub what: EventKind,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// The learner's file was created.
    Opened(ProgramKind),
    /// A program was judged.
    Judged(Judged),
    /// A Rust program did not compile.
    Refused,
    /// The hint of this grade was shown.
    Hint(usize),
    /// The solution was shown before the exercise was solved.
    GaveUp,
    /// The learner's file was replaced by the stub.
    Reset,
    /// An event of a newer version of this tool.
    Other(String),
}

/// The outcome of judging a program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judged {
    /// The kind of program.
    pub kind: ProgramKind,
    /// Whether every variant was played.
    pub whole: bool,
    /// The time that it took, in milliseconds.
    pub millis: u64,
    /// The variants that were played, in order, and whether the program passed each.
    pub variants: Vec<(String, bool)>,
}

/// The kind of a program: its language, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProgramKind {
    /// `mine/ID.rs`, or another Rust file.
    Rust,
    /// `mine/ID.py`, or another Python file.
    Python,
    /// A command of the learner's own.
    Command,
}

/// The progress that follows from a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The state of each exercise.
    pub exercises: BTreeMap<String, ExerciseState>,
}

/// The state of one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExerciseState {
    /// Time of its first event.
    pub first: Option<String>,
    /// Time when it was first solved.
    pub solved: Option<String>,
    /// Number of times that a program was judged, or did not compile.
    pub attempts: u64,
    /// Number of times that it did not compile.
    pub refused: u64,
    /// Number of the last hint shown, from 1; 0 before the first.
    pub hints: usize,
    /// Whether the solution was shown before the exercise was solved.
    pub gave_up: bool,
    /// Time when a program was last judged.
    pub last: Option<String>,
    /// The last result of each variant, in the order of the last whole check.
    pub variants: Vec<VariantState>,
}

/// The state of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantState {
    /// Its name.
    pub name: String,
    /// Whether the last program that was judged in it passed.
    pub passed: bool,
    /// Number of programs that have failed in it.
    pub failed: u64,
}

/// The parsed contents of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgressFile {
    /// Its events, in order of time, each once.
    pub events: BTreeSet<Event>,
    /// Its lines that are not events, unchanged.
    pub damaged: Vec<Vec<u8>>,
}

/// Reads the bytes of a file, whatever they are.
#[must_use]
pub fn read(bytes: &[u8]) -> ProgressFile {
    let (mut events, mut damaged) = (Vec::new(), Vec::new());
    for (line, event) in lines(bytes) {
        match event {
            Some(event) => events.push(event),
            None => damaged.push(line.to_vec()),
        }
    }
    ProgressFile {
        // Collected at once: most files are already in order, and then this compares little.
        events: events.into_iter().collect(),
        damaged,
    }
}

/// Whether some line is not an event. Unlike [`read`], it keeps nothing.
#[must_use]
pub fn is_damaged(bytes: &[u8]) -> bool {
    lines(bytes).any(|(_, event)| event.is_none())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Option<Event>)> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = text.split(|&byte| byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .map(|line| (line, std::str::from_utf8(line).ok().and_then(event)))
}

/// The progress that follows from events, in whatever order they were written.
#[must_use]
pub fn progress(events: &BTreeSet<Event>) -> Progress {
    let mut progress = Progress::default();
    for event in events {
        let state = progress.exercises.entry(event.id.clone()).or_default();
        state.take(event);
    }
    progress
}

impl Progress {
    /// The state of this exercise; empty where nothing is known.
    #[must_use]
    pub fn of(&self, id: &str) -> ExerciseState {
        self.exercises.get(id).cloned().unwrap_or_default()
    }
}

impl ExerciseState {
    /// The first variant in which the last program failed.
    #[must_use]
    pub fn stuck(&self) -> Option<&str> {
        let failed = self.variants.iter().find(|variant| !variant.passed);
        failed.map(|variant| variant.name.as_str())
    }

    /// Takes the next event; they come in order of time.
    fn take(&mut self, event: &Event) {
        self.first.get_or_insert_with(|| event.time.clone());
        match &event.what {
            EventKind::Judged(judged) => {
                self.attempts += 1;
                self.last = Some(event.time.clone());
                self.judged(judged);
                let passed = judged.variants.iter().all(|(_, passed)| *passed);
                if judged.whole && passed {
                    self.solved.get_or_insert_with(|| event.time.clone());
                }
            }
            EventKind::Refused => {
                self.attempts += 1;
                self.refused += 1;
                self.last = Some(event.time.clone());
            }
            EventKind::Hint(grade) => self.hints = self.hints.max(*grade),
            EventKind::GaveUp => self.gave_up = true,
            EventKind::Opened(_) | EventKind::Reset | EventKind::Other(_) => {}
        }
    }

    fn judged(&mut self, judged: &Judged) {
        let mut before = std::mem::take(&mut self.variants);
        let mut now = Vec::with_capacity(before.len());
        for (name, passed) in &judged.variants {
            let at = before.iter().position(|variant| variant.name == *name);
            let failed = at.map_or(0, |at| match judged.whole {
                true => before.remove(at).failed,
                false => before[at].failed,
            });
            let variant = VariantState {
                name: name.clone(),
                passed: *passed,
                failed: failed + u64::from(!passed),
            };
            match at.filter(|_| !judged.whole) {
                Some(at) => before[at] = variant,
                None => now.push(variant),
            }
        }
        // Those that were not played stay after the others.
        match judged.whole {
            true => now.append(&mut before),
            false => {
                before.append(&mut now);
                now = before;
            }
        }
        self.variants = now;
    }
}

/// The most bytes of the name of an exercise or a variant.
const NAME_BYTES_MAX: usize = 64;

/// Whether this can be the name of an exercise or a variant: an ASCII word.
#[must_use]
pub fn is_name(word: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    word.len() <= NAME_BYTES_MAX && !word.is_empty() && word.bytes().all(inside)
}

/// Whether this is a time: `2026-09-01T08:00:00.123Z`, or without the fraction.
#[must_use]
pub fn is_time(word: &str) -> bool {
    let shape = b"0000-00-00T00:00:00.000Z";
    let fits = |word: &[u8], shape: &[u8]| {
        word.len() == shape.len()
            && word.iter().zip(shape).all(|(byte, like)| match like {
                b'0' => byte.is_ascii_digit(),
                like => byte == like,
            })
    };
    fits(word.as_bytes(), shape) || fits(word.as_bytes(), b"0000-00-00T00:00:00Z")
}

fn event(line: &str) -> Option<Event> {
    let mut words = line.split(' ');
    let time = words.next().filter(|word| is_time(word))?.to_owned();
    let id = words.next().filter(|word| is_name(word))?.to_owned();
    let verb = words.next()?;
    let what = match verb {
        "opened" => EventKind::Opened(kind(words.next()?)?),
        "passed" | "failed" => EventKind::Judged(judged(&mut words, true)?),
        "tried" => EventKind::Judged(judged(&mut words, false)?),
        "refused" => EventKind::Refused,
        "hint" => EventKind::Hint(words.next()?.parse().ok()?),
        "gave_up" => EventKind::GaveUp,
        "reset" => EventKind::Reset,
        verb if is_name(verb) => EventKind::Other(line.splitn(3, ' ').nth(2)?.to_owned()),
        _ => return None,
    };
    // It was cut off, or mixed with another.
    if words.next().is_some() && !matches!(what, EventKind::Other(_)) {
        return None;
    }
    if let (EventKind::Judged(judged), "passed" | "failed") = (&what, verb) {
        let passed = judged.variants.iter().all(|(_, passed)| *passed);
        if passed != (verb == "passed") {
            return None;
        }
    }
    Some(Event { time, id, what })
}

fn judged<'a>(words: &mut impl Iterator<Item = &'a str>, whole: bool) -> Option<Judged> {
    let kind = kind(words.next()?)?;
    let millis = words.next()?.strip_suffix("ms")?.parse().ok()?;
    let mut variants = Vec::new();
    for word in words {
        let passed = match word.as_bytes().first()? {
            b'+' => true,
            b'-' => false,
            _ => return None,
        };
        let name = word.get(1..).filter(|name| is_name(name))?;
        variants.push((name.to_owned(), passed));
    }
    (!variants.is_empty()).then_some(Judged {
        kind,
        whole,
        millis,
        variants,
    })
}

fn kind(word: &str) -> Option<ProgramKind> {
    let kinds = [ProgramKind::Rust, ProgramKind::Python, ProgramKind::Command];
    kinds.into_iter().find(|kind| kind.word() == word)
}

impl ProgramKind {
    fn word(self) -> &'static str {
        match self {
            ProgramKind::Rust => "rust",
            ProgramKind::Python => "python",
            ProgramKind::Command => "command",
        }
    }
}

/// The line of the event, without its end.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.time, self.id)?;
        match &self.what {
            EventKind::Opened(kind) => write!(f, "opened {}", kind.word()),
            EventKind::Refused => f.write_str("refused"),
            EventKind::Hint(grade) => write!(f, "hint {grade}"),
            EventKind::GaveUp => f.write_str("gave_up"),
            EventKind::Reset => f.write_str("reset"),
            EventKind::Other(words) => f.write_str(words),
            EventKind::Judged(judged) => {
                let passed = judged.variants.iter().all(|(_, passed)| *passed);
                let verb = match (judged.whole, passed) {
                    (false, _) => "tried",
                    (true, true) => "passed",
                    (true, false) => "failed",
                };
                write!(f, "{verb} {} {}ms", judged.kind.word(), judged.millis)?;
                for (name, passed) in &judged.variants {
                    write!(f, " {}{name}", if *passed { '+' } else { '-' })?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "\
2026-09-01T08:00:00.000Z echo_server opened rust
2026-09-01T08:01:00.000Z echo_server failed rust 1200ms +plain -dribble -cut
2026-09-01T08:02:00.000Z echo_server tried rust 300ms +dribble
2026-09-01T08:03:00.000Z echo_server refused
2026-09-01T08:04:00.000Z echo_server hint 2
2026-09-01T08:05:00.000Z echo_server failed python 900ms +plain +dribble -cut
2026-09-01T08:06:00.000Z echo_server passed rust 900ms +plain +dribble +cut
";

    fn state(text: &str) -> ExerciseState {
        progress(&read(text.as_bytes()).events).of("echo_server")
    }

    #[test]
    fn a_line_comes_back_as_it_was_written() {
        let read = read(LINES.as_bytes());
        let written: Vec<_> = read
            .events
            .iter()
            .map(|event| format!("{event}\n"))
            .collect();
        assert_eq!(written.concat(), LINES);
        assert!(read.damaged.is_empty());
    }

    #[test]
    fn a_state_says_what_passed_what_failed_and_how_often() {
        let state = state(LINES);
        assert_eq!(state.attempts, 5);
        assert_eq!((state.refused, state.hints), (1, 2));
        assert_eq!(state.solved.as_deref(), Some("2026-09-01T08:06:00.000Z"));
        let variants: Vec<_> = state
            .variants
            .iter()
            .map(|variant| (&*variant.name, variant.passed, variant.failed))
            .collect();
        assert_eq!(
            variants,
            [("plain", true, 0), ("dribble", true, 1), ("cut", true, 2)]
        );
    }

    #[test]
    fn some_variants_alone_do_not_solve_an_exercise() {
        let state = state("2026-09-01T08:02:00Z echo_server tried rust 300ms +dribble\n");
        assert_eq!((state.solved, state.attempts), (None, 1));
    }

    #[test]
    fn two_copies_joined_in_any_order_say_the_same_as_one() {
        let whole = state(LINES);
        let mut turned: Vec<_> = LINES.lines().collect();
        turned.reverse();
        let turned = format!("{}\n{LINES}{FIRST_LINE}{}", turned.join("\r\n"), turned[0]);
        assert_eq!(state(&turned), whole);
    }

    #[test]
    fn a_line_that_is_not_an_event_is_kept_and_the_rest_is_read() {
        let mut bytes = LINES.as_bytes().to_vec();
        bytes.extend(b"\xff\xfe broken\n<<<<<<< ours\n2026-09-01T08:06:00.000Z echo_ser");
        let read = read(&bytes);
        assert_eq!(read.events.len(), 7);
        let damaged: [&[u8]; 3] = [
            b"\xff\xfe broken",
            b"<<<<<<< ours",
            b"2026-09-01T08:06:00.000Z echo_ser",
        ];
        assert_eq!(read.damaged, damaged);
    }

    #[test]
    fn lines_that_were_cut_or_mixed_are_damaged() {
        for line in [
            "2026-09-01T08:01:00.000Z echo_server",
            "2026-09-01T08:01:00.000Z echo_server failed rust",
            "2026-09-01T08:01:00.000Z echo_server failed rust 12ms",
            "2026-09-01T08:01:00.000Z echo_server passed rust 12ms +plain -cut",
            "2026-09-01T08:01:00.000Z echo_server hint",
            "2026-09-01T08:01:00.000Z echo_server hint 1 2026-09-01T08:01:00.000Z",
            "2026-09-01T08:01:00.000Z ../etc opened rust",
            "2026-9-1T08:01:00Z echo_server opened rust",
            "echo_server opened rust",
        ] {
            assert_eq!(read(line.as_bytes()).damaged.len(), 1, "{line}");
        }
    }

    #[test]
    fn an_event_of_a_newer_version_is_kept_and_not_counted() {
        let line = "2026-09-01T08:00:00.000Z echo_server praised loudly 3";
        let read = read(line.as_bytes());
        assert!(read.damaged.is_empty());
        assert_eq!(read.events.first().unwrap().to_string(), line);
        assert_eq!(progress(&read.events).of("echo_server").attempts, 0);
    }
}
