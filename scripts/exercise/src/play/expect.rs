//! What each step means at a peer.

use std::cell::Cell;
use std::time::{Duration, Instant};

use session::run::output;

use super::peer::{End, Peer, UNREAD};
use super::stage::{InVain, Stage};
use crate::check::{Act, Payload, numbered};
use crate::verdict::{Bytes, Trouble, Written};

/// A report looks back at this much that was right.
const BACK: usize = 16;

/// And forward at this much.
const AHEAD: usize = 32;

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
            _ => {}
        }
        let time = within.unwrap_or(self.options.deadline);
        let deadline = self.after(time);
        let silent_until = |duration| self.busy.max(Instant::now()) + duration;
        let silence = match act {
            Act::Silent { duration } => silent_until(*duration),
            _ => deadline,
        };
        for index in 0..all {
            self.looking_at = count.map(|_| index);
            let at = (name, index);
            match act {
                Act::Line { pattern } => {
                    let pattern = numbered(pattern, number(index));
                    self.line(at, &pattern, deadline, time)?;
                }
                Act::Bytes { payload } => {
                    self.bytes(at, payload, number(index), deadline, time)?;
                }
                Act::Http(response) => self.http(at, response, deadline, time)?,
                Act::Silent { .. } => self.silent(at, silence)?,
                Act::SeesEnd => self.end(at, Some(End::Closed), deadline, time)?,
                Act::SeesReset => self.end(at, Some(End::Reset), deadline, time)?,
                Act::SeesGone => self.end(at, None, deadline, time)?,
                act => self.tell(at, act),
            }
        }
        self.looking_at = None;
        if matches!(act, Act::Close | Act::Reset) {
            // The next step comes after it.
            let _ = self.until(deadline, |stage| {
                let mut peers = stage.peers.get(name).into_iter().flatten();
                Ok(peers.all(Peer::idle).then_some(()))
            })?;
        }
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

    fn line(
        &mut self,
        at: (&'a str, usize),
        pattern: &str,
        deadline: Instant,
        time: Duration,
    ) -> Result<(), Trouble> {
        let look = |stage: &mut Self| {
            let peer = stage.peer(at)?;
            let Some(end) = peer.unread.iter().position(|&byte| byte == b'\n') else {
                let hopeless = !output::may_become(pattern, &peer.unread)
                    || (!pattern.contains("[..]") && peer.unread.len() > pattern.len())
                    || peer.unread.len() >= UNREAD
                    || peer.ended.is_some();
                return Ok(hopeless.then_some(false));
            };
            let right = output::matches(pattern, &String::from_utf8_lossy(&peer.unread[..end]));
            if right {
                peer.unread.drain(..=end);
            }
            Ok(Some(right))
        };
        let found = self.until(deadline, look)?;
        if matches!(found, Ok(true)) {
            return Ok(());
        }
        let mut expected = pattern.as_bytes().to_vec();
        expected.push(b'\n');
        let bytes = Bytes {
            expected,
            pattern: pattern.contains("[..]"),
            ..Bytes::default()
        };
        let complete = |stage: &mut Self| Ok(matches!(look(stage), Ok(Some(true))).then_some(()));
        self.missing(at, bytes, found.is_err(), time, complete)
    }

    fn bytes(
        &mut self,
        at: (&'a str, usize),
        payload: &Payload,
        number: Option<usize>,
        deadline: Instant,
        time: Duration,
    ) -> Result<(), Trouble> {
        let (expected, any) = (payload.bytes(number, &[]), payload.any(number));
        self.peer(at)?.taken.clear();
        let seen = Cell::new(0);
        let mut look = |stage: &mut Self| {
            let peer = stage.peer(at)?;
            let rest = &expected[seen.get()..];
            let pairs = peer.unread.iter().zip(rest).enumerate();
            let same =
                |&(at, (a, b)): &(usize, (&u8, &u8))| a == b || any.contains(&(seen.get() + at));
            // Megabytes that are all right are compared in one go.
            let same = match rest.starts_with(&peer.unread) {
                true => peer.unread.len(),
                false => pairs.take_while(same).count(),
            };
            let came: Vec<u8> = peer.unread.drain(..same).collect();
            // Only a story with bytes that are not fixed looks back at them.
            if expected.len() <= REMEMBERED {
                peer.taken.extend(came);
            }
            seen.set(seen.get() + same);
            let wrong = !peer.unread.is_empty() || peer.ended.is_some();
            let found = match seen.get() == expected.len() {
                true => Some(true),
                false => wrong.then_some(false),
            };
            Ok(found)
        };
        let found = self.until(deadline, &mut look)?;
        if matches!(found, Ok(true)) {
            return Ok(());
        }
        let right = seen.get();
        let mut came = expected[..right].to_vec();
        if right <= REMEMBERED && expected.len() <= REMEMBERED {
            came.clone_from(&self.peer(at)?.taken);
        }
        let bytes = window(&expected, &any, &came, right);
        let complete = |stage: &mut Self| Ok(matches!(look(stage), Ok(Some(true))).then_some(()));
        self.missing(at, bytes, found.is_err(), time, complete)
    }

    /// What was expected did not come: what does that look like?
    pub(super) fn missing(
        &mut self,
        at: (&'a str, usize),
        mut bytes: Bytes,
        waited: bool,
        time: Duration,
        mut complete: impl FnMut(&mut Self) -> Result<Option<()>, Trouble>,
    ) -> Result<(), Trouble> {
        // What is on its way belongs to the picture.
        let _ = self.until(Instant::now() + Duration::from_millis(50), |_| {
            Ok(None::<()>)
        })?;
        let fits = bytes.came.len();
        let peer = self.peer(at)?;
        bytes.came.extend(
            peer.unread
                .iter()
                .take(BACK + AHEAD.max(bytes.expected.len())),
        );
        let (end, unsent) = (peer.ended, peer.unsent());
        let could_go_on = bytes.expected.starts_with(&bytes.came)
            || (bytes.pattern && waited)
            || bytes.came.len() == fits;
        if !could_go_on {
            return Err(Trouble::Wrong(bytes));
        }
        match end {
            Some(End::Closed) => return Err(Trouble::ClosedEarly(bytes)),
            Some(End::Reset) => return Err(Trouble::ResetEarly(bytes)),
            None if self.ended().is_some() => return Err(Trouble::Gone),
            None if unsent > 0 => return Err(Trouble::NotReading(bytes, unsent)),
            None => {}
        }
        self.end_all_sides();
        let late = self.until(self.last_words(), &mut complete)?;
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

    fn end(
        &mut self,
        at: (&'a str, usize),
        wanted: Option<End>,
        deadline: Instant,
        time: Duration,
    ) -> Result<(), Trouble> {
        let found = self.until(deadline, |stage| {
            let peer = stage.peer(at)?;
            // A reset throws away what was on its way: only its own coming counts.
            let surplus = !peer.unread.is_empty() && wanted != Some(End::Reset);
            Ok((surplus || peer.ended.is_some()).then_some(()))
        })?;
        if found.is_err() {
            return Err(Trouble::StillOpen(time));
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
    fn surplus(&mut self, at: (&'a str, usize)) -> Result<Vec<u8>, Trouble> {
        if self.peer(at)?.unread.is_empty() {
            return Ok(Vec::new());
        }
        let soon = Instant::now() + Duration::from_millis(100);
        let full = self.until(soon, |stage| {
            Ok((stage.peer(at)?.unread.len() >= UNREAD).then_some(()))
        })?;
        if full.is_ok() {
            return Err(Trouble::Flood(Written::Sent));
        }
        let came = &self.peer(at)?.unread;
        Ok(came[..came.len().min(BACK + AHEAD)].to_vec())
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
    }
}
