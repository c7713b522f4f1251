//! Other scripting languages: Ruby, PHP, Perl, Lua, Elixir, Julia, Dart, R.

use super::{Event, Kind, message, upto};

/// The report that begins on this line.
pub(super) fn at(lines: &[&str], at: usize) -> Option<Event> {
    ruby(lines, at)
        .or_else(|| php(lines, at))
        .or_else(|| others(lines, at))
}

fn ruby(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    // The traceback of that thread follows.
    if line.starts_with("#<Thread:") && line.contains(" terminated with exception") {
        let inner = lines.get(at + 1).and_then(|_| ruby(lines, at + 1))?;
        return Some(Event {
            kind: Kind::Part(None),
            ..inner
        });
    }
    // `x.rb:3:in 'run': boom (RuntimeError)`
    let (place, rest) = upto(line, ":in ")?;
    let (_, number) = place.rsplit_once(':')?;
    number.parse::<u32>().ok()?;
    let (_, what) = upto(rest, "': ")?;
    if !what.ends_with(')') || !what.contains('(') {
        return None;
    }
    let frames = lines[at + 1..]
        .iter()
        .take_while(|line| line.starts_with("\tfrom ") || line.starts_with("\t "))
        .count();
    Some(Event {
        by: "Ruby",
        kind: Kind::Maybe,
        said: vec![line.to_owned()],
        next: at + 1 + frames,
    })
}

/// On the command line, PHP writes it to stdout.
fn php(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    let line = line.strip_prefix("PHP ").unwrap_or(line);
    let rest = line.strip_prefix("Fatal error: ")?.trim_start();
    let place = rest.rsplit_once(" in ").is_some();
    if !place && !rest.starts_with("Uncaught ") {
        return None;
    }
    let thrown = lines[at..]
        .iter()
        .take(200)
        .position(|line| line.starts_with("  thrown in "));
    Some(Event {
        by: "PHP",
        kind: Kind::Uncaught,
        said: vec![rest.to_owned()],
        next: at + 1 + thrown.unwrap_or(0),
    })
}

fn others(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    let event = |by, kind, said: Vec<String>, next| {
        Some(Event {
            by,
            kind,
            said,
            next,
        })
    };
    // `lua: x.lua:1: boom` and then `stack traceback:`
    if line == "stack traceback:" {
        let said = lines.get(at.checked_sub(1)?)?;
        let frames = lines[at + 1..]
            .iter()
            .take_while(|line| line.starts_with('\t'));
        return event(
            "Lua",
            Kind::Maybe,
            vec![(*said).to_owned()],
            at + 1 + frames.count(),
        );
    }
    if line.starts_with("** (") && line.contains(") ") {
        return event("Elixir", Kind::Maybe, vec![line.to_owned()], at + 1);
    }
    if let Some(said) = line.strip_prefix("ERROR: ")
        && lines[at..]
            .iter()
            .take(6)
            .any(|line| *line == "Stacktrace:")
    {
        return event("Julia", Kind::Maybe, vec![said.to_owned()], lines.len());
    }
    if line == "Unhandled exception:" {
        let said = message(lines, at + 1, |line| line.starts_with('#'));
        let next = at + 1 + said.len();
        return (!said.is_empty())
            .then_some(())
            .and_then(|()| event("Dart", Kind::Part(None), said, next));
    }
    if line == "Execution halted" {
        let said = lines.get(at.checked_sub(1)?)?;
        return event("R", Kind::Uncaught, vec![(*said).to_owned()], at + 1);
    }
    None
}

/// Perl's message, a mere sentence, which counts only where the program ended badly: `boom at x.pl
/// line 3.`
pub(super) fn last_words(lines: &[&str], last: usize) -> Option<Event> {
    let line = lines[last];
    let (before, number) = line.strip_suffix('.')?.rsplit_once(" line ")?;
    let (_, file) = before
        .rsplit_once(" at ")
        .or_else(|| upto(before, " at "))?;
    let number = number.split(',').next().unwrap_or_default();
    (number.parse::<u32>().is_ok() && !file.is_empty()).then(|| Event {
        by: "Perl",
        kind: Kind::Uncaught,
        said: vec![line.to_owned()],
        next: last + 1,
    })
}
