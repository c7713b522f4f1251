//! What each step means at the program itself: its keyboard, its screen, its end.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use session::Status;
use session::run::output;
use session::run::process::{Process, Waited};

use super::peer::Peer;
use super::peer_step::window;
use super::runner::{AFTERMATH, InVain, Stage};
use super::system;
use crate::check::{Act, Payload, Step};
use crate::verdict::{Bytes, Surplus, Trouble};

/// A prompt is one when nothing follows it for this long.
const SETTLE: Duration = Duration::from_millis(100);

/// What a program wrote before its end may be read so much later, on a machine that is busy.
const LAST_OUTPUT: Duration = Duration::from_secs(5);

/// The story needs so many of the lines that it has read.
const HEARD: usize = 8;

/// A program that has read nothing for this long waits for something else.
const STALLED: Duration = Duration::from_millis(500);

/// Before its memory is judged, a program has this long to take what was sent to it.
const TAKES: Duration = Duration::from_secs(10);

impl<'a> Stage<'a> {
    pub(super) fn yours(&mut self, act: &'a Act, within: Option<Duration>) -> Result<(), Trouble> {
        let time = within.unwrap_or(self.options.deadline);
        match act {
            Act::Start { args } => self.start(args),
            Act::Type { text } => self.type_text(format!("{text}\n"), time),
            Act::Send { payload } => {
                let text = String::from_utf8_lossy(&payload.bytes(None, &[])).into_owned();
                self.type_text(text, time)
            }
            Act::EndOfInput => {
                self.program()?.end_input();
                Ok(())
            }
            Act::Line { pattern } => self.prints(pattern, true, within),
            Act::Prompt { text } => self.prints(text, false, within),
            Act::Bytes { payload } => self.prints_bytes(payload, within),
            Act::Silent { duration } => self.prints_nothing(*duration),
            Act::Says { pattern } => self.says(pattern, false, within),
            Act::PrintsOrSays { pattern } => self.says(pattern, true, within),
            Act::Exit { status, clean } => self.exit(*status, *clean, within),
            Act::Runs => match self.ended() {
                Some(_) => Err(Trouble::Gone),
                None => Ok(()),
            },
            Act::Memory { most } => self.memory(*most),
            Act::Forgets { times } => self.forgets(act, *times),
            act => Err(Trouble::Judge(format!("`you {act}` has no meaning"))),
        }
    }

    fn program(&mut self) -> Result<&mut Process, Trouble> {
        let none = || Trouble::Judge("no program has started".to_owned());
        self.process.as_mut().ok_or_else(none)
    }

    fn type_text(&mut self, text: String, time: Duration) -> Result<(), Trouble> {
        match self.program()?.type_text(text, time) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::TimedOut => Err(Trouble::NotTyped),
            // It has closed its input, most likely by ending, which shows a moment later.
            Err(_) => {
                let soon = Instant::now() + AFTERMATH;
                let ended = self.until(soon, |stage| Ok(stage.ended()))?;
                Err(ended.map_or(Trouble::NotTyped, |_| Trouble::Gone))
            }
        }
    }

    /// The next line, or, where it is not `whole`, text with no line end that nothing follows.
    fn prints(
        &mut self,
        pattern: &str,
        whole: bool,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        self.wait_for_words(within);
        let mut closed = false;
        let free = self.prints_freely();
        let other = RefCell::new(None);
        let look = |stage: &mut Self| {
            let mut output = &mut stage.program()?.output;
            while let Some(line) = output.first_line() {
                let right = whole && output::matches(pattern, &line);
                if free && !right && resembles(pattern, &line) {
                    other.replace(Some(line.into_owned()));
                }
                if right || free {
                    let line = output.read_line().unwrap_or_default();
                    stage.hear(line);
                }
                if right || !free {
                    return Ok(Some(right));
                }
                output = &mut stage.program()?.output;
            }
            let pending = output.pending();
            if !whole && output::matches(pattern, &pending) && !pending.is_empty() {
                return Ok(Some(true));
            }
            let hopeless = !free && !output::may_become(pattern, output.pending_bytes());
            Ok(hopeless.then_some(false))
        };
        let mut found = self.patiently(look)?;
        if found.is_err() && self.ended().is_some() {
            found = self.until(Instant::now() + LAST_OUTPUT, look)?;
        }
        if matches!(found, Ok(true)) {
            return if whole { Ok(()) } else { self.settles(pattern) };
        }
        if let Ok(process) = self.program() {
            closed = process.wait(Instant::now()) == Waited::Closed;
        }
        let mut bytes = self.printed(pattern, whole)?;
        if let Some(line) = other.take() {
            // Others may be printed, but this one was meant to be it.
            bytes.came = format!("{line}\n").into_bytes();
            return Err(Trouble::Wrong(bytes));
        }
        if found.is_ok() {
            return Err(Trouble::Wrong(bytes));
        }
        if self.ended().is_some() {
            return Err(Trouble::NotPrinted(bytes));
        }
        if closed {
            return Err(Trouble::OutputClosed(bytes));
        }
        let waited = self.wait.waited();
        self.end_all_sides();
        let late = self.until(self.last_words(), |stage| {
            Ok(matches!(look(stage), Ok(Some(true))).then_some(()))
        })?;
        Err(match late {
            Ok(()) => Trouble::OnlyAtEnd(bytes),
            Err(InVain) => Trouble::TooLittle(bytes, waited),
        })
    }

    /// The next bytes, whatever they are; more may follow.
    fn prints_bytes(&mut self, payload: &Payload, within: Option<Duration>) -> Result<(), Trouble> {
        self.wait_for_words(within);
        let (expected, any) = (payload.bytes(None, &[]), payload.any(None));
        let right = |came: &[u8]| {
            let pairs = expected.iter().zip(came).enumerate();
            pairs
                .take_while(|(at, (a, b))| a == b || any.contains(at))
                .count()
        };
        let look = |stage: &mut Self| {
            let came = stage.program()?.output.bytes();
            let right = right(&came);
            let whole = right == expected.len();
            if whole {
                let bytes = stage.program()?.output.read_bytes(right);
                stage.hear(bytes);
            }
            Ok((whole || right < came.len()).then_some(whole))
        };
        let found = self.patiently(look)?;
        if matches!(found, Ok(true)) {
            return Ok(());
        }
        let closed = self.program()?.wait(Instant::now()) == Waited::Closed;
        let came = self.program()?.output.bytes();
        let bytes = window(&expected, &any, &came, right(&came));
        if found.is_ok() {
            return Err(Trouble::Wrong(bytes));
        }
        if self.ended().is_some() {
            return Err(Trouble::NotPrinted(bytes));
        }
        if closed {
            return Err(Trouble::OutputClosed(bytes));
        }
        let waited = self.wait.waited();
        self.end_all_sides();
        let late = self.until(self.last_words(), |stage| {
            Ok(matches!(look(stage), Ok(Some(true))).then_some(()))
        })?;
        Err(match late {
            Ok(()) => Trouble::OnlyAtEnd(bytes),
            Err(InVain) => Trouble::TooLittle(bytes, waited),
        })
    }

    /// A line on standard error, among others; `anywhere`: or the next one on standard output.
    fn says(
        &mut self,
        pattern: &str,
        anywhere: bool,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        self.wait_for_words(within);
        let mut look = |stage: &mut Self| {
            let process = stage.program()?;
            if anywhere
                && let Some(line) = process.output.first_line()
                && output::matches(pattern, &line)
            {
                let line = process.output.read_line().unwrap_or_default();
                stage.hear(line);
                return Ok(Some(()));
            }
            let said = process
                .errors
                .read_line(|line| output::matches(pattern, line));
            Ok(said.then_some(()))
        };
        if self.patiently(&mut look)?.is_ok() {
            return Ok(());
        }
        let latest = Instant::now() + LAST_OUTPUT;
        while self.ended().is_some()
            && Instant::now() < latest
            && !self.program()?.errors.is_closed()
        {
            let soon = Instant::now() + AFTERMATH;
            if self.until(soon, &mut look)?.is_ok() {
                return Ok(());
            }
        }
        if look(self)?.is_some() {
            return Ok(());
        }
        let first = self.program()?.output.first_line();
        let on_output = first.is_some_and(|line| output::matches(pattern, &line));
        Err(Trouble::NotSaid {
            pattern: pattern.to_owned(),
            anywhere,
            on_output,
        })
    }

    /// Nothing follows the prompt.
    fn settles(&mut self, pattern: &str) -> Result<(), Trouble> {
        let until = Instant::now() + SETTLE;
        let followed = self.until(until, |stage| {
            let output = &stage.program()?.output;
            let alone =
                output.first_line().is_none() && output::matches(pattern, &output.pending());
            Ok((!alone).then_some(()))
        })?;
        if followed.is_ok() {
            return Err(Trouble::Wrong(self.printed(pattern, false)?));
        }
        let text = self.program()?.output.read_pending();
        self.hear(text);
        Ok(())
    }

    fn printed(&mut self, pattern: &str, whole: bool) -> Result<Bytes, Trouble> {
        let output = &self.program()?.output;
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

    fn hear(&mut self, line: Vec<u8>) {
        if self.address.is_none() && self.heard.is_empty() {
            self.is_ready();
        }
        self.heard.push(line);
        if self.heard.len() > HEARD {
            self.heard.remove(0);
        }
    }

    fn prints_nothing(&mut self, duration: Duration) -> Result<(), Trouble> {
        let until = self.busy.max(Instant::now()) + duration;
        let found = self.until(until, |stage| {
            Ok((!stage.program()?.output.is_empty()).then_some(()))
        })?;
        match found {
            Ok(()) => Err(Trouble::NotSilent(Surplus::of(&self.unread()?))),
            Err(InVain) if self.ended().is_some() => Err(Trouble::Gone),
            Err(InVain) => Ok(()),
        }
    }

    fn unread(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(self.printed("", false)?.came)
    }

    fn exit(
        &mut self,
        status: Status,
        clean: bool,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        self.wait_for_words(within);
        let ended = self.patiently(|stage| Ok(stage.ended()))?;
        let Ok(ended) = ended else {
            return Err(Trouble::StillRunning(self.wait.waited()));
        };
        if ended.status != status {
            return Err(Trouble::WrongStatus);
        }
        // It has ended, and what it wrote last may be on its way still.
        let _ = self.until(Instant::now() + AFTERMATH, |stage| {
            let closed = stage.program()?.wait(Instant::now()) == Waited::Closed;
            Ok(closed.then_some(()))
        })?;
        let left = self.unread()?;
        // What a server or a client prints besides is its own affair, unless the story says
        // otherwise; a filter is its output.
        if (clean || self.address.is_none()) && !left.is_empty() {
            return Err(Trouble::TooMuch(Surplus::of(&left)));
        }
        Ok(())
    }

    /// It listens, has connected, or has printed its first line: what it holds now is what its
    /// language needs, and what comes beyond is what it keeps.
    pub(super) fn is_ready(&mut self) {
        self.note_ready();
        let judged = |step: &Step| matches!(step.act, Act::Memory { .. });
        if self.variant.steps.iter().any(judged)
            && let Some(process) = &self.process
        {
            self.at_rest = system::memory(process.id()).unwrap_or_default();
        }
    }

    /// What the program will take of what was sent to it, it has taken.
    fn takes_no_more(&mut self) -> Result<(), Trouble> {
        let mut before = usize::MAX;
        let mut since = Instant::now();
        let _ = self.until(Instant::now() + TAKES, |stage| {
            let left = stage.peers.values().flatten().map(Peer::unsent).sum();
            if left != before {
                (before, since) = (left, Instant::now());
            }
            Ok((left == 0 || since.elapsed() >= STALLED).then_some(()))
        })?;
        Ok(())
    }

    fn memory(&mut self, most: u64) -> Result<(), Trouble> {
        self.takes_no_more()?;
        let id = self.program()?.id();
        if self.ended().is_some() {
            return Err(Trouble::Gone);
        }
        let Some(held) = system::memory(id) else {
            self.memory_unchecked = true;
            return Ok(());
        };
        let grown = held.saturating_sub(self.at_rest);
        if grown > most {
            return Err(Trouble::Memory { most, grown });
        }
        Ok(())
    }
}

/// Whether a line that does not match was probably meant to: it has a part of the text, or what a
/// broken character leaves. A line such as "listening on …" has neither.
fn resembles(pattern: &str, line: &str) -> bool {
    let text = pattern.replace("[..]", "");
    let wide = |c: &char| !c.is_ascii();
    line.contains(char::REPLACEMENT_CHARACTER)
        || line.chars().filter(wide).any(|c| text.contains(c))
        || (!text.is_empty() && line.contains(text.trim()))
}
