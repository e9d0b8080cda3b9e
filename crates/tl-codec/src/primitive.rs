//! The built-in types: `int`, `long`, `double`, `int128`, `int256`, `Bool`, `string`, `bytes` and `true`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::decode::Decode;
use crate::encode::{Encode, bytes_len, encode_bytes, encode_optional_bytes, optional_bytes_len, or_empty};
use crate::error::{DecodeError, ErrorKind};
use crate::reader::Reader;

/// `boolTrue#997275b5 = Bool`
pub const BOOL_TRUE: u32 = 0x9972_75b5;
/// `boolFalse#bc799737 = Bool`
pub const BOOL_FALSE: u32 = 0xbc79_9737;

/// `int128`: sixteen bytes as they stand on the wire (nonces, hashes).
pub type Int128 = [u8; 16];
/// `int256`: thirty-two bytes as they stand on the wire.
pub type Int256 = [u8; 32];

macro_rules! fixed {
    ($($ty:ty = $len:literal, $read:ident, $write:expr;)*) => {$(
        impl Decode<'_> for $ty {
            const MIN_LEN: usize = $len;

            #[inline]
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                $read(reader)
            }
        }

        impl Encode for $ty {
            #[inline]
            fn encoded_len(&self) -> usize {
                $len
            }

            #[inline]
            fn encode(&self, out: &mut Vec<u8>) {
                let write: fn(&Self) -> [u8; $len] = $write;
                out.extend_from_slice(&write(self));
            }
        }
    )*};
}

fixed! {
    i32 = 4, int, |v| v.to_le_bytes();
    u32 = 4, word, |v| v.to_le_bytes();
    i64 = 8, long, |v| v.to_le_bytes();
    f64 = 8, double, |v| v.to_le_bytes();
    Int128 = 16, array, |v| *v;
    Int256 = 32, array, |v| *v;
    bool = 4, boolean, |v| if *v { BOOL_TRUE } else { BOOL_FALSE }.to_le_bytes();
}

#[inline]
fn int(reader: &mut Reader<'_>) -> Result<i32, DecodeError> {
    reader.int()
}

#[inline]
fn word(reader: &mut Reader<'_>) -> Result<u32, DecodeError> {
    reader.word()
}

#[inline]
fn long(reader: &mut Reader<'_>) -> Result<i64, DecodeError> {
    reader.long()
}

#[inline]
fn double(reader: &mut Reader<'_>) -> Result<f64, DecodeError> {
    reader.array().map(f64::from_le_bytes)
}

#[inline]
fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], DecodeError> {
    reader.array()
}

#[inline]
fn boolean(reader: &mut Reader<'_>) -> Result<bool, DecodeError> {
    let before = *reader;
    match reader.word()? {
        BOOL_TRUE => Ok(true),
        BOOL_FALSE => Ok(false),
        got => Err(before.error(ErrorKind::UnknownConstructor { got })),
    }
}

impl<'a> Decode<'a> for &'a [u8] {
    const MIN_LEN: usize = 4;

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.bytes()
    }
}

macro_rules! byte_string {
    ($($ty:ty $(= $empty:expr)?),*) => {$(
        impl Encode for $ty {
            #[inline]
            fn encoded_len(&self) -> usize {
                bytes_len(self.len())
            }

            #[inline]
            fn encode(&self, out: &mut Vec<u8>) {
                encode_bytes(self.as_ref(), out);
            }

            $(
                #[inline]
                fn optional_len(value: Option<&Self>) -> usize {
                    let text = or_empty(value, $empty);
                    optional_bytes_len(value.is_some(), text.as_ref())
                }

                #[inline]
                fn encode_optional(value: Option<&Self>, out: &mut Vec<u8>) {
                    let text = or_empty(value, $empty);
                    encode_optional_bytes(value.is_some(), text.as_ref(), out);
                }
            )?
        }
    )*};
}

byte_string!(str, String = const { &String::new() }, [u8], Vec<u8> = const { &Vec::new() });

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    /// `tl_primitives` of the protocol's vectors.
    #[test]
    fn every_primitive_has_its_published_bytes() {
        let cases: [(&dyn Encode, &str); 12] = [
            (&-1_i32, "ffffffff"),
            (&1_i32, "01000000"),
            (&1_i64, "0100000000000000"),
            (&1.5_f64, "000000000000f83f"),
            (&"", "00000000"),
            (&"a", "01610000"),
            (&"abc", "03616263"),
            (&"abcd", "0461626364000000"),
            (&true, "b5757299"),
            (&false, "379779bc"),
            (&[1_i64, 2].as_slice(), "15c4b51c0200000001000000000000000200000000000000"),
            (&[0_i64; 0].as_slice(), "15c4b51c00000000"),
        ];
        for (value, wire) in cases {
            assert_eq!(hex::encode(value.to_bytes()), wire);
            assert_eq!(value.encoded_len() * 2, wire.len());
        }
    }

    #[test]
    fn the_heads_of_long_byte_strings() {
        for (len, head, total) in
            [(253, "fd000000", 256), (254, "fefe0000", 260), (255, "feff0000", 260), (256, "fe000100", 260)]
        {
            let wire = std::vec![0_u8; len].to_bytes();
            assert_eq!((hex::encode(&wire[..4]).as_str(), wire.len()), (head, total));
        }
    }

    #[test]
    fn a_bool_is_nothing_else() {
        let error = bool::from_bytes(&[1, 0, 0, 0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownConstructor { got: 1 });
        assert!(format!("{error}").contains("0x00000001"));
    }
}
