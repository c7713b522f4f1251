//! Peers that have a UDP socket each, and no connection.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::peer::UNREAD;
use super::peer_step::window;
use super::runner::{InVain, Stage};
use crate::check::{Act, Payload};
use crate::verdict::{Bytes, Surplus, Trouble};

/// So many datagrams wait for the story.
const MOST: usize = 1000;

/// The sockets of a story's peers, and what came to them.
#[derive(Default)]
pub(super) struct Post<'a> {
    seats: BTreeMap<&'a str, Seat>,
    /// Who sent last.
    from: Option<SocketAddr>,
    /// What was taken last.
    taken: Vec<u8>,
    flood: bool,
}

struct Seat {
    socket: UdpSocket,
    unread: VecDeque<Vec<u8>>,
}

impl<'a> Post<'a> {
    /// A seat at a port of its own.
    pub(super) fn seat(&mut self, name: &'a str) -> io::Result<SocketAddr> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let unread = VecDeque::new();
        self.seats.insert(name, Seat { socket, unread });
        Ok(address)
    }

    /// Takes what has come, through `buffer`. Whether anything has.
    pub(super) fn pump(&mut self, buffer: &mut [u8]) -> bool {
        let mut moved = false;
        for seat in self.seats.values_mut() {
            // An error of an earlier send is reported by a read, and is no end.
            while let Ok((count, from)) = seat.socket.recv_from(buffer) {
                moved = true;
                self.from = Some(from);
                let waiting: usize = seat.unread.iter().map(Vec::len).sum();
                self.flood |= seat.unread.len() >= MOST || waiting + count > UNREAD;
                if self.flood {
                    return true;
                }
                seat.unread.push_back(buffer[..count].to_vec());
            }
        }
        moved
    }

    pub(super) fn flooded(&self) -> bool {
        self.flood
    }
}

impl<'a> Stage<'a> {
    /// A step of a peer that has no connection.
    pub(super) fn datagram(
        &mut self,
        name: &'a str,
        act: &Act,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        let judge = |error: io::Error| Trouble::Judge(format!("a UDP socket: {error}"));
        if !self.post.seats.contains_key(name) {
            self.post.seat(name).map_err(judge)?;
        }
        match act {
            Act::Bytes { payload } => self.takes(name, payload, within),
            Act::Send { payload } => {
                let bytes = payload.bytes(None, &self.post.taken);
                if let (Some(seat), Some(to)) = (self.post.seats.get(name), self.post.from) {
                    // To one who has gone is no error of ours, and loopback has room.
                    let _ = seat.socket.send_to(&bytes, to);
                }
                Ok(())
            }
            Act::Silent { duration } => self.no_datagram(name, *duration),
            act => Err(Trouble::Judge(format!("`{name} {act}` has no meaning"))),
        }
    }

    fn takes(
        &mut self,
        name: &str,
        payload: &Payload,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        let first = self.post.from.is_none();
        match first {
            true => self.wait_for_start(within),
            false => self.wait_for(within, self.options.deadline),
        }
        let (expected, any) = (payload.bytes(None, &[]), payload.any(None));
        let came = self.patiently(|stage| {
            Ok(stage
                .post
                .seats
                .get_mut(name)
                .and_then(|seat| seat.unread.pop_front()))
        })?;
        let Ok(came) = came else {
            let time = self.wait.waited();
            return Err(match (self.ended(), first) {
                (Some(_), true) => Trouble::SentNothing,
                (Some(_), false) => Trouble::Gone,
                (None, true) => Trouble::NeverSends(time),
                (None, false) => Trouble::NoDatagram(window(&expected, &any, &[], 0), time),
            });
        };
        if first {
            self.is_ready();
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
        self.post.taken = bytes.came;
        Ok(())
    }

    fn no_datagram(&mut self, name: &str, duration: Duration) -> Result<(), Trouble> {
        let until = Instant::now() + duration;
        let found = self.until(until, |stage| {
            let seat = stage.post.seats.get_mut(name);
            Ok(seat.and_then(|seat| seat.unread.pop_front()))
        })?;
        match found {
            Ok(came) => Err(Trouble::NotSilent(Surplus::of(&came))),
            Err(InVain) if Instant::now() < until => Err(Trouble::Gone),
            Err(InVain) => Ok(()),
        }
    }
}
