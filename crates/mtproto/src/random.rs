//! Randomness as an argument.

/// A source of random bytes, handed to every function of the core that needs them.
///
/// The core never draws entropy itself: a driver passes the operating system's generator, a test passes recorded
/// bytes. Keys are only as good as this source, so outside tests it must be cryptographically secure.
///
/// Every `FnMut(&mut [u8])` is a source:
/// ```
/// use mtproto::Random;
///
/// let mut counter = 0;
/// let mut counting = |bytes: &mut [u8]| bytes.iter_mut().for_each(|byte| {
///     *byte = counter;
///     counter += 1;
/// });
/// assert_eq!(counting.array::<4>(), [0, 1, 2, 3]);
/// ```
pub trait Random {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);

    /// `N` random bytes.
    fn array<const N: usize>(&mut self) -> [u8; N]
    where
        Self: Sized,
    {
        fill_array(self)
    }
}

impl<F: FnMut(&mut [u8]) + ?Sized> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// `N` random bytes from a source behind a trait object.
pub(crate) fn fill_array<const N: usize>(random: &mut (impl Random + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}
