//! Randomness, passed in: a seed in, the same numbers out on every machine.
//!
//! It spreads retries and is no secret: never used where a guess would do harm.

use std::time::Duration;

/// A seeded generator of evenly spread numbers (`SplitMix64`: one addition and a mix of bits for each).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator whose sequence depends on the seed alone.
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A duration from nothing up to and including the bound, in whole milliseconds.
    pub fn up_to(&mut self, bound: Duration) -> Duration {
        let span = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        let number = self.number();
        let drawn = span.checked_add(1).map_or(number, |count| number % count);
        Duration::from_millis(drawn)
    }

    /// A wait that grows with each attempt: `base` doubled `attempts - 1` times, at most `ceiling`, of which
    /// the second half is drawn, so that those who failed together do not come back together.
    pub fn backoff(&mut self, attempts: u32, base: Duration, ceiling: Duration) -> Duration {
        let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = base.saturating_mul(factor).min(ceiling);
        let half = whole / 2;
        whole.saturating_sub(half).saturating_add(self.up_to(half)).min(ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sequence_is_the_published_one_of_splitmix64() {
        let mut random = Random::seeded(1_234_567);
        let drawn = [random.number(), random.number(), random.number()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_backoff_grows_to_its_ceiling_and_stays_there() {
        let mut random = Random::seeded(7);
        let (base, ceiling) = (Duration::from_secs(1), Duration::from_mins(5));
        let waits: Vec<_> = (1..=40).map(|attempts| random.backoff(attempts, base, ceiling)).collect();
        assert!(waits[0] >= base / 2 && waits[0] <= base);
        assert!(waits.iter().skip(9).all(|wait| *wait >= ceiling / 2 && *wait <= ceiling), "{waits:?}");
    }

    proptest! {
        #[test]
        fn a_draw_never_exceeds_its_bound(seed: u64, bound in 0_u64..100_000, attempts: u32) {
            let mut random = Random::seeded(seed);
            let bound = Duration::from_millis(bound);
            prop_assert!(random.up_to(bound) <= bound);
            let wait = random.backoff(attempts, Duration::from_millis(100), bound);
            prop_assert!(wait <= bound);
            prop_assert!(wait >= bound.min(Duration::from_millis(100)) / 2);
        }
    }
}
