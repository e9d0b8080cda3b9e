//! Modular exponentiation: the one place that knows the big-number crates' ways of doing it.

use num_bigint::BigUint;

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod portable;

/// The longest modulus.
const MAX_BITS: u64 = 2048;

/// `base ^ exponent mod modulus`, all big-endian, as exactly 256 bytes with zeros on the left.
///
/// For moduli of at most 2048 bits; `None` for a modulus of zero or a longer one. With an odd modulus of more than 1024
/// bits, as all of the protocol's are, the time depends on the exponent's length only.
///
/// ```
/// let power = mtproto::crypto::mod_pow(&[3], &[4], &[7]).unwrap();
/// assert_eq!(power[255], 4); // 81 mod 7
/// ```
pub fn mod_pow(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<[u8; 256]> {
    let modulus = BigUint::from_bytes_be(modulus);
    if !(1..=MAX_BITS).contains(&modulus.bits()) {
        return None;
    }
    let power = power(&BigUint::from_bytes_be(base), &BigUint::from_bytes_be(exponent), &modulus);
    Some(low_256_bytes(&power))
}

/// `base ^ exponent mod modulus`; the modulus is not zero.
pub(crate) fn power(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> BigUint {
    #[cfg(feature = "aws-lc")]
    if let Some(power) = aws_lc::power(base, exponent, modulus) {
        return power;
    }
    portable::power(base, exponent, modulus).unwrap_or_else(|| base.modpow(exponent, modulus))
}

/// The low 2048 bits of a number, big-endian with zeros on the left.
pub(crate) fn low_256_bytes(number: &BigUint) -> [u8; 256] {
    let mut out = [0; 256];
    let digits = number.to_bytes_be();
    out.iter_mut().rev().zip(digits.iter().rev()).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_reaches_the_same_value() {
        let mut state = 3_u64;
        let mut number = |len: usize| {
            let bytes: Vec<u8> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    state.to_be_bytes()[0]
                })
                .collect();
            BigUint::from_bytes_be(&bytes)
        };
        for (base_len, exponent_len, modulus_len) in [
            (256, 256, 256),
            (1, 3, 256),
            (300, 0, 256),
            (200, 256, 200),
            (256, 256, 129),
            (8, 8, 8),
            (40, 257, 256),
        ] {
            let (base, exponent) = (number(base_len), number(exponent_len));
            for lowest_bit in [0_u32, 1] {
                let modulus = ((number(modulus_len) + 2_u32) >> 1_u32 << 1_u32) + lowest_bit;
                assert_same(&base, &exponent, &modulus);
            }
        }
        let odd = (BigUint::from(1_u32) << 2048_u32) - 1_u32;
        for base in [BigUint::ZERO, BigUint::from(1_u32), &odd - 1_u32, odd.clone(), &odd + 7_u32] {
            assert_same(&base, &odd, &odd);
        }
    }

    fn assert_same(base: &BigUint, exponent: &BigUint, modulus: &BigUint) {
        let expected = base.modpow(exponent, modulus);
        assert_eq!(power(base, exponent, modulus), expected);
        assert_eq!(portable::power(base, exponent, modulus).unwrap_or_else(|| expected.clone()), expected);
        #[cfg(feature = "aws-lc")]
        assert_eq!(aws_lc::power(base, exponent, modulus), modulus.bit(0).then_some(expected));
    }

    proptest::proptest! {
        #[test]
        fn every_way_reaches_the_same_value_whatever_the_numbers(
            base in bytes(300),
            exponent in bytes(257),
            modulus in bytes(256),
        ) {
            let numbers = [base, exponent, modulus].map(|bytes| BigUint::from_bytes_be(&bytes));
            let [base, exponent, modulus] = numbers;
            assert_same(&base, &exponent, &(modulus + 2_u32));
        }
    }

    fn bytes(longest: usize) -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        proptest::collection::vec(proptest::num::u8::ANY, 0..=longest)
    }

    #[test]
    fn the_edges_of_the_modulus() {
        assert_eq!(mod_pow(&[2], &[10], &[]), None);
        assert_eq!(mod_pow(&[2], &[10], &[0, 0]), None);
        assert_eq!(mod_pow(&[2], &[10], &[1]), Some([0; 256]));
        assert_eq!(mod_pow(&[2], &[1], &[0xff; 256]).map(|power| power[255]), Some(2));
        assert_eq!(mod_pow(&[2], &[1], &[0xff; 257]), None, "a result of 257 bytes has no place");
    }
}
