//! The items of a vector straight from the buffer, each checked when its turn comes.
#![expect(
    clippy::inline_always,
    reason = "an item that is handed through calls is copied at each: a third of its time"
)]

use core::marker::PhantomData;

use crate::decode::Decode;
use crate::error::{DecodeError, PathSegment};
use crate::reader::Reader;
use crate::vector::VECTOR;

/// The items of a `Vector<T>`, decoded once each while the reader moves over them.
///
/// [`VecRef`](crate::VecRef) checks a vector as a whole before it hands out the first item, which decodes every item
/// twice; a stream decodes them once and reports a faulty item when it gets there. What was taken from the items before
/// that must then be thrown away by the caller.
///
/// ```
/// use tl_codec::{Encode, Reader, Str};
///
/// let mut wire = ["Ada", "Grace"].as_slice().to_bytes();
/// 7_i32.encode(&mut wire);
///
/// let mut reader = Reader::new(&wire);
/// let mut length = 0;
/// for name in reader.vector::<Str>()? {
///     length += name?.as_bytes().len();
/// }
/// assert_eq!((length, reader.int()?), (8, 7)); // the reader stands behind the vector
/// # Ok::<(), tl_codec::DecodeError>(())
/// ```
#[derive(Debug)]
#[must_use = "the reader stands behind the vector only when every item was read"]
pub struct Stream<'r, 'a, T> {
    reader: &'r mut Reader<'a>,
    left: usize,
    count: usize,
    item: PhantomData<fn() -> T>,
}

impl<'a> Reader<'a> {
    /// The items of a `Vector<T>`, one after the other.
    ///
    /// # Errors
    /// Another constructor than `vector#1cb5c415`, or a count that cannot be true.
    // out of line it would take the reader's address, and where the next item begins would be read from memory
    #[inline(always)]
    pub fn vector<T: Decode<'a>>(&mut self) -> Result<Stream<'_, 'a, T>, DecodeError> {
        self.expect_id(VECTOR)?;
        let count = self.count(T::MIN_LEN)?;
        Ok(Stream { reader: self, left: count, count, item: PhantomData })
    }
}

impl<'a, T: Decode<'a>> Stream<'_, 'a, T> {
    /// How many items are still to come, unless one of them is faulty.
    ///
    /// The bytes that are left can hold that many, so a `Vec` may be reserved by it.
    #[inline]
    pub fn left(&self) -> usize {
        self.left
    }

    /// The next item with the offset at which it starts, counted as [`Reader::offset`] counts.
    ///
    /// # Errors
    /// As [`Decode::decode`]; the stream ends there.
    #[inline(always)]
    pub fn next_at(&mut self) -> Option<Result<(usize, T), DecodeError>> {
        if self.left == 0 {
            return None;
        }
        let offset = self.reader.offset();
        match self.decode() {
            Ok(item) => {
                self.left -= 1;
                Some(Ok((offset, item)))
            }
            Err(error) => Some(Err(error.within(PathSegment::Item(self.end())))),
        }
    }

    /// As [`Reader::nested`] does it, without the call that a function as an argument is.
    #[inline(always)]
    fn decode(&mut self) -> Result<T, DecodeError> {
        self.reader.enter()?;
        let item = T::decode(self.reader);
        self.reader.leave();
        item
    }

    /// Ends the stream at a faulty item, whose index is returned.
    #[inline]
    fn end(&mut self) -> usize {
        self.count - core::mem::take(&mut self.left)
    }
}

impl<'a, T: Decode<'a>> Iterator for Stream<'_, 'a, T> {
    type Item = Result<T, DecodeError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        match self.decode() {
            Ok(item) => {
                self.left -= 1;
                Some(Ok(item))
            }
            Err(error) => Some(Err(error.within(PathSegment::Item(self.end())))),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::{Encode, ErrorKind, Str};

    #[test]
    fn offsets_lead_back_to_the_items() {
        let wire = ["a", "longer text", "c"].as_slice().to_bytes();
        let mut reader = Reader::new(&wire);
        let mut stream = reader.vector::<Str<'_>>().unwrap();
        let mut offsets = Vec::new();
        while let Some(item) = stream.next_at() {
            offsets.push(item.unwrap());
        }
        for (offset, item) in offsets {
            assert_eq!(Str::decode(&mut Reader::new(&wire[offset..])).unwrap(), item);
        }
        assert_eq!(reader.finish("Vector<string>"), Ok(()));
    }

    #[test]
    fn a_faulty_item_ends_the_stream_and_is_named() {
        let mut wire = ["a", "b", "c"].as_slice().to_bytes();
        wire[12] = 0xff;
        let mut reader = Reader::new(&wire);
        let items: Vec<_> = reader.vector::<Str<'_>>().unwrap().collect();
        assert_eq!(items.len(), 2);
        let error = items[1].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadLengthByte { got: 0xff });
        assert_eq!((error.offset(), error.path().next()), (12, Some(PathSegment::Item(1))));
    }
}
