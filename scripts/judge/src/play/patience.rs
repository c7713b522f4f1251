//! How long something is waited for: time in which nothing could happen does not count.
//!
//! A step's deadline is the judge's own, unless a rule of the exercise states it. The judge's own
//! deadlines go on while bytes that may be right keep moving, and where the machine was busy with
//! something else: the judge woke late, or the program was ready to run and could not.

use std::thread;
use std::time::{Duration, Instant};

use session::run::process::Process;

use super::runner::Stage;
use super::system;
use crate::verdict::Slow;

/// A wait is stretched by no more than this many times its length.
const MOST: u32 = 10;

/// What a program may compute before it is ready.
const START: Duration = Duration::from_secs(20);

/// Less than this is no reason to wait longer.
const LITTLE: Duration = Duration::from_millis(30);

/// A wait is stretched by at least this.
const QUANTUM: Duration = Duration::from_millis(250);

/// A program that reads at all has read something by then.
const PROBE: Duration = Duration::from_millis(300);

/// A report does not tell this much from nothing.
const ABOUT: Duration = Duration::from_millis(300);

/// Waking this much later than asked for is usual.
const USUAL: Duration = Duration::from_millis(2);

/// One thing that is waited for: one step, at all its peers.
pub(super) struct Wait {
    began: Instant,
    at: Instant,
    time: Duration,
    /// The rules of the exercise state it.
    by_rule: bool,
    /// The program has to start first.
    starting: bool,
    /// What peers had moved when that was last looked at.
    moved: u64,
    /// What the program had not read when that was last looked at.
    unread: Option<u64>,
    /// When something moved last.
    progress: Option<Instant>,
    /// What was added because the machine was busy.
    given: Duration,
}

/// What kept the judge and the program from running.
#[derive(Default)]
pub(super) struct Busy {
    pub(super) slow: Slow,
    /// The judge's lateness in all, and as much of it as waits have been given.
    late: Duration,
    late_given: Duration,
    /// The program's time in line for a processor, and on one, as far as waits have been given it.
    program_given: system::Times,
    /// When the judge looked last.
    looked: Option<Instant>,
}

impl Wait {
    pub(super) fn new(began: Instant, at: Instant, time: Duration, by_rule: bool) -> Self {
        Self {
            began,
            at,
            time,
            by_rule,
            starting: false,
            moved: 0,
            unread: None,
            progress: None,
            given: Duration::ZERO,
        }
    }

    /// How long it has been waited for: its length, or tenths of a second, where it was stretched.
    pub(super) fn waited(&self) -> Duration {
        let waited = self.began.elapsed();
        if waited < self.time + ABOUT {
            return self.time;
        }
        let tenths = u64::try_from(waited.as_millis() / 100).unwrap_or(u64::MAX);
        Duration::from_millis(tenths.saturating_mul(100))
    }

    /// Whether something moved within the last length of this wait.
    pub(super) fn goes_on(&self) -> bool {
        self.progress.is_some_and(|at| at.elapsed() <= self.time)
    }
}

impl<'a> Stage<'a> {
    /// Begins to wait for a step: `time` from when what was sent at a pace has gone.
    pub(super) fn wait_for(&mut self, within: Option<Duration>, usual: Duration) {
        let time = within.unwrap_or(usual);
        let began = self.busy.max(Instant::now());
        let mut wait = Wait::new(began, began + time, time, self.by_rule);
        wait.moved = self.moved();
        self.wait = wait;
    }

    /// The same for what shows that the program has started.
    pub(super) fn wait_for_start(&mut self, within: Option<Duration>) {
        self.wait_for(within, self.options.patience);
        self.wait.starting = within.is_none();
    }

    /// The same for what the program prints: a filter has to start first.
    pub(super) fn wait_for_words(&mut self, within: Option<Duration>) {
        self.wait_for(within, self.options.deadline);
        if let (Some(until), true) = (self.starting, self.heard.is_empty()) {
            self.wait.at = self.wait.at.max(until);
            self.wait.starting = true;
        }
    }

    /// Something moved that is no byte.
    pub(super) fn went_on(&mut self) {
        let now = Instant::now();
        self.wait.progress = Some(now);
        if !self.wait.by_rule {
            self.wait.at = self.wait.at.max(now + self.wait.time);
        }
    }

    /// Number of bytes that peers have sent and received.
    fn moved(&self) -> u64 {
        let peers = self.peers.values().flatten();
        peers.map(|peer| peer.moved).sum()
    }

    /// Whether the wait is over.
    pub(super) fn is_over(&mut self, now: Instant) -> bool {
        if now >= self.ends {
            return true;
        }
        let moved = self.moved();
        if moved != self.wait.moved {
            self.wait.moved = moved;
            self.went_on();
        }
        if now < self.wait.at {
            return false;
        }
        if self.wait.by_rule {
            return true;
        }
        let left = (MOST * self.wait.time).saturating_sub(self.wait.given);
        let more = self.lost(now - self.wait.began).min(left);
        if more >= LITTLE {
            // To ask the system costs time that is dear then.
            let more = more.max(QUANTUM);
            self.wait.given += more;
            self.wait.at = now + more;
            return false;
        }
        !self.still_reads(now)
    }

    /// Whether the program takes what has left the judge's side and is on the program's.
    fn still_reads(&mut self, now: Instant) -> bool {
        let id = self.process.as_ref().map(Process::id);
        let unread = id.and_then(system::unread).unwrap_or_default();
        match self.wait.unread.replace(unread) {
            _ if unread == 0 => return false,
            None => self.wait.at = now + PROBE,
            Some(before) if unread < before => self.went_on(),
            Some(_) => return false,
        }
        true
    }

    /// The time in which the judge or the program could not run, as far as no wait has had it; no
    /// more than `elapsed`. A program that starts and uses a processor is not idle either, for a
    /// while.
    fn lost(&mut self, elapsed: Duration) -> Duration {
        let judge = self.late.late.saturating_sub(self.late.late_given);
        self.late.late_given = self.late.late;
        let id = self.process.as_ref().map(Process::id);
        let now = id.and_then(system::times).unwrap_or_default();
        let given = std::mem::replace(&mut self.late.program_given, now);
        let mut program = now.in_line.saturating_sub(given.in_line);
        if self.wait.starting && now.running < START {
            program += now.running.saturating_sub(given.running);
        }
        self.late.slow.starved = self.late.slow.starved.max(now.in_line);
        judge.max(program).min(elapsed)
    }

    /// Sleeps, and notes how late the judge wakes.
    pub(super) fn sleep(&mut self, time: Duration) {
        self.looks();
        thread::sleep(time);
        self.notice(time);
    }

    /// The judge looks. Since it last looked it may have been kept from running: while it asked the
    /// system something, or between two steps, when the program's own deadlines went on.
    pub(super) fn looks(&mut self) {
        self.notice(Duration::ZERO);
    }

    /// Moving megabytes takes the judge a while, and is no lateness.
    pub(super) fn works(&mut self) {
        self.late.looked = Some(Instant::now());
    }

    fn notice(&mut self, asleep: Duration) {
        let now = Instant::now();
        let since = self.late.looked.replace(now);
        let away = since.map_or(Duration::ZERO, |since| now - since);
        let late = away.saturating_sub(asleep);
        if late > USUAL {
            self.late.late += late;
            self.late.slow.late = self.late.slow.late.max(late);
        }
    }

    /// It listens, has connected, or has printed its first line.
    pub(super) fn note_ready(&mut self) {
        if let (None, Some(started)) = (self.late.slow.ready, self.started) {
            self.late.slow.ready = Some(started.elapsed());
        }
    }

    /// What slowed this variant down.
    pub(super) fn slow(&mut self) -> Slow {
        let id = self.process.as_ref().map(Process::id);
        if let Some(now) = id.and_then(system::times) {
            self.late.slow.starved = self.late.slow.starved.max(now.in_line);
        }
        self.late.slow.clone()
    }
}
