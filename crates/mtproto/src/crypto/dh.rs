//! Diffie-Hellman in the group that the server chose ("Creating an authorization key", steps 5 to 7, and "Security
//! guidelines for client software developers").
//!
//! A malicious server could choose a group in which it can compute logarithms, or a public value that fixes the shared
//! key whatever the client does; every check here closes one of those ways. Two-step verification (SRP) demands the
//! same of its group.

use num_bigint::BigUint;

use crate::crypto::modpow::{low_256_bytes, power};
use crate::crypto::prime;
use crate::random::Random;

/// The prime that Telegram's servers use, and have used since the protocol's first sample.
///
/// It is checked once, by the tests; a server that sends it is spared some tenths of a second. With it only the
/// generators 3, 4 and 7 are valid.
#[rustfmt::skip]
pub const KNOWN_PRIME: [u8; 256] = [
    0xc7, 0x1c, 0xae, 0xb9, 0xc6, 0xb1, 0xc9, 0x04, 0x8e, 0x6c, 0x52, 0x2f, 0x70, 0xf1, 0x3f, 0x73,
    0x98, 0x0d, 0x40, 0x23, 0x8e, 0x3e, 0x21, 0xc1, 0x49, 0x34, 0xd0, 0x37, 0x56, 0x3d, 0x93, 0x0f,
    0x48, 0x19, 0x8a, 0x0a, 0xa7, 0xc1, 0x40, 0x58, 0x22, 0x94, 0x93, 0xd2, 0x25, 0x30, 0xf4, 0xdb,
    0xfa, 0x33, 0x6f, 0x6e, 0x0a, 0xc9, 0x25, 0x13, 0x95, 0x43, 0xae, 0xd4, 0x4c, 0xce, 0x7c, 0x37,
    0x20, 0xfd, 0x51, 0xf6, 0x94, 0x58, 0x70, 0x5a, 0xc6, 0x8c, 0xd4, 0xfe, 0x6b, 0x6b, 0x13, 0xab,
    0xdc, 0x97, 0x46, 0x51, 0x29, 0x69, 0x32, 0x84, 0x54, 0xf1, 0x8f, 0xaf, 0x8c, 0x59, 0x5f, 0x64,
    0x24, 0x77, 0xfe, 0x96, 0xbb, 0x2a, 0x94, 0x1d, 0x5b, 0xcd, 0x1d, 0x4a, 0xc8, 0xcc, 0x49, 0x88,
    0x07, 0x08, 0xfa, 0x9b, 0x37, 0x8e, 0x3c, 0x4f, 0x3a, 0x90, 0x60, 0xbe, 0xe6, 0x7c, 0xf9, 0xa4,
    0xa4, 0xa6, 0x95, 0x81, 0x10, 0x51, 0x90, 0x7e, 0x16, 0x27, 0x53, 0xb5, 0x6b, 0x0f, 0x6b, 0x41,
    0x0d, 0xba, 0x74, 0xd8, 0xa8, 0x4b, 0x2a, 0x14, 0xb3, 0x14, 0x4e, 0x0e, 0xf1, 0x28, 0x47, 0x54,
    0xfd, 0x17, 0xed, 0x95, 0x0d, 0x59, 0x65, 0xb4, 0xb9, 0xdd, 0x46, 0x58, 0x2d, 0xb1, 0x17, 0x8d,
    0x16, 0x9c, 0x6b, 0xc4, 0x65, 0xb0, 0xd6, 0xff, 0x9c, 0xa3, 0x92, 0x8f, 0xef, 0x5b, 0x9a, 0xe4,
    0xe4, 0x18, 0xfc, 0x15, 0xe8, 0x3e, 0xbe, 0xa0, 0xf8, 0x7f, 0xa9, 0xff, 0x5e, 0xed, 0x70, 0x05,
    0x0d, 0xed, 0x28, 0x49, 0xf4, 0x7b, 0xf9, 0x59, 0xd9, 0x56, 0x85, 0x0c, 0xe9, 0x29, 0x85, 0x1f,
    0x0d, 0x81, 0x15, 0xf6, 0x35, 0xb1, 0x05, 0xee, 0x2e, 0x4e, 0x15, 0xd0, 0x4b, 0x24, 0x54, 0xbf,
    0x6f, 0x4f, 0xad, 0xf0, 0x34, 0xb1, 0x04, 0x03, 0x11, 0x9c, 0xd8, 0xe3, 0xb9, 0x2f, 0xcc, 0x5b,
];

/// Which rule a group or a public value breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DhError {
    /// The prime must have exactly 2048 bits.
    #[error("the modulus has {bits} bits instead of 2048")]
    ModulusBits {
        /// How many it has.
        bits: u64,
    },
    /// The modulus is composite.
    #[error("the modulus is not prime")]
    ModulusNotPrime,
    /// `(p − 1) / 2` is composite: the group has small subgroups.
    #[error("the modulus is not a safe prime")]
    ModulusNotSafe,
    /// The generator must be from 2 to 7.
    #[error("the generator {g} is not from 2 to 7")]
    GeneratorUnknown {
        /// The generator that was sent.
        g: i32,
    },
    /// The generator does not span the subgroup of prime order (quadratic residues).
    #[error("the generator {g} does not generate the subgroup of prime order")]
    GeneratorResidue {
        /// The generator that was sent.
        g: i32,
    },
    /// A public value below 2^1984 (0 and 1 among them).
    #[error("the public value is too small")]
    PublicTooSmall,
    /// A public value above `p − 2^1984`.
    #[error("the public value is too large")]
    PublicTooLarge,
}

/// How far a public value must stay from both ends of the group: 2^(2048 − 64).
const RANGE_MARGIN_BITS: u32 = 1984;

/// A checked group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    p: BigUint,
    g: BigUint,
}

impl Group {
    /// Checks a modulus (big-endian) and a generator. `random` chooses the bases of the primality test; the known
    /// prime needs none.
    ///
    /// # Errors
    /// [`DhError`]: the first rule that is broken. The cheap rules stand first, so that a hostile server cannot make a
    /// client work for a group that it refuses anyway.
    pub fn check(modulus: &[u8], g: i32, random: &mut dyn Random) -> Result<Self, DhError> {
        let p = BigUint::from_bytes_be(modulus);
        if p.bits() != 2048 {
            return Err(DhError::ModulusBits { bits: p.bits() });
        }
        let generator = u32::try_from(g).ok().filter(|g| (2..=7).contains(g));
        let Some(generator) = generator else { return Err(DhError::GeneratorUnknown { g }) };
        if !generates_prime_order(&p, generator) {
            return Err(DhError::GeneratorResidue { g });
        }
        if p != BigUint::from_bytes_be(&KNOWN_PRIME) {
            if !prime::is_prime(&p, random) {
                return Err(DhError::ModulusNotPrime);
            }
            if !prime::is_prime(&(&p >> 1_u32), random) {
                return Err(DhError::ModulusNotSafe);
            }
        }
        Ok(Self { p, g: BigUint::from(generator) })
    }

    /// Checks a public value (big-endian): `2^1984 ≤ value ≤ p − 2^1984`.
    ///
    /// # Errors
    /// [`DhError::PublicTooSmall`], [`DhError::PublicTooLarge`].
    pub fn check_public(&self, value: &[u8]) -> Result<(), DhError> {
        let value = BigUint::from_bytes_be(value);
        let margin = BigUint::from(1_u32) << RANGE_MARGIN_BITS;
        if value < margin {
            Err(DhError::PublicTooSmall)
        } else if value > &self.p - margin {
            Err(DhError::PublicTooLarge)
        } else {
            Ok(())
        }
    }

    /// The public value `g ^ secret mod p`, padded on the left.
    pub fn public(&self, secret: &[u8; 256]) -> [u8; 256] {
        self.power(&self.g, secret)
    }

    /// The shared value `peer ^ secret mod p`, padded on the left. `peer` must have passed
    /// [`check_public`](Self::check_public).
    pub fn shared(&self, peer: &[u8], secret: &[u8; 256]) -> [u8; 256] {
        self.power(&BigUint::from_bytes_be(peer), secret)
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> [u8; 256] {
        low_256_bytes(&self.p)
    }

    fn power(&self, base: &BigUint, secret: &[u8; 256]) -> [u8; 256] {
        low_256_bytes(&power(base, &BigUint::from_bytes_be(secret), &self.p))
    }
}

/// The table of the protocol: whether `g` generates the subgroup of order `(p − 1) / 2`, by the quadratic reciprocity
/// law, from `p` modulo a small number.
fn generates_prime_order(p: &BigUint, g: u32) -> bool {
    let remainder = |modulus: u32| (p % modulus).to_u32_digits().first().copied().unwrap_or(0);
    match g {
        2 => remainder(8) == 7,
        3 => remainder(3) == 2,
        4 => true,
        5 => matches!(remainder(5), 1 | 4),
        6 => matches!(remainder(24), 19 | 23),
        7 => matches!(remainder(7), 3 | 5 | 6),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_randomness(_: &mut [u8]) {
        panic!("the known prime needs no randomness");
    }

    #[test]
    fn the_residue_table_holds_for_small_safe_primes() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/numbers.json")).unwrap();
        for (name, expected) in [("ok", true), ("bad", false)] {
            for pair in file["dh_g_conditions_small"][name].as_array().unwrap() {
                let [p, g] = [0, 1].map(|at| u32::try_from(pair[at].as_u64().unwrap()).unwrap());
                // 13 stands in the list and is no safe prime: the table alone (made for p ≡ 3 mod 4) would take it
                let modulus = BigUint::from(p);
                let safe = prime::is_prime(&(&modulus >> 1_u32), &mut |bytes: &mut [u8]| bytes.fill(7));
                assert_eq!(safe && generates_prime_order(&modulus, g), expected, "p = {p}, g = {g}");
            }
        }
    }

    #[test]
    fn the_known_prime_takes_exactly_the_generators_that_span_its_subgroup() {
        for g in 2..=7 {
            let checked = Group::check(&KNOWN_PRIME, g, &mut no_randomness).map(|_| ());
            let expected = if matches!(g, 3 | 4 | 7) { Ok(()) } else { Err(DhError::GeneratorResidue { g }) };
            assert_eq!(checked, expected);
            // Euler's criterion, independent of the table
            let p = BigUint::from_bytes_be(&KNOWN_PRIME);
            let power = BigUint::from(g.cast_unsigned()).modpow(&(&p >> 1_u32), &p);
            assert_eq!(power == BigUint::from(1_u32), expected.is_ok());
        }
        for g in [i32::MIN, -3, 0, 1, 8, i32::MAX] {
            let error = Group::check(&KNOWN_PRIME, g, &mut no_randomness).unwrap_err();
            assert_eq!(error, DhError::GeneratorUnknown { g });
        }
    }

    #[test]
    fn the_length_of_the_modulus_is_exact() {
        let case = |modulus: &[u8]| Group::check(modulus, 4, &mut no_randomness).map(|_| ());
        assert_eq!(case(&[]), Err(DhError::ModulusBits { bits: 0 }));
        assert_eq!(case(&[0x7f; 256]), Err(DhError::ModulusBits { bits: 2047 }));
        assert_eq!(case(&[&[1], KNOWN_PRIME.as_slice()].concat()), Err(DhError::ModulusBits { bits: 2049 }));
        assert_eq!(case(&[&[0], KNOWN_PRIME.as_slice()].concat()), Ok(()));
    }

    #[test]
    fn the_range_of_public_values_is_exact() {
        let group = Group::check(&KNOWN_PRIME, 3, &mut no_randomness).unwrap();
        let (p, one) = (BigUint::from_bytes_be(&KNOWN_PRIME), BigUint::from(1_u32));
        let margin = &one << 1984_u32;
        let case = |value: &BigUint| group.check_public(&value.to_bytes_be());
        for low in [BigUint::ZERO, one, &margin - 1_u32] {
            assert_eq!(case(&low), Err(DhError::PublicTooSmall));
        }
        for high in [&p - &margin + 1_u32, &p - 1_u32, p.clone(), &p + 5_u32] {
            assert_eq!(case(&high), Err(DhError::PublicTooLarge));
        }
        assert_eq!(case(&margin), Ok(()));
        assert_eq!(case(&(&p - &margin)), Ok(()));
        assert_eq!(group.modulus(), KNOWN_PRIME);
    }

    #[test]
    fn both_ends_reach_the_same_value() {
        let group = Group::check(&KNOWN_PRIME, 7, &mut no_randomness).unwrap();
        let (a, b) = ([0x5a; 256], [0xc3; 256]);
        assert_eq!(group.shared(&group.public(&a), &b), group.shared(&group.public(&b), &a));
    }
}
