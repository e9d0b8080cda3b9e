//! The leaf parsers, on nom.
//!
//! nom's own `le_*` and `take` cost up to half of a decode without link-time optimisation, so the leaves take a fixed
//! chunk with one bounds check; nom's combinators stand above them.
#![expect(clippy::inline_always, reason = "a leaf that is not inlined costs a third of a decode without LTO")]

use nom::combinator::map;
use nom::{IResult, Parser};

/// What a leaf can find wrong. Places are added by [`crate::Reader`], which knows the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// So many bytes are missing.
    Short(usize),
    /// A length byte that TL does not have.
    LengthByte(u8),
}

impl<'a> nom::error::ParseError<&'a [u8]> for Fault {
    fn from_error_kind(_: &'a [u8], _: nom::error::ErrorKind) -> Self {
        Self::Short(1)
    }

    fn append(_: &'a [u8], _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

pub(crate) type Leaf<'a, T> = IResult<&'a [u8], T, Fault>;

#[cold]
#[inline(never)]
fn short(missing_bytes: usize) -> nom::Err<Fault> {
    nom::Err::Error(Fault::Short(missing_bytes))
}

/// Exactly `N` bytes.
#[inline(always)]
pub(crate) fn chunk<const N: usize>(input: &[u8]) -> Leaf<'_, [u8; N]> {
    match input.split_first_chunk::<N>() {
        Some((head, rest)) => Ok((rest, *head)),
        None => Err(short(N - input.len())),
    }
}

/// `int`, and every constructor id: four bytes, little-endian.
#[inline(always)]
pub(crate) fn word(input: &[u8]) -> Leaf<'_, u32> {
    map(chunk::<4>, u32::from_le_bytes).parse(input)
}

/// `long`: eight bytes, little-endian.
#[inline(always)]
pub(crate) fn long(input: &[u8]) -> Leaf<'_, i64> {
    map(chunk::<8>, i64::from_le_bytes).parse(input)
}

/// `string` and `bytes`: a length of one byte, or `fe` and three, then the bytes, then padding to four.
///
/// ```text
/// n ≤ 253:  n | bytes … | 0…3 padding        n ≥ 254:  fe | n n n | bytes … | 0…3 padding
/// ```
/// The padding is skipped unread: real servers do not promise zeros.
#[inline(always)]
pub(crate) fn bytes(input: &[u8]) -> Leaf<'_, &[u8]> {
    let Some((&first, rest)) = input.split_first() else {
        return Err(short(4));
    };
    match first {
        0xff => Err(nom::Err::Error(Fault::LengthByte(first))),
        0xfe => long_bytes(rest),
        _ => {
            let len = usize::from(first);
            padded(rest, len, 1 + len)
        }
    }
}

#[inline(never)]
fn long_bytes(input: &[u8]) -> Leaf<'_, &[u8]> {
    let (rest, [low, mid, high]) = chunk::<3>(input)?;
    let len = usize::from(low) | usize::from(mid) << 8 | usize::from(high) << 16;
    padded(rest, len, len)
}

#[inline(always)]
fn padded(input: &[u8], len: usize, len_in_word: usize) -> Leaf<'_, &[u8]> {
    let padding = len_in_word.wrapping_neg() & 3;
    match input.split_at_checked(len + padding) {
        Some((head, rest)) => Ok((rest, head.get(..len).unwrap_or(head))),
        None => Err(short(len + padding - input.len())),
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn lengths_on_both_sides_of_every_border() {
        for len in [0_usize, 1, 2, 3, 4, 252, 253, 254, 255, 256, 0xffff, 0x0001_0000] {
            let body: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let mut wire = Vec::new();
            crate::encode_bytes(&body, &mut wire);
            assert_eq!(wire.len() % 4, 0, "{len}");
            let (rest, read) = bytes(&wire).unwrap();
            assert_eq!((rest.len(), read), (0, body.as_slice()), "{len}");
            for cut in (0..wire.len()).step_by(1 + len / 50) {
                assert!(
                    matches!(bytes(&wire[..cut]), Err(nom::Err::Error(Fault::Short(n))) if n > 0),
                    "{len} {cut}"
                );
            }
        }
    }

    #[test]
    fn the_length_byte_of_other_formats_is_refused() {
        assert_eq!(bytes(&[0xff; 16]), Err(nom::Err::Error(Fault::LengthByte(0xff))));
    }

    #[test]
    fn padding_may_hold_anything() {
        assert_eq!(bytes(&[1, b'a', 0xaa, 0xbb]), Ok((&[][..], &b"a"[..])));
    }
}
