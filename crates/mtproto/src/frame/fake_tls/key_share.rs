//! Public keys that nobody has the private half of, but that cannot be told from real ones.

use num_bigint::BigUint;

use crate::random::{Random, fill_array};

/// Coefficients of an ML-KEM-768 key, each below [`ML_KEM_Q`], twelve bits each.
const ML_KEM_COEFFICIENTS: usize = 768;
const ML_KEM_Q: u16 = 3329;

/// The u-coordinate of a point of X25519 in the subgroup of prime order. Random bytes would be off the curve half of the
/// time, by which a censor could tell them from a browser's.
pub(super) fn x25519(random: &mut dyn Random) -> [u8; 32] {
    let one = BigUint::from(1_u8);
    let prime = (&one << 255_u32) - BigUint::from(19_u8);
    let half = (&prime - &one) >> 1_u32;
    let a = BigUint::from(486_662_u32);
    let curve = |x: &BigUint| (((x + &a) * x + &one) * x) % &prime;
    loop {
        let mut x = BigUint::from_bytes_le(&fill_array::<32>(random)) % &prime;
        // on the curve if x³ + ax² + x has a root
        if curve(&x).modpow(&half, &prime) == one {
            // eight times a point is in the subgroup
            for _ in 0..3 {
                x = double(&x, &curve(&x), &prime);
            }
            let mut bytes = [0; 32];
            bytes.iter_mut().zip(x.to_bytes_le()).for_each(|(to, from)| *to = from);
            return bytes;
        }
    }
}

/// x(2P) = (x² − 1)² / 4(x³ + ax² + x), where `on_curve` is the term in brackets.
fn double(x: &BigUint, on_curve: &BigUint, prime: &BigUint) -> BigUint {
    let square_less_one = (x * x + prime - BigUint::from(1_u8)) % prime;
    let inverse = (on_curve << 2_u32).modpow(&(prime - BigUint::from(2_u8)), prime);
    &square_less_one * &square_less_one % prime * inverse % prime
}

/// An encapsulation key of ML-KEM-768: packed coefficients and a seed.
pub(super) fn ml_kem_768(random: &mut dyn Random) -> Vec<u8> {
    let mut coefficients = Vec::with_capacity(ML_KEM_COEFFICIENTS);
    while coefficients.len() < ML_KEM_COEFFICIENTS {
        let drawn = u16::from_le_bytes(fill_array(random)) & 0xfff;
        if drawn < ML_KEM_Q {
            coefficients.push(drawn);
        }
    }
    let mut key = Vec::with_capacity(ML_KEM_COEFFICIENTS / 2 * 3 + 32);
    for pair in coefficients.chunks_exact(2) {
        let both = pair.iter().rev().fold(0_u32, |both, next| both << 12 | u32::from(*next));
        key.extend_from_slice(both.to_le_bytes().get(..3).unwrap_or_default());
    }
    key.extend_from_slice(&fill_array::<32>(random));
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a small generator: enough for keys that nobody uses.
    fn seeded(mut state: u64) -> impl FnMut(&mut [u8]) {
        move |out: &mut [u8]| {
            for byte in out {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = state.to_be_bytes()[0];
            }
        }
    }

    #[test]
    fn shares_are_points_of_the_curve() {
        let prime = (BigUint::from(1_u8) << 255_u32) - BigUint::from(19_u8);
        // the base point, x = 9; twice it by the tangent, computed elsewhere
        let nine = BigUint::from(9_u8);
        let on_curve = &nine * &nine * &nine + BigUint::from(486_662_u32 * 81) + &nine;
        let twice = "14847277145635483483963372537557091634710985132825781088887140890597596352251";
        assert_eq!(double(&nine, &on_curve, &prime).to_string(), twice);
        for seed in 0..8 {
            let key = x25519(&mut seeded(seed));
            let x = BigUint::from_bytes_le(&key);
            assert!(x < prime && key[31] < 0x80);
            let curve = (&x * &x * &x + BigUint::from(486_662_u32) * &x * &x + &x) % &prime;
            let half = (&prime - BigUint::from(1_u8)) >> 1_u32;
            assert_eq!(curve.modpow(&half, &prime), BigUint::from(1_u8), "a point of the curve");
        }
    }

    #[test]
    fn coefficients_are_below_the_modulus() {
        let key = ml_kem_768(&mut seeded(7));
        assert_eq!(key.len(), 1184);
        for three in key[..1152].chunks(3) {
            let both = u32::from_le_bytes([three[0], three[1], three[2], 0]);
            assert!(both & 0xfff < 3329 && both >> 12 < 3329);
        }
    }
}
