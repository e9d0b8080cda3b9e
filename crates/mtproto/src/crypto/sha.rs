//! SHA-1 and SHA-256 over several pieces: the protocol hashes concatenations everywhere.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// SHA-1 of the concatenation of `parts`.
///
/// ```
/// use mtproto::crypto::sha1;
/// assert_eq!(sha1(&[b"ab", b"c"]), sha1(&[b"abc"]));
/// ```
pub fn sha1(parts: &[&[u8]]) -> [u8; 20] {
    let mut state = Sha1::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().into()
}

/// SHA-256 of the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Sha256::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().into()
}

/// "The lower 64 bits of the SHA-1", as the protocol says: the *last* eight bytes.
pub(crate) fn low_64_bits(digest: &[u8; 20]) -> [u8; 8] {
    piece(digest, 12)
}

/// "The higher 64 bits of the SHA-1": the *first* eight bytes.
pub(crate) fn high_64_bits(digest: &[u8; 20]) -> [u8; 8] {
    piece(digest, 0)
}

/// "The lower 128 bits of the SHA-1": the last sixteen bytes.
pub(crate) fn low_128_bits(digest: &[u8; 20]) -> [u8; 16] {
    piece(digest, 4)
}

fn piece<const N: usize>(digest: &[u8; 20], start: usize) -> [u8; N] {
    let mut out = [0; N];
    out.iter_mut().zip(digest.iter().skip(start)).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_bits_are_at_the_end() {
        let digest = core::array::from_fn(|index| u8::try_from(index).unwrap());
        assert_eq!(low_64_bits(&digest), [12, 13, 14, 15, 16, 17, 18, 19]);
        assert_eq!(high_64_bits(&digest), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(low_128_bits(&digest)[..2], [4, 5]);
    }
}
