//! The Java virtual machine: Java, Kotlin, Scala.

use super::{Event, Kind, message, upto};

const BY: &str = "Java";

/// The report that begins on this line.
pub(super) fn at(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    if let Some(rest) = line.strip_prefix("Exception in thread \"") {
        let (name, what) = upto(rest, "\" ")?;
        return Some(trace(lines, at, what, thread(name)));
    }
    // The handler of uncaught exceptions ran out of memory itself.
    if let Some(rest) = line.strip_prefix("Exception: ")
        && let Some((what, name)) = upto(
            rest,
            " thrown from the UncaughtExceptionHandler in thread \"",
        )
    {
        let name = name.trim_end_matches('"');
        return Some(trace(lines, at, what, thread(name)));
    }
    let framed = lines.get(at + 1).is_some_and(|next| is_frame(next));
    (framed && is_exception(line)).then(|| trace(lines, at, line, Kind::Maybe))
}

fn thread(name: &str) -> Kind {
    match name {
        "main" => Kind::Uncaught,
        name => Kind::Part(Some(name.to_owned())),
    }
}

fn trace(lines: &[&str], start: usize, what: &str, kind: Kind) -> Event {
    let mut said = vec![what.to_owned()];
    said.extend(message(lines, start + 1, |line| {
        is_frame(line) || line.starts_with("Caused by: ") || line.starts_with("Exception")
    }));
    let mut at = start + said.len();
    let mut cause = None;
    while let Some(line) = lines.get(at) {
        if let Some(rest) = line.strip_prefix("Caused by: ") {
            cause = Some(rest);
        } else if !is_frame(line) {
            break;
        }
        at += 1;
    }
    said.extend(cause.map(|cause| format!("Caused by: {cause}")));
    Event {
        by: BY,
        kind,
        said,
        next: at,
    }
}

fn is_frame(line: &str) -> bool {
    [
        "\tat ",
        "\t... ",
        "\tSuppressed: ",
        "\t\tat ",
        "\tCaused by: ",
    ]
    .iter()
    .any(|mark| line.starts_with(mark))
}

/// `java.lang.IllegalStateException: outer`
fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    let known = |c: char| c.is_alphanumeric() || "._$".contains(c);
    name.contains(['.', 'E'])
        && name.chars().all(known)
        && ["Exception", "Error", "Throwable"]
            .iter()
            .any(|end| name.ends_with(end))
}
