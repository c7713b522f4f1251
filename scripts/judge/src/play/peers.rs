//! The peers of one variant, which the judge plays: their connections or sockets, what they have
//! yet to send, and in which pieces.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use impair::{Division, Random};
use socket2::Socket;

use super::address;
use super::peer::Peer;
use super::poll::Interest;
use super::udp_peers::UdpPeers;
use crate::check::{Act, Actor, Step, Way};
use crate::verdict::Trouble;

/// Number of bytes that are received at once: as much as the largest datagram.
const BUFFER_BYTES: usize = 64 * 1024;

pub(super) struct Peers<'a> {
    by_name: BTreeMap<&'a str, Vec<Peer>>,
    /// The peers of UDP, which have no connections.
    pub(super) udp: UdpPeers<'a>,
    /// The listener that the program connects to.
    pub(super) listener: Option<TcpListener>,
    /// Holds an address where nothing listens.
    reserved: Option<Socket>,
    /// Whether a peer has connected to the program.
    pub(super) connected: bool,
    /// Consecutive sends that are not yet on their way.
    held: Vec<(&'a str, Vec<Vec<u8>>)>,
    /// Time when everything that was sent at a pace will have gone out.
    pub(super) busy_until: Instant,
    /// How they send, unless a peer has a pace of its own.
    way: Way,
    random: Random,
    buffer: Box<[u8]>,
}

impl<'a> Peers<'a> {
    pub(super) fn new(way: Way, seed: u64) -> Self {
        Self {
            by_name: BTreeMap::new(),
            udp: UdpPeers::default(),
            listener: None,
            reserved: None,
            connected: false,
            held: Vec::new(),
            busy_until: Instant::now(),
            way,
            random: Random::new(seed),
            buffer: vec![0; BUFFER_BYTES].into(),
        }
    }

    /// Listens for the program, with a small buffer where a peer will not read.
    pub(super) fn listen(&mut self, small: bool) -> io::Result<SocketAddr> {
        let listener = address::listen(small)?;
        let address = listener.local_addr()?;
        self.listener = Some(listener);
        Ok(address)
    }

    /// Reserves an address where nothing listens while the peers exist.
    pub(super) fn reserve(&mut self) -> io::Result<SocketAddr> {
        let (socket, address) = address::reserve()?;
        self.reserved = Some(socket);
        Ok(address)
    }

    /// Adds the peers of this name, with these connections.
    pub(super) fn insert(
        &mut self,
        name: &'a str,
        peers: io::Result<Vec<Peer>>,
    ) -> Result<(), Trouble> {
        let peers = peers.map_err(|error| Trouble::Judge(format!("a connection: {error}")))?;
        self.by_name.insert(name, peers);
        Ok(())
    }

    /// The peers of this name; none before they are connected.
    pub(super) fn named(&self, name: &str) -> &[Peer] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// One of the peers of this name.
    pub(super) fn one(&mut self, (name, index): (&str, usize)) -> Result<&mut Peer, Trouble> {
        let peers = self.by_name.get_mut(name);
        let peer = peers.and_then(|peers| peers.get_mut(index));
        peer.ok_or_else(|| Trouble::Judge(format!("there is no peer {name}")))
    }

    /// Whether no connection has been made, or all have been dropped.
    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Whether all peers of this name have done what they were told.
    pub(super) fn are_idle(&self, name: &str) -> bool {
        self.named(name).iter().all(Peer::idle)
    }

    /// Drops every connection.
    pub(super) fn clear(&mut self) {
        self.by_name.clear();
    }

    /// Number of bytes that they have sent and received.
    pub(super) fn moved(&self) -> u64 {
        self.all().map(|peer| peer.moved).sum()
    }

    /// Number of bytes to be sent that the program's side has no room for.
    pub(super) fn unsent(&self) -> usize {
        self.all().map(Peer::unsent).sum()
    }

    fn all(&self) -> impl Iterator<Item = &Peer> {
        self.by_name.values().flatten()
    }

    /// Sends `bytes` from each peer of `name`, in this variant's way.
    pub(super) fn send(&mut self, name: &'a str, bytes: Vec<Vec<u8>>) {
        match self.way {
            Way::Glue | Way::Cut => match self.held.iter_mut().find(|(held, _)| *held == name) {
                Some((_, held)) => held
                    .iter_mut()
                    .zip(bytes)
                    .for_each(|(all, more)| all.extend(more)),
                None => self.held.push((name, bytes)),
            },
            Way::Whole | Way::Pace(_) => self.queue(name, bytes),
        }
    }

    /// Sends out what was held back, unless `next` continues the row.
    pub(super) fn release(&mut self, next: Option<&Step>) {
        let goes_on = |name: &str| {
            next.is_some_and(|step| {
                matches!(step.act, Act::Send { .. })
                    && matches!(&step.actor, Actor::Peer { name: other, .. } if other == name)
            })
        };
        let (stay, go) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(name, _)| goes_on(name));
        self.held = stay;
        for (name, bytes) in go {
            self.queue(name, bytes);
        }
    }

    fn queue(&mut self, name: &str, bytes: Vec<Vec<u8>>) {
        let peers = self.by_name.get_mut(name).into_iter().flatten();
        let mut longest = Duration::ZERO;
        for (peer, bytes) in peers.zip(bytes) {
            let pieces = match (peer.pace, self.way) {
                (Some(pace), _) | (None, Way::Pace(pace)) => {
                    Division::paced(pace.bytes, pace.every)
                }
                (None, Way::Cut) => Division::by_seed(&bytes, &mut self.random),
                (None, Way::Whole | Way::Glue) => Division::whole(),
            };
            longest = longest.max(pieces.time(bytes.len()));
            peer.send(bytes, pieces);
        }
        self.busy_until = self.busy_until.max(Instant::now()) + longest;
    }

    /// Moves what can move now. Whether anything did.
    pub(super) fn pump(&mut self) -> bool {
        let mut moved = self.udp.pump(&mut self.buffer);
        for peer in self.by_name.values_mut().flatten() {
            moved |= peer.pump(&mut self.buffer);
        }
        moved
    }

    /// What the peers wait for now, after [`Self::pump`], and when the next one acts by itself.
    pub(super) fn wait_for(&self) -> (Vec<Interest<'_>>, Option<Instant>) {
        let (mut interests, mut next) = (Vec::new(), None::<Instant>);
        for peer in self.all() {
            let (interest, acts) = peer.waits_for();
            interests.extend(interest);
            next = next.into_iter().chain(acts).min();
        }
        interests.extend(self.udp.waits_for());
        (interests, next)
    }

    /// Half-closes every connection.
    pub(super) fn half_close(&mut self) {
        for peer in self.by_name.values_mut().flatten() {
            peer.half_close();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    /// What the other end of alice's connection reads in one row of sends, up to the half-close.
    fn sent(way: Way) -> Vec<u8> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let mut peers = Peers::new(way, 1);
        let stream = TcpStream::connect(address).expect("a connection");
        let (mut other, _) = listener.accept().expect("its other end");
        let alice = Peer::new(stream).map(|peer| vec![peer]);
        peers.insert("alice", alice).expect("alice");
        peers.send("alice", vec![b"one ".to_vec()]);
        peers.send("alice", vec![b"two".to_vec()]);
        peers.release(None);
        peers.half_close();
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            other.read_to_end(&mut all).map(|_| all)
        });
        let until = Instant::now() + Duration::from_secs(20);
        while !peers.are_idle("alice") && Instant::now() < until {
            peers.pump();
            std::thread::yield_now();
        }
        assert_eq!((peers.unsent(), peers.moved()), (0, 7));
        reader.join().expect("the reader").expect("all of it")
    }

    #[test]
    fn what_is_sent_arrives_in_order_whatever_the_pieces() {
        let pace = crate::check::Pace {
            bytes: 2,
            every: Duration::from_millis(1),
        };
        for way in [Way::Whole, Way::Glue, Way::Cut, Way::Pace(pace)] {
            assert_eq!(sent(way), b"one two", "{way:?}");
        }
    }

    #[test]
    fn a_peer_that_does_not_exist_is_the_judges_own_trouble() {
        let mut peers = Peers::new(Way::Whole, 1);
        assert!(matches!(peers.one(("bob", 0)), Err(Trouble::Judge(_))));
        assert!(peers.is_empty() && peers.are_idle("bob"));
    }
}
