//! `string`: bytes that ought to be UTF-8.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::decode::Decode;
use crate::encode::{Encode, bytes_len, encode_bytes, encode_optional_bytes, optional_bytes_len, or_empty};
use crate::error::{DecodeError, ErrorKind};
use crate::reader::Reader;

/// A `string` as the peer sent it.
///
/// TL says that strings are UTF-8; what a server really stores may not be. The check is made where the text is read,
/// and the caller chooses what a broken string means: an error ([`to_str`](Self::to_str)) or replaced characters
/// ([`to_str_lossy`](Self::to_str_lossy)). It has no text in its `Debug` output: names and phones stay out of logs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Str<'a>(&'a [u8]);

/// A `string` is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utf8Error {
    /// How many bytes at the start are valid.
    pub valid_bytes: usize,
}

impl fmt::Display for Utf8Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid UTF-8 after {} bytes", self.valid_bytes)
    }
}

impl core::error::Error for Utf8Error {}

impl<'a> Str<'a> {
    /// Wraps the bytes of a string.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes as they were sent.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no text.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The text.
    ///
    /// # Errors
    /// [`Utf8Error`] if the bytes are not UTF-8.
    #[inline]
    pub fn to_str(self) -> Result<&'a str, Utf8Error> {
        match core::str::from_utf8(self.0) {
            Ok(text) => Ok(text),
            Err(error) => Err(Utf8Error { valid_bytes: error.valid_up_to() }),
        }
    }

    /// Whether the bytes are text, without the text: for callers that keep the bytes, and faster than
    /// [`to_str`](Self::to_str) on texts as short as names.
    ///
    /// # Errors
    /// [`Utf8Error`] if the bytes are not UTF-8.
    #[inline]
    pub fn check(self) -> Result<(), Utf8Error> {
        crate::utf8::check(self.0).map_err(|valid_bytes| Utf8Error { valid_bytes })
    }

    /// The text, with U+FFFD in place of what is not UTF-8. Borrowed exactly when nothing was replaced.
    pub fn to_str_lossy(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }

    /// The text as [`to_str_lossy`](Self::to_str_lossy) gives it; the U+FFFD that it put in are added to `replaced`.
    ///
    /// A U+FFFD that the peer sent is text like any other and not counted.
    pub fn to_str_counted(self, replaced: &mut u64) -> Cow<'a, str> {
        let text = self.to_str_lossy();
        if let Cow::Owned(_) = text {
            let broken = self.0.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty());
            *replaced = broken.fold(*replaced, |count, _| count.saturating_add(1));
        }
        text
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Str({} bytes)", self.0.len())
    }
}

impl PartialEq<str> for Str<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl<'a> From<&'a str> for Str<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

impl<'a> Decode<'a> for Str<'a> {
    const MIN_LEN: usize = 4;

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.bytes().map(Self)
    }
}

/// A `string` for callers to whom broken text is an error of the whole value.
impl<'a> Decode<'a> for &'a str {
    const MIN_LEN: usize = 4;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let before = *reader;
        let text = reader.bytes()?;
        core::str::from_utf8(text).map_err(|error| {
            let valid_bytes = error.valid_up_to();
            // a short text may be written with the long head, too
            let head = if before.rest().first() == Some(&0xfe) { 4 } else { 1 };
            DecodeError::new(ErrorKind::InvalidUtf8 { valid_bytes }, before.offset() + head + valid_bytes)
        })
    }
}

impl Encode for Str<'_> {
    fn encoded_len(&self) -> usize {
        bytes_len(self.0.len())
    }

    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self.0, out);
    }

    #[inline]
    fn optional_len(value: Option<&Self>) -> usize {
        optional_bytes_len(value.is_some(), or_empty(value, &Str(&[])).0)
    }

    #[inline]
    fn encode_optional(value: Option<&Self>, out: &mut Vec<u8>) {
        encode_optional_bytes(value.is_some(), or_empty(value, &Str(&[])).0, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_text_is_an_error_or_replaced() {
        let broken = Str::new(b"ab\xffc");
        assert_eq!(broken.to_str(), Err(Utf8Error { valid_bytes: 2 }));
        assert_eq!(broken.check(), Err(Utf8Error { valid_bytes: 2 }));
        assert_eq!(broken.to_str_lossy(), Cow::<str>::Owned("ab\u{fffd}c".into()));
        assert!(matches!(Str::new("имя".as_bytes()).to_str_lossy(), Cow::Borrowed("имя")));
    }

    #[test]
    fn only_what_was_put_in_is_counted() {
        let mut replaced = 40;
        let texts: [&[u8]; 4] = [b"a\xff\xfeb", b"\xe2\x82", "\u{fffd}".as_bytes(), b"\xef\xbf\xbd\xff"];
        let read = texts.map(|text| Str::new(text).to_str_counted(&mut replaced));
        assert_eq!(read, ["a\u{fffd}\u{fffd}b", "\u{fffd}", "\u{fffd}", "\u{fffd}\u{fffd}"]);
        assert_eq!(replaced, 40 + 2 + 1 + 1);
    }

    #[test]
    fn a_string_that_must_be_text_says_where_it_is_none() {
        use crate::{Encode as _, VecRef};

        for long in [String::from("ab\u{fffd}c"), "ы".repeat(200) + "\u{fffd}"] {
            let mut wire = ["fine", &long].as_slice().to_bytes();
            assert!(VecRef::<&str>::from_bytes(&wire).unwrap().iter().eq(["fine", &long]));
            let place = wire.windows(3).position(|bytes| bytes == "\u{fffd}".as_bytes()).unwrap();
            wire[place] = 0xff;
            let error = VecRef::<&str>::from_bytes(&wire).unwrap_err();
            let valid_bytes = long.find('\u{fffd}').unwrap();
            assert_eq!((error.kind(), error.offset()), (ErrorKind::InvalidUtf8 { valid_bytes }, place));
            assert!(std::format!("{error}").starts_with("[1]: invalid UTF-8 after "), "{error}");
        }
        let error = <&str>::from_bytes(&[0xfe, 2, 0, 0, b'a', 0xff, 0, 0]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::InvalidUtf8 { valid_bytes: 1 }, 5));
    }

    #[test]
    fn debug_output_has_no_text() {
        assert_eq!(std::format!("{:?}", Str::new(b"secret")), "Str(6 bytes)");
    }
}
