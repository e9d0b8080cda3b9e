//! What a client wraps into `encrypted_data` of `req_DH_params`.
//!
//! Two wrappings are in use. Current clients use `RSA_PAD` ("Creating an authorization key", step 4.1); older ones, and
//! Telethon 1.45, the padding that it replaced.
//!
//! ```text
//! RSA_PAD   c ^ d = (temp_key xor SHA256(x)) ‖ x          x = AES-256-IGE(reverse(p) ‖ SHA256(temp_key ‖ p), temp_key, iv 0)
//!           32                  224 bytes                 p = inner data ‖ random, 192 bytes
//! legacy    c ^ d = 0 ‖ SHA1(inner data) ‖ inner data ‖ random         1 + 20 + … = 256 bytes
//! ```

use mtproto::crypto::ige::{self, KeyIv};
use mtproto::crypto::{sha1, sha256};

use super::RsaKey;

/// How a client wrapped its inner data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// `RSA_PAD`.
    RsaPad,
    /// SHA-1 and random bytes.
    Legacy,
}

/// The inner data with the random bytes behind it, which only the legacy form needs to tell apart: its SHA-1 covers the
/// inner data alone, so the reader must say how long that is.
pub(crate) struct Unwrapped {
    pub(crate) padding: Padding,
    plain: Vec<u8>,
    sha1: [u8; 20],
}

impl Unwrapped {
    /// Inner data and padding; the TL object inside ends itself.
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Whether the hash holds for an inner data of `len` bytes. `RSA_PAD` was checked when it was opened.
    pub(crate) fn is_intact(&self, len: usize) -> bool {
        match (self.padding, self.plain.get(..len)) {
            (Padding::RsaPad, inner) => inner.is_some(),
            (Padding::Legacy, inner) => inner.is_some_and(|inner| sha1(&[inner]) == self.sha1),
        }
    }
}

/// Opens `encrypted_data` (256 bytes), or nothing if no wrapping fits.
pub(crate) fn unwrap(key: &RsaKey, encrypted: &[u8]) -> Option<Unwrapped> {
    let encrypted: &[u8; 256] = encrypted.try_into().ok()?;
    let block = key.decrypt(encrypted)?;
    rsa_pad(&block).or_else(|| legacy(&block))
}

fn rsa_pad(block: &[u8; 256]) -> Option<Unwrapped> {
    let (masked_key, sealed) = block.split_first_chunk::<32>()?;
    let mask = sha256(&[sealed]);
    let mut temp_key = *masked_key;
    temp_key.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    let mut opened = sealed.to_vec();
    ige::decrypt(&KeyIv { key: temp_key, iv: [0; 32] }, &mut opened).ok()?;
    let hash = opened.split_off(192);
    opened.reverse();
    let intact = hash == sha256(&[&temp_key, &opened]);
    intact.then_some(Unwrapped { padding: Padding::RsaPad, plain: opened, sha1: [0; 20] })
}

fn legacy(block: &[u8; 256]) -> Option<Unwrapped> {
    let (zero, rest) = block.split_first()?;
    let (sha1, plain) = rest.split_first_chunk::<20>()?;
    (*zero == 0).then(|| Unwrapped { padding: Padding::Legacy, plain: plain.to_vec(), sha1: *sha1 })
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::key::tests::vector_key;
    use crate::vectors;

    #[test]
    fn opens_the_vector_with_a_private_key() {
        let vector = vectors::rsa_pad_with_private_key();
        let unwrapped = unwrap(&vector_key(), &vector.hex("encrypted")).unwrap();
        assert_eq!(unwrapped.padding, Padding::RsaPad);
        let inner = vector.hex("data");
        assert_eq!(unwrapped.plain(), [inner.clone(), vector.hex("padding")].concat());
        assert!(unwrapped.is_intact(inner.len()));
    }

    #[test]
    fn a_changed_bit_breaks_rsa_pad() {
        let vector = vectors::rsa_pad_with_private_key();
        for byte in [0, 5, 31, 32, 100, 255] {
            let mut encrypted = vector.hex("encrypted");
            encrypted[byte] ^= 1;
            // a random block starts with a zero byte once in 256 times, but its SHA-1 never holds
            assert!(unwrap(&vector_key(), &encrypted).is_none_or(|u| !u.is_intact(100)), "{byte}");
        }
    }

    #[test]
    fn opens_the_padding_that_telethon_sends() {
        let key = vector_key();
        let inner = vec![7_u8; 96];
        let block = [sha1(&[&inner]).to_vec(), inner.clone(), vec![0xab; 255 - 20 - 96]].concat();
        let encrypted = BigUint::from_bytes_be(&block).modpow(&key.e, &key.n);
        let unwrapped = unwrap(&key, &crate::key::big_endian(&encrypted)).unwrap();
        assert_eq!(unwrapped.padding, Padding::Legacy);
        assert!(unwrapped.is_intact(96));
        for wrong in [0, 95, 97, 235, 236, usize::MAX] {
            assert!(!unwrapped.is_intact(wrong), "{wrong}");
        }
    }

    #[test]
    fn other_lengths_than_256_are_refused() {
        assert!(unwrap(&vector_key(), &[0; 255]).is_none() && unwrap(&vector_key(), &[0; 260]).is_none());
    }
}
