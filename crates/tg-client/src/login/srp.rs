//! The client's half of two-step verification: SRP-6a as Telegram varies it (core.telegram.org/api/srp).
//!
//! Pure arithmetic: randomness is an argument. Numbers enter every hash as 256 bytes, big-endian.
#![expect(clippy::many_single_char_names, reason = "the letters are the specification's")]

use core::fmt;

use mtproto::Random;
use mtproto::crypto::dh::{DhError, Group};
use mtproto::crypto::sha256;
use num_bigint::BigUint;
use sha2::Sha512;
use zeroize::Zeroizing;

/// `passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow#3a912d4a`: what the server says about the
/// password before the proof is made.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Algorithm {
    /// First salt; the client's part of it was chosen when the password was set.
    pub(crate) salt1: Vec<u8>,
    /// Second salt.
    pub(crate) salt2: Vec<u8>,
    /// Generator.
    pub(crate) g: i32,
    /// Safe prime of 2048 bits, big-endian.
    pub(crate) p: Vec<u8>,
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Algorithm").field("g", &self.g).finish_non_exhaustive()
    }
}

/// The proof that the client knows the password: `inputCheckPasswordSRP` without its `srp_id`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The client's public number `A`, 256 bytes.
    pub(crate) a: [u8; NUMBER_BYTES],
    /// The hash `M1` over everything that was exchanged.
    pub(crate) m1: [u8; 32],
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(<redacted>)")
    }
}

/// A number in the server's parameters that a server which follows the protocol never sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrpError {
    /// The group or `srp_B` breaks a rule of the key exchange (section 2.2), which holds here as well.
    #[error("unsafe two-step verification parameters")]
    Group(#[from] DhError),
    /// Our own `A` breaks the rule that the server's value has to keep: the source of randomness does not work.
    #[error("an unsafe value of our own in two-step verification")]
    OwnPublic(#[source] DhError),
    /// `u = H(A ‖ B)` is zero, which would make the password drop out of the proof.
    #[error("the two-step verification scrambling number is zero")]
    ZeroScrambler,
}

/// 2048 bits.
const NUMBER_BYTES: usize = 256;
/// `100000` of the algorithm's name.
const PBKDF2_ROUNDS: u32 = 100_000;

/// Proves knowledge of `password` to the server that sent `srp_b`.
///
/// The password is hashed as it is: UTF-8, no normalisation.
///
/// # Errors
/// [`SrpError`] if the server's numbers are unsafe; nothing was derived from the password then.
pub(crate) fn prove(
    password: &[u8],
    algorithm: &Algorithm,
    srp_b: &[u8],
    random: &mut dyn Random,
) -> Result<Proof, SrpError> {
    let group = Group::check(&algorithm.p, algorithm.g, random)?;
    group.check_public(srp_b)?;
    let (p, g) = (BigUint::from_bytes_be(&group.modulus()), BigUint::from(algorithm.g.unsigned_abs()));
    let b = BigUint::from_bytes_be(srp_b);

    let mut secret = Zeroizing::new([0_u8; NUMBER_BYTES]);
    random.fill(secret.as_mut_slice());
    let exponent = BigUint::from_bytes_be(secret.as_slice());
    let (a_bytes, b_bytes) = (group.public(&secret), padded(&b));
    group.check_public(&a_bytes).map_err(SrpError::OwnPublic)?;
    let u = scrambler(sha256(&[&a_bytes, &b_bytes]))?;
    let x = BigUint::from_bytes_be(password_hash(password, algorithm).as_slice());
    let k = BigUint::from_bytes_be(&sha256(&[&padded(&p), &padded(&g)]));
    let kv = (k * g.modpow(&x, &p)) % &p;
    // B - k·v, kept non-negative
    let t = (b + &p - kv) % &p;
    let s = t.modpow(&(exponent + u * x), &p);
    let session_key = Zeroizing::new(sha256(&[&padded(&s)]));

    let m1 = sha256(&[
        &xor(sha256(&[&padded(&p)]), sha256(&[&padded(&g)])),
        &sha256(&[&algorithm.salt1]),
        &sha256(&[&algorithm.salt2]),
        &a_bytes,
        &b_bytes,
        session_key.as_slice(),
    ]);
    Ok(Proof { a: a_bytes, m1 })
}

/// `u`, from the hash over both public values.
fn scrambler(hash: [u8; 32]) -> Result<BigUint, SrpError> {
    let u = BigUint::from_bytes_be(&hash);
    if u == BigUint::ZERO { Err(SrpError::ZeroScrambler) } else { Ok(u) }
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

    /// Draws the vector's secret exponent first; a primality test may draw more.
    fn recorded(vector: &Value) -> impl FnMut(&mut [u8]) {
        let secret = bytes(vector, "a");
        move |out: &mut [u8]| out.iter_mut().zip(secret.iter().cycle()).for_each(|(to, from)| *to = *from)
    }

    #[test]
    fn proofs_equal_the_published_ones() {
        for vector in vectors() {
            let password = vector["password"].as_str().unwrap();
            let algorithm = algorithm(&vector);
            assert_eq!(password_hash(password.as_bytes(), &algorithm).as_slice(), bytes(&vector, "x"));
            let random = &mut recorded(&vector);
            let proof = prove(password.as_bytes(), &algorithm, &bytes(&vector, "srp_B"), random).unwrap();
            assert_eq!(hex::encode(proof.a), vector["A"].as_str().unwrap(), "{}", vector["name"]);
            assert_eq!(hex::encode(proof.m1), vector["M1"].as_str().unwrap(), "{}", vector["name"]);
        }
    }

    #[test]
    fn another_password_gives_another_proof() {
        let vector = &vectors()[0];
        let proof =
            prove(b"234568", &algorithm(vector), &bytes(vector, "srp_B"), &mut recorded(vector)).unwrap();
        assert_ne!(hex::encode(proof.m1), vector["M1"].as_str().unwrap());
    }

    // check: 5.2-u -> SrpError::ZeroScrambler
    #[test]
    fn a_hash_of_nothing_but_zeros_is_refused() {
        assert_eq!(scrambler([0; 32]), Err(SrpError::ZeroScrambler));
        assert!(scrambler([1; 32]).is_ok());
    }

    // check: 5.2-a -> SrpError::OwnPublic
    #[test]
    fn a_source_of_randomness_that_only_gives_zeros_proves_nothing() {
        let vector = &vectors()[0];
        let zeros = &mut |out: &mut [u8]| out.fill(0);
        let refused = prove(b"x", &algorithm(vector), &bytes(vector, "srp_B"), zeros);
        assert_eq!(refused, Err(SrpError::OwnPublic(DhError::PublicTooSmall)));
    }

    #[test]
    fn dishonest_groups_are_refused() {
        let vector = &vectors()[0];
        let good = algorithm(vector);
        let attempt = |p: Vec<u8>, g: i32| {
            let algorithm = Algorithm { g, p, ..good.clone() };
            match prove(b"x", &algorithm, &bytes(vector, "srp_B"), &mut recorded(vector)) {
                Err(SrpError::Group(error)) => error,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(attempt(good.p[..255].to_vec(), 3), DhError::ModulusBits { bits: 2040 });
        assert_eq!(attempt(good.p.clone(), 8), DhError::GeneratorUnknown { g: 8 });
        assert_eq!(attempt(good.p.clone(), 2), DhError::GeneratorResidue { g: 2 });
        // the generator 4 fits every modulus, so that nothing but the modulus can be at fault
        let mut composite = good.p.clone();
        composite[255] ^= 0x0a;
        assert_eq!(attempt(composite, 4), DhError::ModulusNotPrime);
        let file: Value = serde_json::from_str(include_str!("../../tests/vectors/srp.json")).unwrap();
        assert_eq!(attempt(bytes(&file, "prime_that_is_not_safe"), 4), DhError::ModulusNotSafe);
    }

    #[test]
    fn dishonest_values_are_refused() {
        let vector = &vectors()[0];
        let good = algorithm(vector);
        let attempt =
            |algorithm: &Algorithm, b: &[u8]| prove(b"x", algorithm, b, &mut recorded(vector)).unwrap_err();
        for b in [vec![], vec![0; NUMBER_BYTES], vec![1; 247]] {
            assert_eq!(attempt(&good, &b), SrpError::Group(DhError::PublicTooSmall), "{} bytes", b.len());
        }
        for b in [good.p.clone(), vec![0xff; NUMBER_BYTES]] {
            assert_eq!(attempt(&good, &b), SrpError::Group(DhError::PublicTooLarge));
        }
    }
}
