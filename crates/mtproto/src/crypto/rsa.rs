//! RSA public keys of servers: the public operation, fingerprints, reading.

use num_bigint::BigUint;
use tl_codec::Encode as _;

use crate::crypto::modpow::{low_256_bytes, power};
use crate::crypto::{pem, sha, sha1, telegram_keys};

/// A server's RSA public key: how a client knows in the key exchange that it speaks to Telegram.
///
/// ```
/// use mtproto::crypto::RsaPublicKey;
///
/// assert_eq!(RsaPublicKey::telegram_production().fingerprint(), 0xd09d_1d85_de64_fd85_u64.cast_signed());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublicKey {
    n: BigUint,
    e: BigUint,
    fingerprint: i64,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RsaKeyError {
    /// RSA_PAD is made for moduli of exactly 2048 bits.
    #[error("the modulus has {bits} bits instead of 2048")]
    ModulusBits {
        /// How many it has.
        bits: u64,
    },
    /// An even modulus is no product of two large primes.
    #[error("the modulus is even")]
    ModulusEven,
    /// The exponent must be odd and from 3 to 2^32 − 1.
    #[error("the exponent is even, 1, or has more than 32 bits")]
    Exponent,
    /// There is no `BEGIN RSA PUBLIC KEY` or `BEGIN PUBLIC KEY` block.
    #[error("no PEM block of an RSA public key")]
    NoPemBlock,
    /// What stands in the PEM block is not base64.
    #[error("the PEM block is not base64")]
    NotBase64,
    /// The block does not hold the structure that its label names.
    #[error("the PEM block is not the DER form of an RSA public key")]
    NotDer,
}

impl RsaPublicKey {
    /// Takes modulus and exponent, both big-endian.
    ///
    /// # Errors
    /// [`RsaKeyError::ModulusBits`], [`RsaKeyError::ModulusEven`], [`RsaKeyError::Exponent`].
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, RsaKeyError> {
        let (n, e) = (BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent));
        if n.bits() != 2048 {
            return Err(RsaKeyError::ModulusBits { bits: n.bits() });
        }
        if !n.bit(0) {
            return Err(RsaKeyError::ModulusEven);
        }
        if !e.bit(0) || !(2..=32).contains(&e.bits()) {
            return Err(RsaKeyError::Exponent);
        }
        let fingerprint = fingerprint(&n, &e);
        Ok(Self { n, e, fingerprint })
    }

    /// Reads a key from PEM text: PKCS#1 (`BEGIN RSA PUBLIC KEY`) or SPKI (`BEGIN PUBLIC KEY`). Text around the first
    /// block is ignored.
    ///
    /// # Errors
    /// [`RsaKeyError`].
    pub fn from_pem(text: &str) -> Result<Self, RsaKeyError> {
        let key = pem::read(text)?;
        Self::new(&key.modulus, &key.exponent)
    }

    /// The key of Telegram's production servers.
    pub fn telegram_production() -> Self {
        Self::built_in(&telegram_keys::PRODUCTION)
    }

    /// The key of Telegram's test servers.
    pub fn telegram_test() -> Self {
        Self::built_in(&telegram_keys::TEST)
    }

    fn built_in(modulus: &[u8; 256]) -> Self {
        let (n, e) = (BigUint::from_bytes_be(modulus), BigUint::from(65_537_u32));
        let fingerprint = fingerprint(&n, &e);
        Self { n, e, fingerprint }
    }

    /// The number by which `resPQ` names the key: the last eight bytes of `SHA1(bytes(n) ‖ bytes(e))`.
    pub fn fingerprint(&self) -> i64 {
        self.fingerprint
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> [u8; 256] {
        low_256_bytes(&self.n)
    }

    /// The exponent, big-endian without leading zeros.
    pub fn exponent(&self) -> Vec<u8> {
        self.e.to_bytes_be()
    }

    /// The bare public operation `block ^ e mod n`; `None` if the block, read as a number, is not below the modulus.
    ///
    /// Never for a message as it is: see [`rsa_pad`](crate::crypto::rsa_pad).
    pub fn encrypt_block(&self, block: &[u8; 256]) -> Option<[u8; 256]> {
        let number = BigUint::from_bytes_be(block);
        (number < self.n).then(|| low_256_bytes(&power(&number, &self.e, &self.n)))
    }
}

fn fingerprint(n: &BigUint, e: &BigUint) -> i64 {
    let digest = sha1(&[&n.to_bytes_be().to_bytes(), &e.to_bytes_be().to_bytes()]);
    i64::from_le_bytes(sha::low_64_bits(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_keys_have_their_published_fingerprints() {
        assert_eq!(RsaPublicKey::telegram_production().fingerprint(), -3_414_540_481_677_951_611);
        assert_eq!(RsaPublicKey::telegram_test().fingerprint(), -5_595_554_452_916_591_101);
    }

    #[test]
    fn unusable_numbers_are_refused_by_name() {
        let good = RsaPublicKey::telegram_test().modulus();
        let cases: [(&[u8], &[u8], RsaKeyError); 7] = [
            (&good[1..], &[1, 0, 1], RsaKeyError::ModulusBits { bits: 2040 }),
            (&[&[1], good.as_slice()].concat(), &[1, 0, 1], RsaKeyError::ModulusBits { bits: 2049 }),
            (&[&good[..255], &[2]].concat(), &[1, 0, 1], RsaKeyError::ModulusEven),
            (&good, &[], RsaKeyError::Exponent),
            (&good, &[1], RsaKeyError::Exponent),
            (&good, &[1, 0, 0], RsaKeyError::Exponent),
            (&good, &[1, 0, 0, 0, 1], RsaKeyError::Exponent),
        ];
        for (modulus, exponent, error) in cases {
            assert_eq!(RsaPublicKey::new(modulus, exponent), Err(error));
        }
        assert_eq!(RsaPublicKey::new(&good, &[0, 1, 0, 1]), Ok(RsaPublicKey::telegram_test()));
    }

    #[test]
    fn a_block_must_be_below_the_modulus() {
        let key = RsaPublicKey::telegram_test();
        assert_eq!(key.encrypt_block(&key.modulus()), None);
        assert_eq!(key.encrypt_block(&[0xff; 256]), None);
        assert_eq!(key.encrypt_block(&[0; 256]), Some([0; 256]));
    }
}
