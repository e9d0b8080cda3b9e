//! The cursor that every decoder reads from.
#![expect(clippy::inline_always, reason = "a text that is handed through a call is a fifth of a user's time")]

use nom::Err as NomErr;

use crate::decode::Decode;
use crate::error::{DecodeError, ErrorKind, PathSegment};
use crate::leaf::{self, Fault, Leaf};
use crate::limits::MAX_DEPTH;

/// A position in bytes, with the depth of values that are open around it.
///
/// Every read either moves the position behind the value or leaves a [`DecodeError`] with the offset at which the
/// faulty value starts. The values borrow from the bytes (`'a`), never from the reader.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
    len: usize,
    depth: u16,
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, len: bytes.len(), depth: 0 }
    }

    /// The bytes that were read so far.
    #[inline]
    pub fn offset(&self) -> usize {
        self.len - self.rest.len()
    }

    /// What is left to read.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The number of bytes that are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The bytes between an earlier position of this reader and the present one.
    ///
    /// `before` must be a copy of this reader made earlier; from any other reader the result is an arbitrary part of
    /// that reader's bytes.
    #[inline]
    pub fn since(&self, before: &Self) -> &'a [u8] {
        let len = before.rest.len().saturating_sub(self.rest.len());
        before.rest.get(..len).unwrap_or_default()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ErrorKind::Trailing`] if bytes remain: a value with something behind it is not the value that was asked for.
    pub fn finish(self, name: &'static str) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            trailing_bytes => {
                Err(self.error(ErrorKind::Trailing { trailing_bytes }).within(PathSegment::Type(name)))
            }
        }
    }

    /// `int` (four bytes, little-endian).
    ///
    /// # Errors
    /// [`ErrorKind::Short`].
    #[inline]
    pub fn int(&mut self) -> Result<i32, DecodeError> {
        self.leaf(leaf::word).map(u32::cast_signed)
    }

    /// `#`, a word of flag bits, or a constructor id.
    ///
    /// # Errors
    /// [`ErrorKind::Short`].
    #[inline]
    pub fn word(&mut self) -> Result<u32, DecodeError> {
        self.leaf(leaf::word)
    }

    /// `long` (eight bytes, little-endian).
    ///
    /// # Errors
    /// [`ErrorKind::Short`].
    #[inline]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        self.leaf(leaf::long)
    }

    /// `bytes` and `string`: a length, the bytes, and padding to a multiple of four.
    ///
    /// # Errors
    /// [`ErrorKind::Short`], [`ErrorKind::BadLengthByte`].
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        self.leaf(leaf::bytes)
    }

    /// The next two words, unread, and what stands behind each; `None` if fewer bytes are left.
    #[doc(hidden)]
    #[inline(always)]
    pub fn two_words(&self) -> Option<([u32; 2], [&'a [u8]; 2])> {
        let (first, behind_first) = self.rest.split_first_chunk()?;
        let (second, behind_second) = behind_first.split_first_chunk()?;
        Some(([u32::from_le_bytes(*first), u32::from_le_bytes(*second)], [behind_first, behind_second]))
    }

    /// Moves to where this is left, which must be the end of what is left now.
    #[doc(hidden)]
    #[inline(always)]
    pub fn skip_to(&mut self, rest: &'a [u8]) {
        self.rest = rest;
    }

    /// `N` bytes as they stand: `int128`, `int256`.
    ///
    /// # Errors
    /// [`ErrorKind::Short`].
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.leaf(leaf::chunk::<N>)
    }

    /// The next `len_bytes` as a reader of their own, which counts offset and depth on; this one moves behind them.
    ///
    /// # Errors
    /// [`ErrorKind::Short`].
    pub fn part(&mut self, len_bytes: usize) -> Result<Self, DecodeError> {
        let Some((part, rest)) = self.rest.split_at_checked(len_bytes) else {
            let missing_bytes = len_bytes - self.rest.len();
            return Err(self.error(ErrorKind::Short { missing_bytes }));
        };
        let len = self.offset() + len_bytes;
        self.rest = rest;
        Ok(Self { rest: part, len, depth: self.depth })
    }

    /// All bytes that are left.
    #[inline]
    pub fn take_rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// The constructor id of a boxed value that can be only `expected`.
    ///
    /// # Errors
    /// [`ErrorKind::Short`], [`ErrorKind::WrongConstructor`].
    #[inline]
    pub fn expect_id(&mut self, expected: u32) -> Result<(), DecodeError> {
        let before = *self;
        match self.word()? {
            got if got == expected => Ok(()),
            got => Err(before.error(ErrorKind::WrongConstructor { expected, got })),
        }
    }

    /// The constructor id of the combinator `name`, which is the only possible one.
    ///
    /// # Errors
    /// As [`expect_id`](Self::expect_id), with the name added to the path.
    #[inline]
    pub fn constructor(&mut self, id: u32, name: &'static str) -> Result<(), DecodeError> {
        self.expect_id(id).map_err(|error| error.within(PathSegment::Type(name)))
    }

    /// The error for a constructor id that the type `name` does not have; this reader stands in front of the id.
    #[inline]
    pub fn unknown_constructor(&self, name: &'static str, got: u32) -> DecodeError {
        self.error(ErrorKind::UnknownConstructor { got }).within(PathSegment::Type(name))
    }

    /// The item count of a vector whose items take at least `min_item_len` bytes each.
    ///
    /// # Errors
    /// [`ErrorKind::Short`] when the count itself is cut; [`ErrorKind::VectorTooLong`] when that many items cannot be in the
    /// bytes that are left, so that nothing is ever reserved or repeated by a number that the peer made up.
    #[inline]
    pub fn count(&mut self, min_item_len: usize) -> Result<usize, DecodeError> {
        let before = *self;
        let count = self.word()?;
        let remaining_bytes = self.rest.len();
        match usize::try_from(count) {
            Ok(n) if n.checked_mul(min_item_len.max(1)).is_some_and(|least| least <= remaining_bytes) => {
                Ok(n)
            }
            _ => Err(before.error(ErrorKind::VectorTooLong { count, remaining_bytes })),
        }
    }

    /// The field `name` of the combinator `owner`.
    ///
    /// # Errors
    /// As [`Decode::decode`], with the field added to the path.
    #[inline(always)]
    pub fn field<T: Decode<'a>>(
        &mut self,
        owner: &'static str,
        name: &'static str,
    ) -> Result<T, DecodeError> {
        T::decode(self).map_err(|error| error.in_field(owner, name))
    }

    /// The field `name` of the combinator `owner`, if its flag bit says that it is there.
    ///
    /// # Errors
    /// As [`field`](Self::field).
    #[inline(always)]
    pub fn optional<T: Decode<'a>>(
        &mut self,
        present: bool,
        owner: &'static str,
        name: &'static str,
    ) -> Result<Option<T>, DecodeError> {
        if present { self.field(owner, name).map(Some) } else { Ok(None) }
    }

    /// Moves behind an optional field without keeping its value; its bytes are checked nevertheless.
    ///
    /// # Errors
    /// As [`field`](Self::field).
    #[inline(always)]
    pub fn skip<T: Decode<'a>>(
        &mut self,
        is_present: bool,
        owner: &'static str,
        name: &'static str,
    ) -> Result<(), DecodeError> {
        if is_present { self.field::<T>(owner, name).map(drop) } else { Ok(()) }
    }

    /// Reads a value that lies inside another one.
    ///
    /// # Errors
    /// What `read` returns, or [`ErrorKind::TooDeep`] at [`MAX_DEPTH`].
    #[inline]
    pub fn nested<T, E: From<DecodeError>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.enter()?;
        let value = read(self);
        self.leave();
        value
    }

    /// One level deeper; [`leave`](Self::leave) must follow. For callers whose value must not be handed through a call.
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), DecodeError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ErrorKind::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    #[inline]
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// An error at the present position.
    // inlined, like all that borrows a reader: one whose address is handed on cannot stay in registers
    #[inline]
    pub fn error(&self, kind: ErrorKind) -> DecodeError {
        DecodeError::new(kind, self.offset())
    }

    #[inline]
    fn leaf<T>(&mut self, parse: impl FnOnce(&'a [u8]) -> Leaf<'a, T>) -> Result<T, DecodeError> {
        match parse(self.rest) {
            Ok((rest, value)) => {
                self.rest = rest;
                Ok(value)
            }
            Err(fault) => Err(fault_at(self.offset(), &fault)),
        }
    }
}

#[cold]
#[inline(never)]
fn fault_at(offset: usize, fault: &NomErr<Fault>) -> DecodeError {
    let kind = match *fault {
        NomErr::Incomplete(_) => ErrorKind::Short { missing_bytes: 1 },
        NomErr::Error(Fault::Short(missing_bytes)) | NomErr::Failure(Fault::Short(missing_bytes)) => {
            ErrorKind::Short { missing_bytes }
        }
        NomErr::Error(Fault::LengthByte(got)) | NomErr::Failure(Fault::LengthByte(got)) => {
            ErrorKind::BadLengthByte { got }
        }
    };
    DecodeError::new(kind, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_point_at_the_value_that_failed() {
        let mut reader = Reader::new(&[1, 0, 0, 0, 9, 9]);
        assert_eq!(reader.int(), Ok(1));
        let error = reader.long().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Short { missing_bytes: 6 }, 4));
    }

    #[test]
    fn a_count_is_held_against_the_bytes_that_are_left() {
        let ten_longs = [[10, 0, 0, 0].as_slice(), &[0; 80]].concat();
        assert_eq!(Reader::new(&ten_longs).count(8), Ok(10));
        let error = Reader::new(&ten_longs[..83]).count(8).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VectorTooLong { count: 10, remaining_bytes: 79 });
        let huge = Reader::new(&[0xff, 0xff, 0xff, 0xff]).count(0).unwrap_err();
        assert_eq!(huge.kind(), ErrorKind::VectorTooLong { count: u32::MAX, remaining_bytes: 0 });
        let cut = Reader::new(&[1, 0, 0]).count(0).unwrap_err();
        assert_eq!(cut.kind(), ErrorKind::Short { missing_bytes: 1 });
    }

    #[test]
    fn a_part_counts_offset_and_depth_on() {
        let mut reader = Reader::new(&[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(reader.int(), Ok(1));
        let short = reader.part(9).unwrap_err();
        assert_eq!((short.kind(), short.offset()), (ErrorKind::Short { missing_bytes: 1 }, 4));
        let inside = reader.nested(|outer| outer.part(4));
        let mut inside = inside.unwrap();
        assert_eq!(reader.int(), Ok(3), "the reader stands behind the part");
        assert_eq!((inside.int(), inside.remaining()), (Ok(2), 0));
        let behind = inside.int().unwrap_err();
        assert_eq!((behind.kind(), behind.offset()), (ErrorKind::Short { missing_bytes: 4 }, 8));
        assert_eq!((reader.depth, inside.depth), (0, 1));
    }

    #[test]
    fn bytes_behind_a_value_are_an_error_that_names_it() {
        let error = Reader::new(&[0; 3]).finish("pong").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Trailing { trailing_bytes: 3 });
        assert_eq!(error.path().next(), Some(PathSegment::Type("pong")));
    }
}
