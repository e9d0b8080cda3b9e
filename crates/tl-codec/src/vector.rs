//! `Vector<T>` and the bare `vector<T>`.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use crate::decode::{Decode, DecodeBare};
use crate::encode::{Encode, EncodeBare};
use crate::error::{DecodeError, PathSegment};
use crate::reader::Reader;

/// `vector#1cb5c415 {t:Type} # [ t ] = Vector t`
pub const VECTOR: u32 = 0x1cb5_c415;

/// A `Vector<T>` as its bytes: checked once, decoded item by item when iterated.
///
/// ```text
/// 1cb5c415 | count: int | item | item | …
/// ```
pub struct VecRef<'a, T> {
    items: &'a [u8],
    count: usize,
    item: PhantomData<fn() -> T>,
}

/// A bare `vector<T>`: as [`VecRef`], without the id of the vector itself.
pub struct BareVecRef<'a, T>(VecRef<'a, T>);

/// An item in bare form: without its constructor id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bare<T>(pub T);

impl<'a, T: DecodeBare<'a>> Decode<'a> for Bare<T> {
    const MIN_LEN: usize = T::MIN_LEN;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        T::decode_bare(reader).map(Self)
    }
}

impl<T: EncodeBare> Encode for Bare<T> {
    fn encoded_len(&self) -> usize {
        self.0.bare_len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        self.0.encode_bare(out);
    }
}

impl<'a, T: Decode<'a>> VecRef<'a, T> {
    /// The number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no items.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Decodes the items one after the other.
    #[inline]
    pub fn iter(&self) -> Iter<'a, T> {
        Iter { reader: Reader::new(self.items), left: self.count, item: PhantomData }
    }

    /// The items' bytes, without id and count.
    pub fn item_bytes(&self) -> &'a [u8] {
        self.items
    }

    fn decode_items(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let count = reader.count(T::MIN_LEN)?;
        let before = *reader;
        for index in 0..count {
            reader.nested(T::decode).map_err(|error| error.within(PathSegment::Item(index)))?;
        }
        Ok(Self { items: reader.since(&before), count, item: PhantomData })
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for VecRef<'a, T> {
    const MIN_LEN: usize = 8;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.expect_id(VECTOR)?;
        Self::decode_items(reader)
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for BareVecRef<'a, T> {
    const MIN_LEN: usize = 4;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        VecRef::decode_items(reader).map(Self)
    }
}

impl<'a, T> core::ops::Deref for BareVecRef<'a, T> {
    type Target = VecRef<'a, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> Encode for VecRef<'_, T> {
    fn encoded_len(&self) -> usize {
        8 + self.items.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        VECTOR.encode(out);
        encode_count(self.count, out);
        out.extend_from_slice(self.items);
    }
}

impl<T> Encode for BareVecRef<'_, T> {
    fn encoded_len(&self) -> usize {
        4 + self.0.items.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        encode_count(self.0.count, out);
        out.extend_from_slice(self.0.items);
    }
}

impl<'a, T: Decode<'a>> IntoIterator for VecRef<'a, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: Decode<'a>> IntoIterator for &VecRef<'a, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The items of a [`VecRef`].
#[derive(Debug, Clone)]
pub struct Iter<'a, T> {
    reader: Reader<'a>,
    left: usize,
    item: PhantomData<fn() -> T>,
}

impl<'a, T: Decode<'a>> Iterator for Iter<'a, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        // the items were decoded once when the vector was read, so this cannot fail
        T::decode(&mut self.reader).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, T: Decode<'a>> ExactSizeIterator for Iter<'a, T> {}

impl<T> Clone for VecRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for VecRef<'_, T> {}

impl<T> Default for VecRef<'_, T> {
    fn default() -> Self {
        Self { items: &[], count: 0, item: PhantomData }
    }
}

impl<T> PartialEq for VecRef<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.items == other.items
    }
}

impl<T> fmt::Debug for VecRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VecRef({} items, {} bytes)", self.count, self.items.len())
    }
}

impl<T> Clone for BareVecRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for BareVecRef<'_, T> {}

impl<T> PartialEq for BareVecRef<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> fmt::Debug for BareVecRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bare{:?}", self.0)
    }
}

/// The length of a `Vector<T>` of these items on the wire.
pub fn vector_len<T: Encode>(items: &[T]) -> usize {
    8 + items.iter().map(Encode::encoded_len).sum::<usize>()
}

/// Appends a `Vector<T>` of these items.
pub fn encode_vector<T: Encode>(items: &[T], out: &mut Vec<u8>) {
    VECTOR.encode(out);
    encode_count(items.len(), out);
    for item in items {
        item.encode(out);
    }
}

fn encode_count(count: usize, out: &mut Vec<u8>) {
    // 2^32 items do not fit into any frame; the count saturates rather than wraps
    u32::try_from(count).unwrap_or(u32::MAX).encode(out);
}

// `u8` is no TL value and never will be, so this does not meet the impl of `[u8]`, which is `bytes`
impl<T: Encode> Encode for [T] {
    fn encoded_len(&self) -> usize {
        vector_len(self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        encode_vector(self, out);
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encoded_len(&self) -> usize {
        vector_len(self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        encode_vector(self, out);
    }
}

/// The length of a bare `vector<T>` of these items on the wire.
pub fn bare_vector_len(items: impl Iterator<Item: Encode>) -> usize {
    4 + items.map(|item| item.encoded_len()).sum::<usize>()
}

/// Appends a bare `vector<T>` of these items.
pub fn encode_bare_vector(items: impl ExactSizeIterator<Item: Encode>, out: &mut Vec<u8>) {
    encode_count(items.len(), out);
    for item in items {
        item.encode(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_vector_is_checked_whole_before_it_is_handed_out() {
        let wire = [5_i64, 6, 7].as_slice().to_bytes();
        let ids = VecRef::<i64>::from_bytes(&wire).unwrap();
        assert_eq!((ids.len(), ids.iter().len()), (3, 3));
        assert_eq!(ids.to_bytes(), wire);
        for cut in 0..wire.len() {
            assert!(VecRef::<i64>::from_bytes(&wire[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn the_faulty_item_is_named() {
        let mut wire = encode_strs(&["a", "b", "c"]);
        wire[16] = 0xff;
        let error = VecRef::<crate::Str<'_>>::from_bytes(&wire).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadLengthByte { got: 0xff });
        assert_eq!((error.offset(), error.path().next()), (16, Some(PathSegment::Item(2))));
    }

    fn encode_strs(items: &[&str]) -> Vec<u8> {
        items.to_bytes()
    }

    #[test]
    fn a_claimed_count_reserves_nothing() {
        let mut wire = VECTOR.to_bytes();
        wire.extend_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        let error = VecRef::<i64>::from_bytes(&wire).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VectorTooLong { count: 0x7fff_ffff, remaining_bytes: 0 });
    }
}
