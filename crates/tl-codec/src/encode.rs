//! Writing.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hint::select_unpredictable;

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

    /// The length of an optional field: nothing when it is absent.
    #[doc(hidden)]
    #[inline]
    fn optional_len(value: Option<&Self>) -> usize
    where
        Self: Sized,
    {
        value.map_or(0, Self::encoded_len)
    }

    /// Appends an optional field: nothing at all when it is absent.
    #[doc(hidden)]
    #[inline]
    fn encode_optional(value: Option<&Self>, out: &mut Vec<u8>)
    where
        Self: Sized,
    {
        if let Some(value) = value {
            value.encode(out);
        }
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
    #[inline]
    fn encoded_len(&self) -> usize {
        T::optional_len(self.as_ref())
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        T::encode_optional(self.as_ref(), out);
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
    if len < 254 { (1 + len + 3) & !3 } else { long_bytes_len(len) }
}

#[cold]
const fn long_bytes_len(len: usize) -> usize {
    let len = if len > MAX_BYTES_LEN { MAX_BYTES_LEN } else { len };
    (4 + len + 3) & !3
}

/// Appends `bytes` (or the bytes of a `string`).
///
/// What exceeds [`MAX_BYTES_LEN`] is cut off: TL has no way to say it, and every caller
/// of this project bounds its strings far below.
#[inline]
pub fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_optional_bytes(true, bytes, out);
}

/// What is there, or `empty`: an address or the other, without a branch.
#[inline]
#[doc(hidden)]
pub fn or_empty<'v, T: ?Sized>(value: Option<&'v T>, empty: &'v T) -> &'v T {
    select_unpredictable(value.is_some(), value.unwrap_or(empty), empty)
}

/// The length of `bytes` or a `string` on the wire, or nothing if it is not there.
#[inline]
pub(crate) fn optional_bytes_len(is_present: bool, bytes: &[u8]) -> usize {
    select_unpredictable(is_present, bytes_len(bytes.len()), 0)
}

/// As [`encode_bytes`], or nothing if the (empty) bytes are not there.
///
/// Nobody can predict which names there are and how long they are, so most of them are written without a branch.
#[inline]
pub(crate) fn encode_optional_bytes(is_present: bool, bytes: &[u8], out: &mut Vec<u8>) {
    let text = select_unpredictable(bytes.is_empty(), [0; 4].as_slice(), bytes);
    let last = text.len().wrapping_sub(4);
    if last <= 11 && out.capacity() - out.len() >= BLOCK_LEN {
        // nothing, or 4 to 15 bytes
        let [short, ..] = bytes.len().to_le_bytes();
        let end = out.len() + select_unpredictable(is_present, (usize::from(short) + 4) & !3, 0);
        out.extend_from_slice(&[0; BLOCK_LEN]);
        if let Some([len, block @ ..]) = out.last_chunk_mut::<BLOCK_LEN>() {
            *len = short;
            for at in [0, last.min(4), last.min(8), last] {
                if let (Some(to), Some(from)) = (block.get_mut(at..at + 4), text.get(at..at + 4)) {
                    to.copy_from_slice(from);
                }
            }
        }
        out.truncate(end);
    } else if is_present {
        encode_long_bytes(bytes, out);
    }
}

/// Appends a constructor id with the words behind it: none or one.
#[doc(hidden)]
#[inline]
pub fn encode_words([id, word]: [u32; 2], words: usize, out: &mut Vec<u8>) {
    let both = (u64::from(word) << 32 | u64::from(id)).to_le_bytes();
    let len = 4 + 4 * words;
    if out.capacity() - out.len() >= both.len() {
        let end = out.len() + len;
        out.extend_from_slice(&both);
        out.truncate(end);
    } else {
        out.extend_from_slice(both.get(..len).unwrap_or(&both));
    }
}

/// Most names, user names and phone numbers fit into one block with their length.
const BLOCK_LEN: usize = 16;

#[inline(never)]
fn encode_long_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    let bytes = bytes.get(..MAX_BYTES_LEN).unwrap_or(bytes);
    let end = out.len() + bytes_len(bytes.len());
    let [low, mid, high, ..] = bytes.len().to_le_bytes();
    if bytes.len() < 254 {
        out.push(low);
    } else {
        out.extend_from_slice(&[0xfe, low, mid, high]);
    }
    out.extend_from_slice(bytes);
    if out.capacity() - out.len() >= 3 {
        // a copy of a known length needs no call
        out.extend_from_slice(&[0; 3]);
        out.truncate(end);
    } else {
        out.resize(end, 0);
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    /// As the TL page says it: a length, the bytes, zeros.
    fn as_declared(bytes: &[u8]) -> Vec<u8> {
        let mut wire = match u8::try_from(bytes.len()) {
            Ok(len @ ..254) => [&[len], bytes].concat(),
            _ => [&[0xfe], bytes.len().to_le_bytes().get(..3).unwrap(), bytes].concat(),
        };
        wire.resize(wire.len().next_multiple_of(4), 0);
        wire
    }

    #[test]
    fn bytes_of_every_length_with_little_and_much_room() {
        let text: Vec<u8> = (1..=255).chain(1..=45).collect();
        for len in 0..text.len() {
            let bytes = &text[..len];
            let wire = as_declared(bytes);
            assert_eq!(bytes_len(len), wire.len());
            for room in [0, wire.len(), wire.len() + 1, wire.len() + 100] {
                let mut out = Vec::with_capacity(3 + room);
                out.extend_from_slice(&[7; 3]);
                encode_bytes(bytes, &mut out);
                assert_eq!(out, [&[7; 3], wire.as_slice()].concat(), "{len} bytes with room for {room}");
            }
        }
    }

    #[test]
    fn an_absent_text_is_no_empty_text() {
        for room in [0, 100] {
            let mut out = Vec::with_capacity(room);
            None::<String>.encode(&mut out);
            assert_eq!((None::<String>.encoded_len(), out.len()), (0, 0));
            Some(String::new()).encode(&mut out);
            assert_eq!((Some(String::new()).encoded_len(), out.as_slice()), (4, [0; 4].as_slice()));
        }
    }

    #[test]
    fn an_id_with_its_word_or_without() {
        for room in [0, 4, 8, 100] {
            let mut out = Vec::with_capacity(room);
            encode_words([1, 0], 0, &mut out);
            assert_eq!(out, [1, 0, 0, 0]);
            encode_words([2, 3], 1, &mut out);
            assert_eq!(out, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        }
    }
}
