//! The strings.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::alphabet::URL_SAFE as ALPHABET;
use base64::engine::general_purpose::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mtproto::crypto::AuthKey;
use secrecy::{ExposeSecret, SecretString};
use tl_codec::{DecodeError, Reader};
use zeroize::Zeroizing;

use super::{ForeignError, ForeignSession, key};

/// Some of the libraries pad, some do not, and people lose the padding when they copy.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The first character of a Telethon string.
const TELETHON_VERSION: char = '1';

/// Telethon: `1`, then base64 of `dc_id` (1), IP address (4 or 16), port (2, big-endian), key (256).
///
/// # Errors
/// [`ForeignError`].
pub fn telethon_string(text: &SecretString) -> Result<ForeignSession, ForeignError> {
    let text = text.expose_secret().trim();
    let rest = text.strip_prefix(TELETHON_VERSION).ok_or(ForeignError::Malformed)?;
    let bytes = decode(rest)?;
    let (dc_id, rest) = bytes.split_first().ok_or(ForeignError::Length { got: 0 })?;
    let address_len = match bytes.len() {
        263 => 4,
        275 => 16,
        got => return Err(ForeignError::Length { got }),
    };
    let key_bytes = rest.get(address_len + 2..).ok_or(ForeignError::Malformed)?;
    Ok(ForeignSession {
        dc_id: i32::from(*dc_id),
        is_test: None,
        auth_key: key(key_bytes)?,
        api_id: None,
        user_id: None,
    })
}

/// The string that Telethon reads. `None` for a data centre whose number does not fit into its one byte.
pub fn to_telethon_string(dc_id: i32, address: SocketAddr, key: &AuthKey) -> Option<SecretString> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(275));
    bytes.push(u8::try_from(dc_id).ok()?);
    match address.ip() {
        IpAddr::V4(ip) => bytes.extend_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes.extend_from_slice(&ip.octets()),
    }
    bytes.extend_from_slice(&address.port().to_be_bytes());
    bytes.extend_from_slice(key.as_bytes());
    Some(SecretString::from(format!("{TELETHON_VERSION}{}", &*Zeroizing::new(URL_SAFE.encode(&*bytes)))))
}

/// Pyrogram: base64 of `dc_id` (1), `api_id` (4, since version 2), test mode (1), key (256), user id (4 or 8), bot (1);
/// all big-endian.
///
/// # Errors
/// [`ForeignError`].
pub fn pyrogram_string(text: &SecretString) -> Result<ForeignSession, ForeignError> {
    let bytes = decode(text.expose_secret().trim())?;
    let (has_api_id, user_id_len) = match bytes.len() {
        263 => (false, 4),
        267 => (false, 8),
        271 => (true, 8),
        got => return Err(ForeignError::Length { got }),
    };
    let mut rest = bytes.as_slice();
    let mut take = |len: usize| -> Result<&[u8], ForeignError> {
        let (taken, after) = rest.split_at_checked(len).ok_or(ForeignError::Malformed)?;
        rest = after;
        Ok(taken)
    };
    let dc_id = big_endian(take(1)?)?;
    let api_id = if has_api_id { Some(big_endian(take(4)?)?) } else { None };
    let is_test = flag(take(1)?)?;
    let auth_key = key(take(AuthKey::BYTES)?)?;
    let user_id = big_endian(take(user_id_len)?)?;
    flag(take(1)?)?;
    let narrow = |value: i64| i32::try_from(value).map_err(|_| ForeignError::Malformed);
    Ok(ForeignSession {
        dc_id: narrow(dc_id)?,
        is_test: Some(is_test),
        auth_key,
        api_id: api_id.map(narrow).transpose()?.filter(|api_id| *api_id > 0),
        user_id: Some(user_id).filter(|user_id| *user_id > 0),
    })
}

/// mtcute: base64 of the version (3), then in TL: `int` flags (1: self, 2: test mode, 4: media data centre), `bytes` of
/// the data centre, `bytes` of the media one, self as `long` and `Bool`, `bytes` of the key.
///
/// # Errors
/// [`ForeignError`].
pub fn mtcute_string(text: &SecretString) -> Result<ForeignSession, ForeignError> {
    let bytes = decode(text.expose_secret().trim())?;
    match bytes.split_first() {
        // earlier versions wrote the data centre as another object
        Some((3, rest)) => mtcute_fields(rest),
        Some((got, _)) => Err(ForeignError::Version { got: *got }),
        None => Err(ForeignError::Length { got: 0 }),
    }
}

fn mtcute_fields(bytes: &[u8]) -> Result<ForeignSession, ForeignError> {
    let mut reader = Reader::new(bytes);
    let flags = reader.word()?;
    let (dc_id, is_test) = mtcute_data_centre(reader.bytes()?)?;
    if flags & 4 != 0 {
        reader.bytes()?;
    }
    let user_id = if flags & 1 != 0 {
        let user_id = reader.long()?;
        reader.word()?; // whether it is a bot
        Some(user_id)
    } else {
        None
    };
    let auth_key = key(reader.bytes()?)?;
    let is_test = is_test || flags & 2 != 0;
    Ok(ForeignSession { dc_id, is_test: Some(is_test), auth_key, api_id: None, user_id })
}

/// Version (1 or 2), number, flags (4: test mode, in version 2), then address and port.
fn mtcute_data_centre(bytes: &[u8]) -> Result<(i32, bool), ForeignError> {
    match bytes {
        [1, dc_id, _, ..] => Ok((i32::from(*dc_id), false)),
        [2, dc_id, flags, ..] => Ok((i32::from(*dc_id), flags & 4 != 0)),
        _ => Err(ForeignError::Malformed),
    }
}

impl From<DecodeError> for ForeignError {
    fn from(_: DecodeError) -> Self {
        Self::Malformed
    }
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, ForeignError> {
    LENIENT.decode(text).map(Zeroizing::new).map_err(|_| ForeignError::NotBase64)
}

fn big_endian(bytes: &[u8]) -> Result<i64, ForeignError> {
    let value = bytes.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    i64::try_from(value).map_err(|_| ForeignError::Malformed)
}

fn flag(bytes: &[u8]) -> Result<bool, ForeignError> {
    match bytes {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(ForeignError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    fn key_bytes() -> [u8; 256] {
        core::array::from_fn(|index| u8::try_from(index).unwrap())
    }

    #[test]
    fn a_telethon_string_is_written_and_read() {
        let key = AuthKey::new(&mut key_bytes());
        for (address, chars) in [("149.154.167.51:443", 353), ("[2001:67c:4e8:f002::a]:443", 369)] {
            let text = to_telethon_string(2, address.parse().unwrap(), &key).unwrap();
            assert_eq!(text.expose_secret().len(), chars);
            let read = telethon_string(&text).unwrap();
            assert_eq!((read.dc_id, read.auth_key.as_bytes()), (2, key.as_bytes()));
        }
        assert!(to_telethon_string(10_002, "1.2.3.4:5".parse().unwrap(), &key).is_none());
    }

    #[test]
    fn the_three_lengths_of_pyrogram_are_told_apart() {
        let with = |head: &[u8], tail: &[u8]| secret(&URL_SAFE.encode([head, &key_bytes(), tail].concat()));
        let old = pyrogram_string(&with(&[4, 0], &[0, 0, 0, 9, 0])).unwrap();
        assert_eq!((old.dc_id, old.is_test, old.api_id, old.user_id), (4, Some(false), None, Some(9)));
        let wide = pyrogram_string(&with(&[4, 1], &[0, 0, 0, 1, 0, 0, 0, 9, 0])).unwrap();
        assert_eq!((wide.is_test, wide.user_id), (Some(true), Some(0x1_0000_0009)));
        let new = pyrogram_string(&with(&[4, 0, 0, 1, 0, 0], &[0, 0, 0, 0, 0, 0, 0, 9, 1])).unwrap();
        assert_eq!((new.api_id, new.user_id), (Some(256), Some(9)));
        assert_eq!(pyrogram_string(&secret("AAAA")).unwrap_err(), ForeignError::Length { got: 3 });
        assert_eq!(pyrogram_string(&with(&[4, 2], &[0; 5])).unwrap_err(), ForeignError::Malformed);
    }

    #[test]
    fn what_is_cut_short_or_has_no_key_is_refused_without_its_content() {
        let key = AuthKey::new(&mut key_bytes());
        let text = to_telethon_string(2, "1.2.3.4:5".parse().unwrap(), &key).unwrap();
        for len in 0..text.expose_secret().len() - 4 {
            let cut = secret(&text.expose_secret()[..len]);
            for read in [telethon_string, pyrogram_string, mtcute_string] {
                assert!(read(&cut).is_err(), "{len}");
            }
        }
        let none = secret(&format!("1{}", URL_SAFE.encode([0; 263])));
        assert_eq!(telethon_string(&none).unwrap_err(), ForeignError::NoKey);
        assert_eq!(mtcute_string(&secret("CQAA")).unwrap_err(), ForeignError::Version { got: 9 });
        assert_eq!(mtcute_string(&secret("!")).unwrap_err(), ForeignError::NotBase64);
    }
}
