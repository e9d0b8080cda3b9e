//! Reading.

use crate::error::DecodeError;
use crate::reader::Reader;

/// A value that can be read from bytes, as it stands on the wire.
///
/// A type of the schema with upper-case name is *boxed*: its constructor id comes first. Primitives have no id.
pub trait Decode<'a>: Sized {
    /// The fewest bytes that a value can take. Vector counts are held against it.
    const MIN_LEN: usize;

    /// Reads one value.
    ///
    /// # Errors
    /// A [`DecodeError`] that says what is wrong, where, and inside which field.
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// Reads one value that must fill `bytes`.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and [`Trailing`](crate::ErrorKind::Trailing) when bytes remain.
    fn from_bytes(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let value = Self::decode(&mut reader)?;
        reader.finish("value")?;
        Ok(value)
    }
}

/// The fields of a combinator, without its id: the *bare* form.
pub trait DecodeBare<'a>: Sized {
    /// The fewest bytes that the fields can take.
    const MIN_LEN: usize;

    /// Reads the fields in the order of the declaration.
    ///
    /// # Errors
    /// As [`Decode::decode`].
    fn decode_bare(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;
}
