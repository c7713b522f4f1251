//! What each step means at a peer.

use std::time::{Duration, Instant};

use session::run::output;
use session::run::process::Process;

use super::peer::{End, Peer, UNREAD};
use super::runner::{InVain, Stage};
use super::system;
use crate::check::{Act, numbered};
use crate::verdict::{Bytes, Surplus, Trouble, Written};

/// A report looks back at this much that was right.
const BACK: usize = 16;

/// And forward at this much.
const AHEAD: usize = 32;

/// What was written just before a wait was over arrives by then.
const ON_ITS_WAY: Duration = Duration::from_millis(50);

/// A program that reads has read what was sent by then.
const READ_FIRST: Duration = Duration::from_millis(150);

/// A piece of what came may be sent again, if it was no longer than this.
const REMEMBERED: usize = 1 << 16;

impl<'a> Stage<'a> {
    pub(super) fn theirs(
        &mut self,
        name: &'a str,
        count: Option<usize>,
        act: &Act,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        let all = count.unwrap_or(1);
        let number = |index: usize| count.map(|_| index + 1);
        match act {
            Act::Connect => return self.connect(name, all, within),
            Act::Accept => return self.accept(name, all, within),
            Act::Send { payload } => {
                let peers = self.peers.get(name).into_iter().flatten();
                let bytes = peers
                    .enumerate()
                    .map(|(index, peer)| payload.bytes(number(index), &peer.taken))
                    .collect();
                self.send(name, bytes);
                return Ok(());
            }
            Act::Reset => self.let_it_read(name)?,
            _ => {}
        }
        self.wait_for(within, self.options.deadline);
        let silence = match act {
            Act::Silent { duration } => self.busy.max(Instant::now()) + *duration,
            _ => self.ends,
        };
        for index in 0..all {
            self.looking_at = count.map(|_| index);
            let at = (name, index);
            match act {
                Act::Line { pattern } => {
                    let pattern = numbered(pattern, number(index));
                    self.takes_all(at, &mut Line { pattern })?;
                }
                Act::Bytes { payload } => {
                    self.peer(at)?.taken.clear();
                    let mut exactly = Exactly {
                        expected: payload.bytes(number(index), &[]),
                        any: payload.any(number(index)),
                        right: 0,
                    };
                    self.takes_all(at, &mut exactly)?;
                }
                Act::Http(response) => self.http(at, response)?,
                Act::Silent { .. } => self.silent(at, silence)?,
                Act::SeesEnd => self.end(at, Some(End::Closed))?,
                Act::SeesReset => self.end(at, Some(End::Reset))?,
                Act::SeesGone => self.end(at, None)?,
                act => self.tell(at, act),
            }
        }
        self.looking_at = None;
        if matches!(act, Act::Close | Act::Reset) {
            // The next step comes after it.
            let _ = self.patiently(|stage| {
                let mut peers = stage.peers.get(name).into_iter().flatten();
                Ok(peers.all(Peer::idle).then_some(()))
            })?;
        }
        Ok(())
    }

    /// The program reads what was sent before the reset, if it reads at all: where both come
    /// together, not every runtime tells its program of the reset (libuv takes it for an end).
    fn let_it_read(&mut self, name: &str) -> Result<(), Trouble> {
        let id = self.process.as_ref().map(Process::id);
        let _ = self.until(Instant::now() + READ_FIRST, |stage| {
            let mut peers = stage.peers.get(name).into_iter().flatten();
            let read = || {
                id.and_then(system::unread)
                    .is_some_and(|unread| unread == 0)
            };
            Ok((peers.all(Peer::idle) && read()).then_some(()))
        })?;
        Ok(())
    }

    fn tell(&mut self, (name, index): (&str, usize), act: &Act) {
        let Some(peer) = self
            .peers
            .get_mut(name)
            .and_then(|peers| peers.get_mut(index))
        else {
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

    pub(super) fn peer(&mut self, (name, index): (&str, usize)) -> Result<&mut Peer, Trouble> {
        let peer = self
            .peers
            .get_mut(name)
            .and_then(|peers| peers.get_mut(index));
        peer.ok_or_else(|| Trouble::Judge(format!("there is no peer {name}")))
    }

    /// Waits until all of it has come, or cannot come any more.
    fn takes_all(&mut self, at: (&'a str, usize), wanted: &mut impl Wanted) -> Result<(), Trouble> {
        match self.patiently(|stage| Ok(wanted.look(stage.peer(at)?)))? {
            Ok(true) => Ok(()),
            _ => self.missing(at, wanted),
        }
    }

    /// What was expected did not come: what does that look like?
    pub(super) fn missing(
        &mut self,
        at: (&'a str, usize),
        wanted: &mut impl Wanted,
    ) -> Result<(), Trouble> {
        let (time, goes_on) = (self.wait.waited(), self.wait.goes_on());
        // What is on its way belongs to the picture.
        let _ = self.until(Instant::now() + ON_ITS_WAY, |_| Ok(None::<()>))?;
        let peer = self.peer(at)?;
        match wanted.look(peer) {
            // It came while its absence was told: no rule is so exact.
            Some(true) => return Ok(()),
            Some(false) if wanted.is_wrong(peer) => {
                return Err(match peer.unread.len() >= UNREAD {
                    // An end of it may be right: where the judge stops reading is its own affair.
                    true if peer.ended.is_none() && wanted.may_be_right(peer) => {
                        Trouble::Flood(Written::Sent)
                    }
                    _ => Trouble::Wrong(wanted.bytes(peer)),
                });
            }
            _ => {}
        }
        let bytes = wanted.bytes(peer);
        let (end, unsent) = (peer.ended, peer.unsent());
        match end {
            Some(End::Closed) => return Err(Trouble::ClosedEarly(bytes)),
            Some(End::Reset) => return Err(Trouble::ResetEarly(bytes)),
            None if self.ended().is_some() => return Err(Trouble::Gone),
            // It was right to its last byte, and there was no time for more.
            None if goes_on && wanted.right() > 0 => {
                return Err(Trouble::RightSoFar {
                    right: wanted.right(),
                    all: bytes.all,
                    time,
                });
            }
            None if unsent > 0 => return Err(Trouble::NotReading(bytes, unsent)),
            None => {}
        }
        self.end_all_sides();
        let until = self.last_words();
        let late = self.until(until, |stage| {
            Ok((wanted.look(stage.peer(at)?) == Some(true)).then_some(()))
        })?;
        Err(match late {
            Ok(()) => Trouble::OnlyAtEnd(bytes),
            Err(InVain) => Trouble::TooLittle(bytes, time),
        })
    }

    /// Once the judge has ended its side, a program that only waited for that has answered by then.
    pub(super) fn last_words(&self) -> Instant {
        Instant::now() + self.options.deadline / 2
    }

    fn silent(&mut self, at: (&'a str, usize), until: Instant) -> Result<(), Trouble> {
        let found = self.until(until, |stage| {
            let peer = stage.peer(at)?;
            Ok((!peer.unread.is_empty() || peer.ended.is_some()).then_some(()))
        })?;
        if let Err(InVain) = found {
            return match self.ended() {
                Some(_) if Instant::now() < until => Err(Trouble::Gone),
                _ => Ok(()),
            };
        }
        let came = self.surplus(at)?;
        let bytes = Bytes::default();
        Err(match self.peer(at)?.ended {
            _ if !came.is_empty() => Trouble::NotSilent(came),
            Some(End::Reset) => Trouble::ResetEarly(bytes),
            _ => Trouble::ClosedEarly(bytes),
        })
    }

    fn end(&mut self, at: (&'a str, usize), wanted: Option<End>) -> Result<(), Trouble> {
        let found = self.patiently(|stage| {
            let peer = stage.peer(at)?;
            // A reset throws away what was on its way: only its own coming counts.
            let surplus = !peer.unread.is_empty() && wanted != Some(End::Reset);
            Ok((surplus || peer.ended.is_some()).then_some(()))
        })?;
        if found.is_err() {
            return Err(Trouble::StillOpen(self.wait.waited()));
        }
        let ended = self.peer(at)?.ended;
        let came = self.surplus(at)?;
        match (ended, wanted) {
            _ if !came.is_empty() && wanted != Some(End::Reset) => Err(Trouble::TooMuch(came)),
            (Some(End::Reset), Some(End::Closed)) => Err(Trouble::ResetEarly(Bytes::default())),
            (_, Some(End::Reset)) if ended != Some(End::Reset) => Err(Trouble::NoReset),
            _ => Ok(()),
        }
    }

    /// What came and was not expected; without end, it is a flood.
    fn surplus(&mut self, at: (&'a str, usize)) -> Result<Surplus, Trouble> {
        if self.peer(at)?.unread.is_empty() {
            return Ok(Surplus::default());
        }
        let soon = Instant::now() + Duration::from_millis(100);
        let full = self.until(soon, |stage| {
            Ok((stage.peer(at)?.unread.len() >= UNREAD).then_some(()))
        })?;
        if full.is_ok() {
            return Err(Trouble::Flood(Written::Sent));
        }
        Ok(Surplus::of(&self.peer(at)?.unread))
    }
}

/// What a peer is to receive next.
pub(super) trait Wanted {
    /// Takes what is there: `true` once all of it was there, `false` where it cannot come.
    fn look(&mut self, peer: &mut Peer) -> Option<bool>;
    /// Whether other bytes came, and not only too few.
    fn is_wrong(&self, peer: &Peer) -> bool;
    /// Whether what came could still become right, had the judge read on.
    fn may_be_right(&self, _peer: &Peer) -> bool {
        false
    }
    /// How many bytes of it have come.
    fn right(&self) -> usize {
        0
    }
    /// What a report shows of it, and of what came instead.
    fn bytes(&self, peer: &Peer) -> Bytes;
}

/// A line like this one.
struct Line {
    pattern: String,
}

impl Line {
    fn end(peer: &Peer) -> Option<usize> {
        peer.unread.iter().position(|&byte| byte == b'\n')
    }
}

impl Wanted for Line {
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
        Self::end(peer).is_some() || !self.may_be_right(peer) || peer.unread.len() >= UNREAD
    }

    fn may_be_right(&self, peer: &Peer) -> bool {
        Self::end(peer).is_none() && output::may_become(&self.pattern, &peer.unread)
    }

    fn bytes(&self, peer: &Peer) -> Bytes {
        let mut expected = self.pattern.as_bytes().to_vec();
        expected.push(b'\n');
        let shown = peer.unread.len().min(BACK + AHEAD.max(expected.len()));
        Bytes {
            expected,
            pattern: self.pattern.contains("[..]"),
            came: peer.unread[..shown].to_vec(),
            ..Bytes::default()
        }
    }
}

/// Exactly these bytes, or any where any is right.
struct Exactly {
    expected: Vec<u8>,
    any: Vec<usize>,
    right: usize,
}

impl Wanted for Exactly {
    fn look(&mut self, peer: &mut Peer) -> Option<bool> {
        let rest = &self.expected[self.right..];
        let pairs = peer.unread.iter().zip(rest).enumerate();
        let same = |&(at, (a, b)): &(usize, (&u8, &u8))| {
            a == b || self.any.binary_search(&(self.right + at)).is_ok()
        };
        // Megabytes that are all right are compared in one go.
        let same = match rest.starts_with(&peer.unread) {
            true => peer.unread.len(),
            false => pairs.take_while(same).count(),
        };
        let came: Vec<u8> = peer.unread.drain(..same).collect();
        // Only a story with bytes that are not fixed looks back at them.
        if self.expected.len() <= REMEMBERED {
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
        let mut came = match self.expected.len() <= REMEMBERED {
            true => peer.taken.clone(),
            false => self.expected[..self.right].to_vec(),
        };
        came.extend(peer.unread.iter().take(AHEAD));
        window(&self.expected, &self.any, &came, self.right)
    }
}

/// What a report shows around the first difference.
pub(super) fn window(expected: &[u8], any: &[usize], came: &[u8], right: usize) -> Bytes {
    let before = right.saturating_sub(BACK);
    let cut = |row: &[u8]| row[before.min(row.len())..row.len().min(right + AHEAD)].to_vec();
    Bytes {
        before,
        expected: cut(expected),
        pattern: false,
        any: any.iter().filter_map(|at| at.checked_sub(before)).collect(),
        came: cut(came),
        all: expected.len(),
    }
}
