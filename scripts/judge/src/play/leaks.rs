//! Finds what a server keeps of clients that are gone. The story so far is played again and again,
//! and between two batches what the program holds is counted.
//!
//! A right program may hold more after the first batches: pools fill, and some runtimes keep what
//! they freed. A program that keeps something of each client holds more after every batch.

use std::time::{Duration, Instant};

use super::runner::Runner;
use super::system::Holdings;
use crate::check::{Act, Actor, Step};
use crate::verdict::{Kept, Trouble};

/// Number of batches after which nothing is kept if one of them grew nothing.
const BATCHES_MIN: usize = 2;

/// Number of batches after which what grew in each is kept: a pool of 200 threads is full by then.
const BATCHES_MAX: usize = 5;

/// Time within which a right program lets go of its last clients.
const LETS_GO_WITHIN: Duration = Duration::from_millis(250);

/// Time between two looks at what it holds.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Growth per client from which memory counts as kept: less is an entry in a table, or a log line.
const KEPT_BYTES_PER_CLIENT: u64 = 512 << 10;

/// Number of clients of which at least one must leave a descriptor, a thread or a process behind, for
/// these to count as kept. A story may have clients of which only some make it forget to close.
const CLIENTS_PER_KEPT: u64 = 5;

/// The function that plays one step.
type Play<'a> = fn(&mut Runner<'a>, &'a Step) -> Result<(), Trouble>;

/// Plays `you forgets N`, which is `act`: the peers' steps before it are the story.
pub(super) fn forgets<'a>(
    runner: &mut Runner<'a>,
    act: &'a Act,
    times: usize,
    play: Play<'a>,
) -> Result<(), Trouble> {
    let before = |step: &&'a Step| !std::ptr::eq(&step.act, act);
    let story: Vec<&'a Step> = runner
        .variant
        .steps
        .iter()
        .take_while(before)
        .filter(|step| matches!(step.actor, Actor::Peer { .. }))
        .collect();
    let clients = clients(&story) * times;
    runner.pause(LETS_GO_WITHIN / 4)?;
    let mut held = runner.program.holdings();
    // What has grown after every batch so far, with its least growth.
    let mut suspects: Vec<(Kept, u64)> = Kept::ALL.map(|kept| (kept, u64::MAX)).to_vec();
    for batch in 1..=BATCHES_MAX {
        again(runner, &story, times, play)?;
        match held {
            Some(before) => {
                let last = batch == BATCHES_MAX;
                let patience = if last {
                    runner.options.deadline
                } else {
                    LETS_GO_WITHIN
                };
                suspects = grown(runner, before, &suspects, clients, patience)?;
                held = runner.program.holdings();
            }
            None => runner.unchecked.kept = true,
        }
        if runner.program.ended().is_some() {
            return Err(Trouble::Gone);
        }
        if batch >= BATCHES_MIN && (suspects.is_empty() || runner.unchecked.kept) {
            return Ok(());
        }
    }
    match suspects.first() {
        Some(&(what, least)) => Err(Trouble::Keeps {
            what,
            clients,
            batches: BATCHES_MAX,
            least,
        }),
        None => Ok(()),
    }
}

/// Those of `suspects` of which the program still holds more than `before` after a while.
fn grown<'a>(
    runner: &mut Runner<'a>,
    before: Holdings,
    suspects: &[(Kept, u64)],
    clients: usize,
    patience: Duration,
) -> Result<Vec<(Kept, u64)>, Trouble> {
    let until = Instant::now() + patience;
    loop {
        let now = runner.program.holdings().unwrap_or_default();
        let still: Vec<_> = suspects
            .iter()
            .map(|&(kept, least)| (kept, growth(kept, before, now), least))
            .filter(|&(kept, grown, _)| grown >= bound(kept, clients))
            .map(|(kept, grown, least)| (kept, grown.min(least)))
            .collect();
        if still.is_empty() || Instant::now() >= until || runner.program.ended().is_some() {
            return Ok(still);
        }
        runner.pause(LOOK_INTERVAL)?;
    }
}

/// Plays the story `times` more times, each time with new peers.
fn again<'a>(
    runner: &mut Runner<'a>,
    story: &[&'a Step],
    times: usize,
    play: Play<'a>,
) -> Result<(), Trouble> {
    for time in 0..times {
        runner.peers.clear();
        for step in story {
            runner.peers.release(Some(step));
            let done = play(runner, step);
            if done.is_err() {
                runner.looking_at = Some(time);
            }
            done?;
        }
        runner.peers.release(None);
    }
    runner.looking_at = None;
    runner.peers.clear();
    Ok(())
}

/// Number of clients in the story.
fn clients(story: &[&Step]) -> usize {
    let of = |step: &&Step| match (&step.actor, &step.act) {
        (Actor::Peer { count, .. }, Act::Connect) => count.unwrap_or(1),
        _ => 0,
    };
    story.iter().map(of).sum()
}

fn growth(kept: Kept, before: Holdings, now: Holdings) -> u64 {
    let grown = |of: fn(&Holdings) -> u64| of(&now).saturating_sub(of(&before));
    match kept {
        Kept::Processes => grown(|held| held.processes),
        Kept::Threads => grown(|held| held.threads),
        Kept::Descriptors => grown(|held| held.descriptors),
        // Memory that was never written counts too, and so does a heap that was there and now fills.
        Kept::Memory => grown(|held| held.resident).max(grown(|held| held.data)),
    }
}

fn bound(kept: Kept, clients: usize) -> u64 {
    let clients = clients as u64;
    match kept {
        Kept::Memory => clients * KEPT_BYTES_PER_CLIENT,
        _ => clients.div_ceil(CLIENTS_PER_KEPT),
    }
}
