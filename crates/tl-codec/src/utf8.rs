//! Whether bytes are UTF-8, for texts as short as names.
//!
//! The standard library's check is made for long texts and goes byte by byte over short ones. Here a word of eight bytes
//! is taken at once while it is plain ASCII or four letters of two bytes (Cyrillic, Greek, Hebrew, Arabic, accented
//! Latin); the first word that is neither hands the rest to the standard library, which decides alone what is an error.

/// The highest bit of each byte: set in everything but ASCII.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many bytes at the start are UTF-8, if not all.
#[inline]
pub(crate) fn check(bytes: &[u8]) -> Result<(), usize> {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        if word & HIGH != 0 && !is_four_pairs(word) {
            return check_rest(bytes, rest);
        }
        rest = behind;
    }
    if is_ascii(rest) { Ok(()) } else { check_rest(bytes, rest) }
}

/// Whether a word is four characters of two bytes: `110xxxxx 10xxxxxx`, none of them overlong (`1100000x`).
#[inline]
fn is_four_pairs(word: u64) -> bool {
    const SHAPE: u64 = 0xc0e0_c0e0_c0e0_c0e0;
    const PAIRS: u64 = 0x80c0_80c0_80c0_80c0;
    // a lead byte is overlong when the four bits above its lowest are zero; adding fifteen of them carries otherwise
    const LEAD: u64 = 0x001e_001e_001e_001e;
    let leads = word & LEAD;
    word & SHAPE == PAIRS && (leads + LEAD) & 0x0020_0020_0020_0020 == 0x0020_0020_0020_0020
}

/// Fewer than eight bytes.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            (u32::from_le_bytes(*first) | u32::from_le_bytes(*last)) & 0x8080_8080 == 0
        }
        _ => bytes.iter().fold(0, |all, byte| all | byte) < 0x80,
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
    fn every_pair_of_bytes_in_every_place_of_a_word() {
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                for at in 0..9 {
                    let mut bytes = *b"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0abcd";
                    bytes[at..at + 2].copy_from_slice(&[first, second]);
                    assert_eq!(check(&bytes), std_check(&bytes), "{bytes:x?}");
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
