//! Plays one variant: its steps one after the other, each at its actor.

use std::io;
use std::net::SocketAddr;

use super::runner::Runner;
use super::{address, leaks, peer_step, program_step, udp_step};
use crate::check::{Act, Actor, Role, Step, Transport};
use crate::verdict::{Failure, Trouble};

/// Plays the whole story; the failure, if there is one.
pub(super) fn play(runner: &mut Runner<'_>) -> Option<Box<Failure>> {
    let variant = runner.variant;
    for (index, step) in variant.steps.iter().enumerate() {
        runner.looking_at = None;
        runner.peers.release(Some(step));
        if let Err(trouble) = act(runner, step) {
            return Some(Box::new(runner.failure(index, trouble)));
        }
    }
    None
}

fn act<'a>(runner: &mut Runner<'a>, step: &'a Step) -> Result<(), Trouble> {
    runner.patience.by_rule = step.by_rule;
    match (&step.actor, &step.act) {
        (Actor::You, Act::Start { args }) => start(runner, args),
        (Actor::You, Act::Forgets { times }) => leaks::forgets(runner, &step.act, *times, act),
        (Actor::You, act) => program_step::play(runner, act, step.within),
        (Actor::Peer { .. }, Act::Refuses) => Ok(()),
        (Actor::Peer { name, .. }, act) if runner.check.transport == Transport::Udp => {
            udp_step::play(runner, name, act, step.within)
        }
        (Actor::Peer { name, count }, act) => {
            peer_step::play(runner, name, *count, act, step.within)
        }
    }
}

fn start(runner: &mut Runner<'_>, args: &[String]) -> Result<(), Trouble> {
    let addresses = addresses(runner);
    let addresses = addresses.map_err(|error| Trouble::Judge(format!("an address: {error}")))?;
    let options = runner.options;
    runner
        .program
        .start(&options.program, &options.directory, args, &addresses)?;
    if runner.check.role == Role::Filter {
        runner.patience.start_with_words();
    }
    Ok(())
}

/// The addresses where the program listens, and where it connects.
fn addresses(runner: &mut Runner<'_>) -> io::Result<Vec<SocketAddr>> {
    Ok(match runner.check.role {
        Role::Server => vec![runner.program.claim_address()?],
        Role::Client => vec![judges_address(runner)?],
        Role::Filter => Vec::new(),
        Role::Relay => vec![runner.program.claim_address()?, judges_address(runner)?],
    })
}

/// The judge's address, which the program connects or sends to.
fn judges_address(runner: &mut Runner<'_>) -> io::Result<SocketAddr> {
    let steps = &runner.variant.steps;
    let refuses = steps.iter().any(|step| step.act == Act::Refuses);
    match (runner.check.transport, refuses) {
        (Transport::Tcp, false) => {
            let slow = |step: &Step| matches!(step.act, Act::Stops | Act::Reads { pace: Some(_) });
            runner.peers.listen(steps.iter().any(slow))
        }
        (Transport::Tcp, true) => runner.peers.reserve(),
        // A socket that exists takes datagrams, whether they are read or not.
        (Transport::Udp, true) => address::free_for_datagrams(),
        (Transport::Udp, false) => {
            let name = steps.iter().find_map(|step| match &step.actor {
                Actor::Peer { name, .. } => Some(&**name),
                Actor::You => None,
            });
            runner.peers.udp.bind(name.unwrap_or_default())
        }
    }
}
