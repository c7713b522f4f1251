//! The peers of UDP: their sockets, and the datagrams that came to them.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use socket2::SockRef;

use super::peer::UNREAD_BYTES_MAX;
use super::poll::Interest;

/// The most datagrams that wait for the story.
const DATAGRAMS_WAITING_MAX: usize = 1000;

/// The UDP peers of a story.
#[derive(Default)]
pub(super) struct UdpPeers<'a> {
    peers: BTreeMap<&'a str, UdpPeer>,
    /// The last sender.
    from: Option<SocketAddr>,
    /// Bytes that the story last took.
    pub(super) taken: Vec<u8>,
    flood: bool,
}

struct UdpPeer {
    socket: UdpSocket,
    unread: VecDeque<Vec<u8>>,
}

impl<'a> UdpPeers<'a> {
    /// Adds a peer at a port of its own.
    pub(super) fn bind(&mut self, name: &'a str) -> io::Result<SocketAddr> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let unread = VecDeque::new();
        self.peers.insert(name, UdpPeer { socket, unread });
        Ok(address)
    }

    /// Takes what has come, through `buffer`. Whether anything has.
    pub(super) fn pump(&mut self, buffer: &mut [u8]) -> bool {
        let mut moved = false;
        for peer in self.peers.values_mut() {
            // A read also reports the error of an earlier send; the next look reads on.
            while let Ok((count, from)) = peer.socket.recv_from(buffer) {
                moved = true;
                self.from = Some(from);
                let waiting: usize = peer.unread.iter().map(Vec::len).sum();
                self.flood |= peer.unread.len() >= DATAGRAMS_WAITING_MAX
                    || waiting + count > UNREAD_BYTES_MAX;
                if self.flood {
                    return true;
                }
                peer.unread.push_back(buffer[..count].to_vec());
            }
        }
        moved
    }

    /// What its sockets wait for.
    pub(super) fn waits_for(&self) -> impl Iterator<Item = Interest<'_>> {
        self.peers.values().map(|peer| Interest {
            socket: SockRef::from(&peer.socket),
            read: true,
            write: false,
        })
    }

    pub(super) fn flooded(&self) -> bool {
        self.flood
    }

    /// Whether a peer of this name has a socket.
    pub(super) fn has(&self, name: &str) -> bool {
        self.peers.contains_key(name)
    }

    /// Whether any datagram has come.
    pub(super) fn has_received(&self) -> bool {
        self.from.is_some()
    }

    /// The next datagram that came to this peer.
    pub(super) fn next(&mut self, name: &str) -> Option<Vec<u8>> {
        self.peers.get_mut(name)?.unread.pop_front()
    }

    /// Answers the last sender; before the first datagram there is none.
    pub(super) fn answer(&self, name: &str, bytes: &[u8]) {
        if let (Some(peer), Some(to)) = (self.peers.get(name), self.from) {
            // That the program has gone is not the judge's error, and loopback has room.
            let _ = peer.socket.send_to(bytes, to);
        }
    }
}
