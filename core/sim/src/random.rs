//! The only source of chance: everything random in a run comes from its seed through here.
//!
//! xoshiro256** (Blackman, Vigna 2018) seeded by splitmix64. A [`Random`] can be split, so that one
//! part of the simulation may draw more without changing what another part draws.

use std::time::Duration;

/// A stream of numbers that depends on its seed alone.
#[derive(Debug, Clone)]
pub struct Random([u64; 4]);

impl Random {
    /// The stream of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        Self(std::array::from_fn(|_| splitmix(&mut state)))
    }

    /// A stream of its own for the part called `name`.
    #[must_use]
    pub fn split(&self, name: &str) -> Self {
        let mut state = self.0[0] ^ self.0[2].rotate_left(17);
        for byte in name.bytes() {
            state = state.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte);
        }
        Self::new(splitmix(&mut state))
    }

    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and an iterator would")]
    pub fn next(&mut self) -> u64 {
        let result = self.0[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = self.0[1] << 17;
        self.0[2] ^= self.0[0];
        self.0[3] ^= self.0[1];
        self.0[1] ^= self.0[2];
        self.0[0] ^= self.0[3];
        self.0[2] ^= shifted;
        self.0[3] = self.0[3].rotate_left(45);
        result
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * bound as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low).saturating_add(1);
        low + ((u128::from(self.next()) * u128::from(span)) >> 64) as u64
    }

    /// Whether an event of so many percent happens.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent as usize
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// One of `choices`, each as often as its weight says; the last if all weigh nothing.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u32, T)]) -> T {
        let total: u32 = choices.iter().map(|choice| choice.0).sum();
        let mut left = self.below(total as usize) as u32;
        for (weight, choice) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        choices[choices.len() - 1].1
    }

    /// A span between `low` and `high`, short ones more often: uniform in its logarithm.
    pub fn span(&mut self, low: Duration, high: Duration) -> Duration {
        let low = u64::try_from(low.as_nanos()).unwrap_or(u64::MAX).max(1);
        let high = u64::try_from(high.as_nanos()).unwrap_or(u64::MAX).max(low);
        let octaves = (high / low).max(1).ilog2();
        let scale = self.between(0, u64::from(octaves));
        let base = low << scale;
        Duration::from_nanos(self.between(base, base.saturating_mul(2).min(high).max(base)))
    }
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_every_time() {
        let (mut a, mut b) = (Random::new(7), Random::new(7));
        assert!((0..100).all(|_| a.next() == b.next()));
        assert_ne!(Random::new(7).next(), Random::new(8).next());
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut random = Random::new(1);
        let drawn: Vec<u64> = (0..1000).map(|_| random.between(3, 5)).collect();
        assert!((3..=5).all(|n| drawn.contains(&n)));
        assert!(drawn.iter().all(|n| (3..=5).contains(n)));
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn a_split_stream_does_not_depend_on_what_was_drawn_from_another() {
        let root = Random::new(3);
        let mut first = root.split("disk");
        let mut other = root.split("network");
        other.next();
        assert_eq!(root.split("disk").next(), first.next());
        assert_ne!(first.next(), other.next());
    }

    #[test]
    fn spans_are_within_their_bounds() {
        let mut random = Random::new(9);
        let (low, high) = (Duration::from_millis(1), Duration::from_secs(60));
        for _ in 0..1000 {
            let span = random.span(low, high);
            assert!(span >= low && span <= high, "{span:?}");
        }
    }
}
