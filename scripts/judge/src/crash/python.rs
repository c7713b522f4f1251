//! Python: tracebacks of the program, of a thread, of a handler; chains and groups of exceptions.

use super::{Event, Kind};

const BY: &str = "Python";
const TRACEBACK_HEAD: &str = "Traceback (most recent call last):";

/// The lines between the tracebacks of a chain.
const CHAIN_LINKS: [&str; 2] = [
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
];

/// What the standard library writes above the traceback of an exception that it caught for the
/// program: that client, or that task, is over.
const HANDLERS: [&str; 5] = [
    "Exception occurred during processing of request from",
    "Unhandled exception in client_connected_cb",
    "Task exception was never retrieved",
    "Exception in callback",
    "Fatal error: protocol.",
];

/// The report that begins on this line.
pub(super) fn at(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    if line == TRACEBACK_HEAD {
        return traceback(lines, at);
    }
    if line.trim_start() == "+ Exception Group Traceback (most recent call last):" {
        return group(lines, at);
    }
    if line.starts_with("  File \"") && line.contains("\", line ") {
        return syntax(lines, at);
    }
    let fatal = line.strip_prefix("Fatal Python error: ")?;
    Some(Event {
        by: BY,
        kind: Kind::Uncaught,
        said: vec![format!("Fatal Python error: {fatal}")],
        next: at + 1,
    })
}

fn traceback(lines: &[&str], start: usize) -> Option<Event> {
    let mut at = start;
    loop {
        at += 1;
        while lines.get(at).is_some_and(|line| line.starts_with(' ')) {
            at += 1;
        }
        // It is cut off: still being written, or its end is lost.
        let line = lines.get(at).filter(|line| !line.trim().is_empty())?;
        // A message may have more lines, but they cannot be told from what the program logs next.
        let said = vec![line.trim_end().to_owned()];
        at += 1;
        let Some(next) = chained(lines, at) else {
            return Some(Event {
                by: BY,
                kind: kind(lines, start),
                said,
                next: at,
            });
        };
        at = next;
    }
}

/// Index of the head of the next traceback in the chain.
fn chained(lines: &[&str], at: usize) -> Option<usize> {
    let mut words = (at..lines.len()).filter(|&at| !lines[at].trim().is_empty());
    let link = words.next()?;
    let head = words.next()?;
    (CHAIN_LINKS.contains(&lines[link]) && lines[head] == TRACEBACK_HEAD).then_some(head)
}

/// The kind of a traceback, by the lines above it, which say what caught it.
fn kind(lines: &[&str], start: usize) -> Kind {
    let above = &lines[start.saturating_sub(3)..start];
    if let Some(name) = above
        .last()
        .and_then(|line| line.strip_prefix("Exception in thread "))
    {
        return Kind::Part(Some(name.trim_end_matches(':').to_owned()));
    }
    let handled = |line: &&str| HANDLERS.iter().any(|words| line.starts_with(words));
    match above.iter().any(handled) {
        true => Kind::Part(None),
        false => Kind::Maybe,
    }
}

/// `| ExceptionGroup: …` and, indented, its parts.
fn group(lines: &[&str], start: usize) -> Option<Event> {
    let mut said = Vec::new();
    let mut at = start + 1;
    while let Some(line) = lines.get(at) {
        let line = line.trim_start();
        let Some(rest) = line.strip_prefix('|') else {
            match line.starts_with('+') {
                true => {
                    at += 1;
                    continue;
                }
                false => break,
            }
        };
        let text = rest.strip_prefix(' ').unwrap_or(rest);
        if !text.starts_with(' ') && !text.trim().is_empty() && !text.starts_with("Traceback (") {
            said.push(text.to_owned());
        }
        at += 1;
    }
    said.truncate(super::MESSAGE_LINES_MAX);
    (!said.is_empty()).then(|| Event {
        by: BY,
        kind: kind(lines, start),
        said,
        next: at,
    })
}

/// An error in the syntax, which has no traceback.
fn syntax(lines: &[&str], start: usize) -> Option<Event> {
    let mut at = start + 1;
    while lines.get(at).is_some_and(|line| line.starts_with(' ')) {
        at += 1;
    }
    let line = lines.get(at)?;
    let known = ["SyntaxError: ", "IndentationError: ", "TabError: "];
    known.iter().any(|word| line.starts_with(word)).then(|| {
        let place = lines[start].trim();
        Event {
            by: BY,
            kind: Kind::Uncaught,
            said: vec![(*line).to_owned(), place.to_owned()],
            next: at + 1,
        }
    })
}
