//! `pq = p · q`: the small factorisation at the start of the key exchange ("Creating an authorization key", step 3).
//!
//! Brent's variant of Pollard's rho, in Montgomery form. The server chooses `pq`, so the work is bounded and everything
//! that is not a product of two distinct odd primes is refused by name.

mod montgomery;

use self::montgomery::Montgomery;

/// The two primes, `p < q`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// The smaller prime.
    pub p: u64,
    /// The larger prime.
    pub q: u64,
}

/// Why `pq` is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactorError {
    /// More than 63 bits.
    #[error("pq has more than 63 bits")]
    TooLarge,
    /// Less than 15, the smallest product of two distinct odd primes.
    #[error("pq is less than 15")]
    TooSmall,
    /// An even number: 2 is not one of the primes.
    #[error("pq is even")]
    Even,
    /// A prime has no two factors.
    #[error("pq is prime")]
    Prime,
    /// The square of a number: the two primes are not distinct.
    #[error("pq is a square")]
    Square,
    /// More than two prime factors.
    #[error("pq has more than two prime factors")]
    NotTwoPrimes,
    /// No factor was found within [`MAX_STEPS`].
    #[error("pq did not factor within {MAX_STEPS} steps")]
    TooHard,
}

/// How many steps of the sequence are tried in all.
///
/// A prime factor below 2³² takes about √p ≤ 65,536 steps, rarely four times that; a million is milliseconds and leaves
/// room for several start values.
pub const MAX_STEPS: u32 = 1 << 20;

/// How many steps share one greatest common divisor.
const BATCH: u32 = 128;

/// Splits `pq`.
///
/// # Errors
/// [`FactorError`], for everything that is not the product of two distinct odd primes.
///
/// ```
/// use mtproto::crypto::factor::{Factors, factorise};
///
/// // the sample of core.telegram.org/mtproto/samples-auth_key
/// assert_eq!(factorise(2_694_724_800_268_887_959), Ok(Factors { p: 1_513_098_571, q: 1_780_931_429 }));
/// ```
pub fn factorise(pq: u64) -> Result<Factors, FactorError> {
    match pq {
        0..15 => return Err(FactorError::TooSmall),
        _ if pq >> 63 != 0 => return Err(FactorError::TooLarge),
        _ if pq.is_multiple_of(2) => return Err(FactorError::Even),
        _ => {}
    }
    if pq.isqrt().pow(2) == pq {
        return Err(FactorError::Square);
    }
    if is_prime(pq) {
        return Err(FactorError::Prime);
    }
    let one = split(pq, MAX_STEPS).ok_or(FactorError::TooHard)?;
    let other = pq / one;
    let (p, q) = (one.min(other), one.max(other));
    if is_prime(p) && is_prime(q) { Ok(Factors { p, q }) } else { Err(FactorError::NotTwoPrimes) }
}

/// A proper factor of an odd composite number that is no square, if so many steps lead to one.
fn split(n: u64, max_steps: u32) -> Option<u64> {
    let field = Montgomery::new(n);
    let mut steps_left = max_steps;
    let mut constant = field.one();
    while steps_left > 0 {
        if let Some(factor) = brent(&field, constant, &mut steps_left) {
            return Some(factor);
        }
        constant = field.add(constant, field.one());
    }
    None
}

/// One sequence `x ← x² + c`: a factor, or nothing if the sequence or the steps ran out.
fn brent(field: &Montgomery, constant: u64, steps_left: &mut u32) -> Option<u64> {
    let n = field.modulus();
    let next = |x: u64| field.add(field.mul(x, x), constant);
    let mut tortoise = field.add(field.one(), field.one());
    let mut hare = tortoise;
    let mut lap = 1_u32;
    loop {
        tortoise = hare;
        for _ in 0..lap {
            hare = next(hare);
        }
        *steps_left = steps_left.saturating_sub(lap);
        let mut done = 0;
        while done < lap {
            let batch_start = hare;
            let batch = BATCH.min(lap - done);
            let mut product = field.one();
            for _ in 0..batch {
                hare = next(hare);
                product = field.mul(product, tortoise.abs_diff(hare));
            }
            *steps_left = steps_left.saturating_sub(batch);
            match gcd(product, n) {
                1 => {}
                factor if factor < n => return Some(factor),
                _ => return step_by_step(&next, tortoise, batch_start, n),
            }
            done += batch;
        }
        if *steps_left == 0 {
            return None;
        }
        lap = lap.saturating_mul(2);
    }
}

/// Both factors fell into one batch: goes through it again, one step at a time.
fn step_by_step(next: &impl Fn(u64) -> u64, tortoise: u64, mut hare: u64, n: u64) -> Option<u64> {
    for _ in 0..BATCH {
        hare = next(hare);
        let factor = gcd(tortoise.abs_diff(hare), n);
        if factor != 1 {
            return (factor < n).then_some(factor);
        }
    }
    None
}

/// `gcd(0, n)` is `n`.
fn gcd(mut a: u64, mut b: u64) -> u64 {
    while a != 0 {
        (a, b) = (b % a, a);
    }
    b
}

/// Miller-Rabin with the first twelve primes as bases: exact for every number below 3.3 · 10²⁴ (Sorenson, Webster
/// 2015), so no randomness is needed.
fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if n < 2 {
        return false;
    }
    if let Some(divisor) = BASES.into_iter().find(|base| n.is_multiple_of(*base)) {
        return n == divisor;
    }
    let field = Montgomery::new(n);
    BASES.into_iter().all(|base| field.is_strong_probable_prime(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_product_of_two_distinct_odd_primes_is_refused_by_name() {
        let cases = [
            (0, FactorError::TooSmall),
            (14, FactorError::TooSmall),
            (1 << 63, FactorError::TooLarge),
            (u64::MAX, FactorError::TooLarge),
            (2 * 1_000_003, FactorError::Even),
            (1_000_003, FactorError::Prime),
            (9_223_372_036_854_775_783, FactorError::Prime),
            (1_000_003 * 1_000_003, FactorError::Square),
            (3_037_000_493 * 3_037_000_493, FactorError::Square),
            (3 * 5 * 7, FactorError::NotTwoPrimes),
            (1_000_003 * 1_000_033 * 3, FactorError::NotTwoPrimes),
            (27, FactorError::NotTwoPrimes),
        ];
        for (pq, error) in cases {
            assert_eq!(factorise(pq), Err(error), "{pq}");
        }
    }

    #[test]
    fn no_more_work_is_done_than_is_allowed() {
        let hard = 3_037_000_453 * 3_037_000_493;
        assert_eq!(split(hard, 1_000), None);
        assert!(split(hard, MAX_STEPS).is_some());
    }

    #[test]
    fn the_edges() {
        assert_eq!(factorise(15), Ok(Factors { p: 3, q: 5 }));
        assert_eq!(factorise(3 * 1_000_003), Ok(Factors { p: 3, q: 1_000_003 }));
        // the two largest primes whose product has 63 bits
        let (p, q) = (3_037_000_453, 3_037_000_493);
        assert_eq!(factorise(p * q), Ok(Factors { p, q }));
        // a lopsided one: 7 and the largest prime that keeps 63 bits
        assert_eq!(
            factorise(7 * 1_317_624_576_693_539_333),
            Ok(Factors { p: 7, q: 1_317_624_576_693_539_333 })
        );
    }

    #[test]
    fn small_numbers_agree_with_trial_division() {
        for n in 15..20_000_u64 {
            let smallest = (2..=n).find(|d| n.is_multiple_of(*d)).unwrap();
            let other = n / smallest;
            let prime = |m: u64| m > 1 && (2..m).take_while(|d| d * d <= m).all(|d| !m.is_multiple_of(d));
            let good = smallest > 2 && smallest != other && other > 1 && prime(other);
            match factorise(n) {
                Ok(found) => assert_eq!(found, Factors { p: smallest, q: other }),
                Err(_) => assert!(!good, "{n}"),
            }
        }
    }
}
