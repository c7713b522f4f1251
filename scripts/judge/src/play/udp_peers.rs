//! The sockets of peers that have no connections, and the datagrams that came to them.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use socket2::SockRef;

use super::peer::UNREAD;
use super::poll::Interest;

/// Number of datagrams that wait for the story, at most.
const WAITING_MAX: usize = 1000;

/// The sockets of a story's peers, and what came to them.
#[derive(Default)]
pub(super) struct Post<'a> {
    seats: BTreeMap<&'a str, Seat>,
    /// Who sent last.
    from: Option<SocketAddr>,
    /// What was taken last.
    pub(super) taken: Vec<u8>,
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
                self.flood |= seat.unread.len() >= WAITING_MAX || waiting + count > UNREAD;
                if self.flood {
                    return true;
                }
                seat.unread.push_back(buffer[..count].to_vec());
            }
        }
        moved
    }

    /// What its sockets wait for.
    pub(super) fn waits_for(&self) -> impl Iterator<Item = Interest<'_>> {
        self.seats.values().map(|seat| Interest {
            socket: SockRef::from(&seat.socket),
            read: true,
            write: false,
        })
    }

    pub(super) fn flooded(&self) -> bool {
        self.flood
    }

    /// Whether a peer of this name has a socket.
    pub(super) fn has(&self, name: &str) -> bool {
        self.seats.contains_key(name)
    }

    /// Whether any datagram has come.
    pub(super) fn has_received(&self) -> bool {
        self.from.is_some()
    }

    /// The next datagram that came to this peer.
    pub(super) fn next(&mut self, name: &str) -> Option<Vec<u8>> {
        self.seats.get_mut(name)?.unread.pop_front()
    }

    /// Answers whoever sent last. Nobody is there to answer before a datagram came.
    pub(super) fn answer(&self, name: &str, bytes: &[u8]) {
        if let (Some(seat), Some(to)) = (self.seats.get(name), self.from) {
            // That it has gone is no error of ours, and loopback has room.
            let _ = seat.socket.send_to(bytes, to);
        }
    }
}
