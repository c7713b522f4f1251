//! What a peer is expected to receive next: taken when all of it is there; if it does not come, the
//! trouble that this is.

use std::time::{Duration, Instant};

use session::run::output;

use super::peer::{End, Peer, UNREAD_BYTES_MAX};
use super::runner::{InVain, Runner};
use crate::verdict::{Bytes, Trouble, Written};

/// Number of right bytes that a report shows before the difference.
const BYTES_SHOWN_BEFORE: usize = 16;

/// Number of bytes that a report shows from the difference on.
const BYTES_SHOWN_AFTER: usize = 32;

/// Time within which what was written just before the deadline arrives.
const LAST_BYTES_ARRIVE_WITHIN: Duration = Duration::from_millis(50);

/// The most bytes of what came that a later send may repeat.
const TAKEN_BYTES_MAX: usize = 1 << 16;

/// What a peer is to receive next.
pub(super) trait Expectation {
    /// Takes what is there: `true` once all of it was there, `false` where it can no longer come.
    fn look(&mut self, peer: &mut Peer) -> Option<bool>;
    /// Whether wrong bytes came, and not only too few.
    fn is_wrong(&self, peer: &Peer) -> bool;
    /// Whether what came could still become right if the judge read on.
    fn may_be_right(&self, _peer: &Peer) -> bool {
        false
    }
    /// Number of bytes of it that have come.
    fn right(&self) -> usize {
        0
    }
    /// The part of it, and of what came instead, that a report shows.
    fn bytes(&self, peer: &Peer) -> Bytes;
}

/// Waits until all of it has come, or can no longer come.
pub(super) fn all<'a>(
    runner: &mut Runner<'a>,
    at: (&'a str, usize),
    expectation: &mut impl Expectation,
) -> Result<(), Trouble> {
    match runner.patiently(|runner| Ok(expectation.look(runner.peers.one(at)?)))? {
        Ok(true) => Ok(()),
        _ => missing(runner, at, expectation),
    }
}

/// The trouble of what did not come; none, where it has come at the last moment.
pub(super) fn missing<'a>(
    runner: &mut Runner<'a>,
    at: (&'a str, usize),
    expectation: &mut impl Expectation,
) -> Result<(), Trouble> {
    let (time, goes_on) = (
        runner.patience.wait.waited(),
        runner.patience.wait.goes_on(),
    );
    // What is on its way counts too.
    let _ = runner.until(Instant::now() + LAST_BYTES_ARRIVE_WITHIN, |_| {
        Ok(None::<()>)
    })?;
    let peer = runner.peers.one(at)?;
    match expectation.look(peer) {
        // It came just after the deadline: no rule is that exact.
        Some(true) => return Ok(()),
        Some(false) if expectation.is_wrong(peer) => {
            return Err(match peer.unread.len() >= UNREAD_BYTES_MAX {
                // Its end may be right: the judge has stopped reading, which is not the program's fault.
                true if peer.ended.is_none() && expectation.may_be_right(peer) => {
                    Trouble::Flood(Written::Sent)
                }
                _ => Trouble::Wrong(expectation.bytes(peer)),
            });
        }
        _ => {}
    }
    let bytes = expectation.bytes(peer);
    let (end, unsent) = (peer.ended, peer.unsent());
    match end {
        Some(End::Closed) => return Err(Trouble::ClosedEarly(bytes)),
        Some(End::Reset) => return Err(Trouble::ResetEarly(bytes)),
        None if runner.program.ended().is_some() => return Err(Trouble::Gone),
        // Every byte was right, and there was no time for more.
        None if goes_on && expectation.right() > 0 => {
            return Err(Trouble::RightSoFar {
                right: expectation.right(),
                all: bytes.all,
                time,
            });
        }
        None if unsent > 0 => return Err(Trouble::NotReading(bytes, unsent)),
        None => {}
    }
    runner.end_all_sides();
    let until = runner.last_words();
    let late = runner.until(until, |runner| {
        Ok((expectation.look(runner.peers.one(at)?) == Some(true)).then_some(()))
    })?;
    Err(match late {
        Ok(()) => Trouble::OnlyAtEnd(bytes),
        Err(InVain) => Trouble::TooLittle(bytes, time),
    })
}

/// The expectation of a line that matches a pattern.
pub(super) struct Line {
    pub(super) pattern: String,
}

impl Line {
    fn end(peer: &Peer) -> Option<usize> {
        peer.unread.iter().position(|&byte| byte == b'\n')
    }
}

impl Expectation for Line {
    fn look(&mut self, peer: &mut Peer) -> Option<bool> {
        let Some(end) = Self::end(peer) else {
            let hopeless = self.is_wrong(peer) || peer.ended.is_some();
            return hopeless.then_some(false);
        };
        let right = output::matches(&self.pattern, &String::from_utf8_lossy(&peer.unread[..end]));
        if right {
            peer.unread.drain(..=end);
        }
        Some(right)
    }

    fn is_wrong(&self, peer: &Peer) -> bool {
        !self.may_be_right(peer) || peer.unread.len() >= UNREAD_BYTES_MAX
    }

    fn may_be_right(&self, peer: &Peer) -> bool {
        Self::end(peer).is_none() && output::may_become(&self.pattern, &peer.unread)
    }

    fn bytes(&self, peer: &Peer) -> Bytes {
        let mut expected = self.pattern.as_bytes().to_vec();
        expected.push(b'\n');
        let shown = peer
            .unread
            .len()
            .min(BYTES_SHOWN_BEFORE + BYTES_SHOWN_AFTER.max(expected.len()));
        Bytes {
            expected,
            pattern: self.pattern.contains("[..]"),
            came: peer.unread[..shown].to_vec(),
            ..Bytes::default()
        }
    }
}

/// The expectation of exactly these bytes, except where any byte is right.
pub(super) struct Exactly {
    pub(super) expected: Vec<u8>,
    pub(super) any: Vec<usize>,
    pub(super) right: usize,
}

impl Expectation for Exactly {
    fn look(&mut self, peer: &mut Peer) -> Option<bool> {
        let rest = &self.expected[self.right..];
        let pairs = peer.unread.iter().zip(rest).enumerate();
        let same = |&(at, (a, b)): &(usize, (&u8, &u8))| {
            a == b || self.any.binary_search(&(self.right + at)).is_ok()
        };
        // Megabytes that are all right are compared at once.
        let same = match rest.starts_with(&peer.unread) {
            true => peer.unread.len(),
            false => pairs.take_while(same).count(),
        };
        let came: Vec<u8> = peer.unread.drain(..same).collect();
        // Only a story with bytes that are not fixed repeats them.
        if self.expected.len() <= TAKEN_BYTES_MAX {
            peer.taken.extend(came);
        }
        self.right += same;
        match self.right == self.expected.len() {
            true => Some(true),
            false => (self.is_wrong(peer) || peer.ended.is_some()).then_some(false),
        }
    }

    fn is_wrong(&self, peer: &Peer) -> bool {
        // What is right has been taken.
        !peer.unread.is_empty()
    }

    fn right(&self) -> usize {
        self.right
    }

    fn bytes(&self, peer: &Peer) -> Bytes {
        let mut came = match self.expected.len() <= TAKEN_BYTES_MAX {
            true => peer.taken.clone(),
            false => self.expected[..self.right].to_vec(),
        };
        came.extend(peer.unread.iter().take(BYTES_SHOWN_AFTER));
        window(&self.expected, &self.any, &came, self.right)
    }
}

/// The bytes around the first difference, which a report shows.
pub(super) fn window(expected: &[u8], any: &[usize], came: &[u8], right: usize) -> Bytes {
    let before = right.saturating_sub(BYTES_SHOWN_BEFORE);
    let cut =
        |row: &[u8]| row[before.min(row.len())..row.len().min(right + BYTES_SHOWN_AFTER)].to_vec();
    Bytes {
        before,
        expected: cut(expected),
        pattern: false,
        any: any.iter().filter_map(|at| at.checked_sub(before)).collect(),
        came: cut(came),
        all: expected.len(),
    }
}
