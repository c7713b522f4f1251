//! Plays the variants of a check, each against a program of its own at an address of its own.

mod variant;

mod connect;
mod expectation;
mod http_step;
mod leaks;
mod peer_step;
mod program_step;
mod response;
mod udp_step;

mod runner;

mod patience;
mod peers;
mod program;

mod address;
mod peer;
mod poll;
mod system;
mod udp_peers;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use session::run::Invocation;

use runner::Runner;

use crate::check::{Check, TroubleKind, Variant};
use crate::verdict::{Failure, Slow, Trouble, Verdict};

/// Options of the judge.
#[derive(Debug, Clone)]
pub struct Options {
    /// The learner's program; the addresses come after its arguments.
    pub program: Invocation,
    /// The directory in which it runs.
    pub directory: PathBuf,
    /// The seed of random cuts.
    pub seed: u64,
    /// Deadline of a step that has none of its own.
    pub deadline: Duration,
    /// Time that a program has to start listening, or to connect.
    pub patience: Duration,
    /// Time after which the whole check is over.
    pub limit: Duration,
    /// Once true, everything ends at once, and the verdicts mean nothing.
    pub stop: Arc<AtomicBool>,
}

/// Time within which a program is ready on a machine that is not busy; Java may need half of it.
const USUALLY_READY_WITHIN: Duration = Duration::from_millis(1500);

/// Number of variants played at once: they mostly wait.
const VARIANTS_AT_ONCE: usize = 4;

impl Options {
    /// Options with the usual deadlines.
    #[must_use]
    pub fn new(program: Invocation, directory: PathBuf) -> Self {
        Self {
            program,
            directory,
            seed: 1,
            deadline: Duration::from_secs(2),
            patience: Duration::from_secs(5),
            limit: Duration::from_secs(60),
            stop: Arc::default(),
        }
    }

    /// These options with the patience for a program that was ready after this time: one that is slow
    /// to start is slow in everything it does.
    fn as_patient_as(&self, ready: Duration) -> Self {
        let times = (ready.as_millis() / USUALLY_READY_WITHIN.as_millis()).clamp(1, 5);
        let times = u32::try_from(times).unwrap_or(1);
        Self {
            deadline: self.deadline * times,
            patience: self.patience.max(ready * 4),
            ..self.clone()
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Plays the variants in `wanted`, and tells each verdict as it comes, in the order of the check.
///
/// The first variant is played alone: where the program does not even start, the others would only
/// show the same, and are left out; and the time that it takes to start decides how patient the
/// judge is with the others. A variant that failed but may only have been late is played once more,
/// alone; where the judge itself is late even then, there is no verdict on it.
pub fn play<'a>(
    check: &'a Check,
    wanted: &[&'a Variant],
    options: &Options,
    mut tell: impl FnMut(&Verdict),
) -> Vec<Verdict> {
    let Some((&first, others)) = wanted.split_first() else {
        return Vec::new();
    };
    let ends = Instant::now() + options.limit;
    let mut verdict = play_one(check, first, options, ends);
    if is_doubtful(&verdict) && verdict.slow.is_busy() {
        verdict = again(check, first, options, ends);
    }
    tell(&verdict);
    let hopeless = |failure: &Failure| failure.trouble.kind().is_at_the_start();
    if verdict.failure.as_deref().is_some_and(hopeless) {
        return vec![verdict];
    }
    let options = &options.as_patient_as(verdict.slow.ready.unwrap_or_default());
    let mut verdicts = vec![verdict];
    // A doubtful verdict is told after the second try, and so are those that follow it.
    let mut doubtful = false;
    at_once(check, others, options, ends, |verdict| {
        doubtful |= is_doubtful(&verdict);
        if !doubtful {
            tell(&verdict);
        }
        verdicts.push(verdict);
    });
    let told = verdicts.iter().skip(1).position(is_doubtful);
    let Some(from) = told.map(|at| at + 1) else {
        return verdicts;
    };
    let mut still_fails = false;
    for at in from..verdicts.len() {
        let worth_it = is_doubtful(&verdicts[at])
            // Where the first fails again on an idle machine, so will the others.
            && (!still_fails || verdicts[at].slow.is_busy());
        if worth_it && Instant::now() < ends && !options.stopped() {
            verdicts[at] = again(check, wanted[at], options, ends);
            still_fails |= verdicts[at].failure.is_some();
        } else if worth_it && Instant::now() >= ends {
            leave(&mut verdicts[at], Slow::is_busy, Trouble::NotPlayed);
        }
        tell(&verdicts[at]);
    }
    verdicts
}

/// Plays `variants`, several at once, and gives each verdict in their order. On a busy machine fewer
/// and fewer are played at once, down to one: more would only make each other late.
fn at_once<'a>(
    check: &'a Check,
    variants: &[&'a Variant],
    options: &Options,
    ends: Instant,
    mut give: impl FnMut(Verdict),
) {
    let (done, results) = mpsc::channel();
    let next = AtomicUsize::new(0);
    let threads = VARIANTS_AT_ONCE.min(variants.len());
    let active = AtomicUsize::new(threads);
    let one_less = |active: usize| (active > 1).then(|| active - 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (done, next, active) = (done.clone(), &next, &active);
            scope.spawn(move || {
                while let Some(&of) = variants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if options.stopped() {
                        return;
                    }
                    let verdict = play_one(check, of, options, ends);
                    let busy = verdict.slow.is_busy();
                    let order = Ordering::Relaxed;
                    if done.send(verdict).is_err()
                        || (busy && active.fetch_update(order, order, one_less).is_ok())
                    {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early: Vec<Verdict> = Vec::new();
        for of in variants {
            while let Some(verdict) = take(&mut early, &of.name).or_else(|| results.recv().ok()) {
                if verdict.variant == of.name {
                    give(verdict);
                    break;
                }
                early.push(verdict);
            }
        }
    });
}

/// Whether a failure may be due to a slow machine.
fn is_doubtful(verdict: &Verdict) -> bool {
    let Some(failure) = &verdict.failure else {
        return false;
    };
    match failure.trouble {
        Trouble::Judge(_) | Trouble::NotPlayed | Trouble::TooBusy | Trouble::CannotStart(_) => {
            false
        }
        // It had the time of the whole check.
        Trouble::RightSoFar { .. } => false,
        _ => failure.trouble.kind().is_late() || verdict.slow.is_busy(),
    }
}

/// Says `instead` of a failure that may be due to a judge that was late, if it was late: that is no
/// failure.
fn leave(verdict: &mut Verdict, late: fn(&Slow) -> bool, instead: Trouble) {
    let late = late(&verdict.slow);
    if let Some(failure) = &mut verdict.failure
        && late
        && takes_time(failure)
    {
        failure.trouble = instead;
    }
}

/// Plays a variant once more.
fn again(check: &Check, of: &Variant, options: &Options, ends: Instant) -> Verdict {
    let mut verdict = play_one(check, of, options, ends);
    verdict.slow.again = true;
    leave(&mut verdict, Slow::is_too_busy, Trouble::TooBusy);
    verdict
}

/// Whether it may be due to a judge that was late: its sends come after a deadline of the program's,
/// which breaks off, and what the program does comes after one of the judge's.
fn takes_time(failure: &Failure) -> bool {
    let kind = failure.trouble.kind();
    let breaks_off = matches!(
        kind,
        TroubleKind::ClosedEarly
            | TroubleKind::ResetEarly
            | TroubleKind::Gone
            | TroubleKind::NotSilent
    );
    failure.crash_words().is_none()
        && !matches!(failure.trouble, Trouble::NotPlayed)
        && (kind.is_late() || breaks_off)
}

fn take(verdicts: &mut Vec<Verdict>, name: &str) -> Option<Verdict> {
    let at = verdicts
        .iter()
        .position(|verdict| verdict.variant == name)?;
    Some(verdicts.swap_remove(at))
}

/// Plays one variant.
#[must_use]
pub fn variant(check: &Check, variant: &Variant, options: &Options) -> Verdict {
    play_one(check, variant, options, Instant::now() + options.limit)
}

/// Plays one variant, which must be over at `ends`.
fn play_one(check: &Check, variant: &Variant, options: &Options, ends: Instant) -> Verdict {
    let began = Instant::now();
    let mut runner = Runner::new(check, variant, options, ends);
    let failure = match began < ends {
        true => variant::play(&mut runner),
        false => Some(Box::new(Failure {
            step: 0,
            peer: None,
            trouble: Trouble::NotPlayed,
            ended: None,
            output: Vec::new(),
            crash: None,
            errors: Vec::new(),
        })),
    };
    let unchecked = runner.unchecked;
    let slow = runner.patience.slow(&runner.program);
    // Ends the program and everything that it started.
    drop(runner);
    Verdict {
        variant: variant.name.clone(),
        title: variant.title.clone(),
        time: began.elapsed(),
        seed: options.seed,
        memory_unchecked: unchecked.memory,
        kept_unchecked: unchecked.kept,
        slow,
        failure,
    }
}

#[cfg(test)]
mod tests {
    use bilingual::Text;

    use super::*;
    use crate::verdict::{Bytes, Slow, Written};

    fn verdict(late: u64, trouble: Trouble) -> Verdict {
        Verdict {
            variant: "next".into(),
            title: Text::default(),
            time: Duration::from_secs(2),
            seed: 1,
            memory_unchecked: false,
            kept_unchecked: false,
            slow: Slow {
                late: Duration::from_millis(late),
                ..Slow::default()
            },
            failure: Some(Box::new(Failure {
                step: 0,
                peer: None,
                trouble,
                ended: None,
                output: Vec::new(),
                errors: Vec::new(),
                crash: None,
            })),
        }
    }

    fn after(late: u64, trouble: Trouble) -> Trouble {
        let mut verdict = verdict(late, trouble);
        leave(&mut verdict, Slow::is_too_busy, Trouble::TooBusy);
        verdict.failure.unwrap().trouble
    }

    #[test]
    fn a_judge_that_was_late_gives_no_verdict_on_what_takes_time() {
        let time = Duration::from_secs(2);
        for trouble in [
            Trouble::TooLittle(Bytes::default(), time),
            Trouble::ClosedEarly(Bytes::default()),
            Trouble::ResetEarly(Bytes::default()),
            Trouble::StillOpen(time),
            Trouble::Gone,
        ] {
            assert_eq!(after(300, trouble.clone()), Trouble::TooBusy);
            assert_eq!(after(200, trouble.clone()), trouble);
        }
    }

    #[test]
    fn a_busy_machine_without_time_for_another_try_gives_no_verdict_either() {
        for trouble in [
            Trouble::ClosedEarly(Bytes::default()),
            Trouble::StillOpen(Duration::from_secs(2)),
            Trouble::Gone,
        ] {
            let mut failed = verdict(50, trouble);
            leave(&mut failed, Slow::is_busy, Trouble::NotPlayed);
            assert_eq!(failed.failure.unwrap().trouble, Trouble::NotPlayed);
        }
        let mut wrong = verdict(50, Trouble::WrongStatus);
        leave(&mut wrong, Slow::is_busy, Trouble::NotPlayed);
        assert_eq!(wrong.failure.unwrap().trouble, Trouble::WrongStatus);
    }

    #[test]
    fn a_program_that_is_slow_to_start_is_given_more_time() {
        let program = Invocation {
            program: PathBuf::new(),
            args: Vec::new(),
        };
        let options = Options::new(program, PathBuf::new());
        for (ready, deadline, patience) in [
            (0, 2000, 5000),
            (1499, 2000, 5996),
            (3200, 4000, 12_800),
            (60_000, 10_000, 240_000),
        ] {
            let patient = options.as_patient_as(Duration::from_millis(ready));
            let times = (patient.deadline.as_millis(), patient.patience.as_millis());
            assert_eq!(times, (deadline, patience));
        }
    }

    #[test]
    fn what_may_have_been_late_is_played_once_more() {
        let time = Duration::from_secs(2);
        let part = Trouble::RightSoFar {
            right: 1,
            all: 2,
            time,
        };
        for (late, trouble, expected) in [
            (0, Trouble::StillOpen(time), true),
            (0, Trouble::WrongStatus, false),
            (50, Trouble::WrongStatus, true),
            (9000, Trouble::CannotStart("x".into()), false),
            (9000, Trouble::NotPlayed, false),
            // It had the time of the whole check: another try would have none.
            (9000, part, false),
        ] {
            let verdict = verdict(late, trouble);
            assert_eq!(is_doubtful(&verdict), expected, "{verdict:?}");
        }
    }

    #[test]
    fn what_takes_no_time_is_wrong_on_a_busy_machine_too() {
        for trouble in [
            Trouble::Wrong(Bytes::default()),
            Trouble::WrongStatus,
            Trouble::Flood(Written::Sent),
            Trouble::NotPlayed,
        ] {
            assert_eq!(after(9000, trouble.clone()), trouble);
        }
    }
}
