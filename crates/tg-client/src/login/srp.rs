//! The client's half of two-step verification: SRP-6a as Telegram varies it (core.telegram.org/api/srp).
//!
//! Pure arithmetic: the random exponent is an argument. Numbers enter every hash as 256 bytes, big-endian.

use core::fmt;

use mtproto::crypto::dh;
use num_bigint::BigUint;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

/// `passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow#3a912d4a`: what the server says about the
/// password before the proof is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Algorithm {
    /// First salt; the client's part of it was chosen when the password was set.
    pub salt1: Vec<u8>,
    /// Second salt.
    pub salt2: Vec<u8>,
    /// Generator.
    pub g: i32,
    /// Safe prime of 2048 bits, big-endian.
    pub p: Vec<u8>,
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Algorithm").field("g", &self.g).finish_non_exhaustive()
    }
}

/// The proof that the client knows the password: `inputCheckPasswordSRP` without its `srp_id`.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// The client's public number `A`, 256 bytes.
    pub a: [u8; NUMBER_BYTES],
    /// The hash `M1` over everything that was exchanged.
    pub m1: [u8; 32],
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(<redacted>)")
    }
}

/// A number in SRP parameters that a server which follows the protocol never sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrpError {
    /// The group is not a safe prime of 2048 bits with a fitting generator (checks of the key exchange, section 2.2).
    #[error("the server's two-step verification parameters use an unsafe group")]
    UnsafeGroup,
    /// `srp_B` lies outside `1..p` or is too short to be honest.
    #[error("the server's two-step verification number B is out of range")]
    PublicNumberOutOfRange,
    /// `u = H(A ‖ B)` is zero, which would make the password drop out of the proof.
    #[error("the two-step verification scrambling number is zero")]
    ZeroScrambler,
}

/// 2048 bits.
pub const NUMBER_BYTES: usize = 256;
/// `100000` of the algorithm's name.
const PBKDF2_ROUNDS: u32 = 100_000;
/// TDLib refuses shorter numbers: an honest one is never that small.
const MIN_PUBLIC_NUMBER_BYTES: usize = 248;

/// Proves knowledge of `password` to the server that sent `srp_b`, with the random exponent `secret`.
///
/// The password is hashed as it is: UTF-8, no normalisation.
///
/// # Errors
/// [`SrpError`] if the server's numbers are unsafe; nothing was derived from the password then.
pub fn prove(
    password: &[u8],
    algorithm: &Algorithm,
    srp_b: &[u8],
    secret: &Zeroizing<[u8; NUMBER_BYTES]>,
) -> Result<Proof, SrpError> {
    let group = Group::check(algorithm)?;
    let b = group.check_public(srp_b)?;
    let exponent = BigUint::from_bytes_be(secret.as_slice());
    let a = group.g.modpow(&exponent, &group.p);
    let a_bytes = padded(&a);
    let b_bytes = padded(&b);

    let u = BigUint::from_bytes_be(&sha256(&[&a_bytes, &b_bytes]));
    if u == BigUint::ZERO {
        return Err(SrpError::ZeroScrambler);
    }
    let x = BigUint::from_bytes_be(password_hash(password, algorithm).as_slice());
    let k = BigUint::from_bytes_be(&sha256(&[&padded(&group.p), &padded(&group.g)]));
    let kv = (k * group.g.modpow(&x, &group.p)) % &group.p;
    // B - k·v, kept non-negative
    let t = (&b + &group.p - kv) % &group.p;
    let s = t.modpow(&(exponent + u * x), &group.p);
    let session_key = Zeroizing::new(sha256(&[&padded(&s)]));

    let m1 = sha256(&[
        &xor(sha256(&[&padded(&group.p)]), sha256(&[&padded(&group.g)])),
        &sha256(&[&algorithm.salt1]),
        &sha256(&[&algorithm.salt2]),
        &a_bytes,
        &b_bytes,
        session_key.as_slice(),
    ]);
    Ok(Proof { a: a_bytes, m1 })
}

/// `PH2` of the specification: the password under both salts, stretched in the middle.
fn password_hash(password: &[u8], algorithm: &Algorithm) -> Zeroizing<[u8; 32]> {
    let (salt1, salt2) = (algorithm.salt1.as_slice(), algorithm.salt2.as_slice());
    let inner = Zeroizing::new(sha256(&[salt1, password, salt1]));
    let first = Zeroizing::new(sha256(&[salt2, inner.as_slice(), salt2]));
    let mut stretched = Zeroizing::new([0_u8; 64]);
    pbkdf2::pbkdf2_hmac::<Sha512>(first.as_slice(), salt1, PBKDF2_ROUNDS, stretched.as_mut_slice());
    Zeroizing::new(sha256(&[salt2, stretched.as_slice(), salt2]))
}

struct Group {
    p: BigUint,
    g: BigUint,
}

impl Group {
    fn check(algorithm: &Algorithm) -> Result<Self, SrpError> {
        dh::check_group(&algorithm.p, algorithm.g).map_err(|_| SrpError::UnsafeGroup)?;
        let g = u32::try_from(algorithm.g).map_err(|_| SrpError::UnsafeGroup)?;
        Ok(Self { p: BigUint::from_bytes_be(&algorithm.p), g: BigUint::from(g) })
    }

    fn check_public(&self, srp_b: &[u8]) -> Result<BigUint, SrpError> {
        let b = BigUint::from_bytes_be(srp_b);
        let in_range = (MIN_PUBLIC_NUMBER_BYTES..=NUMBER_BYTES).contains(&srp_b.len())
            && b > BigUint::ZERO
            && b < self.p;
        if in_range { Ok(b) } else { Err(SrpError::PublicNumberOutOfRange) }
    }
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

fn xor(mut left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    for (l, r) in left.iter_mut().zip(right) {
        *l ^= r;
    }
    left
}

/// The number as 256 bytes; all numbers here are below a 2048-bit modulus.
fn padded(number: &BigUint) -> [u8; NUMBER_BYTES] {
    let mut out = [0; NUMBER_BYTES];
    let bytes = number.to_bytes_be();
    for (to, from) in out.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn vectors() -> Vec<Value> {
        let file: Value = serde_json::from_str(include_str!("../../tests/vectors/srp.json")).unwrap();
        file["vectors"].as_array().unwrap().clone()
    }

    fn bytes(vector: &Value, name: &str) -> Vec<u8> {
        hex::decode(vector[name].as_str().unwrap()).unwrap()
    }

    fn algorithm(vector: &Value) -> Algorithm {
        Algorithm {
            salt1: bytes(vector, "salt1"),
            salt2: bytes(vector, "salt2"),
            g: i32::try_from(vector["g"].as_i64().unwrap()).unwrap(),
            p: bytes(vector, "p"),
        }
    }

    fn secret(vector: &Value) -> Zeroizing<[u8; NUMBER_BYTES]> {
        Zeroizing::new(bytes(vector, "a").try_into().unwrap())
    }

    #[test]
    fn proofs_equal_the_published_ones() {
        for vector in vectors() {
            let password = vector["password"].as_str().unwrap();
            let algorithm = algorithm(&vector);
            assert_eq!(password_hash(password.as_bytes(), &algorithm).as_slice(), bytes(&vector, "x"));
            let proof =
                prove(password.as_bytes(), &algorithm, &bytes(&vector, "srp_B"), &secret(&vector)).unwrap();
            assert_eq!(hex::encode(proof.a), vector["A"].as_str().unwrap(), "{}", vector["name"]);
            assert_eq!(hex::encode(proof.m1), vector["M1"].as_str().unwrap(), "{}", vector["name"]);
        }
    }

    #[test]
    fn another_password_gives_another_proof() {
        let vector = &vectors()[0];
        let proof = prove(b"234568", &algorithm(vector), &bytes(vector, "srp_B"), &secret(vector)).unwrap();
        assert_ne!(hex::encode(proof.m1), vector["M1"].as_str().unwrap());
    }

    #[test]
    fn dishonest_numbers_are_refused() {
        let vector = &vectors()[0];
        let good = algorithm(vector);
        let attempt = |algorithm: &Algorithm, b: &[u8]| prove(b"x", algorithm, b, &secret(vector)).unwrap_err();
        for b in [vec![], vec![0; NUMBER_BYTES], vec![1; 247], good.p.clone(), vec![0xff; NUMBER_BYTES]] {
            assert_eq!(attempt(&good, &b), SrpError::PublicNumberOutOfRange, "{} bytes", b.len());
        }
        let mut composite = good.clone();
        composite.p[255] ^= 2;
        assert_eq!(attempt(&composite, &bytes(vector, "srp_B")), SrpError::UnsafeGroup);
        let wrong_generator = Algorithm { g: 2, ..good };
        assert_eq!(attempt(&wrong_generator, &bytes(vector, "srp_B")), SrpError::UnsafeGroup);
    }
}
