//! Two-step verification, the server's side: a variant of SRP-6a (protocol, "Two-factor authentication").
//!
//! The server keeps a verifier `v = g^x mod p` and never the password. For each attempt it offers `B = k·v + g^b`; the
//! client proves by `M1` that it computed the same `S` from the password.

use std::fmt;

use hmac::Hmac;
use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::sha256;
use num_bigint::BigUint;
use sha2::Sha512;

use crate::entropy::Entropy;
use crate::envelope::equal_in_constant_time;
use crate::key::{big_endian, is_public_in_range};

/// `g`, which is valid for the known prime.
pub(crate) const GENERATOR: u32 = 3;

/// Rounds of PBKDF2 that the algorithm's name promises.
const ITERATIONS: u32 = 100_000;

/// What the server knows of a password.
#[derive(Clone)]
pub(crate) struct Verifier {
    pub(crate) salt1: Vec<u8>,
    pub(crate) salt2: Vec<u8>,
    v: BigUint,
}

/// One attempt: the server's ephemeral key. It is used once.
#[derive(Clone)]
pub(crate) struct Challenge {
    pub(crate) srp_id: i64,
    b: BigUint,
    /// Which verifier it was made for.
    salt1: Vec<u8>,
    /// `srp_B`, big-endian.
    pub(crate) public: [u8; 256],
}

impl Verifier {
    /// Derives the verifier of a password, with salts of the length that real servers use.
    pub(crate) fn new(password: &[u8], entropy: &mut Entropy) -> Self {
        Self::with_salts(password, entropy.bytes(40), entropy.bytes(16))
    }

    fn with_salts(password: &[u8], salt1: Vec<u8>, salt2: Vec<u8>) -> Self {
        let x = BigUint::from_bytes_be(&password_hash(password, &salt1, &salt2));
        let v = BigUint::from(GENERATOR).modpow(&x, &prime());
        Self { salt1, salt2, v }
    }

    /// Salts and verifier, as a file keeps them; they say as much of the password as the server knows.
    pub(crate) fn to_parts(&self) -> [Vec<u8>; 3] {
        [self.salt1.clone(), self.salt2.clone(), self.v.to_bytes_be()]
    }

    /// The verifier that a file has kept.
    pub(crate) fn from_parts([salt1, salt2, v]: [Vec<u8>; 3]) -> Self {
        Self { salt1, salt2, v: BigUint::from_bytes_be(&v) }
    }

    /// The verifier that a client has made of a new password; none for a number that no password leads to.
    pub(crate) fn of_client(salt1: &[u8], salt2: &[u8], v: &[u8]) -> Option<Self> {
        let v = BigUint::from_bytes_be(v);
        let is_in_group = v > BigUint::from(1_u32) && v < prime() - 1_u32;
        is_in_group.then(|| Self { salt1: salt1.to_vec(), salt2: salt2.to_vec(), v })
    }

    /// Whether an attempt began before the password was changed.
    pub(crate) fn has_replaced(&self, challenge: &Challenge) -> bool {
        self.salt1 != challenge.salt1
    }

    /// Begins an attempt.
    pub(crate) fn challenge(&self, entropy: &mut Entropy) -> Challenge {
        loop {
            let challenge = self.challenge_with(entropy.long(), entropy.number(256));
            if is_public_in_range(&BigUint::from_bytes_be(&challenge.public), &prime()) {
                return challenge;
            }
        }
    }

    fn challenge_with(&self, srp_id: i64, b: BigUint) -> Challenge {
        let public = (multiplier() * &self.v + BigUint::from(GENERATOR).modpow(&b, &prime())) % prime();
        Challenge { srp_id, public: big_endian(&public), b, salt1: self.salt1.clone() }
    }

    /// Whether the client knows the password: `M1 = H(H(p)⊕H(g) ‖ H(salt1) ‖ H(salt2) ‖ A ‖ B ‖ K)`.
    ///
    /// `A` must keep its distance from both ends of the group, or the client could choose `S` without the password.
    pub(crate) fn is_proved(&self, challenge: &Challenge, a: &[u8], m1: &[u8]) -> bool {
        let a = BigUint::from_bytes_be(a);
        if !is_public_in_range(&a, &prime()) {
            return false;
        }
        let a_bytes = big_endian(&a);
        let u = BigUint::from_bytes_be(&sha256(&[&a_bytes, &challenge.public]));
        let base = a * self.v.modpow(&u, &prime()) % prime();
        let s = base.modpow(&challenge.b, &prime());
        let k = sha256(&[&big_endian(&s)]);
        let mut groups = sha256(&[&KNOWN_PRIME]);
        let generator = sha256(&[&big_endian(&BigUint::from(GENERATOR))]);
        groups.iter_mut().zip(generator).for_each(|(p, g)| *p ^= g);
        let salts = [sha256(&[&self.salt1]), sha256(&[&self.salt2])].concat();
        let expected = sha256(&[&groups, &salts, &a_bytes, &challenge.public, &k]);
        equal_in_constant_time(&expected, m1)
    }
}

fn prime() -> BigUint {
    BigUint::from_bytes_be(&KNOWN_PRIME)
}

/// `k = H(p ‖ g)`
fn multiplier() -> BigUint {
    BigUint::from_bytes_be(&sha256(&[&KNOWN_PRIME, &big_endian(&BigUint::from(GENERATOR))]))
}

/// `PH2 = SH(PBKDF2(PH1, salt1), salt2)`, with `PH1 = SH(SH(password, salt1), salt2)` and `SH(data, s) = H(s ‖ data ‖ s)`
fn password_hash(password: &[u8], salt1: &[u8], salt2: &[u8]) -> [u8; 32] {
    let salted = |text: &[u8], salt: &[u8]| sha256(&[salt, text, salt]);
    let first = salted(&salted(password, salt1), salt2);
    let mut stretched = [0; 64];
    let derived = pbkdf2::pbkdf2::<Hmac<Sha512>>(&first, salt1, ITERATIONS, &mut stretched);
    debug_assert!(derived.is_ok(), "HMAC takes keys of any length");
    salted(&stretched, salt2)
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge").field("srp_id", &self.srp_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn agrees_with_the_vectors() {
        for case in vectors::srp() {
            let verifier =
                Verifier::with_salts(case.text("password").as_bytes(), case.hex("salt1"), case.hex("salt2"));
            assert_eq!(verifier.v, BigUint::from_bytes_be(&case.hex("v")));
            // the published vector has no b: only the verifier can be compared
            let Some(b) = case.optional_hex("b") else { continue };
            let challenge = verifier.challenge_with(1, BigUint::from_bytes_be(&b));
            assert_eq!(BigUint::from_bytes_be(&challenge.public), BigUint::from_bytes_be(&case.hex("srp_B")));
            assert!(verifier.is_proved(&challenge, &case.hex("A"), &case.hex("M1")));
            assert!(!verifier.is_proved(&challenge, &case.hex("A"), &[0; 32]));
            let other = verifier.challenge(&mut Entropy::from_seed(1));
            assert!(!verifier.is_proved(&other, &case.hex("A"), &case.hex("M1")));
        }
    }

    #[test]
    fn a_client_cannot_choose_the_secret() {
        let verifier = Verifier::with_salts(b"x", vec![1; 40], vec![2; 16]);
        let challenge = verifier.challenge(&mut Entropy::from_seed(1));
        for a in [BigUint::ZERO, BigUint::from(1_u32), prime(), prime() * 2_u32, prime() - 1_u32] {
            // with A = 0 mod p, S is 0 whatever the password
            let k = sha256(&[&[0; 256]]);
            let forged = sha256(&[&k]);
            assert!(!verifier.is_proved(&challenge, &a.to_bytes_be(), &forged));
        }
    }
}
