//! When the two ends of a TCP connection send and receive each segment.
//!
//! The wire takes time, so segments cross. What an end had received when it sent one of its own
//! can be seen from the acknowledgment number there.

use crate::names::Names;
use crate::segment::{ACK, RST, SYN, Segment, before};
use crate::states::{State, States};
use crate::{Packet, StateChange};

/// The transit of a segment over one wire, and which of the connection's own hosts are on that
/// wire.
pub(crate) struct Transit {
    segment: Segment,
    /// The host that has the source address, if it put the frame there.
    sender: Option<usize>,
    /// The host that has the destination address, if the frame reached it.
    receiver: Option<usize>,
}

impl Transit {
    pub(crate) fn new(packet: &Packet, segment: Segment, names: &Names) -> Self {
        let sender = names.end(segment.source.ip());
        let receiver = names.end(segment.destination.ip());
        Self {
            segment,
            sender: sender.filter(|&host| host == packet.from),
            receiver: receiver.filter(|&host| Some(host) == packet.to && !packet.lost),
        }
    }

    /// Whether it was sent by the end that `other` is for.
    fn answers(&self, other: &Self) -> bool {
        let (mine, its) = (&self.segment, &other.segment);
        self.sender.is_some() && (mine.source, mine.destination) == (its.destination, its.source)
    }
}

/// Adds the changes of state to the packets.
pub(crate) fn follow(packets: &mut [Packet], transits: &[Option<Transit>]) {
    let mut states = States::default();
    // Segments by the packet after which they arrive.
    let mut arrivals: Vec<Vec<usize>> = vec![Vec::new(); packets.len()];
    for index in 0..packets.len() {
        if let Some(transit) = &transits[index] {
            let change = transit
                .sender
                .and_then(|host| states.sent(host, &transit.segment));
            packets[index].states.extend(change);
            if transit.receiver.is_some() {
                arrivals[arrival(index, transit, transits)].push(index);
            }
        }
        for earlier in std::mem::take(&mut arrivals[index]) {
            let Some(transit) = &transits[earlier] else {
                continue;
            };
            let answered = is_answered(&transits[earlier + 1..], transit);
            let change = transit
                .receiver
                .and_then(|host| states.received(host, &transit.segment, answered));
            let Some(change) = change else { continue };
            // An end whose state has changed with this packet, and which answers at once what it
            // received after it: one state stands with each.
            let twice = packets[index]
                .states
                .iter()
                .any(|one| one.host == change.host);
            let answers = packets
                .get(index + 1)
                .is_some_and(|next| next.from == change.host);
            let row = index + usize::from(twice && answers);
            packets[row].states.push(change);
        }
    }
}

/// A host that answers a SYN was LISTEN before: shown with the first packet after its program
/// started, so that the column begins with it.
pub(crate) fn listen(
    packets: &mut [Packet],
    transits: &[Option<Transit>],
    starts: &[Option<usize>],
) {
    let mut known = Vec::new();
    for (index, transit) in transits.iter().enumerate() {
        let Some((transit, host)) = transit.as_ref().and_then(|one| Some((one, one.receiver?)))
        else {
            continue;
        };
        if known.contains(&host) || !is_answered(&transits[index + 1..], transit) {
            continue;
        }
        known.push(host);
        let start = starts.get(host).copied().flatten();
        let earlier = packets[..index].iter_mut();
        let mut ready =
            earlier.filter(|packet| start.is_none_or(|start| packet.step >= Some(start)));
        let Some(packet) = ready.next() else { continue };
        if packet.states.iter().all(|change| change.host != host) {
            let state = State::Listen.name();
            packet.states.push(StateChange { host, state });
        }
    }
}

/// After which packet the receiver has this segment: not before the last of its own packets
/// that do not know of it.
fn arrival(index: usize, transit: &Transit, transits: &[Option<Transit>]) -> usize {
    let mut arrival = index;
    for (later, other) in transits.iter().enumerate().skip(index + 1) {
        let Some(other) = other.as_ref().filter(|other| other.answers(transit)) else {
            continue;
        };
        if knows(&other.segment, &transit.segment) {
            break;
        }
        arrival = later;
    }
    arrival
}

/// Whether an end that sends `own` has received `segment`.
fn knows(own: &Segment, segment: &Segment) -> bool {
    let opening = own.has(SYN) && !own.has(ACK);
    if own.has(RST) {
        return true;
    }
    if segment.has(RST) {
        return opening;
    }
    if opening {
        // Both open at once; or a new connection, long after the old segment.
        return !segment.has(SYN);
    }
    segment.length() == 0 || !before(own.ack, segment.end())
}

/// Whether the receiver of a SYN answers it with SYN, ACK: it was LISTEN.
fn is_answered(later: &[Option<Transit>], syn: &Transit) -> bool {
    if !syn.segment.has(SYN) || syn.segment.has(ACK) {
        return false;
    }
    let mut answers = later.iter().flatten().filter(|other| {
        let (mine, its) = (&other.segment, &syn.segment);
        (mine.source, mine.destination) == (its.destination, its.source) && mine.has(SYN | RST)
    });
    answers
        .next()
        .is_some_and(|answer| answer.segment.has(SYN) && answer.segment.has(ACK))
}
