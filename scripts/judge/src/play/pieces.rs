//! Divides the bytes that a peer sends into pieces. Pure.

use std::time::Duration;

use crate::check::Pace;

/// Time from one random piece to the next, in which the program reads the first.
const PIECE_INTERVAL: Duration = Duration::from_millis(12);

/// The most random cuts in consecutive sends.
const CUTS_MAX: usize = 6;

/// How bytes are divided into writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces {
    /// The end of each random piece but the last.
    ends: Vec<usize>,
    /// The pace, where every piece has the same size.
    every: Option<Pace>,
}

impl Pieces {
    /// All in one write.
    pub(super) fn whole() -> Self {
        Self {
            ends: Vec::new(),
            every: None,
        }
    }

    /// The same number of bytes at a time.
    pub(super) fn paced(pace: Pace) -> Self {
        Self {
            ends: Vec::new(),
            every: Some(pace),
        }
    }

    /// At random places, at least one of them inside a character, if there is one to cut.
    pub(super) fn cut(bytes: &[u8], random: &mut Random) -> Self {
        let mut ends: Vec<usize> = (0..CUTS_MAX.min(bytes.len().saturating_sub(1)))
            .map(|_| 1 + random.below(bytes.len() - 1))
            .collect();
        // Of something long, the beginning is enough to search.
        let inside: Vec<usize> = (1..bytes.len().min(4096))
            .filter(|&at| bytes[at] & 0b1100_0000 == 0b1000_0000)
            .collect();
        if !inside.is_empty() {
            ends.push(inside[random.below(inside.len())]);
        }
        ends.sort_unstable();
        ends.dedup();
        Self { ends, every: None }
    }

    /// The end of the piece that contains byte `at` of `len`.
    pub(super) fn end(&self, at: usize, len: usize) -> usize {
        match self.every {
            Some(pace) => (at / pace.bytes + 1).saturating_mul(pace.bytes).min(len),
            None => self
                .ends
                .iter()
                .copied()
                .find(|&end| end > at)
                .unwrap_or(len),
        }
    }

    /// The time from one piece to the next.
    pub(super) fn between(&self) -> Duration {
        self.every.map_or(PIECE_INTERVAL, |pace| pace.every)
    }

    /// The time to send `len` bytes, if the receiver has room.
    pub(super) fn time(&self, len: usize) -> Duration {
        let pieces = match self.every {
            Some(pace) => len.div_ceil(pace.bytes),
            None => self.ends.len(),
        };
        self.between() * u32::try_from(pieces).unwrap_or(u32::MAX)
    }
}

/// Random numbers that are the same for the same seed (`SplitMix64`).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to `limit - 1`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit.max(1) as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ends(pieces: &Pieces, len: usize) -> Vec<usize> {
        let mut ends = vec![0];
        while ends[ends.len() - 1] < len {
            ends.push(pieces.end(ends[ends.len() - 1], len));
        }
        ends
    }

    #[test]
    fn a_pace_gives_the_same_number_of_bytes_at_a_time() {
        let pace = Pace {
            bytes: 2,
            every: Duration::from_millis(5),
        };
        let pieces = Pieces::paced(pace);
        assert_eq!(ends(&pieces, 5), [0, 2, 4, 5]);
        assert_eq!(pieces.time(5), Duration::from_millis(15));
    }

    proptest! {
        #[test]
        fn a_cut_is_the_same_for_the_same_seed_and_goes_through_a_character(
            text in "[a-z]{0,9}汉[a-z汉]{0,20}\n", seed in any::<u64>(),
        ) {
            let cut = |seed| Pieces::cut(text.as_bytes(), &mut Random::new(seed));
            let pieces = cut(seed);
            prop_assert_eq!(&pieces, &cut(seed));
            let ends = ends(&pieces, text.len());
            prop_assert_eq!(ends[ends.len() - 1], text.len());
            prop_assert!(ends.iter().any(|&end| !text.is_char_boundary(end)));
        }
    }
}
