//! A value that is checked when its parent is read, and decoded when it is asked for.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use crate::decode::Decode;
use crate::encode::Encode;
use crate::error::DecodeError;
use crate::reader::Reader;

/// A boxed value kept as its bytes: for fields that are rarely read and for types that contain themselves.
pub struct Lazy<'a, T> {
    bytes: &'a [u8],
    value: PhantomData<fn() -> T>,
}

impl<'a, T: Decode<'a>> Lazy<'a, T> {
    /// Decodes the value.
    ///
    /// # Errors
    /// None for a value that was read by [`Decode::decode`], which has checked it; the offset of an error counts from
    /// the start of this value.
    pub fn read(&self) -> Result<T, DecodeError> {
        T::from_bytes(self.bytes)
    }

    /// The value's bytes, constructor id included.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Lazy<'a, T> {
    const MIN_LEN: usize = T::MIN_LEN;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let before = *reader;
        reader.nested(T::decode)?;
        Ok(Self { bytes: reader.since(&before), value: PhantomData })
    }
}

impl<T> Encode for Lazy<'_, T> {
    fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bytes);
    }
}

impl<T> Clone for Lazy<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lazy<'_, T> {}

impl<T> PartialEq for Lazy<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<T> fmt::Debug for Lazy<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lazy({} bytes)", self.bytes.len())
    }
}
