//! Plays the variants of a check, each against a program of its own at an address of its own.

mod address;
mod arrive;
mod datagram;
mod expect;
mod forget;
mod http;
mod peer;
mod pieces;
mod response;
mod stage;
mod system;
mod terminal;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use session::run::Invocation;

use crate::check::{Check, Variant};
use crate::verdict::{Failure, Verdict};

/// How to play.
#[derive(Debug, Clone)]
pub struct Options {
    /// The learner's program; the address comes after its arguments.
    pub program: Invocation,
    /// Where it runs.
    pub directory: PathBuf,
    /// What makes random cuts the same again.
    pub seed: u64,
    /// The longest that a step may take which has no deadline of its own.
    pub deadline: Duration,
    /// A program has this long to listen, or to connect.
    pub patience: Duration,
    /// Once true, what is played ends at once, and its verdicts mean nothing.
    pub stop: Arc<AtomicBool>,
}

/// So many variants at once: they mostly wait.
const AT_ONCE: usize = 4;

impl Options {
    /// The usual deadlines.
    #[must_use]
    pub fn new(program: Invocation, directory: PathBuf) -> Self {
        Self {
            program,
            directory,
            seed: 1,
            deadline: Duration::from_secs(2),
            patience: Duration::from_secs(5),
            stop: Arc::default(),
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Plays the variants in `wanted`, and tells each verdict as it comes, in the order of the check.
///
/// The first variant is played alone: where the program does not even start, the others would
/// only say so again, and are left out.
pub fn play<'a>(
    check: &'a Check,
    wanted: &[&'a Variant],
    options: &Options,
    mut tell: impl FnMut(&Verdict),
) -> Vec<Verdict> {
    let Some((first, others)) = wanted.split_first() else {
        return Vec::new();
    };
    let first = variant(check, first, options);
    tell(&first);
    let hopeless = |failure: &Failure| failure.trouble.at_the_start();
    if first.failure.as_deref().is_some_and(hopeless) {
        return vec![first];
    }
    let mut verdicts = vec![first];
    let (done, results) = mpsc::channel();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(others.len()) {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                while let Some(&of) = others.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if options.stopped() {
                        return;
                    }
                    let verdict = variant(check, of, options);
                    if done.send(verdict).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early: Vec<Verdict> = Vec::new();
        for of in others {
            while let Some(verdict) = take(&mut early, &of.name).or_else(|| results.recv().ok()) {
                if verdict.variant == of.name {
                    tell(&verdict);
                    verdicts.push(verdict);
                    break;
                }
                early.push(verdict);
            }
        }
    });
    verdicts
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
    let began = Instant::now();
    let mut stage = stage::Stage::new(check, variant, options);
    let failure = stage.play();
    let memory_unchecked = stage.memory_unchecked;
    let kept_unchecked = stage.kept_unchecked;
    // Ends the program and everything that it started.
    drop(stage);
    Verdict {
        variant: variant.name.clone(),
        time: began.elapsed(),
        seed: options.seed,
        memory_unchecked,
        kept_unchecked,
        failure,
    }
}
