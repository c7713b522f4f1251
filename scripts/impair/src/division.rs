//! How bytes are divided into pieces.

use std::time::Duration;

use crate::Random;

/// Time from one piece to the next, in which the receiver reads the first.
pub const BETWEEN_PIECES: Duration = Duration::from_millis(12);

/// The most random cuts in consecutive sends.
const CUTS_MAX: usize = 6;

/// Where pieces end, and how long it is from one to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// The end of each piece but the last, where they are not all of one size.
    ends: Vec<usize>,
    /// The size of every piece, where all but the last have the same.
    size: Option<usize>,
    between: Duration,
}

impl Division {
    /// All in one piece.
    #[must_use]
    pub fn whole() -> Self {
        Self::at(Vec::new())
    }

    /// The same number of bytes at a time.
    #[must_use]
    pub fn paced(bytes: usize, every: Duration) -> Self {
        Self {
            ends: Vec::new(),
            size: Some(bytes.max(1)),
            between: every,
        }
    }

    /// Inside every character of more than one byte, after the first byte of it.
    #[must_use]
    pub fn inside_every_character(bytes: &[u8]) -> Self {
        let begins = |at: usize| bytes[at] & 0b1100_0000 == 0b1100_0000;
        let inside = (1..bytes.len()).filter(|&at| begins(at - 1) && goes_on(bytes[at]));
        Self::at(inside.collect())
    }

    /// At random places, at least one of them inside a character, if there is one to cut.
    #[must_use]
    pub fn by_seed(bytes: &[u8], random: &mut Random) -> Self {
        let mut ends: Vec<usize> = (0..CUTS_MAX.min(bytes.len().saturating_sub(1)))
            .map(|_| 1 + random.below(bytes.len() - 1))
            .collect();
        // Of something long, the beginning is enough to search.
        let inside: Vec<usize> = (1..bytes.len().min(4096))
            .filter(|&at| goes_on(bytes[at]))
            .collect();
        if !inside.is_empty() {
            ends.push(inside[random.below(inside.len())]);
        }
        ends.sort_unstable();
        ends.dedup();
        Self::at(ends)
    }

    fn at(ends: Vec<usize>) -> Self {
        Self {
            ends,
            size: None,
            between: BETWEEN_PIECES,
        }
    }

    /// The end of the piece that contains byte `at` of `len`.
    #[must_use]
    pub fn end(&self, at: usize, len: usize) -> usize {
        match self.size {
            Some(size) => (at / size + 1).saturating_mul(size).min(len),
            None => {
                let next = self.ends.partition_point(|&end| end <= at);
                self.ends.get(next).copied().unwrap_or(len)
            }
        }
    }

    /// The time from one piece to the next.
    #[must_use]
    pub fn between(&self) -> Duration {
        self.between
    }

    /// The time to send `len` bytes, if the receiver has room.
    #[must_use]
    pub fn time(&self, len: usize) -> Duration {
        let pieces = match self.size {
            Some(size) => len.div_ceil(size),
            None => self.ends.len(),
        };
        self.between
            .saturating_mul(u32::try_from(pieces).unwrap_or(u32::MAX))
    }
}

/// Whether this byte goes on with a character of UTF-8 that began before it.
fn goes_on(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ends(division: &Division, len: usize) -> Vec<usize> {
        let mut ends = vec![0];
        while ends[ends.len() - 1] < len {
            ends.push(division.end(ends[ends.len() - 1], len));
        }
        ends
    }

    #[test]
    fn a_pace_gives_the_same_number_of_bytes_at_a_time() {
        let division = Division::paced(2, Duration::from_millis(5));
        assert_eq!(ends(&division, 5), [0, 2, 4, 5]);
        assert_eq!(division.time(5), Duration::from_millis(15));
    }

    #[test]
    fn every_character_of_more_than_one_byte_is_cut_once() {
        let text = "a汉é𐍈b";
        let division = Division::inside_every_character(text.as_bytes());
        assert_eq!(ends(&division, text.len()), [0, 2, 5, 7, text.len()]);
    }

    proptest! {
        #[test]
        fn a_cut_is_the_same_for_the_same_seed_and_goes_through_a_character(
            text in "[a-z]{0,9}汉[a-z汉]{0,20}\n", seed in any::<u64>(),
        ) {
            let cut = |seed| Division::by_seed(text.as_bytes(), &mut Random::new(seed));
            let division = cut(seed);
            prop_assert_eq!(&division, &cut(seed));
            let ends = ends(&division, text.len());
            prop_assert_eq!(ends[ends.len() - 1], text.len());
            prop_assert!(ends.iter().any(|&end| !text.is_char_boundary(end)));
        }

        #[test]
        fn inside_every_character_is_inside_each_of_them(text in "\\PC{0,40}") {
            let division = Division::inside_every_character(text.as_bytes());
            let ends = ends(&division, text.len());
            for (at, c) in text.char_indices() {
                let cut = ends.iter().filter(|&&end| at < end && end < at + c.len_utf8());
                prop_assert_eq!(cut.count(), usize::from(c.len_utf8() > 1));
            }
        }
    }
}
