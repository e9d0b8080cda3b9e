//! Multiplication modulo an odd number below 2⁶³ without a division in the loop.

/// The numbers modulo an odd `n < 2⁶³`, each stood for by its product with `2⁶⁴`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Montgomery {
    n: u64,
    /// `−n⁻¹ mod 2⁶⁴`
    negated_inverse: u64,
    /// `2⁶⁴ mod n`, which stands for one
    one: u64,
    /// `2¹²⁸ mod n`
    square: u64,
}

impl Montgomery {
    /// `n` must be odd and below 2⁶³.
    pub(super) fn new(n: u64) -> Self {
        // Newton's iteration doubles the correct bits: 3 → 6 → 12 → 24 → 48 → 96
        let mut inverse = n;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(n.wrapping_mul(inverse)));
        }
        let one = (u64::MAX % n + 1) % n;
        let square = low(u128::from(one) * u128::from(one) % u128::from(n));
        Self { n, negated_inverse: inverse.wrapping_neg(), one, square }
    }

    pub(super) fn modulus(&self) -> u64 {
        self.n
    }

    pub(super) fn one(&self) -> u64 {
        self.one
    }

    #[inline]
    pub(super) fn add(&self, a: u64, b: u64) -> u64 {
        let sum = a + b;
        if sum >= self.n { sum - self.n } else { sum }
    }

    #[inline]
    pub(super) fn mul(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        let factor = low(product).wrapping_mul(self.negated_inverse);
        // n < 2⁶³ keeps the sum below 2¹²⁸
        let reduced = high(product + u128::from(factor) * u128::from(self.n));
        if reduced >= self.n { reduced - self.n } else { reduced }
    }

    /// One round of Miller-Rabin; `base` must not be a multiple of `n`.
    pub(super) fn is_strong_probable_prime(&self, base: u64) -> bool {
        let minus_one = self.n - self.one;
        let twos = (self.n - 1).trailing_zeros();
        let mut power = self.pow(self.mul(base % self.n, self.square), (self.n - 1) >> twos);
        if power == self.one || power == minus_one {
            return true;
        }
        for _ in 1..twos {
            power = self.mul(power, power);
            if power == minus_one {
                return true;
            }
        }
        false
    }

    fn pow(&self, mut base: u64, mut exponent: u64) -> u64 {
        let mut power = self.one;
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = self.mul(power, base);
            }
            base = self.mul(base, base);
            exponent >>= 1;
        }
        power
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "the low word is what is wanted")]
#[inline]
fn low(wide: u128) -> u64 {
    wide as u64
}

#[inline]
fn high(wide: u128) -> u64 {
    low(wide >> 64)
}
