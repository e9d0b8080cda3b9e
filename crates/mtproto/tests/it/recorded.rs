//! Randomness that was written down.

use std::collections::VecDeque;

use mtproto::Random;

/// Hands out recorded pieces in their order, and fails when another length is asked for or a piece is left over.
pub(crate) struct Recorded(VecDeque<Vec<u8>>);

impl Recorded {
    pub(crate) fn new<const N: usize>(pieces: [&[u8]; N]) -> Self {
        Self(pieces.into_iter().map(<[u8]>::to_vec).collect())
    }

    pub(crate) fn assert_used_up(&self) {
        assert!(self.0.is_empty(), "{} recorded pieces were not asked for", self.0.len());
    }
}

impl Random for Recorded {
    fn fill(&mut self, bytes: &mut [u8]) {
        let piece = self.0.pop_front().expect("no recorded randomness is left");
        assert_eq!(piece.len(), bytes.len(), "randomness of another length was recorded");
        bytes.copy_from_slice(&piece);
    }
}

/// A fast generator for tests that need no secrets (xorshift64*).
#[derive(Clone)]
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
