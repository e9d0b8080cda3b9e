//! The one place that draws entropy.

use crate::io::Error;
use crate::random::Random;

/// The operating system's generator.
#[derive(Debug, Clone, Copy)]
pub struct OsRandom(());

impl OsRandom {
    /// Makes sure that the system gives random bytes.
    ///
    /// # Errors
    /// [`Error::Entropy`].
    pub fn new() -> Result<Self, Error> {
        getrandom::fill(&mut [0; 32]).map_err(|_| Error::Entropy)?;
        Ok(Self(()))
    }
}

impl Random for OsRandom {
    /// # Panics
    /// If the system stops giving random bytes after it gave them to [`OsRandom::new`]; it does not.
    fn fill(&mut self, bytes: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "no key may be made of bytes that are not random, and none are left"
        )]
        getrandom::fill(bytes).expect("the operating system gave random bytes before");
    }
}
