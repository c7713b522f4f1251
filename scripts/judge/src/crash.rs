//! Finds the report of a crash in what a program wrote to stderr. Pure.
//!
//! Every runtime reports a crash in its own form: [`find`] knows the usual ones and keeps the line
//! that says what was wrong in full. A crash is claimed only where the form leaves no doubt: what a
//! program has logged and survived is [`Extent::Logged`].

mod compiled;
mod java;
mod node;
mod python;
mod scripted;

use bilingual::visible::without_escapes;
use session::Status;
use session::run::Ended;

/// A report of a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// The runtime or tool that reports it: `Python`, `Java`, `AddressSanitizer`, …
    pub by: &'static str,
    /// How much of the program crashed.
    pub extent: Extent,
    /// The lines that say what was wrong, in full: one, and what its runtime adds to it.
    pub said: Vec<String>,
}

/// How much of the program crashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// The whole program: the crash ended it.
    Whole,
    /// A part, such as a thread, with its name where it has one. The rest may go on.
    Part(Option<String>),
    /// Nothing, as far as can be known: an error was logged, and the program went on.
    Logged,
    /// Nothing crashed: a tool that watches the program found an error in it.
    Found,
}

impl Crash {
    /// Whether the program, or a part of it, has certainly crashed.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self.extent, Extent::Whole | Extent::Part(_))
    }
}

/// A report as one runtime writes it, before the way in which the program ended is considered.
struct Event {
    by: &'static str,
    kind: Kind,
    said: Vec<String>,
    /// Index of the line after the report.
    next: usize,
}

/// Reads the report that begins in a line, if one does.
type Known = fn(&[&str], usize) -> Option<Event>;

enum Kind {
    /// It was not caught: it ends the program.
    Uncaught,
    /// It ends a thread, or one client's handler.
    Part(Option<String>),
    /// It may have been caught and logged, which looks the same.
    Maybe,
    /// A tool's report, after which the program may go on.
    Found,
}

/// The most lines of a message that are kept.
const MESSAGE_LINES_MAX: usize = 6;

/// The most characters of each line that are kept.
const LINE_CHARACTERS_MAX: usize = 2000;

/// The report that matters in `errors`, what the program has written to stderr so far.
#[must_use]
pub fn find(errors: &str, ended: Option<Ended>) -> Option<Crash> {
    let plain = without_escapes(errors);
    let lines: Vec<&str> = plain.lines().collect();
    let mut events = events(&lines);
    let last = lines.iter().rposition(|line| !line.trim().is_empty());
    let bad = ended.is_some_and(|ended| ended.status != Status::Code(0));
    if bad && events.is_empty() {
        events.extend(last.and_then(|last| scripted::last_words(&lines, last)));
    }
    let crashes: Vec<(Crash, usize)> = events
        .into_iter()
        .map(|event| {
            let at_the_end = last.is_none_or(|last| last < event.next);
            let extent = match (event.kind, ended.is_some()) {
                (Kind::Uncaught, true) if bad => Extent::Whole,
                (Kind::Uncaught, true) => Extent::Logged,
                (Kind::Uncaught, false) => Extent::Part(None),
                (Kind::Part(name), _) => Extent::Part(name),
                (Kind::Maybe, _) if bad && at_the_end => Extent::Whole,
                (Kind::Maybe, _) => Extent::Logged,
                (Kind::Found, _) => Extent::Found,
            };
            let said = event.said.iter().map(|line| bounded(line)).collect();
            let crash = Crash {
                by: event.by,
                extent,
                said,
            };
            (crash, event.next)
        })
        .collect();
    choose(crashes)
}

/// The last of the most certain ones, unless it is only a consequence of another.
fn choose(crashes: Vec<(Crash, usize)>) -> Option<Crash> {
    let rank = |crash: &Crash| match crash.extent {
        Extent::Whole | Extent::Part(_) if follows(crash) => 2,
        Extent::Whole => 4,
        Extent::Part(_) => 3,
        Extent::Found => 1,
        Extent::Logged => 0,
    };
    let whole = crashes
        .iter()
        .any(|(crash, _)| crash.extent == Extent::Whole);
    let best = crashes.into_iter().max_by_key(|(crash, at)| {
        let place = rank(crash);
        (place, *at)
    });
    best.map(|(mut crash, _)| {
        // The thread took the program with it.
        if whole && matches!(crash.extent, Extent::Part(_)) {
            crash.extent = Extent::Whole;
        }
        crash
    })
}

/// Whether it is a panic that another one caused: joining a thread that panicked, or taking a lock
/// that it left poisoned.
fn follows(crash: &Crash) -> bool {
    let consequence = |line: &String| {
        line.contains("PoisonError") || line.ends_with("on an `Err` value: Any { .. }")
    };
    crash.by == "Rust" && crash.said.iter().any(consequence)
}

fn events(lines: &[&str]) -> Vec<Event> {
    let known: [Known; 5] = [python::at, java::at, node::at, compiled::at, scripted::at];
    let mut events = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        match known.iter().find_map(|known| known(lines, at)) {
            Some(event) => {
                at = event.next.max(at + 1);
                events.push(event);
            }
            None => at += 1,
        }
    }
    events
}

/// The lines of the message that begins at `at`: up to an empty one, or one that `ends` it.
fn message(lines: &[&str], at: usize, ends: impl Fn(&str) -> bool) -> Vec<String> {
    lines[at.min(lines.len())..]
        .iter()
        .take_while(|line| !line.trim().is_empty() && !ends(line))
        .take(MESSAGE_LINES_MAX)
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// `text` up to the first `end`, and what comes after it.
fn upto<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(end)
}

fn bounded(line: &str) -> String {
    let count = line.chars().count();
    if count <= LINE_CHARACTERS_MAX {
        return line.to_owned();
    }
    let first: String = line.chars().take(LINE_CHARACTERS_MAX * 3 / 4).collect();
    let last: String = line.chars().skip(count - LINE_CHARACTERS_MAX / 4).collect();
    format!("{first} … {last}")
}
