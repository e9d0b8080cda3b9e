//! Primality of numbers that a server chose.

use num_bigint::BigUint;

use crate::crypto::modpow;
use crate::random::Random;

/// Rounds of Miller-Rabin. A composite survives one with a chance of at most 1/4 whatever it looks like, because the
/// bases are random and unknown to whoever chose it: 32 rounds leave 2⁻⁶⁴.
pub(super) const ROUNDS: u32 = 32;

const SMALL_PRIMES: [u32; 15] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47];

/// Whether `n` is prime, up to the chance that [`ROUNDS`] states.
pub(super) fn is_prime(n: &BigUint, random: &mut dyn Random) -> bool {
    let one = BigUint::from(1_u32);
    if *n <= one {
        return false;
    }
    for prime in SMALL_PRIMES.map(BigUint::from) {
        if *n == prime {
            return true;
        }
        if n % &prime == BigUint::ZERO {
            return false;
        }
    }
    let minus_one = n - &one;
    let twos = minus_one.trailing_zeros().unwrap_or(0);
    let odd = &minus_one >> twos;
    let mut bytes = n.to_bytes_be();
    (0..ROUNDS).all(|_| {
        random.fill(&mut bytes);
        // from 2 to n − 2, near enough to uniform: the bias only narrows the choice of bases
        let base = BigUint::from_bytes_be(&bytes) % (n - 3_u32) + 2_u32;
        is_strong_probable_prime(n, &minus_one, &odd, twos, &base)
    })
}

fn is_strong_probable_prime(
    n: &BigUint,
    minus_one: &BigUint,
    odd: &BigUint,
    twos: u64,
    base: &BigUint,
) -> bool {
    let mut power = modpow::power(base, odd, n);
    if power == BigUint::from(1_u32) || power == *minus_one {
        return true;
    }
    for _ in 1..twos {
        power = &power * &power % n;
        if power == *minus_one {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut state = 1_u64;
        move |bytes| {
            for byte in bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = state.to_be_bytes()[0];
            }
        }
    }

    #[test]
    fn small_numbers_agree_with_trial_division() {
        for n in 0..3_000_u32 {
            let prime = n > 1 && (2..n).all(|d| n % d != 0);
            assert_eq!(is_prime(&BigUint::from(n), &mut counting()), prime, "{n}");
        }
    }

    #[test]
    fn carmichael_numbers_and_strong_pseudoprimes_are_composite() {
        for n in [561_u64, 41_041, 825_265, 321_197_185, 3_215_031_751, 3_825_123_056_546_413_051] {
            assert!(!is_prime(&BigUint::from(n), &mut counting()), "{n}");
        }
        let mersenne = (BigUint::from(1_u32) << 521_u32) - 1_u32;
        assert!(is_prime(&mersenne, &mut counting()));
        assert!(!is_prime(&(&mersenne * &mersenne), &mut counting()));
    }
}
