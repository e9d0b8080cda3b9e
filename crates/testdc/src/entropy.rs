//! Where random bytes come from.

use std::fmt;

use num_bigint::BigUint;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A cryptographic generator, seeded once.
///
/// Everything in this crate that needs randomness takes an `&mut Entropy`, so that a test can hand in a seeded one.
pub struct Entropy(ChaCha20Rng);

impl Entropy {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// If the operating system has no entropy to give.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(ChaCha20Rng::from_seed(seed)))
    }

    /// The same bytes for the same seed: for tests alone.
    pub fn from_seed(seed: u64) -> Self {
        let mut key = [0; 32];
        key.iter_mut().zip(seed.to_le_bytes()).for_each(|(to, from)| *to = from);
        Self(ChaCha20Rng::from_seed(key))
    }

    /// An independent generator, seeded by this one.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(ChaCha20Rng::from_seed(self.array()))
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// `N` random bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// `len` random bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.fill(&mut bytes);
        bytes
    }

    /// A random `long`.
    pub fn long(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    /// A number below `bound`; the bias is negligible for bounds below 2³².
    pub fn below(&mut self, bound: u32) -> u32 {
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u32::try_from(product >> 64).unwrap_or(0)
    }

    /// A number of at most `len` bytes.
    pub fn number(&mut self, len: usize) -> BigUint {
        BigUint::from_bytes_be(&self.bytes(len))
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}
