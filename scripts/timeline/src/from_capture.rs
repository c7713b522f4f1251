//! A capture as a timeline: what happened in the terminals, and what the kernel put on the wires.

use core::net::IpAddr;

use capture::Capture;
use session::{Card, Session};

use crate::from_session;
use crate::{Fate, Lane, Moment, Packet, Sent, Timeline, What};

impl Timeline {
    /// A recording and the session that was played; a lane for each host. A packet stands behind
    /// the step that caused it.
    #[must_use]
    pub fn of_capture(capture: Capture, session: &Session) -> Timeline {
        let lanes: Vec<Lane> = capture
            .hosts
            .into_iter()
            .map(|host| Lane {
                name: host.name,
                cards: host.cards,
            })
            .collect();
        let steps = from_session::moments(session, &lanes);
        let mut moments = Vec::with_capacity(steps.len() + capture.packets.len());
        let mut packets = capture.packets;
        // Stable: what one step caused stays in the order of the wire. What no step caused, because
        // it came before the first, sorts before all.
        packets.sort_by_key(|packet| packet.step);
        let mut packets = packets.into_iter().peekable();
        for moment in steps {
            // A prompt that is one moment with its answer may have caused something as well.
            while let Some(packet) = packets.next_if(|packet| packet.step < moment.step) {
                sent(&mut moments, &lanes, packet);
            }
            let step = moment.step;
            moments.push(moment);
            while let Some(packet) = packets.next_if(|packet| packet.step == step) {
                sent(&mut moments, &lanes, packet);
            }
        }
        for packet in packets {
            sent(&mut moments, &lanes, packet);
        }
        Timeline {
            title: session.title.clone(),
            lanes,
            moments,
        }
    }
}

/// The packet, and the states that it changes.
fn sent(moments: &mut Vec<Moment>, lanes: &[Lane], packet: capture::Packet) {
    let (time, step) = (packet.time, packet.step);
    let at = |lane, what| Moment {
        lane: Some(lane),
        time: Some(time),
        step,
        what,
    };
    let what = What::Sent(Sent {
        to: match packet.to {
            Some(to) => vec![to],
            None => others_on_wire(lanes, &packet),
        },
        broadcast: packet.to.is_none(),
        fate: match packet.lost {
            true => Fate::Lost,
            false => Fate::Arrived,
        },
        packet: Packet {
            number: packet.number,
            label: packet.label,
            said: packet.said,
            bytes: packet.bytes,
            layers: packet.layers,
        },
    });
    moments.push(at(packet.from, what));
    for change in packet.states {
        moments.push(at(change.host, What::State(change.state)));
    }
}

/// The other hosts on the wire that a broadcast was sent to. The last byte of a recorded MAC
/// address names the network card, from 1, and so the network.
fn others_on_wire(lanes: &[Lane], packet: &capture::Packet) -> Vec<usize> {
    let card = packet.bytes.get(11).map_or(1, |byte| usize::from(*byte));
    let Some(sender) = lanes.get(packet.from) else {
        return Vec::new();
    };
    let cards = &sender.cards;
    let Some(card) = cards.get(card.wrapping_sub(1)).or(cards.first()) else {
        return Vec::new();
    };
    let here: Vec<IpAddr> = card.networks().collect();
    let is_here = |card: &Card| card.networks().any(|network| here.contains(&network));
    lanes
        .iter()
        .enumerate()
        .filter(|(at, lane)| *at != packet.from && lane.cards.iter().any(is_here))
        .map(|(at, _)| at)
        .collect()
}
