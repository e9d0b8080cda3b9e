//! The data centre's RSA key.
//!
//! **Owns** the private half of the first step of the key exchange (protocol, "Creating an authorization key", step 4):
//! making a key, keeping it in a PEM file, the private operation, and both ways in which clients wrap their inner data
//! ([`unpad`]). **Must not know** the handshake that uses it.
//!
//! The arithmetic is not constant in time: the key protects a server on the loopback interface and nobody's accounts.

mod der;
mod pem;
mod prime;
pub(crate) mod unpad;

use std::fmt;

use mtproto::crypto::sha1;
use num_bigint::BigUint;
use tl_codec::encode_bytes;

use crate::entropy::Entropy;

/// The public exponent of every key that this crate makes: 65537, as Telegram's own.
const PUBLIC_EXPONENT: u32 = 65_537;

/// The only size of modulus that the key exchange knows.
const MODULUS_BITS: u64 = 2048;

/// An RSA-2048 key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaKey {
    n: BigUint,
    e: BigUint,
    d: BigUint,
    p: BigUint,
    q: BigUint,
}

/// A key file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file is not PEM text of a PKCS#1 private key.
    #[error("not a PEM file with the line `-----BEGIN RSA PRIVATE KEY-----`")]
    NotPem,
    /// The text between the PEM lines is not base64.
    #[error("the PEM body is not base64")]
    NotBase64,
    /// The bytes are not the DER form of an `RSAPrivateKey`.
    #[error("not the DER form of an RSA private key, at byte {offset}")]
    NotDer {
        /// Where the reading stopped.
        offset: usize,
    },
    /// The modulus has another size than the key exchange needs.
    #[error("the modulus has {bits} bits instead of {MODULUS_BITS}")]
    ModulusBits {
        /// Its size.
        bits: u64,
    },
    /// The numbers do not belong together.
    #[error("the numbers of the key contradict each other")]
    Inconsistent,
}

impl RsaKey {
    /// Makes a key: two primes of 1024 bits. Takes tenths of a second at most.
    pub fn generate(entropy: &mut Entropy) -> Self {
        let e = BigUint::from(PUBLIC_EXPONENT);
        loop {
            let (p, q) = (prime::generate(entropy), prime::generate(entropy));
            if let Some(key) = Self::from_primes(p, q, e.clone()).filter(Self::is_found_by_everyone) {
                return key;
            }
        }
    }

    /// mtcute writes fingerprints in hexadecimal, once with leading zeros and once without, and does not find a key whose
    /// fingerprint has one. Telegram's keys have none.
    fn is_found_by_everyone(&self) -> bool {
        self.fingerprint().cast_unsigned() >> 60 != 0
    }

    /// Reads a key from PEM text (PKCS#1, as `openssl genrsa -traditional 2048` and
    /// [`to_private_pem`](Self::to_private_pem) write it).
    ///
    /// # Errors
    /// [`KeyError`]: what is wrong with the text, or with the numbers in it.
    pub fn from_private_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::read(text, pem::PRIVATE)?;
        let [_version, n, e, _d, p, q, ..] = der::read_numbers::<9>(&der)?;
        if n.bits() != MODULUS_BITS {
            return Err(KeyError::ModulusBits { bits: n.bits() });
        }
        let key = Self::from_primes(p, q, e).ok_or(KeyError::Inconsistent)?;
        if key.n == n { Ok(key) } else { Err(KeyError::Inconsistent) }
    }

    /// The whole key as PEM text (PKCS#1). It is a secret.
    pub fn to_private_pem(&self) -> String {
        let one = BigUint::from(1_u32);
        let dp = &self.d % (&self.p - &one);
        let dq = &self.d % (&self.q - &one);
        let q_inverse = self.q.modinv(&self.p).unwrap_or_default();
        let version = BigUint::ZERO;
        let numbers = [&version, &self.n, &self.e, &self.d, &self.p, &self.q, &dp, &dq, &q_inverse];
        pem::write(&der::write_numbers(&numbers), pem::PRIVATE)
    }

    /// The public half as PEM text (PKCS#1 `RSA PUBLIC KEY`): what clients are given.
    pub fn to_public_pem(&self) -> String {
        pem::write(&der::write_numbers(&[&self.n, &self.e]), pem::PUBLIC)
    }

    /// The name of the key on the wire: `SHA1(n ‖ e)[12..20]`, both as TL `bytes`.
    pub fn fingerprint(&self) -> i64 {
        let mut text = Vec::new();
        encode_bytes(&self.n.to_bytes_be(), &mut text);
        encode_bytes(&self.e.to_bytes_be(), &mut text);
        let digest = sha1(&[&text]);
        let lower_64_bits = digest.last_chunk().copied();
        i64::from_le_bytes(lower_64_bits.unwrap_or_default())
    }

    /// The private operation: `c ^ d mod n`, or nothing for a number that is no residue.
    pub(crate) fn decrypt(&self, encrypted: &[u8]) -> Option<[u8; 256]> {
        let c = BigUint::from_bytes_be(encrypted);
        if c >= self.n {
            return None;
        }
        // by the Chinese remainder theorem: a quarter of the work
        let one = BigUint::from(1_u32);
        let mod_p = (&c % &self.p).modpow(&(&self.d % (&self.p - &one)), &self.p);
        let mod_q = (&c % &self.q).modpow(&(&self.d % (&self.q - &one)), &self.q);
        let difference = (&mod_p + &self.p - (&mod_q % &self.p)) % &self.p;
        let h = difference * self.q.modinv(&self.p)? % &self.p;
        Some(big_endian(&(mod_q + h * &self.q)))
    }

    #[cfg(test)]
    pub(crate) fn public_numbers(&self) -> (&BigUint, &BigUint) {
        (&self.n, &self.e)
    }

    #[expect(clippy::many_single_char_names, reason = "the names that every text on RSA gives them")]
    fn from_primes(p: BigUint, q: BigUint, e: BigUint) -> Option<Self> {
        let one = BigUint::from(1_u32);
        if p <= one || q <= one || p == q {
            return None;
        }
        let n = &p * &q;
        let d = e.modinv(&((&p - &one) * (&q - &one)))?;
        (n.bits() == MODULUS_BITS).then_some(Self { n, e, d, p, q })
    }
}

/// The low 2048 bits, big-endian, zeros on the left.
pub(crate) fn big_endian(number: &BigUint) -> [u8; 256] {
    let mut out = [0; 256];
    out.iter_mut().rev().zip(number.to_bytes_le()).for_each(|(to, from)| *to = from);
    out
}

/// Two distinct primes `p < q` of 31 bits each, whose product a client must factorise.
pub(crate) fn proof_of_work(entropy: &mut Entropy) -> (u32, u32) {
    prime::pair(entropy)
}

/// Whether a Diffie-Hellman value keeps 2^1984 away from both ends of the group (the range checks of
/// `g_a` and `g_b`).
pub(crate) fn is_public_in_range(value: &BigUint, prime: &BigUint) -> bool {
    let margin = BigUint::from(1_u32) << 1984_u32;
    *value >= margin && *value <= prime - margin
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The throw-away key of the vectors.
    pub(crate) fn vector_key() -> RsaKey {
        let vector = crate::vectors::rsa_pad_with_private_key();
        let number = |name| BigUint::from_bytes_be(&vector.hex(name));
        RsaKey::from_primes(number("p"), number("q"), BigUint::from(PUBLIC_EXPONENT)).unwrap()
    }

    #[test]
    fn a_made_key_works_and_survives_its_file() {
        let mut entropy = Entropy::from_seed(1);
        let key = RsaKey::generate(&mut entropy);
        assert_eq!(key.n.bits(), 2048);
        let message = entropy.number(255);
        let encrypted = message.modpow(&key.e, &key.n);
        assert_eq!(key.decrypt(&encrypted.to_bytes_be()), Some(big_endian(&message)));
        assert_eq!(RsaKey::from_private_pem(&key.to_private_pem()), Ok(key));
    }

    #[test]
    fn a_made_key_has_a_fingerprint_of_sixteen_digits() {
        // the first primes from this seed give 0772ca63101684d9
        let key = RsaKey::generate(&mut Entropy::from_seed(7));
        assert_eq!(format!("{:x}", key.fingerprint()).len(), 16, "{:x}", key.fingerprint());
    }

    #[test]
    fn the_vector_key_has_its_fingerprint_and_exponent() {
        let vector = crate::vectors::rsa_pad_with_private_key();
        let key = vector_key();
        assert_eq!(key.n.to_bytes_be(), vector.hex("n"));
        assert_eq!(key.fingerprint().to_le_bytes().to_vec(), vector.hex("fingerprint_bytes"));
        assert!(key.to_public_pem().starts_with("-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA"));
    }

    #[test]
    fn a_number_beyond_the_modulus_is_refused() {
        assert_eq!(vector_key().decrypt(&[0xff; 256]), None);
    }

    #[test]
    fn a_broken_key_file_says_what_is_wrong() {
        let good = vector_key().to_private_pem();
        assert_eq!(RsaKey::from_private_pem(""), Err(KeyError::NotPem));
        assert_eq!(RsaKey::from_private_pem(&vector_key().to_public_pem()), Err(KeyError::NotPem));
        assert_eq!(RsaKey::from_private_pem(&good.replacen("MII", "M*I", 1)), Err(KeyError::NotBase64));
        let body = good.lines().nth(1).unwrap();
        assert!(matches!(
            RsaKey::from_private_pem(&good.replacen(body, "", 1)),
            Err(KeyError::NotDer { .. } | KeyError::NotBase64)
        ));
        let key = vector_key();
        let other = RsaKey::generate(&mut Entropy::from_seed(3));
        let zero = BigUint::ZERO;
        let mixed = [&zero, &key.n, &key.e, &key.d, &key.p, &other.q, &zero, &zero, &zero];
        let mixed = pem::write(&der::write_numbers(&mixed), pem::PRIVATE);
        assert_eq!(RsaKey::from_private_pem(&mixed), Err(KeyError::Inconsistent));
    }

    #[test]
    fn nothing_of_the_key_is_printed() {
        let key = vector_key();
        assert_eq!(format!("{key:?}"), format!("RsaKey {{ fingerprint: {}, .. }}", key.fingerprint()));
    }
}
