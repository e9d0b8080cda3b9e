//! Modular exponentiation: the one place that knows the big-number crate's way of doing it.

use num_bigint::BigUint;

/// `base ^ exponent mod modulus`, all big-endian, as exactly 256 bytes with zeros on the left.
///
/// For moduli of at most 2048 bits; `None` for a modulus of zero or a longer one. Not constant in time: in this
/// protocol the exponents are public (RSA) or used once (Diffie-Hellman, SRP).
///
/// ```
/// let power = mtproto::crypto::mod_pow(&[3], &[4], &[7]).unwrap();
/// assert_eq!(power[255], 4); // 81 mod 7
/// ```
pub fn mod_pow(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<[u8; 256]> {
    let modulus = BigUint::from_bytes_be(modulus);
    if !(1..=2048).contains(&modulus.bits()) {
        return None;
    }
    let power = BigUint::from_bytes_be(base).modpow(&BigUint::from_bytes_be(exponent), &modulus);
    Some(low_256_bytes(&power))
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
    fn the_edges_of_the_modulus() {
        assert_eq!(mod_pow(&[2], &[10], &[]), None);
        assert_eq!(mod_pow(&[2], &[10], &[0, 0]), None);
        assert_eq!(mod_pow(&[2], &[10], &[1]), Some([0; 256]));
        assert_eq!(mod_pow(&[2], &[1], &[0xff; 256]).map(|power| power[255]), Some(2));
        assert_eq!(mod_pow(&[2], &[1], &[0xff; 257]), None, "a result of 257 bytes has no place");
    }
}
