//! Writing.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::limits::MAX_BYTES_LEN;

/// A value that can be written, as it stands on the wire.
///
/// [`encoded_len`](Self::encoded_len) is exact: a buffer of that capacity is never reallocated.
pub trait Encode {
    /// How many bytes [`encode`](Self::encode) appends; a multiple of four.
    fn encoded_len(&self) -> usize;

    /// Appends the value to `out`.
    fn encode(&self, out: &mut Vec<u8>);

    /// The value in a buffer of its own.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.encode(&mut out);
        out
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encoded_len(&self) -> usize {
        T::encoded_len(self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        T::encode(self, out);
    }
}

/// An optional field: nothing at all when it is absent (its flag bit says so).
impl<T: Encode> Encode for Option<T> {
    fn encoded_len(&self) -> usize {
        self.as_ref().map_or(0, Encode::encoded_len)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        if let Some(value) = self {
            value.encode(out);
        }
    }
}

impl<T: Encode + ?Sized> Encode for Box<T> {
    fn encoded_len(&self) -> usize {
        T::encoded_len(self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        T::encode(self, out);
    }
}

/// The fields of a combinator, without its id: the *bare* form.
pub trait EncodeBare {
    /// How many bytes [`encode_bare`](Self::encode_bare) appends.
    fn bare_len(&self) -> usize;

    /// Appends the fields to `out`.
    fn encode_bare(&self, out: &mut Vec<u8>);
}

impl<T: EncodeBare + ?Sized> EncodeBare for &T {
    fn bare_len(&self) -> usize {
        T::bare_len(self)
    }

    fn encode_bare(&self, out: &mut Vec<u8>) {
        T::encode_bare(self, out);
    }
}

/// A combinator of the schema: a constructor or a method.
pub trait Constructor {
    /// The id that stands before the fields: CRC32 of the normalised declaration.
    const ID: u32;
    /// The name in the schema, like `contacts.contacts`.
    const NAME: &'static str;
}

/// The length of `bytes` or a `string` of `len` bytes on the wire, its length and padding included; of what
/// [`encode_bytes`] writes of it if that is too long.
#[inline]
pub const fn bytes_len(len: usize) -> usize {
    let len = if len > MAX_BYTES_LEN { MAX_BYTES_LEN } else { len };
    let head = if len < 254 { 1 } else { 4 };
    (head + len + 3) & !3
}

/// Appends `bytes` (or the bytes of a `string`).
///
/// What exceeds [`MAX_BYTES_LEN`] is cut off: TL has no way to say it, and every caller
/// of this project bounds its strings far below.
#[inline]
pub fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    match block(bytes) {
        Some(block) if out.capacity() - out.len() >= BLOCK_LEN => {
            let end = out.len() + bytes_len(bytes.len());
            out.extend_from_slice(&block);
            out.truncate(end);
        }
        _ => encode_long_bytes(bytes, out),
    }
}

/// Most names, user names and phone numbers fit into one block with their length.
const BLOCK_LEN: usize = 16;

/// Short bytes as they stand on the wire, and zeros: a copy of a known size needs no call.
#[inline]
fn block(bytes: &[u8]) -> Option<[u8; BLOCK_LEN]> {
    let len = u8::try_from(bytes.len()).ok().filter(|len| usize::from(*len) < BLOCK_LEN)?;
    // two loads that overlap where the length is between one and two of them
    let text = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (len - 8))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u128::from(
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (len - 4)),
        )
    } else {
        bytes.iter().rev().fold(0, |text, byte| text << 8 | u128::from(*byte))
    };
    Some((text << 8 | u128::from(len)).to_le_bytes())
}

#[inline(never)]
fn encode_long_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    let bytes = bytes.get(..MAX_BYTES_LEN).unwrap_or(bytes);
    let [low, mid, high, ..] = bytes.len().to_le_bytes();
    if bytes.len() < 254 {
        out.push(low);
    } else {
        out.extend_from_slice(&[0xfe, low, mid, high]);
    }
    out.extend_from_slice(bytes);
    let written = if bytes.len() < 254 { 1 + bytes.len() } else { bytes.len() };
    let padding = written.wrapping_neg() & 3;
    out.extend_from_slice([0_u8; 3].get(..padding).unwrap_or_default());
}
