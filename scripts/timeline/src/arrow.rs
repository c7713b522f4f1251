//! From which lane to which: a packet's arrow.

use crate::Sent;

/// A packet's arrow, in lanes from 0.
pub(crate) struct Arrow<'a> {
    pub(crate) from: usize,
    /// The lanes that it reaches.
    pub(crate) to: &'a [usize],
    pub(crate) low: usize,
    pub(crate) high: usize,
}

impl<'a> Arrow<'a> {
    /// The arrow of what leaves lane `from` of so many.
    pub(crate) fn of(sent: &'a Sent, from: usize, lanes: usize) -> Arrow<'a> {
        let ends = || sent.to.iter().copied().chain([from]);
        let (mut low, mut high) = (ends().min().unwrap_or(from), ends().max().unwrap_or(from));
        // No other host is on this wire: a short arrow all the same.
        if low == high {
            match high + 1 < lanes {
                true => high += 1,
                false => low = low.saturating_sub(1),
            }
        }
        Arrow {
            from,
            to: &sent.to,
            low,
            high,
        }
    }
}
