//! How long something is waited for: time in which nothing could happen does not count.
//!
//! A step's deadline is the judge's own, unless a rule of the exercise states it. The judge's own
//! deadlines go on while bytes that may be right keep moving, and where the machine was busy with
//! something else: the judge woke late, or the program was ready to run and could not.

use std::time::{Duration, Instant};

use super::program::Program;
use super::{Options, system};
use crate::verdict::Slow;

/// A wait is stretched by no more than this many times its length.
const STRETCH_MAX: u32 = 10;

/// What a program may compute before it is ready.
const START_RUNNING_MAX: Duration = Duration::from_secs(20);

/// Less than this is no reason to wait longer.
const LOST_TIME_IGNORED: Duration = Duration::from_millis(30);

/// A wait is stretched by at least this.
const STRETCH_MIN: Duration = Duration::from_millis(250);

/// A program that reads at all has read something by then.
const READS_WITHIN: Duration = Duration::from_millis(300);

/// A report does not tell this much from nothing.
const STRETCH_UNREPORTED: Duration = Duration::from_millis(300);

/// Waking this much later than asked for is usual.
const LATENESS_IGNORED: Duration = Duration::from_millis(2);

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

/// How long the steps of one variant are waited for, and what kept the judge and the program from
/// running.
pub(super) struct Patience {
    /// What is waited for now.
    pub(super) wait: Wait,
    /// The deadline of this step is a rule of the exercise.
    pub(super) by_rule: bool,
    /// The whole check is over then.
    pub(super) ends: Instant,
    /// A filter has until then to print its first line: it has to start.
    starting: Option<Instant>,
    /// A step has this long.
    deadline: Duration,
    /// And the program has this long to start.
    start: Duration,
    slow: Slow,
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
        if waited < self.time + STRETCH_UNREPORTED {
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

impl Patience {
    pub(super) fn new(options: &Options, ends: Instant) -> Self {
        let now = Instant::now();
        Self {
            wait: Wait::new(now, now, Duration::ZERO, false),
            by_rule: false,
            ends,
            starting: None,
            deadline: options.deadline,
            start: options.patience,
            slow: Slow::default(),
            late: Duration::ZERO,
            late_given: Duration::ZERO,
            program_given: system::Times::default(),
            looked: None,
        }
    }

    /// Begins to wait for a step: `within`, or the usual deadline, from `began` on, when what was
    /// sent at a pace has gone. `moved` is the number of bytes that peers have moved so far.
    pub(super) fn begin(&mut self, within: Option<Duration>, began: Instant, moved: u64) {
        self.begin_for(within.unwrap_or(self.deadline), began, moved);
    }

    /// The same for what shows that the program has started.
    pub(super) fn begin_start(&mut self, within: Option<Duration>, began: Instant, moved: u64) {
        self.begin_for(within.unwrap_or(self.start), began, moved);
        self.wait.starting = within.is_none();
    }

    /// The same for what a program prints: one that has printed nothing may have to start first.
    pub(super) fn begin_words(
        &mut self,
        within: Option<Duration>,
        began: Instant,
        moved: u64,
        program: &Program,
    ) {
        self.begin(within, began, moved);
        if let (Some(until), false) = (self.starting, program.was_heard()) {
            self.wait.at = self.wait.at.max(until);
            self.wait.starting = true;
        }
    }

    fn begin_for(&mut self, time: Duration, began: Instant, moved: u64) {
        let mut wait = Wait::new(began, began + time, time, self.by_rule);
        wait.moved = moved;
        self.wait = wait;
    }

    /// The first line of this program is what shows that it has started.
    pub(super) fn start_with_words(&mut self) {
        self.starting = Some(Instant::now() + self.start);
    }

    /// Something moved that is no byte.
    pub(super) fn went_on(&mut self) {
        let now = Instant::now();
        self.wait.progress = Some(now);
        if !self.wait.by_rule {
            self.wait.at = self.wait.at.max(now + self.wait.time);
        }
    }

    /// Whether the wait is over. `moved` is the number of bytes that peers have moved so far.
    pub(super) fn is_over(&mut self, now: Instant, moved: u64, program: &Program) -> bool {
        if now >= self.ends {
            return true;
        }
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
        let left = (STRETCH_MAX * self.wait.time).saturating_sub(self.wait.given);
        let more = self.lost(now - self.wait.began, program).min(left);
        if more >= LOST_TIME_IGNORED {
            // To ask the system costs time that is dear then.
            let more = more.max(STRETCH_MIN);
            self.wait.given += more;
            self.wait.at = now + more;
            return false;
        }
        !self.still_reads(now, program)
    }

    /// Whether the program takes what has left the judge's side and is on the program's.
    fn still_reads(&mut self, now: Instant, program: &Program) -> bool {
        let unread = program.unread().unwrap_or_default();
        match self.wait.unread.replace(unread) {
            _ if unread == 0 => return false,
            None => self.wait.at = now + READS_WITHIN,
            Some(before) if unread < before => self.went_on(),
            Some(_) => return false,
        }
        true
    }

    /// The time in which the judge or the program could not run, as far as no wait has had it; no
    /// more than `elapsed`. A program that starts and uses a processor is not idle either, for a
    /// while.
    fn lost(&mut self, elapsed: Duration, program: &Program) -> Duration {
        let judge = self.late.saturating_sub(self.late_given);
        self.late_given = self.late;
        let now = program.times().unwrap_or_default();
        let given = std::mem::replace(&mut self.program_given, now);
        let mut lost = now.in_line.saturating_sub(given.in_line);
        if self.wait.starting && now.running < START_RUNNING_MAX {
            lost += now.running.saturating_sub(given.running);
        }
        self.slow.starved = self.slow.starved.max(now.in_line);
        judge.max(lost).min(elapsed)
    }

    /// Waits with `wait`, which takes this long at most, and notes how late the judge wakes.
    pub(super) fn rest(&mut self, time: Duration, wait: impl FnOnce()) {
        self.looks();
        wait();
        self.notice(time);
    }

    /// The judge looks. Since it last looked it may have been kept from running: while it asked the
    /// system something, or between two steps, when the program's own deadlines went on.
    pub(super) fn looks(&mut self) {
        self.notice(Duration::ZERO);
    }

    /// Moving megabytes takes the judge a while, and is no lateness.
    pub(super) fn works(&mut self) {
        self.looked = Some(Instant::now());
    }

    fn notice(&mut self, asleep: Duration) {
        let now = Instant::now();
        let since = self.looked.replace(now);
        let away = since.map_or(Duration::ZERO, |since| now - since);
        let late = away.saturating_sub(asleep);
        if late > LATENESS_IGNORED {
            self.late += late;
            self.slow.late = self.slow.late.max(late);
        }
    }

    /// The program listens, has connected, or has printed its first line.
    pub(super) fn note_ready(&mut self, program: &Program) {
        self.slow.ready = self.slow.ready.or_else(|| program.age());
    }

    /// What slowed this variant down.
    pub(super) fn slow(&mut self, program: &Program) -> Slow {
        if let Some(now) = program.times() {
            self.slow.starved = self.slow.starved.max(now.in_line);
        }
        self.slow.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use session::run::Invocation;

    use super::*;

    fn patience() -> (Patience, Program, Instant) {
        let program = Invocation {
            program: PathBuf::new(),
            args: Vec::new(),
        };
        let options = Options::new(program, PathBuf::new());
        let now = Instant::now();
        let patience = Patience::new(&options, now + options.limit);
        (patience, Program::new(), now)
    }

    #[test]
    fn a_wait_goes_on_while_bytes_move_and_no_longer() {
        let (mut patience, program, now) = patience();
        patience.begin(None, now, 0);
        assert!(!patience.is_over(now + Duration::from_millis(1900), 0, &program));
        assert!(!patience.is_over(now + Duration::from_millis(1950), 5, &program));
        assert!(patience.wait.goes_on());
        assert!(patience.is_over(now + Duration::from_secs(5), 5, &program));
    }

    #[test]
    fn a_deadline_of_a_rule_is_not_stretched() {
        let (mut patience, program, now) = patience();
        patience.by_rule = true;
        patience.begin(Some(Duration::from_secs(1)), now, 0);
        assert!(!patience.is_over(now + Duration::from_millis(900), 5, &program));
        assert!(patience.is_over(now + Duration::from_millis(1001), 9, &program));
    }

    #[test]
    fn the_time_in_which_the_judge_was_kept_from_running_is_given_back_once() {
        let (mut patience, program, now) = patience();
        patience.begin(None, now, 0);
        patience.late = Duration::from_millis(700);
        let over = now + Duration::from_millis(2001);
        assert!(!patience.is_over(over, 0, &program));
        assert!(!patience.is_over(over + Duration::from_millis(600), 0, &program));
        assert!(patience.is_over(over + Duration::from_millis(701), 0, &program));
    }

    #[test]
    fn nothing_goes_on_when_the_check_is_over() {
        let (mut patience, program, now) = patience();
        patience.begin(None, now, 0);
        assert!(patience.is_over(now + Duration::from_secs(61), 7, &program));
    }
}
