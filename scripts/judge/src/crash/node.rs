//! Node.js and Deno: uncaught errors and rejected promises.

use super::{Event, Kind, message};

const BY: &str = "Node.js";

/// The report that begins on this line.
pub(super) fn at(lines: &[&str], at: usize) -> Option<Event> {
    uncaught(lines, at)
        .or_else(|| deno(lines, at))
        .or_else(|| old_promise(lines, at))
        .or_else(|| logged(lines, at))
}

/// The source location, the line of code, a mark under it, and then the error.
fn uncaught(lines: &[&str], at: usize) -> Option<Event> {
    let (file, number) = lines[at].rsplit_once(':')?;
    let script = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"];
    let known = script.iter().any(|end| file.ends_with(end))
        || file.starts_with("node:")
        || file.starts_with("file:")
        || file.starts_with("[eval]")
        || file.starts_with("evalmachine.");
    if !known || number.parse::<u32>().is_err() {
        return None;
    }
    let mark = (at + 1..lines.len().min(at + 6)).find(|&at| {
        let line = lines[at].trim();
        !line.is_empty() && line.chars().all(|c| "^~".contains(c))
    })?;
    let first = (mark + 1..lines.len()).find(|&at| !lines[at].trim().is_empty())?;
    let said = message(lines, first, |line| {
        is_frame(line) || line.starts_with("(Use `node ") || line.starts_with("Node.js v")
    });
    let next = (first..lines.len())
        .find(|&at| lines[at].starts_with("Node.js v"))
        .map_or(first + said.len(), |at| at + 1);
    (!said.is_empty()).then_some(Event {
        by: BY,
        kind: Kind::Uncaught,
        said,
        next,
    })
}

/// `error: Uncaught (in promise) Error: boom`
fn deno(lines: &[&str], at: usize) -> Option<Event> {
    let rest = lines[at].strip_prefix("error: Uncaught ")?;
    let said = rest.strip_prefix("(in promise) ").unwrap_or(rest);
    Some(Event {
        by: "Deno",
        kind: Kind::Uncaught,
        said: vec![said.to_owned()],
        next: frames(lines, at + 1),
    })
}

/// A warning of a rejected promise: before Node 15 only that part of the program was over.
fn old_promise(lines: &[&str], at: usize) -> Option<Event> {
    let (process, rest) = lines[at].split_once(") UnhandledPromiseRejectionWarning: ")?;
    process.strip_prefix("(node:")?;
    Some(Event {
        by: BY,
        kind: Kind::Part(None),
        said: vec![rest.to_owned()],
        next: frames(lines, at + 1),
    })
}

/// `console.error(error)`
fn logged(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    let name = line.split([':', ' ']).next().unwrap_or_default();
    let is_error = name.ends_with("Error") && name.chars().all(char::is_alphanumeric);
    let framed = lines.get(at + 1).is_some_and(|next| is_frame(next));
    (is_error && framed).then(|| Event {
        by: BY,
        kind: Kind::Maybe,
        said: vec![line.to_owned()],
        next: frames(lines, at + 1),
    })
}

fn frames(lines: &[&str], from: usize) -> usize {
    let more = lines[from.min(lines.len())..]
        .iter()
        .take_while(|line| is_frame(line));
    from + more.count()
}

fn is_frame(line: &str) -> bool {
    line.starts_with("    at ")
}
