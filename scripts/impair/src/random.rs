//! Random numbers that are the same for the same seed.

/// `SplitMix64`: a counter, and a function that spreads its values.
#[derive(Debug, Clone)]
pub struct Random(u64);

/// What the counter grows by.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// A generator whose numbers `seed` determines.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The number at `index`, from 0, of those that a new generator gives.
    #[must_use]
    pub fn nth(seed: u64, index: u64) -> u64 {
        Self::new(seed.wrapping_add(index.wrapping_mul(STEP))).number()
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `limit - 1`.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % limit.max(1) as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the reference implementation for the seed 1234567
    /// (<https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64>).
    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut random = Random::new(1_234_567);
        let numbers = [random.number(), random.number(), random.number()];
        let reference = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, reference);
        assert_eq!([0, 1, 2].map(|at| Random::nth(1_234_567, at)), reference);
    }
}
