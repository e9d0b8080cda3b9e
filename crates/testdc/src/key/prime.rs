//! Primes: large ones for the RSA key, small ones for the proof of work.

use num_bigint::BigUint;

use crate::entropy::Entropy;

/// Rounds of Miller-Rabin for a random candidate. For random 1024-bit numbers far fewer would do.
const ROUNDS: usize = 16;

/// How far a search goes from one random start before it takes another.
const SEARCH_SPAN: u32 = 1 << 13;

/// The bound of the sieve: dividing by the primes below it leaves one candidate in about 26 odd ones.
const SIEVE_BOUND: u32 = 2_000;

/// A prime of exactly 1024 bits, its two highest bits set, so that a product of two has 2048.
pub(super) fn generate(entropy: &mut Entropy) -> BigUint {
    let small = small_primes();
    loop {
        let mut start = entropy.number(128);
        start.set_bit(1023, true);
        start.set_bit(1022, true);
        start.set_bit(0, true);
        let remainders = small.iter().map(|&prime| (prime, remainder(&start, prime))).collect::<Vec<_>>();
        let survives =
            |step: &u32| remainders.iter().all(|(prime, rest)| !(rest + step).is_multiple_of(*prime));
        let mut candidates = (0..SEARCH_SPAN).step_by(2).filter(survives).map(|step| &start + step);
        // p − 1 must have no factor in common with the public exponent
        let found = candidates.find(|n| remainder(n, super::PUBLIC_EXPONENT) != 1 && is_prime(n, entropy));
        if let Some(prime) = found.filter(|prime| prime.bits() == 1024) {
            return prime;
        }
    }
}

/// Two distinct primes `p < q` of 31 bits: the proof of work of a key exchange.
pub(crate) fn pair(entropy: &mut Entropy) -> (u32, u32) {
    loop {
        let (one, other) = (small(entropy), small(entropy));
        if one != other {
            return (one.min(other), one.max(other));
        }
    }
}

fn small(entropy: &mut Entropy) -> u32 {
    loop {
        // 2^30 to 2^31, odd: the product stays below 2^62
        let candidate = (1 << 30 | entropy.below(1 << 30)) | 1;
        if is_prime(&BigUint::from(candidate), entropy) {
            return candidate;
        }
    }
}

fn small_primes() -> Vec<u32> {
    (3..SIEVE_BOUND).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect()
}

fn remainder(n: &BigUint, modulus: u32) -> u32 {
    (n % modulus).iter_u32_digits().next().unwrap_or(0)
}

/// Miller and Rabin, with random bases.
fn is_prime(n: &BigUint, entropy: &mut Entropy) -> bool {
    let one = BigUint::from(1_u32);
    let minus_one = n - &one;
    let Some(twos) = minus_one.trailing_zeros().filter(|twos| *twos > 0) else { return false };
    let odd = &minus_one >> twos;
    let len = usize::try_from(n.bits().div_ceil(8)).unwrap_or(0);
    (0..ROUNDS).all(|_| {
        let base = entropy.number(len) % (n - 3_u32) + 2_u32;
        let mut power = base.modpow(&odd, n);
        if power == one || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = &power * &power % n;
            power == minus_one
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_trial_division() {
        let mut entropy = Entropy::from_seed(2);
        for n in 5..2_000_u32 {
            let expected = (2..n).all(|d| n % d != 0);
            assert_eq!(is_prime(&BigUint::from(n), &mut entropy), expected, "{n}");
        }
        for pseudoprime in [3_215_031_751_u64, 3_825_123_056_546_413_051, 561] {
            assert!(!is_prime(&BigUint::from(pseudoprime), &mut entropy));
        }
    }

    #[test]
    fn a_pair_is_two_primes_in_order_and_fits_63_bits() {
        let mut entropy = Entropy::from_seed(3);
        for _ in 0..20 {
            let (p, q) = pair(&mut entropy);
            assert!(p < q && p >= 1 << 30 && q < 1 << 31);
            let factors = mtproto::crypto::factor::factorise(u64::from(p) * u64::from(q)).unwrap();
            assert_eq!((factors.p, factors.q), (p.into(), q.into()));
        }
    }
}
