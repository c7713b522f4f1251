//! Plays the step in which a peer receives a whole HTTP response.

use std::time::{Duration, Instant};

use super::expectation::{Expectation, missing, window};
use super::peer::{Peer, UNREAD_BYTES_MAX};
use super::response::{Came, look};
use super::runner::Runner;
use crate::check::Response;
use crate::verdict::{Bytes, HttpFault, Surplus, Trouble, Written};

/// Time within which the rest of a response that is too long comes: usually it is in the same write.
const SURPLUS_ARRIVES_WITHIN: Duration = Duration::from_millis(15);

/// Number of bytes that a report shows of an answer.
const ANSWER_BYTES_SHOWN: usize = 64;

/// Expects a response with this status and, where the step has one, this body.
pub(super) fn response<'a>(
    runner: &mut Runner<'a>,
    at: (&'a str, usize),
    wanted: &Response,
) -> Result<(), Trouble> {
    let whole = |runner: &mut Runner<'a>| {
        let peer = runner.peers.one(at)?;
        match look(&peer.unread, wanted.status, wanted.head).map_err(Trouble::Http)? {
            Came::Whole { head, end, said } => Ok(Some(Ok((head, end, said)))),
            came if peer.ended.is_some() => Ok(Some(Err(came))),
            _ => Ok(None),
        }
    };
    let (head, end, said) = match runner.patiently(whole)? {
        Ok(Ok(whole)) => whole,
        // A server may refuse with a response, or just close the connection.
        Ok(Err(_)) if wanted.or_gone && runner.peers.one(at)?.unread.is_empty() => return Ok(()),
        _ if runner.peers.one(at)?.unread.is_empty() => {
            missing(runner, at, &mut Answer { wanted })?;
            // It came at the last moment after all.
            return response(runner, at, wanted);
        }
        found => return Err(part_of_a_response(runner, at, wanted, found.is_err())?),
    };
    let rest: Vec<u8> = runner
        .peers
        .one(at)?
        .unread
        .drain(..end)
        .skip(head)
        .collect();
    match wanted.body.as_ref().map(|body| body.bytes(None, &[])) {
        Some(body) if wanted.head && body.len() != said => {
            let wanted = body.len();
            return Err(Trouble::Http(HttpFault::OtherLength { said, wanted }));
        }
        Some(body) if !wanted.head => same(&body, &rest)?,
        _ => {}
    }
    let more = what_follows(runner, at)?;
    match (more.is_empty(), wanted.head) {
        (true, _) => Ok(()),
        (false, true) => Err(Trouble::Http(HttpFault::HeadBody(more))),
        (false, false) => Err(Trouble::Http(HttpFault::Long { said, more })),
    }
}

/// What follows a response and is not the next one.
fn what_follows<'a>(runner: &mut Runner<'a>, at: (&'a str, usize)) -> Result<Surplus, Trouble> {
    let _ = runner.until(Instant::now() + SURPLUS_ARRIVES_WITHIN, |runner| {
        let peer = runner.peers.one(at)?;
        Ok((!peer.unread.is_empty() || peer.ended.is_some()).then_some(()))
    })?;
    let more = &runner.peers.one(at)?.unread;
    let next = b"HTTP/1.1 ";
    let same = more.len().min(next.len());
    if more[..same] == next[..same] {
        return Ok(Surplus::default());
    }
    Ok(Surplus::of(more))
}

/// The trouble of a response of which only a part came; where only the deadline has passed, what
/// came is not at fault.
fn part_of_a_response<'a>(
    runner: &mut Runner<'a>,
    at: (&'a str, usize),
    wanted: &Response,
    in_vain: bool,
) -> Result<Trouble, Trouble> {
    let (time, goes_on) = (
        runner.patience.wait.waited(),
        runner.patience.wait.goes_on(),
    );
    let peer = runner.peers.one(at)?;
    let part = look(&peer.unread, wanted.status, wanted.head).map_err(Trouble::Http)?;
    let waits = in_vain && peer.ended.is_none();
    let (said, came) = match part {
        Came::Body { said, came } => (said, came),
        _ => return Ok(Trouble::Http(HttpFault::NoEnd)),
    };
    let body = wanted.body.as_ref().map(|body| body.bytes(None, &[]));
    let begun = &peer.unread[peer.unread.len() - came..];
    if let Some(body) = &body
        && !body.starts_with(begun)
    {
        same(body, begun)?;
    }
    Ok(match body {
        _ if peer.unread.len() >= UNREAD_BYTES_MAX => Trouble::Flood(Written::Sent),
        _ if !waits => Trouble::Http(HttpFault::Short { said, came }),
        _ if goes_on => Trouble::RightSoFar {
            right: came,
            all: said,
            time,
        },
        Some(body) if body.len() == said => {
            Trouble::TooLittle(window(&body, &[], begun, came), time)
        }
        _ => Trouble::Http(HttpFault::Short { said, came }),
    })
}

/// The expectation of any beginning of an answer.
struct Answer<'a> {
    wanted: &'a Response,
}

impl Expectation for Answer<'_> {
    fn look(&mut self, peer: &mut Peer) -> Option<bool> {
        match look(&peer.unread, self.wanted.status, self.wanted.head) {
            Ok(Came::Whole { .. }) => Some(true),
            _ => peer.ended.is_some().then_some(false),
        }
    }

    fn is_wrong(&self, _peer: &Peer) -> bool {
        false
    }

    fn bytes(&self, peer: &Peer) -> Bytes {
        Bytes {
            expected: format!("HTTP/1.1 {} [..]\r\n", self.wanted.status).into_bytes(),
            pattern: true,
            came: peer.unread[..peer.unread.len().min(ANSWER_BYTES_SHOWN)].to_vec(),
            ..Bytes::default()
        }
    }
}

fn same(expected: &[u8], came: &[u8]) -> Result<(), Trouble> {
    let right = expected.iter().zip(came).take_while(|(a, b)| a == b);
    let right = right.count();
    match right == expected.len() && right == came.len() {
        true => Ok(()),
        false => Err(Trouble::Wrong(window(expected, &[], came, right))),
    }
}
