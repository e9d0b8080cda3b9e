//! Whether bytes are UTF-8, for texts as short as names.
//!
//! The standard library's check is made for long texts and goes byte by byte over short ones. Here a word of eight bytes
//! is taken at once while each pair of bytes in it is plain ASCII or one letter (Cyrillic, Greek, Hebrew, Arabic, accented
//! Latin); the first word that has anything else hands the rest to the standard library, which decides alone what is an
//! error.

/// The highest bit of each byte: set in everything but ASCII.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many bytes at the start are UTF-8, if not all.
#[inline]
pub(crate) fn check(bytes: &[u8]) -> Result<(), usize> {
    let is_plain = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(_)) if bytes.len() <= 16 => {
            // both words at once: which of them a name needs is a branch that no processor foresees
            is_plain(u64::from_le_bytes(*first)) & is_plain(tail_word(bytes, bytes.len() - 8))
        }
        (Some(_), Some(_)) => return check_long(bytes),
        _ => is_plain(short_word(bytes)),
    };
    if is_plain { Ok(()) } else { check_rest(bytes, bytes) }
}

/// More than two words.
fn check_long(bytes: &[u8]) -> Result<(), usize> {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        if !is_plain(u64::from_le_bytes(*word)) {
            return check_rest(bytes, rest);
        }
        rest = behind;
    }
    if is_plain(tail_word(bytes, rest.len())) { Ok(()) } else { check_rest(bytes, rest) }
}

/// The last `len` bytes, of at most eight, as a word with zeros behind them. `bytes` has a word at least.
#[inline]
fn tail_word(bytes: &[u8], len: usize) -> u64 {
    let last = bytes.last_chunk::<8>().map_or(0, |last| u64::from_le_bytes(*last));
    // the bytes before them are shifted out; in two steps, since a word cannot be shifted by 64
    last >> (4 * (8 - len)) >> (4 * (8 - len))
}

/// Whether each two bytes of a word are two characters of ASCII or one of two bytes: `110xxxxx 10xxxxxx`, not overlong
/// (`1100000x`).
#[inline]
fn is_plain(word: u64) -> bool {
    const SHAPE: u64 = 0xc0e0_c0e0_c0e0_c0e0;
    const LETTER: u64 = 0x80c0_80c0_80c0_80c0;
    /// The bits of a lead byte that an overlong character has not.
    const LEAD: u64 = 0x001e_001e_001e_001e;
    const CARRY: u64 = 0x0020_0020_0020_0020;
    // all bits of those pairs whose first byte is not ASCII
    let letters = ((word & 0x0080_0080_0080_0080) >> 7) * 0xffff;
    // adding fifteen of the four bits to themselves carries unless they are zero
    let carries = (word & LEAD) + LEAD;
    // no branches: see `check`
    let faults = (word & SHAPE ^ LETTER) | (carries & CARRY ^ CARRY);
    ((word & HIGH & !letters) | (faults & letters)) == 0
}

/// Fewer than eight bytes as a word, with zeros behind them.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            // where the two overlap, they are the same
            let last = u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
            u64::from(u32::from_le_bytes(*first)) | last
        }
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

#[inline(never)]
fn check_rest(bytes: &[u8], rest: &[u8]) -> Result<(), usize> {
    core::str::from_utf8(rest).map(drop).map_err(|error| bytes.len() - rest.len() + error.valid_up_to())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;

    fn std_check(bytes: &[u8]) -> Result<(), usize> {
        core::str::from_utf8(bytes).map(drop).map_err(|error| error.valid_up_to())
    }

    #[test]
    fn every_pair_of_bytes_in_every_place_of_a_word_and_of_its_tail() {
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                for (at, len) in (0..13).flat_map(|at| [at + 2, 14].map(|len| (at, len))) {
                    let mut bytes = *b"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0abcd\xd0\xb0";
                    bytes[at..at + 2].copy_from_slice(&[first, second]);
                    assert_eq!(check(&bytes[..len]), std_check(&bytes[..len]), "{bytes:x?}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn says_what_the_standard_library_says(text in ".{0,24}", flip in any::<Option<(prop::sample::Index, u8)>>()) {
            let mut bytes: Vec<u8> = text.into_bytes();
            if let (Some((at, value)), false) = (flip, bytes.is_empty()) {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            prop_assert_eq!(check(&bytes), std_check(&bytes));
        }
    }
}
