//! Powers by AWS-LC, whose Montgomery multiplication is assembly: the one place of the project with unsafe code.

#![expect(
    unsafe_code,
    reason = "AWS-LC's big numbers have no safe interface; docs/benchmarks.md says what they buy"
)]

use std::ptr::{self, NonNull};

use aws_lc_sys::{
    BIGNUM, BN_CTX, BN_CTX_free, BN_CTX_new, BN_bin2bn, BN_bn2bin_padded, BN_clear_free,
    BN_mod_exp_mont_consttime, BN_new,
};
use num_bigint::BigUint;

use super::MAX_BITS;

/// `base ^ exponent mod modulus`; `None` for a modulus that is even, 1 or too long, and without memory.
pub(super) fn power(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    if !modulus.bit(0) || !(2..=MAX_BITS).contains(&modulus.bits()) {
        return None;
    }
    let power = Number::new()?;
    let base = Number::from(&(base % modulus))?;
    let exponent = Number::from(exponent)?;
    let modulus = Number::from(modulus)?;
    let scratch = Scratch::new()?;
    // SAFETY: all five pointers come from their constructors and are good until the end of this function. Only `power`
    // and `scratch` are written to, and each belongs to this call alone. The null is allowed: what Montgomery's method
    // needs of the modulus is then worked out inside. A base that is not reduced, or an even modulus, would be an
    // error and no undefined behaviour.
    let is_done = unsafe {
        BN_mod_exp_mont_consttime(
            power.0.as_ptr(),
            base.0.as_ptr(),
            exponent.0.as_ptr(),
            modulus.0.as_ptr(),
            scratch.0.as_ptr(),
            ptr::null(),
        )
    };
    (is_done == 1).then(|| power.value()).flatten()
}

/// A number of AWS-LC's, overwritten when it is dropped.
struct Number(NonNull<BIGNUM>);

impl Number {
    /// Zero.
    fn new() -> Option<Self> {
        // SAFETY: asks for nothing; gives null without memory.
        NonNull::new(unsafe { BN_new() }).map(Self)
    }

    fn from(value: &BigUint) -> Option<Self> {
        let digits = value.to_bytes_be();
        // SAFETY: so many bytes are read from the vector, which lives on. The null asks for a new number; null comes
        // back without memory.
        NonNull::new(unsafe { BN_bin2bn(digits.as_ptr(), digits.len(), ptr::null_mut()) }).map(Self)
    }

    /// `None` for a number that is too long, which no remainder is.
    fn value(&self) -> Option<BigUint> {
        let mut digits = [0; 256];
        // SAFETY: so many bytes are written into the array, all of them or none; the number is only read.
        let is_done = unsafe { BN_bn2bin_padded(digits.as_mut_ptr(), digits.len(), self.0.as_ptr()) };
        (is_done == 1).then(|| BigUint::from_bytes_be(&digits))
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: made by a constructor above, which gave it to this value alone.
        unsafe { BN_clear_free(self.0.as_ptr()) }
    }
}

/// Where AWS-LC keeps what it needs on the way.
struct Scratch(NonNull<BN_CTX>);

impl Scratch {
    fn new() -> Option<Self> {
        // SAFETY: asks for nothing; gives null without memory.
        NonNull::new(unsafe { BN_CTX_new() }).map(Self)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: made by the constructor above, which gave it to this value alone.
        unsafe { BN_CTX_free(self.0.as_ptr()) }
    }
}
