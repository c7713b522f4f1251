//! Plays each step at a peer that has a UDP socket, and no connection.

use std::io;
use std::time::{Duration, Instant};

use super::expectation::window;
use super::runner::{InVain, Runner};
use crate::check::{Act, Payload};
use crate::verdict::{Bytes, Surplus, Trouble};

/// Plays a step of a peer that has no connection.
pub(super) fn play<'a>(
    runner: &mut Runner<'a>,
    name: &'a str,
    act: &Act,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    let judge = |error: io::Error| Trouble::Judge(format!("a UDP socket: {error}"));
    if !runner.peers.udp.has(name) {
        runner.peers.udp.bind(name).map_err(judge)?;
    }
    match act {
        Act::Bytes { payload } => takes(runner, name, payload, within),
        Act::Send { payload } => {
            let bytes = payload.bytes(None, &runner.peers.udp.taken);
            runner.peers.udp.answer(name, &bytes);
            Ok(())
        }
        Act::Silent { duration } => no_datagram(runner, name, *duration),
        act => Err(Trouble::Judge(format!(
            "`{name} {act}` cannot be played over UDP"
        ))),
    }
}

fn takes<'a>(
    runner: &mut Runner<'a>,
    name: &str,
    payload: &Payload,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    let first = !runner.peers.udp.has_received();
    match first {
        true => runner.wait_for_start(within),
        false => runner.wait_for(within),
    }
    let (expected, any) = (payload.bytes(None, &[]), payload.any(None));
    let came = runner.patiently(|runner| Ok(runner.peers.udp.next(name)))?;
    let Ok(came) = came else {
        let time = runner.patience.wait.waited();
        return Err(match (runner.program.ended(), first) {
            (Some(_), true) => Trouble::SentNothing,
            (Some(_), false) => Trouble::Gone,
            (None, true) => Trouble::NeverSends(time),
            (None, false) => Trouble::NoDatagram(window(&expected, &any, &[], 0), time),
        });
    };
    if first {
        runner.is_ready();
    }
    let bytes = Bytes {
        expected,
        any,
        came,
        ..Bytes::default()
    };
    let right = bytes.difference();
    if right < bytes.expected.len() || right < bytes.came.len() {
        return Err(Trouble::Wrong(window(
            &bytes.expected,
            &bytes.any,
            &bytes.came,
            right,
        )));
    }
    runner.peers.udp.taken = bytes.came;
    Ok(())
}

fn no_datagram<'a>(runner: &mut Runner<'a>, name: &str, duration: Duration) -> Result<(), Trouble> {
    let until = Instant::now() + duration;
    let found = runner.until(until, |runner| Ok(runner.peers.udp.next(name)))?;
    match found {
        Ok(came) => Err(Trouble::NotSilent(Surplus::of(&came))),
        Err(InVain) if Instant::now() < until => Err(Trouble::Gone),
        Err(InVain) => Ok(()),
    }
}
