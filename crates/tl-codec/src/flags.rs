//! Words of flag bits (`flags:#`, TL page, "Optional fields").

use alloc::vec::Vec;

use crate::encode::Encode;

/// Whether bit `bit` of a word is set.
#[inline]
pub const fn is_set(word: u32, bit: u32) -> bool {
    word >> bit & 1 == 1
}

/// A word with bit `bit` set if `is_present`.
#[inline]
pub const fn bit(is_present: bool, bit: u32) -> u32 {
    if is_present { 1 << bit } else { 0 }
}

/// A word with the bits from `first` on set as `present` says.
#[inline]
pub fn bits<const N: usize>(first: u32, present: [bool; N]) -> u32 {
    // eight at a time: the product moves the lowest bit of each byte into the highest byte, in order, without a carry
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut word = 0;
    for (eight, at) in present.chunks(8).zip((first..).step_by(8)) {
        let mut bytes = [0; 8];
        for (byte, is_present) in bytes.iter_mut().zip(eight) {
            *byte = u8::from(*is_present);
        }
        let [.., gathered] = u64::from_le_bytes(bytes).wrapping_mul(GATHER).to_le_bytes();
        word |= u32::from(gathered) << at;
    }
    word
}

/// An optional field whose bit says something about other fields too.
///
/// All of them are on the wire or none: if one of them was given, the others are written with their default value.
#[derive(Debug, Clone, Copy)]
pub struct Shared<'v, T>(pub &'v Option<T>, pub bool);

impl<T: Encode + Default> Encode for Shared<'_, T> {
    fn encoded_len(&self) -> usize {
        match self {
            Self(_, false) => 0,
            Self(Some(value), true) => value.encoded_len(),
            Self(None, true) => T::default().encoded_len(),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self(_, false) => {}
            Self(Some(value), true) => value.encode(out),
            Self(None, true) => T::default().encode(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_lowest() {
        assert_eq!((bit(true, 0), bit(true, 31), bit(false, 3)), (1, 0x8000_0000, 0));
        assert!(is_set(0x8000_0001, 31) && is_set(0x8000_0001, 0) && !is_set(0x8000_0001, 30));
    }

    #[test]
    fn a_run_of_bits_is_what_its_bits_are_one_by_one() {
        for pattern in 0..1_u32 << 11 {
            let present: [bool; 11] = core::array::from_fn(|at| pattern >> at & 1 == 1);
            let one_by_one =
                (5_u32..).zip(present).fold(0, |word, (at, is_present)| word | bit(is_present, at));
            assert_eq!(bits(5, present), one_by_one);
            assert_eq!(bits(21, present), one_by_one << 16);
        }
        assert_eq!(bits(30, [true; 2]), 0xc000_0000);
    }

    #[test]
    fn fields_on_one_bit_are_written_together() {
        assert_eq!(Shared(&Some(5_i32), true).to_bytes(), [5, 0, 0, 0]);
        assert_eq!(Shared(&None::<i64>, true).to_bytes(), [0; 8]);
        assert_eq!(Shared(&None::<i64>, false).to_bytes(), []);
        assert_eq!(Shared(&None::<i64>, true).encoded_len(), 8);
    }
}
