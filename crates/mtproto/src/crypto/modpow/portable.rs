//! Powers in Rust alone, in a time that does not depend on the exponent's bits.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U2048};
use num_bigint::BigUint;

use super::{MAX_BITS, low_256_bytes};

/// Shorter moduli are left to arithmetic that takes their length into account; none of the protocol is among them.
const MIN_BITS: u64 = 1025;

/// `base ^ exponent mod modulus`; `None` for an even modulus, for a length that this one is not made for, and for a
/// longer exponent.
pub(super) fn power(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    if !(MIN_BITS..=MAX_BITS).contains(&modulus.bits()) || exponent.bits() > MAX_BITS {
        return None;
    }
    let odd = Option::<Odd<U2048>>::from(Odd::new(fixed(modulus)))?;
    let parameters = FixedMontyParams::new_vartime(odd);
    let base = FixedMontyForm::new(&fixed(&(base % modulus)), &parameters);
    let exponent_bits = u32::try_from(exponent.bits()).ok()?;
    let power = base.pow_amm_bounded_exp(&fixed(exponent), exponent_bits).retrieve();
    Some(BigUint::from_bytes_be(power.to_be_bytes().as_ref()))
}

/// The low 2048 bits of a number.
fn fixed(number: &BigUint) -> U2048 {
    U2048::from_be_slice(&low_256_bytes(number))
}
