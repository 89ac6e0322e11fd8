//! Chance from a seed: the same seed rolls the same.

/// Vigna's splitmix64, as published in the public domain.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of their own for one purpose (`stream`), so that one more roll here changes nothing there.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut dice = Self(seed ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03));
        dice.next();
        dice
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 up to, and without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in so many cases, 0..1.
    pub(super) fn chance(&mut self, of: f64) -> bool {
        self.unit() < of
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, [least, most]: [u32; 2]) -> u32 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        least.saturating_add(u32::try_from(self.next() % span).unwrap_or(0))
    }

    /// A place in a list of that length; 0 if it is empty.
    pub(super) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.next() % (len.max(1) as u64)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same_and_streams_differ() {
        let rolls = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.next(), dice.next(), dice.next()]
        };
        assert_eq!(rolls(7, 1), rolls(7, 1));
        assert_ne!(rolls(7, 1), rolls(7, 2));
        assert_ne!(rolls(7, 1), rolls(8, 1));
    }

    #[test]
    fn rolls_keep_to_their_range() {
        let mut dice = Dice::new(1, 1);
        let seen: std::collections::BTreeSet<u32> = (0..200).map(|_| dice.between([2, 5])).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!((0..200).all(|_| (0.0..1.0).contains(&dice.unit())));
        assert_eq!(dice.index(0), 0);
        assert!(!dice.chance(0.0) && dice.chance(1.0));
    }
}
