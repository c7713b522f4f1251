//! Plays each step at a peer that has a connection.

use std::time::{Duration, Instant};

use super::expectation::{self, Exactly, Line};
use super::peer::{End, UNREAD_BYTES_MAX};
use super::runner::{InVain, Runner};
use super::{connect, http_step};
use crate::check::{Act, numbered};
use crate::verdict::{Bytes, Surplus, Trouble, Written};

pub(super) fn play<'a>(
    runner: &mut Runner<'a>,
    name: &'a str,
    count: Option<usize>,
    act: &Act,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    let all = count.unwrap_or(1);
    let number = |index: usize| count.map(|_| index + 1);
    match act {
        Act::Connect => return connect::connect(runner, name, all, within),
        Act::Accept => return connect::accept(runner, name, all, within),
        Act::Send { payload } => {
            let peers = runner.peers.named(name).iter();
            let bytes = peers
                .enumerate()
                .map(|(index, peer)| payload.bytes(number(index), &peer.taken))
                .collect();
            runner.peers.send(name, bytes);
            return Ok(());
        }
        Act::Reset => let_it_read(runner, name)?,
        _ => {}
    }
    runner.wait_for(within);
    let silence = match act {
        Act::Silent { duration } => runner.all_sent() + *duration,
        _ => runner.patience.ends,
    };
    for index in 0..all {
        runner.looking_at = count.map(|_| index);
        let at = (name, index);
        match act {
            Act::Line { pattern } => {
                let pattern = numbered(pattern, number(index));
                expectation::all(runner, at, &mut Line { pattern })?;
            }
            Act::Bytes { payload } => {
                runner.peers.one(at)?.taken.clear();
                let mut exactly = Exactly {
                    expected: payload.bytes(number(index), &[]),
                    any: payload.any(number(index)),
                    right: 0,
                };
                expectation::all(runner, at, &mut exactly)?;
            }
            Act::Http(response) => http_step::response(runner, at, response)?,
            Act::Silent { duration } => silent(runner, at, silence, *duration)?,
            Act::SeesEnd => end(runner, at, Some(End::Closed))?,
            Act::SeesReset => end(runner, at, Some(End::Reset))?,
            Act::SeesGone => end(runner, at, None)?,
            act => tell(runner, at, act),
        }
    }
    runner.looking_at = None;
    if matches!(act, Act::Close | Act::Reset) {
        // The next step comes after it.
        let _ = runner.patiently(|runner| Ok(runner.peers.are_idle(name).then_some(())))?;
    }
    Ok(())
}

/// Lets the program read what was sent before the reset, if it reads at all: where both arrive
/// together, not every runtime tells its program about the reset (libuv takes it for an end).
fn let_it_read(runner: &mut Runner<'_>, name: &str) -> Result<(), Trouble> {
    let until = Instant::now() + impair::BEFORE_RESET;
    let _ = runner.often(|runner| {
        runner.until(until, |runner| {
            let read = runner.peers.are_idle(name) && runner.program.unread() == Some(0);
            Ok(read.then_some(()))
        })
    })?;
    Ok(())
}

fn tell(runner: &mut Runner<'_>, at: (&str, usize), act: &Act) {
    let Ok(peer) = runner.peers.one(at) else {
        return;
    };
    match act {
        Act::EndOfInput => peer.half_close(),
        Act::Close => peer.close(),
        Act::Reset => peer.reset(),
        Act::Stops => peer.stop(),
        Act::Reads { pace } => peer.read(*pace),
        Act::Paces { pace } => peer.pace = Some(*pace),
        _ => {}
    }
}

fn silent<'a>(
    runner: &mut Runner<'a>,
    at: (&'a str, usize),
    until: Instant,
    duration: Duration,
) -> Result<(), Trouble> {
    let came = |runner: &mut Runner<'a>| {
        let peer = runner.peers.one(at)?;
        Ok((!peer.unread.is_empty() || peer.ended.is_some()).then_some(()))
    };
    // What does not read is there to hold the program up: the time counts from when it does.
    let found = match runner.peers.one(at)?.has_stopped() {
        true => runner.until_held_up(until, duration, came)?,
        false => runner.until(until, came)?,
    };
    if let Err(InVain) = found {
        return match runner.program.ended() {
            Some(_) if Instant::now() < until => Err(Trouble::Gone),
            _ => Ok(()),
        };
    }
    let came = surplus(runner, at)?;
    let bytes = Bytes::default();
    Err(match runner.peers.one(at)?.ended {
        _ if !came.is_empty() => Trouble::NotSilent(came),
        Some(End::Reset) => Trouble::ResetEarly(bytes),
        _ => Trouble::ClosedEarly(bytes),
    })
}

fn end<'a>(
    runner: &mut Runner<'a>,
    at: (&'a str, usize),
    wanted: Option<End>,
) -> Result<(), Trouble> {
    let found = runner.patiently(|runner| {
        let peer = runner.peers.one(at)?;
        // A reset discards what was on its way: only the reset itself counts.
        let surplus = !peer.unread.is_empty() && wanted != Some(End::Reset);
        Ok((surplus || peer.ended.is_some()).then_some(()))
    })?;
    if found.is_err() {
        return Err(Trouble::StillOpen(runner.patience.wait.waited()));
    }
    let ended = runner.peers.one(at)?.ended;
    let came = surplus(runner, at)?;
    match (ended, wanted) {
        _ if !came.is_empty() && wanted != Some(End::Reset) => Err(Trouble::TooMuch(came)),
        (Some(End::Reset), Some(End::Closed)) => Err(Trouble::ResetEarly(Bytes::default())),
        (_, Some(End::Reset)) if ended != Some(End::Reset) => Err(Trouble::NoReset),
        _ => Ok(()),
    }
}

/// What came and was not expected; if there is no end to it, it is a flood.
fn surplus<'a>(runner: &mut Runner<'a>, at: (&'a str, usize)) -> Result<Surplus, Trouble> {
    if runner.peers.one(at)?.unread.is_empty() {
        return Ok(Surplus::default());
    }
    let soon = Instant::now() + Duration::from_millis(100);
    let full = runner.until(soon, |runner| {
        Ok((runner.peers.one(at)?.unread.len() >= UNREAD_BYTES_MAX).then_some(()))
    })?;
    if full.is_ok() {
        return Err(Trouble::Flood(Written::Sent));
    }
    Ok(Surplus::of(&runner.peers.one(at)?.unread))
}
