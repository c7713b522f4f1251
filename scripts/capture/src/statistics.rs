//! How much of a capture's bytes is explained.

use std::collections::BTreeMap;

use crate::{Capture, Layer};

/// Figures of one capture or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Recordings.
    pub captures: usize,
    /// Frames.
    pub packets: usize,
    /// Fields of all packets.
    pub fields: usize,
    /// The bits of each protocol's headers: all, and those in a field that has a name.
    pub headers: BTreeMap<&'static str, (usize, usize)>,
}

impl Statistics {
    /// Adds a capture to the figures.
    pub fn add(&mut self, capture: &Capture) {
        self.captures += 1;
        self.packets += capture.packets.len();
        for layer in capture.packets.iter().flat_map(|packet| &packet.layers) {
            self.fields += layer.fields.len();
            let (all, named) = self.headers.entry(layer.protocol).or_default();
            *all += layer.bytes.len() * 8;
            *named += named_bits(layer);
        }
    }
}

fn named_bits(layer: &Layer) -> usize {
    let named = layer.fields.iter().filter(|field| field.kind.id != "rest");
    named.map(|field| field.bits.len()).sum()
}
