//! Decides how long to wait for something: time in which nothing could happen does not count.
//!
//! A step's deadline is the judge's own, unless a rule of the exercise states it. The judge's own
//! deadlines go on while bytes that may be right keep moving, and where the machine was busy with
//! something else: the judge woke late, or the program was ready to run and could not.

use std::time::{Duration, Instant};

use super::program::Program;
use super::{Options, system};
use crate::verdict::Slow;

/// The most that a wait is stretched by, as a multiple of its length.
pub(super) const STRETCH_MAX: u32 = 10;

/// Processor time that a program may use before it is ready.
const START_RUNNING_MAX: Duration = Duration::from_secs(20);

/// Lost time below which a wait is not stretched.
const LOST_TIME_IGNORED: Duration = Duration::from_millis(30);

/// The least time that a wait is stretched by.
const STRETCH_MIN: Duration = Duration::from_millis(250);

/// Time within which a program that reads at all has read something.
const READS_WITHIN: Duration = Duration::from_millis(300);

/// Stretching below which a report gives the length of the wait instead.
const STRETCH_UNREPORTED: Duration = Duration::from_millis(300);

/// Lateness that is usual when waking.
const LATENESS_IGNORED: Duration = Duration::from_millis(2);

/// The wait for one step, at all its peers.
pub(super) struct Wait {
    began: Instant,
    at: Instant,
    time: Duration,
    /// Whether the rules of the exercise state it.
    by_rule: bool,
    /// Whether the program has to start first.
    starting: bool,
    /// Number of bytes that the peers had moved at the last look.
    moved: u64,
    /// Number of bytes that the program had not read at the last look.
    unread: Option<u64>,
    /// Time when something last moved.
    progress: Option<Instant>,
    /// Time that was added because the machine was busy.
    given: Duration,
}

/// The waits of one variant, one after the other, and what kept the judge and the program from
/// running.
pub(super) struct Patience {
    /// The current wait.
    pub(super) wait: Wait,
    /// Whether the deadline of this step is a rule of the exercise.
    pub(super) by_rule: bool,
    /// Time when the whole check is over.
    pub(super) ends: Instant,
    /// Time until which a filter may take to print its first line, since it has to start.
    starting: Option<Instant>,
    /// Deadline of a step.
    deadline: Duration,
    /// Deadline of the program's start.
    start: Duration,
    slow: Slow,
    /// The judge's lateness in all, and the part of it that waits have been given.
    late: Duration,
    late_given: Duration,
    /// The program's time waiting for a processor, and on one, for which waits have been stretched.
    program_given: system::Times,
    /// Time when the judge last looked.
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

    /// The time that it has taken: its length or, where it was stretched, tenths of a second.
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

    /// Begins to wait for a step, until `within` or the usual deadline after `began`, when what was sent
    /// at a pace has gone out. `moved` is the number of bytes that the peers have moved so far.
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

    /// Takes the first line of this program as the sign that it has started.
    pub(super) fn start_with_words(&mut self) {
        self.starting = Some(Instant::now() + self.start);
    }

    /// Notes progress other than bytes.
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
            // Asking the system costs time, which is scarce on a busy machine.
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

    /// The time in which the judge or the program could not run and for which no wait has been
    /// stretched yet; at most `elapsed`. The processor time that a starting program uses counts too,
    /// up to a limit.
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

    /// Waits with `wait`, which takes at most this long, and notes how late the judge wakes.
    pub(super) fn rest(&mut self, time: Duration, wait: impl FnOnce()) {
        self.looks();
        wait();
        self.notice(time);
    }

    /// Notes that the judge looks. Since the last look it may have been kept from running: while it asked
    /// the system something, or between two steps, when the program's own deadlines went on.
    pub(super) fn looks(&mut self) {
        self.notice(Duration::ZERO);
    }

    /// Notes the end of work, such as moving megabytes, which takes a while and is not lateness.
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

    /// Notes that the program listens, has connected, or has printed its first line.
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
