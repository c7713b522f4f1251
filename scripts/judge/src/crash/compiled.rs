//! Compiled languages, and the tools that watch their programs: Rust, Go, C, C++, sanitizers, Zig,
//! Swift, Haskell, OCaml, .NET, Kotlin/Native.

use super::{Event, Kind, message, upto};

/// The report that begins on this line.
pub(super) fn at(lines: &[&str], at: usize) -> Option<Event> {
    rust(lines, at)
        .or_else(|| go(lines, at))
        .or_else(|| sanitizer(lines, at))
        .or_else(|| c(lines, at))
        .or_else(|| others(lines, at))
}

fn event(by: &'static str, kind: Kind, said: Vec<String>, next: usize) -> Option<Event> {
    Some(Event {
        by,
        kind,
        said,
        next,
    })
}

fn rust(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    if line.starts_with("memory allocation of ") && line.ends_with(" bytes failed") {
        return event("Rust", Kind::Uncaught, vec![line.to_owned()], at + 1);
    }
    let rest = line.strip_prefix("thread '")?;
    let kind = |name: &str| match name {
        "main" => Kind::Uncaught,
        "<unnamed>" | "<unknown>" => Kind::Part(None),
        name => Kind::Part(Some(name.to_owned())),
    };
    if let Some((name, _)) = upto(rest, "' has overflowed its stack").or_else(|| {
        upto(rest, "' (").filter(|(_, rest)| rest.ends_with(") has overflowed its stack"))
    }) {
        // It takes the whole program with it, whatever its name.
        let _ = name;
        return event("Rust", Kind::Uncaught, vec![line.to_owned()], at + 1);
    }
    let (before, _) = upto(rest, " panicked at ")?;
    // `main' (4711)`: newer versions add the id of the thread.
    let name = before.rsplit_once("' (").map_or(before, |(name, _)| name);
    let name = name.trim_end_matches('\'');
    let mut said = vec![line.to_owned()];
    let mut next = at + 1;
    if line.ends_with(':') {
        let more = message(lines, at + 1, |line| {
            line.starts_with("note: ") || line == "stack backtrace:"
        });
        next += more.len();
        let mut more = more.into_iter();
        if let Some(first) = more.next() {
            said[0].push(' ');
            said[0].push_str(&first);
        }
        said.extend(more);
    }
    event("Rust", kind(name), said, next)
}

fn go(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    // A few lines may stand between: the signal, a second panic, a long value.
    let goroutine = |from: usize| {
        let last = lines.len().min(from + 20);
        (from..last).find(|&at| lines[at].starts_with("goroutine ") && lines[at].contains(" ["))
    };
    if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        let next = goroutine(at + 1)?;
        let said = message(lines, at, |line| line.starts_with("goroutine "));
        return event("Go", Kind::Uncaught, said, next + 1);
    }
    // `net/http` goes on after the panic of one request.
    let (_, said) = upto(line, "http: panic serving ")?;
    let next = goroutine(at + 1)?;
    event(
        "Go",
        Kind::Part(None),
        vec![format!("panic serving {said}")],
        next + 1,
    )
}

/// The report of the tool, and the summary at its end.
fn sanitizer(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    let tools = [
        ("AddressSanitizer", Kind::Uncaught),
        ("HWAddressSanitizer", Kind::Uncaught),
        ("MemorySanitizer", Kind::Uncaught),
        ("LeakSanitizer", Kind::Found),
        ("ThreadSanitizer", Kind::Found),
    ];
    for (tool, kind) in tools {
        let found = ["ERROR: ", "WARNING: "].iter().find_map(|word| {
            let (_, rest) = upto(line, word)?;
            rest.starts_with(&format!("{tool}: ")).then_some(rest)
        });
        let Some(found) = found else { continue };
        let summary = (at + 1..lines.len()).find(|&at| lines[at].starts_with("SUMMARY: "));
        let mut said = vec![found.to_owned()];
        said.extend(summary.map(|at| lines[at].to_owned()));
        // The rest of the report is a table of memory.
        let end = summary.map_or(at + 1, |summary| {
            let abort = (summary..lines.len()).find(|&at| lines[at].ends_with("==ABORTING"));
            abort.unwrap_or(summary) + 1
        });
        return event(tool, kind, said, end);
    }
    // `x.c:3:5: runtime error: signed integer overflow: …`
    let (place, _) = upto(line, ": runtime error: ")?;
    let mut numbers = place.rsplit(':');
    let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
    if !number(numbers.next()) || !number(numbers.next()) {
        return None;
    }
    event(
        "UndefinedBehaviorSanitizer",
        Kind::Found,
        vec![line.to_owned()],
        at + 1,
    )
}

/// What the C library or the C++ runtime writes before it aborts.
fn c(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    let begins = [
        "libc++abi: terminating",
        "libc++abi.dylib: terminating",
        "terminate called without an active exception",
        "terminate called recursively",
        "*** stack smashing detected ***",
        "*** buffer overflow detected ***",
        "free(): ",
        "malloc(): ",
        "realloc(): ",
        "munmap_chunk(): ",
        "corrupted size vs. prev_size",
        "corrupted double-linked list",
        "double free or corruption",
        "Assertion failed: ",
    ];
    if line.starts_with("terminate called after throwing an instance of ") {
        let what = lines
            .get(at + 1)
            .filter(|line| line.trim_start().starts_with("what(): "));
        let mut said = vec![line.to_owned()];
        said.extend(what.map(|what| what.trim().to_owned()));
        let next = at + said.len();
        return event("C++", Kind::Uncaught, said, next);
    }
    let assertion = line.contains(": Assertion `") && line.ends_with("' failed.");
    let known = begins.iter().any(|begin| line.starts_with(begin));
    if !assertion && !known {
        return None;
    }
    event("C", Kind::Uncaught, vec![line.to_owned()], at + 1)
}

fn others(lines: &[&str], at: usize) -> Option<Event> {
    let line = lines[at];
    let one = |by, kind, said: &str| event(by, kind, vec![said.to_owned()], at + 1);
    if let Some(said) = ["Unhandled exception. ", "Unhandled Exception: "]
        .iter()
        .find_map(|head| line.strip_prefix(head))
    {
        let mut said = vec![said.to_owned()];
        said.extend(message(lines, at + 1, |line| line.starts_with("   at ")));
        let next = at + said.len();
        let frames = lines[next.min(lines.len())..]
            .iter()
            .take_while(|line| line.starts_with("   ") && !line.trim().is_empty());
        return event(".NET", Kind::Uncaught, said, next + frames.count());
    }
    if let Some(said) = line.strip_prefix("Uncaught Kotlin exception: ") {
        return one("Kotlin", Kind::Uncaught, said);
    }
    if let Some(said) = line.strip_prefix("Fatal error: exception ") {
        return one("OCaml", Kind::Uncaught, said);
    }
    if let Some((thread, said)) = upto(line, " killed on uncaught exception ")
        && thread.starts_with("Thread ")
    {
        return one(
            "OCaml",
            Kind::Part(Some(thread["Thread ".len()..].to_owned())),
            said,
        );
    }
    if let Some((number, said)) = line
        .strip_prefix("thread ")
        .and_then(|rest| upto(rest, " panic: "))
        && number.chars().all(|c| c.is_ascii_digit())
    {
        return one("Zig", Kind::Uncaught, said);
    }
    // `Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range`
    if upto(line, ": Fatal error: ").is_some_and(|(place, _)| place.contains(".swift:")) {
        return one("Swift", Kind::Uncaught, line);
    }
    if line.starts_with("CallStack (from HasCallStack):") {
        let said = lines.get(at.checked_sub(1)?)?;
        return one("Haskell", Kind::Maybe, said);
    }
    let (_, said) = upto(line, ": Uncaught exception ")?;
    let mut all = vec![said.to_owned()];
    if said.ends_with(':') {
        let first = (at + 1..lines.len()).find(|&at| !lines[at].trim().is_empty());
        all.extend(first.map(|first| lines[first].to_owned()));
    }
    event("Haskell", Kind::Uncaught, all, at + 3)
}
