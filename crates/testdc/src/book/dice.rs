//! Seeded choices whose outcome never changes.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of choices.
///
/// Only the raw words of `ChaCha20` are used: the distributions of the rand crates may change between their versions,
/// and an address book must not.
pub(crate) struct Dice(ChaCha20Rng);

impl Dice {
    /// The stream of `seed` for one `purpose`; streams of different purposes are independent.
    pub(crate) fn new(seed: u64, purpose: [u8; 8]) -> Self {
        let mut key = [0; 32];
        for (slot, byte) in key.iter_mut().zip(seed.to_le_bytes().into_iter().chain(purpose)) {
            *slot = byte;
        }
        Self(ChaCha20Rng::from_seed(key))
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// A number below `bound` (0 for a bound of 0). The bias is below 2⁻³² for the bounds that are used here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.word()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number of `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below((high - low).saturating_add(1))
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, or the default for an empty list.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.get(self.index(items.len())).copied().unwrap_or_default()
    }

    /// An index below `len`.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// Any order of `items` (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dice")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_same_for_ever() {
        let mut dice = Dice::new(1, *b"people\0\0");
        let words = [dice.word(), dice.word()];
        assert_eq!(words, GOLDEN, "a change of the stream changes every address book and every stored truth");
    }

    const GOLDEN: [u64; 2] = [3_012_039_933_283_904_320, 6_774_618_415_262_614_476];

    #[test]
    fn numbers_stay_in_their_range() {
        let mut dice = Dice::new(7, *b"range\0\0\0");
        assert!((0..1000).all(|_| dice.below(3) < 3));
        assert!((0..1000).map(|_| dice.between(5, 6)).all(|n| n == 5 || n == 6));
        assert_eq!((dice.below(0), dice.index(0)), (0, 0));
        let mut order = (0..50).collect::<Vec<_>>();
        dice.shuffle(&mut order);
        assert_ne!(order, (0..50).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
}
