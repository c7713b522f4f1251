//! From which column to which: a packet's arrow.

use std::fmt::Write;

use capture::{Capture, Packet};

/// A packet's arrow, in columns from 0.
pub(super) struct Arrow {
    from: usize,
    /// The hosts that it reaches.
    reached: Vec<usize>,
    pub(super) low: usize,
    pub(super) high: usize,
}

impl Arrow {
    pub(super) fn of(capture: &Capture, packet: &Packet) -> Arrow {
        let reached = match packet.to {
            Some(to) => vec![to],
            None => wire(capture, packet),
        };
        let ends = || reached.iter().copied().chain([packet.from]);
        let (mut low, mut high) = (
            ends().min().unwrap_or(packet.from),
            ends().max().unwrap_or(packet.from),
        );
        // No other host is on this wire: a short arrow all the same.
        if low == high {
            match high + 1 < capture.hosts.len() {
                true => high += 1,
                false => low = low.saturating_sub(1),
            }
        }
        Arrow {
            from: packet.from,
            reached,
            low,
            high,
        }
    }

    pub(super) fn class(&self) -> &'static str {
        match (self.low < self.from, self.from < self.high) {
            (true, true) => "to-both",
            (true, false) => "to-left",
            _ => "to-right",
        }
    }

    /// A line to each host it reaches, or one without an end if it reaches none.
    pub(super) fn arrows(&self, out: &mut String) {
        if self.reached.is_empty() {
            let _ = write!(out, "<span class=\"cap-arrow nobody\"></span>");
        }
        for host in &self.reached {
            let (low, high) = (self.from.min(*host), self.from.max(*host));
            let way = if *host < self.from {
                "to-left"
            } else {
                "to-right"
            };
            let _ = write!(
                out,
                "<span class=\"cap-arrow {way}\" style=\"--lo:{};--hi:{}\"></span>",
                low + 1,
                high + 1
            );
        }
    }
}

/// The other hosts on the wire that a broadcast was sent to. The last byte of a recorded MAC
/// address names the network card, from 1, and so the network.
fn wire(capture: &Capture, packet: &Packet) -> Vec<usize> {
    let card = packet.bytes.get(11).map_or(1, |byte| usize::from(*byte));
    let Some(sender) = capture.hosts.get(packet.from) else {
        return Vec::new();
    };
    let address = sender
        .addresses
        .get(card.wrapping_sub(1))
        .or(sender.addresses.first());
    let Some(here) = address.copied().map(network) else {
        return Vec::new();
    };
    let hosts = capture.hosts.iter().enumerate();
    hosts
        .filter(|(at, host)| {
            *at != packet.from
                && host
                    .addresses
                    .iter()
                    .any(|address| network(*address) == here)
        })
        .map(|(at, _)| at)
        .collect()
}

/// The first three bytes of an address: every network is a `/24`.
fn network(address: impl Into<u32>) -> u32 {
    address.into() >> 8
}
