//! Plays steps on the learner's program and the peers: what they do is looked at again and again,
//! until what a step waits for is there or its time is over.

use std::time::{Duration, Instant};

use super::Options;
use super::patience::{Patience, STRETCH_MAX};
use super::peers::Peers;
use super::poll;
use super::program::{Program, Wrote, last, lines};
use crate::check::{Act, Check, Step, Variant};
use crate::verdict::{Failure, Trouble, Written};

/// Time before the first look at what only the system knows, such as where a program listens and
/// whether it has ended: the judge looks soon at first, and then less and less often. Everything
/// else wakes it.
const LOOK_INTERVAL_FIRST: Duration = Duration::from_micros(300);

/// The longest time between two looks.
const LOOK_INTERVAL_MAX: Duration = Duration::from_millis(20);

/// The longest time between two looks while the story waits for what only the system knows.
const LOOK_INTERVAL_OFTEN: Duration = Duration::from_millis(4);

/// Time to wait, after the program's end or a failure, for what is still on its way.
pub(super) const AFTERMATH_WAIT: Duration = Duration::from_millis(200);

/// Time within which a crash is reported after its effect was seen.
const LAST_WORDS_WAIT: Duration = Duration::from_secs(1);

/// Time within which the status of a program is known after all that it wrote to has closed: the
/// system closes its descriptors first, and on a busy machine the rest of its end takes a while.
const STATUS_WAIT: Duration = Duration::from_secs(5);

/// Time without output after which stderr counts as ended.
const STDERR_QUIET_AFTER: Duration = Duration::from_millis(100);

/// Time between two looks at whether the program takes what was sent to it.
const TAKEN_INTERVAL: Duration = Duration::from_millis(100);

pub(super) struct Runner<'a> {
    pub(super) check: &'a Check,
    pub(super) variant: &'a Variant,
    pub(super) options: &'a Options,
    pub(super) program: Program,
    pub(super) peers: Peers<'a>,
    pub(super) patience: Patience,
    /// Index of the peer that the story is looking at, where several have one name.
    pub(super) looking_at: Option<usize>,
    /// What could not be checked on this system.
    pub(super) unchecked: Unchecked,
    flood: Option<Written>,
    /// The longest time between two looks now.
    look_max: Duration,
}

/// What a step asks for and this system does not report.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unchecked {
    pub(super) memory: bool,
    pub(super) kept: bool,
}

/// A wait that brought nothing: the deadline has passed, or the program has ended.
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

    /// Begins to wait for a step, which has the usual deadline unless it has its own, `within`.
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

    /// Time when everything that was sent at a pace has gone out: now, where nothing is left.
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

    /// Looks until there is something, or until this moment has passed and the program has taken
    /// nothing of what was sent to it for this long. A program that takes a little now and then is not waited for endlessly.
    pub(super) fn until_held_up<T>(
        &mut self,
        mut deadline: Instant,
        time: Duration,
        look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
    ) -> Result<Result<T, InVain>, Trouble> {
        let most = (deadline + STRETCH_MAX * time).min(self.patience.ends);
        let (mut next, mut before) = (Instant::now(), None);
        self.look_until(look, |runner, now| {
            if now >= next {
                next = now + TAKEN_INTERVAL;
                let taken = Some((runner.peers.moved(), runner.program.unread()));
                if before.is_some() && taken != before {
                    deadline = deadline.max(now + time).min(most);
                }
                before = taken;
            }
            now >= deadline
        })
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

    /// Lets the peers and the program continue for a while.
    pub(super) fn pause(&mut self, time: Duration) -> Result<(), Trouble> {
        self.until(Instant::now() + time, |_| Ok(None::<()>))
            .map(|_| ())
    }

    /// Looks until there is something or the wait is `over`; all peers and the program continue
    /// meanwhile.
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
                // What woke it without moving anything would wake it again at once.
                woken = self.rest(tick, !woken);
                tick = self.look_max.min(tick * 3 / 2);
            }
        }
    }

    /// Waits until something can move, for at most `time`. Whether something can.
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

    /// Notes that the program listens, has connected, or has printed its first line: what it holds now
    /// is what its language needs, and what comes on top is what it keeps.
    pub(super) fn is_ready(&mut self) {
        self.patience.note_ready(&self.program);
        let judged = |step: &Step| matches!(step.act, Act::Memory { .. });
        if self.variant.steps.iter().any(judged) {
            self.program.is_at_rest();
        }
    }

    /// Ends the judge's side, to see whether the program answers then.
    pub(super) fn end_all_sides(&mut self) {
        self.program.end_input_at_last();
        self.peers.half_close();
    }

    /// Time by which a program that only waited for the judge to end its side has answered.
    pub(super) fn last_words(&self) -> Instant {
        Instant::now() + self.options.deadline / 2
    }

    /// The failure of a step: everything that is known about it.
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
                // Its pipe broke because the judge stopped reading.
                Trouble::Flood(Written::Printed) => None,
                _ => self.program.crash(&errors, ended),
            },
            errors: last(lines(&errors)),
            trouble,
        }
    }

    /// The trouble, unless the whole check is over: then what is missing proves nothing, except where
    /// bytes were still coming.
    fn in_time(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::RightSoFar { .. } => trouble,
            trouble if trouble.kind().is_late() && Instant::now() >= self.patience.ends => {
                Trouble::NotPlayed
            }
            trouble => trouble,
        }
    }

    /// Lets a program that is ending end, since its connections close before its status is known.
    pub(super) fn let_it_end(&mut self) -> Result<(), Trouble> {
        let began = Instant::now();
        let _ = self.often(|runner| {
            runner.until(began + STATUS_WAIT, |runner| {
                let most = match runner.program.is_busy() {
                    _ if runner.program.ended().is_some() => Duration::ZERO,
                    Some(false) => Duration::ZERO,
                    _ if runner.program.all_closed() => STATUS_WAIT,
                    Some(true) => LAST_WORDS_WAIT,
                    None => AFTERMATH_WAIT,
                };
                Ok((began.elapsed() >= most).then_some(()))
            })
        })?;
        Ok(())
    }

    /// Waits for the report of a crash, and for the program's status, which both come after its
    /// connections have closed.
    fn hear_out(&mut self, trouble: &Trouble) {
        let began = Instant::now();
        let broke = matches!(
            trouble,
            Trouble::ClosedEarly(_) | Trouble::ResetEarly(_) | Trouble::Refused
        );
        let flood = matches!(trouble, Trouble::Flood(_));
        let mut before = None;
        while let Ok(process) = self.program.process()
            && !self.options.stopped()
        {
            let (total, closed) = (process.errors.total(), process.errors.is_closed());
            let ended = self.program.ended().is_some();
            let most = match self.program.all_closed() {
                true => STATUS_WAIT,
                false => LAST_WORDS_WAIT,
            };
            let silent = closed || (before == Some(total) && (total > 0 || !broke));
            let goes_on = !ended && !self.program.all_closed();
            if began.elapsed() >= most
                || (closed && ended)
                || (silent && goes_on && (flood || self.program.is_busy() != Some(true)))
            {
                return;
            }
            before = Some(total);
            let _ = self.until(Instant::now() + STDERR_QUIET_AFTER, |runner| {
                Ok((!ended && runner.program.ended().is_some()).then_some(()))
            });
        }
    }
}
