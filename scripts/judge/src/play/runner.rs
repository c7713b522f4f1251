//! Plays steps on the learner's program and the peers: what they do is looked at again and again,
//! until what a step waits for is there or its time is over.

use std::time::{Duration, Instant};

use super::Options;
use super::patience::Patience;
use super::peers::Peers;
use super::poll;
use super::program::{Program, Wrote, last, lines};
use crate::check::{Act, Check, Step, Variant};
use crate::verdict::{Failure, Trouble, Written};

/// What the judge waits for wakes it. What only the system knows, such as where a program listens
/// and whether it has ended, it looks at by itself: soon at first, and then less often.
const LOOK_INTERVAL_FIRST: Duration = Duration::from_micros(300);

/// The longest time between two looks.
const LOOK_INTERVAL_MAX: Duration = Duration::from_millis(20);

/// The same while the story waits for what only the system knows.
const LOOK_INTERVAL_OFTEN: Duration = Duration::from_millis(4);

/// After the program's end, or a failure, what is still on its way is worth waiting for.
pub(super) const AFTERMATH_WAIT: Duration = Duration::from_millis(200);

/// A crash may be told this long after what it has done was seen.
const LAST_WORDS_WAIT: Duration = Duration::from_secs(1);

/// Standard error is at its end when nothing has come for this long.
const STDERR_QUIET_AFTER: Duration = Duration::from_millis(100);

pub(super) struct Runner<'a> {
    pub(super) check: &'a Check,
    pub(super) variant: &'a Variant,
    pub(super) options: &'a Options,
    pub(super) program: Program,
    pub(super) peers: Peers<'a>,
    pub(super) patience: Patience,
    /// Which of many peers the story is looking at.
    pub(super) looking_at: Option<usize>,
    /// What this system does not tell.
    pub(super) unchecked: Unchecked,
    flood: Option<Written>,
    /// The longest time between two looks now.
    look_max: Duration,
}

/// What a step asks for and this system does not tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unchecked {
    pub(super) memory: bool,
    pub(super) kept: bool,
}

/// A wait that brought nothing: the time is over, or the program has ended.
pub(super) struct InVain;

impl<'a> Runner<'a> {
    pub(super) fn new(
        check: &'a Check,
        variant: &'a Variant,
        options: &'a Options,
        ends: Instant,
    ) -> Self {
        Self {
            check,
            variant,
            options,
            program: Program::new(),
            peers: Peers::new(variant.way, options.seed),
            patience: Patience::new(options, ends),
            looking_at: None,
            unchecked: Unchecked::default(),
            flood: None,
            look_max: LOOK_INTERVAL_MAX,
        }
    }

    /// Begins to wait for a step, which has the usual deadline unless it says `within`.
    pub(super) fn wait_for(&mut self, within: Option<Duration>) {
        let (began, moved) = self.began();
        self.patience.begin(within, began, moved);
    }

    /// The same for what shows that the program has started.
    pub(super) fn wait_for_start(&mut self, within: Option<Duration>) {
        let (began, moved) = self.began();
        self.patience.begin_start(within, began, moved);
    }

    /// The same for what the program prints.
    pub(super) fn wait_for_words(&mut self, within: Option<Duration>) {
        let (began, moved) = self.began();
        self.patience
            .begin_words(within, began, moved, &self.program);
    }

    fn began(&self) -> (Instant, u64) {
        (self.all_sent(), self.peers.moved())
    }

    /// When what was sent at a pace has gone: now, where nothing is on its way.
    pub(super) fn all_sent(&self) -> Instant {
        self.peers.busy_until.max(Instant::now())
    }

    /// Looks until there is something, or until this moment.
    pub(super) fn until<T>(
        &mut self,
        deadline: Instant,
        look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
    ) -> Result<Result<T, InVain>, Trouble> {
        self.look_until(look, |_, now| now >= deadline)
    }

    /// Looks until there is something, or the wait for this step is over.
    pub(super) fn patiently<T>(
        &mut self,
        look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
    ) -> Result<Result<T, InVain>, Trouble> {
        self.look_until(look, |runner, now| {
            let moved = runner.peers.moved();
            runner.patience.is_over(now, moved, &runner.program)
        })
    }

    /// Lets the peers and the program go on for a while.
    pub(super) fn pause(&mut self, time: Duration) -> Result<(), Trouble> {
        self.until(Instant::now() + time, |_| Ok(None::<()>))
            .map(|_| ())
    }

    /// All peers and the program go on meanwhile.
    fn look_until<T>(
        &mut self,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
        mut over: impl FnMut(&mut Self, Instant) -> bool,
    ) -> Result<Result<T, InVain>, Trouble> {
        let mut gone = None;
        let mut tick = LOOK_INTERVAL_FIRST;
        let mut woken = false;
        loop {
            self.patience.looks();
            let moved = self.pump();
            self.patience.works();
            if let Some(written) = self.flood {
                return Err(Trouble::Flood(written));
            }
            if self.options.stopped() {
                return Err(Trouble::Judge("stopped".to_owned()));
            }
            if let Some(found) = look(self)? {
                return Ok(Ok(found));
            }
            let now = Instant::now();
            if over(self, now) {
                return Ok(Err(InVain));
            }
            if moved {
                // What it wrote last is still on its way.
                gone = None;
            }
            if self.program.ended().is_some() {
                let since = *gone.get_or_insert(now);
                // On a busy machine its last output may come later than its end is known.
                if self.program.output_closed() && now - since >= AFTERMATH_WAIT {
                    return Ok(Err(InVain));
                }
            }
            if moved {
                tick = LOOK_INTERVAL_FIRST;
            } else {
                // What woke it and did not move anything would wake it again at once.
                woken = self.rest(tick, !woken);
                tick = self.look_max.min(tick * 3 / 2);
            }
        }
    }

    /// Waits until something can move, for `time` at most. Whether something can.
    fn rest(&mut self, time: Duration, for_sockets: bool) -> bool {
        let (sockets, next) = self.peers.wait_for();
        let acts = next.map(|at| at.saturating_duration_since(Instant::now()));
        let time = acts.map_or(time, |acts| {
            acts.clamp(LOOK_INTERVAL_FIRST, time.max(LOOK_INTERVAL_FIRST))
        });
        let (sockets, doorbell) = match for_sockets {
            true => (sockets, self.program.doorbell()),
            false => (Vec::new(), None),
        };
        let mut woken = false;
        self.patience
            .rest(time, || woken = poll::wait(doorbell, &sockets, time));
        woken
    }

    /// Looks often while `wait` waits for what only the system knows.
    pub(super) fn often<T>(&mut self, wait: impl FnOnce(&mut Self) -> T) -> T {
        self.look_max = LOOK_INTERVAL_OFTEN;
        let found = wait(self);
        self.look_max = LOOK_INTERVAL_MAX;
        found
    }

    /// Moves what can move now. Whether anything did.
    fn pump(&mut self) -> bool {
        let moved = self.peers.pump();
        if self.peers.udp.flooded() {
            self.flood = Some(Written::Sent);
        }
        match self.program.pump() {
            Wrote::Nothing => moved,
            Wrote::Something => true,
            Wrote::TooMuch => {
                self.flood = Some(Written::Printed);
                moved
            }
        }
    }

    /// The program listens, has connected, or has printed its first line: what it holds now is what
    /// its language needs, and what comes beyond is what it keeps.
    pub(super) fn is_ready(&mut self) {
        self.patience.note_ready(&self.program);
        let judged = |step: &Step| matches!(step.act, Act::Memory { .. });
        if self.variant.steps.iter().any(judged) {
            self.program.is_at_rest();
        }
    }

    /// The judge has nothing more to say: does the program answer now?
    pub(super) fn end_all_sides(&mut self) {
        self.program.end_input_at_last();
        self.peers.half_close();
    }

    /// Once the judge has ended its side, a program that only waited for that has answered by then.
    pub(super) fn last_words(&self) -> Instant {
        Instant::now() + self.options.deadline / 2
    }

    /// What is known of a step that did not happen.
    pub(super) fn failure(&mut self, step: usize, trouble: Trouble) -> Failure {
        let trouble = self.in_time(trouble);
        let _ = self.pause(AFTERMATH_WAIT);
        self.hear_out(&trouble);
        let ended = self.program.ended();
        let errors = self.program.errors();
        Failure {
            step,
            peer: self.looking_at.map(|index| index + 1),
            ended,
            output: self.program.last_lines(),
            crash: match trouble {
                // Its pipe broke because the judge read no more.
                Trouble::Flood(Written::Printed) => None,
                _ => self.program.crash(&errors, ended),
            },
            errors: last(lines(&errors)),
            trouble,
        }
    }

    /// What did not happen when the whole check was over says nothing, but for what goes on.
    fn in_time(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::RightSoFar { .. } => trouble,
            trouble if trouble.is_late() && Instant::now() >= self.patience.ends => {
                Trouble::NotPlayed
            }
            trouble => trouble,
        }
    }

    /// A crash closes connections first, and is told then.
    fn hear_out(&mut self, trouble: &Trouble) {
        let latest = Instant::now() + LAST_WORDS_WAIT;
        let broke = matches!(trouble, Trouble::ClosedEarly(_) | Trouble::ResetEarly(_));
        let mut before = None;
        while let Ok(process) = self.program.process()
            && !self.options.stopped()
            && Instant::now() < latest
        {
            let (total, closed) = (process.errors.total(), process.errors.is_closed());
            let ended = self.program.ended().is_some();
            let silent = before == Some(total) && (total > 0 || !broke || ended);
            if closed || (silent && !ended) {
                return;
            }
            before = Some(total);
            let _ = self.pause(STDERR_QUIET_AFTER);
        }
    }
}
