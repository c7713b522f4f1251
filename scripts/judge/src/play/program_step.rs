//! Plays each step at the learner's program: its stdin, stdout and stderr, and its exit.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use session::Status;
use session::run::output;
use session::run::process::Waited;

use super::expectation::window;
use super::runner::{AFTERMATH_WAIT, InVain, Runner};
use crate::check::{Act, Lines, Payload};
use crate::verdict::{Bytes, Surplus, Trouble};

/// Time for which nothing may follow a prompt.
const PROMPT_SETTLES: Duration = Duration::from_millis(100);

/// How late the last output of a program may be read on a busy machine.
const LAST_OUTPUT_WAIT: Duration = Duration::from_secs(5);

/// Time that a text usually takes to be written.
const TYPED_WITHIN: Duration = Duration::from_millis(20);

/// Time after which a program that has read nothing must be waiting for something else.
const STALLED_AFTER: Duration = Duration::from_millis(500);

/// Time that a program has to read what was sent to it, before its memory is judged.
const DRAIN_WAIT: Duration = Duration::from_secs(10);

pub(super) fn play<'a>(
    runner: &mut Runner<'a>,
    act: &'a Act,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    match act {
        Act::Type { text } => type_text(runner, format!("{text}\n"), within),
        Act::Send { payload } => {
            let text = String::from_utf8_lossy(&payload.bytes(None, &[])).into_owned();
            type_text(runner, text, within)
        }
        Act::EndOfInput => {
            runner.program.process()?.end_input();
            Ok(())
        }
        Act::Line { pattern } => prints(runner, pattern, true, within),
        Act::Prompt { text } => prints(runner, text, false, within),
        Act::Bytes { payload } => prints_bytes(runner, payload, within),
        Act::Silent { duration } => prints_nothing(runner, *duration),
        Act::Says { pattern } => says(runner, pattern, false, within),
        Act::PrintsOrSays { pattern } => says(runner, pattern, true, within),
        Act::Exit { status, clean } => exit(runner, *status, *clean, within),
        Act::Runs => runs(runner),
        Act::Memory { most } => memory(runner, *most),
        act => Err(Trouble::Judge(format!("`you {act}` cannot be played"))),
    }
}

/// Expects it to be running still. What it did last may be the beginning of its end.
fn runs(runner: &mut Runner<'_>) -> Result<(), Trouble> {
    runner.let_it_end()?;
    match runner.program.ended() {
        Some(_) => Err(Trouble::Gone),
        None => Ok(()),
    }
}

/// Expects it to take the text; one that has printed nothing may have to start first.
fn type_text(
    runner: &mut Runner<'_>,
    text: String,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    let process = runner.program.process()?;
    let mut typed = match process.begin_to_type(text) {
        Ok(()) => process.typed(TYPED_WITHIN),
        Err(error) => Some(Err(error)),
    };
    if typed.is_none() {
        runner.wait_for_words(within);
        let wait = |runner: &mut Runner<'_>| Ok(runner.program.process()?.typed(Duration::ZERO));
        typed = runner.patiently(wait)?.ok();
    }
    match typed {
        Some(Ok(())) => Ok(()),
        None => Err(Trouble::NotTyped),
        // It has closed its stdin, most likely by ending, which shows a moment later.
        Some(Err(_)) => {
            let soon = Instant::now() + AFTERMATH_WAIT;
            let ended = runner.until(soon, |runner| Ok(runner.program.ended()))?;
            Err(ended.map_or(Trouble::NotTyped, |_| Trouble::Gone))
        }
    }
}

/// Expects the next line or, where it is not `whole`, text without a line end that nothing follows.
fn prints<'a>(
    runner: &mut Runner<'a>,
    pattern: &str,
    whole: bool,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    runner.wait_for_words(within);
    let mut closed = false;
    let free = runner.check.lines == Lines::Free;
    let other = RefCell::new(None);
    let look = |runner: &mut Runner<'a>| {
        let mut output = &mut runner.program.process()?.output;
        while let Some(line) = output.first_line() {
            let right = whole && output::matches(pattern, &line);
            if free && !right && resembles(pattern, &line) {
                other.replace(Some(line.into_owned()));
            }
            if right || free {
                let line = output.read_line().unwrap_or_default();
                hear(runner, line);
            }
            if right || !free {
                return Ok(Some(right));
            }
            output = &mut runner.program.process()?.output;
        }
        let pending = output.pending();
        if !whole && output::matches(pattern, &pending) && !pending.is_empty() {
            return Ok(Some(true));
        }
        let hopeless = !free && !output::may_become(pattern, output.pending_bytes());
        Ok(hopeless.then_some(false))
    };
    let mut found = runner.patiently(look)?;
    if found.is_err() && runner.program.ended().is_some() {
        found = runner.until(Instant::now() + LAST_OUTPUT_WAIT, look)?;
    }
    if matches!(found, Ok(true)) {
        return if whole {
            Ok(())
        } else {
            settles(runner, pattern)
        };
    }
    if let Ok(process) = runner.program.process() {
        closed = process.wait(Instant::now()) == Waited::Closed;
    }
    let mut bytes = printed(runner, pattern, whole)?;
    if let Some(line) = other.take() {
        // Other lines may be printed, but this one was meant to match.
        bytes.came = format!("{line}\n").into_bytes();
        return Err(Trouble::Wrong(bytes));
    }
    if found.is_ok() {
        return Err(Trouble::Wrong(bytes));
    }
    Err(not_printed(runner, bytes, closed, look)?)
}

/// Expects the next bytes, whatever they are; more may follow.
fn prints_bytes<'a>(
    runner: &mut Runner<'a>,
    payload: &Payload,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    runner.wait_for_words(within);
    let (expected, any) = (payload.bytes(None, &[]), payload.any(None));
    let right = |came: &[u8]| {
        let pairs = expected.iter().zip(came).enumerate();
        pairs
            .take_while(|(at, (a, b))| a == b || any.contains(at))
            .count()
    };
    let look = |runner: &mut Runner<'a>| {
        let came = runner.program.process()?.output.bytes();
        let right = right(&came);
        let whole = right == expected.len();
        if whole {
            let bytes = runner.program.process()?.output.read_bytes(right);
            hear(runner, bytes);
        }
        Ok((whole || right < came.len()).then_some(whole))
    };
    let found = runner.patiently(look)?;
    if matches!(found, Ok(true)) {
        return Ok(());
    }
    let closed = runner.program.process()?.wait(Instant::now()) == Waited::Closed;
    let came = runner.program.process()?.output.bytes();
    let bytes = window(&expected, &any, &came, right(&came));
    if found.is_ok() {
        return Err(Trouble::Wrong(bytes));
    }
    Err(not_printed(runner, bytes, closed, look)?)
}

/// The trouble of output that did not come: the program has ended, or closed its stdout (`closed`),
/// or prints it only when the judge has ended its side.
fn not_printed<'a>(
    runner: &mut Runner<'a>,
    bytes: Bytes,
    closed: bool,
    look: impl Fn(&mut Runner<'a>) -> Result<Option<bool>, Trouble>,
) -> Result<Trouble, Trouble> {
    if runner.program.ended().is_some() {
        return Ok(Trouble::NotPrinted(bytes));
    }
    if closed {
        return Ok(Trouble::OutputClosed(bytes));
    }
    let waited = runner.patience.wait.waited();
    runner.end_all_sides();
    let late = runner.until(runner.last_words(), |runner| {
        Ok(matches!(look(runner), Ok(Some(true))).then_some(()))
    })?;
    Ok(match late {
        Ok(()) => Trouble::OnlyAtEnd(bytes),
        Err(InVain) => Trouble::TooLittle(bytes, waited),
    })
}

/// Expects a line on stderr, among others, or, with `anywhere`, as the next one on stdout.
fn says<'a>(
    runner: &mut Runner<'a>,
    pattern: &str,
    anywhere: bool,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    runner.wait_for_words(within);
    let mut look = |runner: &mut Runner<'a>| {
        let process = runner.program.process()?;
        if anywhere
            && let Some(line) = process.output.first_line()
            && output::matches(pattern, &line)
        {
            let line = process.output.read_line().unwrap_or_default();
            hear(runner, line);
            return Ok(Some(()));
        }
        let said = process
            .errors
            .read_line(|line| output::matches(pattern, line));
        Ok(said.then_some(()))
    };
    if runner.patiently(&mut look)?.is_ok() {
        return Ok(());
    }
    let latest = Instant::now() + LAST_OUTPUT_WAIT;
    while runner.program.ended().is_some()
        && Instant::now() < latest
        && !runner.program.process()?.errors.is_closed()
    {
        let soon = Instant::now() + AFTERMATH_WAIT;
        if runner.until(soon, &mut look)?.is_ok() {
            return Ok(());
        }
    }
    if look(runner)?.is_some() {
        return Ok(());
    }
    let first = runner.program.process()?.output.first_line();
    let on_output = first.is_some_and(|line| output::matches(pattern, &line));
    Err(Trouble::NotSaid {
        pattern: pattern.to_owned(),
        anywhere,
        on_output,
    })
}

/// Expects that nothing follows the prompt.
fn settles<'a>(runner: &mut Runner<'a>, pattern: &str) -> Result<(), Trouble> {
    let until = Instant::now() + PROMPT_SETTLES;
    let followed = runner.until(until, |runner| {
        let output = &runner.program.process()?.output;
        let alone = output.first_line().is_none() && output::matches(pattern, &output.pending());
        Ok((!alone).then_some(()))
    })?;
    if followed.is_ok() {
        return Err(Trouble::Wrong(printed(runner, pattern, false)?));
    }
    let text = runner.program.process()?.output.read_pending();
    hear(runner, text);
    Ok(())
}

fn printed<'a>(runner: &mut Runner<'a>, pattern: &str, whole: bool) -> Result<Bytes, Trouble> {
    let output = &runner.program.process()?.output;
    let mut came = Vec::new();
    match output.lines().next() {
        Some(line) => {
            came.extend_from_slice(line);
            came.push(b'\n');
        }
        None => came.extend_from_slice(output.pending_bytes()),
    }
    let mut expected = pattern.as_bytes().to_vec();
    if whole {
        expected.push(b'\n');
    }
    Ok(Bytes {
        expected,
        pattern: pattern.contains("[..]"),
        came,
        ..Bytes::default()
    })
}

fn hear(runner: &mut Runner<'_>, line: Vec<u8>) {
    let is_filter = runner.program.address.is_none();
    if runner.program.hear(line) && is_filter {
        runner.is_ready();
    }
}

fn prints_nothing<'a>(runner: &mut Runner<'a>, duration: Duration) -> Result<(), Trouble> {
    let until = runner.all_sent() + duration;
    let found = runner.until(until, |runner| {
        Ok((!runner.program.process()?.output.is_empty()).then_some(()))
    })?;
    match found {
        Ok(()) => Err(Trouble::NotSilent(Surplus::of(&unread(runner)?))),
        Err(InVain) if runner.program.ended().is_some() => Err(Trouble::Gone),
        Err(InVain) => Ok(()),
    }
}

fn unread(runner: &mut Runner<'_>) -> Result<Vec<u8>, Trouble> {
    Ok(printed(runner, "", false)?.came)
}

fn exit<'a>(
    runner: &mut Runner<'a>,
    status: Status,
    clean: bool,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    runner.wait_for_words(within);
    let ended = runner.patiently(|runner| Ok(runner.program.ended()))?;
    let Ok(ended) = ended else {
        return Err(Trouble::StillRunning(runner.patience.wait.waited()));
    };
    if ended.status != status {
        return Err(Trouble::WrongStatus);
    }
    // It has ended, but what it wrote last may still be on its way.
    let _ = runner.until(Instant::now() + AFTERMATH_WAIT, |runner| {
        let closed = runner.program.process()?.wait(Instant::now()) == Waited::Closed;
        Ok(closed.then_some(()))
    })?;
    let left = unread(runner)?;
    // What a server or a client prints besides is not judged, unless the story says so; a filter is
    // judged by all its output.
    if (clean || runner.program.address.is_none()) && !left.is_empty() {
        return Err(Trouble::TooMuch(Surplus::of(&left)));
    }
    Ok(())
}

/// Waits until the program takes no more of what was sent to it.
fn takes_no_more(runner: &mut Runner<'_>) -> Result<(), Trouble> {
    let mut before = usize::MAX;
    let mut since = Instant::now();
    let _ = runner.until(Instant::now() + DRAIN_WAIT, |runner| {
        let left = runner.peers.unsent();
        if left != before {
            (before, since) = (left, Instant::now());
        }
        Ok((left == 0 || since.elapsed() >= STALLED_AFTER).then_some(()))
    })?;
    Ok(())
}

fn memory<'a>(runner: &mut Runner<'a>, most: u64) -> Result<(), Trouble> {
    takes_no_more(runner)?;
    if runner.program.ended().is_some() {
        return Err(Trouble::Gone);
    }
    let Some(grown) = runner.program.memory_grown() else {
        runner.unchecked.memory = true;
        return Ok(());
    };
    if grown > most {
        return Err(Trouble::Memory { most, grown });
    }
    Ok(())
}

/// Whether a line that does not match was probably meant to: it contains a part of the text, or the
/// remains of a broken character. A line such as "listening on …" has neither.
fn resembles(pattern: &str, line: &str) -> bool {
    let text = pattern.replace("[..]", "");
    let wide = |c: &char| !c.is_ascii();
    line.contains(char::REPLACEMENT_CHARACTER)
        || line.chars().filter(wide).any(|c| text.contains(c))
        || (!text.is_empty() && line.contains(text.trim()))
}
