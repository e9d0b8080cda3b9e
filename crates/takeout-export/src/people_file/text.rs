//! From bytes to text.

use std::borrow::Cow;

use super::PeopleFileError;

/// UTF-16 by its byte order mark, else UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, PeopleFileError> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, odd) = rest.as_chunks::<2>();
        let text = char::decode_utf16(units.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
        text.ok().filter(|_| odd.is_empty()).map(Cow::Owned).ok_or(PeopleFileError::Encoding)
    };
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return wide(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return wide(rest, u16::from_be_bytes);
    }
    let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(rest).map(Cow::Borrowed).map_err(|_| PeopleFileError::Encoding)
}
