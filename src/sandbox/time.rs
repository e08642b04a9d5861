//! Time and identity, which the sandbox is given and never looks up.

use std::sync::Arc;

use crate::scalar::timestamp;

/// The time of day. Any `Fn() -> i128` is one.
pub trait Clock: Send + Sync {
    /// Nanoseconds since the Unix epoch.
    fn now(&self) -> i128;
}

impl<F: Fn() -> i128 + Send + Sync> Clock for F {
    fn now(&self) -> i128 {
        self()
    }
}

/// A clock that shows `start` (nanoseconds since the Unix epoch) when it is made, and from then on follows the
/// runtime's time: real time in a running program, virtual time where tokio's clock is paused.
pub fn runtime_clock(start: i128) -> Arc<dyn Clock> {
    let origin = tokio::time::Instant::now();
    Arc::new(move || start.saturating_add(i128::try_from(origin.elapsed().as_nanos()).unwrap_or(i128::MAX)))
}

/// An instant as `metav1.Time` shows it: whole seconds.
pub(crate) fn seconds(nanos: i128) -> String {
    const SECOND: i128 = 1_000_000_000;
    timestamp::format(nanos.div_euclid(SECOND).saturating_mul(SECOND))
}

/// UIDs in the form of version 4, from a seed: the same seed gives the same sequence.
#[derive(Clone, Debug)]
pub(crate) struct Uids(u64);

impl Uids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64`: every state gives another output, so that no two UIDs of one sandbox are equal.
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(crate) fn next_uid(&mut self) -> String {
        let (high, low) = (self.word(), self.word());
        let (time, middle, version) = (high >> 32, (high >> 16) & 0xffff, (high & 0x0fff) | 0x4000);
        let (variant, node) = ((low >> 48) & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
        format!("{time:08x}-{middle:04x}-{version:04x}-{variant:04x}-{node:012x}")
    }

    /// Five characters for `generateName`, from the alphabet that Kubernetes uses (no vowels).
    pub(crate) fn suffix(&mut self) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        let mut word = self.word();
        let letters = u64::try_from(ALPHABET.len()).unwrap_or(1);
        (0..5)
            .map(|_| {
                let at = usize::try_from(word % letters).unwrap_or_default();
                word /= letters;
                char::from(ALPHABET.get(at).copied().unwrap_or(b'x'))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_follow_from_the_seed_and_look_like_version_four() {
        let (mut a, mut b, mut c) = (Uids::new(7), Uids::new(7), Uids::new(8));
        let first = a.next_uid();
        assert_eq!(first, b.next_uid());
        assert_ne!(first, c.next_uid());
        assert_ne!(first, a.next_uid());
        assert_eq!(first.len(), 36);
        assert_eq!(first.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&first.as_bytes()[19]));
    }

    #[test]
    fn shown_times_are_whole_seconds() {
        assert_eq!(seconds(1_764_000_000_999_999_999), "2025-11-24T16:00:00Z");
    }
}
