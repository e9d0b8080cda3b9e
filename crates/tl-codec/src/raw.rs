//! Objects that stay opaque.

use alloc::vec::Vec;
use core::fmt;

use crate::decode::Decode;
use crate::encode::Encode;
use crate::error::DecodeError;
use crate::reader::Reader;

/// Any boxed object (`Object`, `!X`, or a type left out of the generated closure), as its bytes up to the end.
///
/// A boxed value has no length of its own, so it can stay opaque only where something else bounds it: as a whole
/// result or message body, or as the last field of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawObject<'a> {
    id: u32,
    bytes: &'a [u8],
}

impl<'a> RawObject<'a> {
    /// The constructor id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The whole object, constructor id included.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Reads the object as a `T`, which must fill it.
    ///
    /// # Errors
    /// As [`Decode::from_bytes`].
    pub fn read<T: Decode<'a>>(&self) -> Result<T, DecodeError> {
        T::from_bytes(self.bytes)
    }
}

impl<'a> Decode<'a> for RawObject<'a> {
    const MIN_LEN: usize = 4;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let before = *reader;
        let id = reader.word()?;
        reader.take_rest();
        Ok(Self { id, bytes: reader.since(&before) })
    }
}

impl Encode for RawObject<'_> {
    fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bytes);
    }
}

impl fmt::Debug for RawObject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawObject({:#010x}, {} bytes)", self.id, self.bytes.len())
    }
}

/// Bytes that already are TL: written as they stand.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RawBytes(pub Vec<u8>);

impl Encode for RawBytes {
    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
}

impl fmt::Debug for RawBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBytes({} bytes)", self.0.len())
    }
}
