//! The secret of an MTProxy.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::limits::MAX_PROXY_DOMAIN_BYTES;

/// What a proxy lets in. Wiped on drop; its [`Debug`] output says the form alone.
///
/// ```
/// use mtproto::proxy::{ProxySecret, SecretForm};
///
/// let secret: ProxySecret = "ee000102030405060708090a0b0c0d0e0f612e6578616d706c65".parse()?;
/// assert_eq!(secret.form(), SecretForm::FakeTls { domain: "a.example" });
/// assert_eq!(format!("{secret:?}"), "ProxySecret(FakeTls, <redacted>)");
/// # Ok::<(), mtproto::proxy::ProxySecretError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProxySecret {
    key: Zeroizing<[u8; 16]>,
    kind: Kind,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Plain,
    Padded,
    FakeTls(String),
}

/// What a proxy expects of its clients ("Transport obfuscation", "MTProxy").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretForm<'a> {
    /// 16 bytes: frames of any kind, obfuscated.
    Plain,
    /// `dd` and 16 bytes: padded frames, obfuscated.
    Padded,
    /// `ee`, 16 bytes and a domain: padded frames, obfuscated, in what looks like TLS to that domain.
    FakeTls {
        /// The domain that the client pretends to visit.
        domain: &'a str,
    },
}

/// A text or bytes that are no secret. It holds nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxySecretError {
    /// The text is neither hexadecimal nor base64.
    #[error("the secret is neither hexadecimal nor base64")]
    NotText,
    /// There are too few or too many bytes for any form.
    #[error("the secret has {len_bytes} bytes, but no form of secret has")]
    Length {
        /// How many.
        len_bytes: usize,
    },
    /// The first byte names no form that is known.
    #[error("the secret is of an unknown form")]
    UnknownForm,
    /// The domain of an `ee` secret is too long, or no domain.
    #[error("the secret's domain is no domain of 1 to {MAX_PROXY_DOMAIN_BYTES} characters")]
    Domain,
}

impl ProxySecret {
    /// Reads the binary form.
    ///
    /// # Errors
    /// [`ProxySecretError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProxySecretError> {
        let (kind, key) = match bytes {
            key if key.len() == 16 => (Kind::Plain, key),
            [0xdd, key @ ..] if key.len() == 16 => (Kind::Padded, key),
            [0xee, rest @ ..] if rest.len() >= 16 => {
                let (key, domain) = rest.split_at(16);
                (Kind::FakeTls(read_domain(domain)?), key)
            }
            _ if bytes.len() < 17 => return Err(ProxySecretError::Length { len_bytes: bytes.len() }),
            [0xdd, ..] => return Err(ProxySecretError::Length { len_bytes: bytes.len() }),
            _ => return Err(ProxySecretError::UnknownForm),
        };
        let key = key.first_chunk().ok_or(ProxySecretError::Length { len_bytes: bytes.len() })?;
        Ok(Self { key: Zeroizing::new(*key), kind })
    }

    /// The 16 bytes that are mixed into the keys.
    pub fn key(&self) -> &[u8; 16] {
        &self.key
    }

    /// What the proxy expects.
    pub fn form(&self) -> SecretForm<'_> {
        match &self.kind {
            Kind::Plain => SecretForm::Plain,
            Kind::Padded => SecretForm::Padded,
            Kind::FakeTls(domain) => SecretForm::FakeTls { domain },
        }
    }
}

impl FromStr for ProxySecret {
    type Err = ProxySecretError;

    /// Reads hexadecimal, URL-safe base64 or base64, the first of them that fits (TDLib's order), with or without padding.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let url_safe = GeneralPurpose::new(&base64::alphabet::URL_SAFE, config);
        let standard = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
        let decoded = hex::decode(text).ok();
        let decoded = decoded.or_else(|| url_safe.decode(text).ok()).or_else(|| standard.decode(text).ok());
        Self::from_bytes(&Zeroizing::new(decoded.ok_or(ProxySecretError::NotText)?))
    }
}

impl fmt::Debug for ProxySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the domain is part of the secret
        f.write_str(match self.kind {
            Kind::Plain => "ProxySecret(Plain, <redacted>)",
            Kind::Padded => "ProxySecret(Padded, <redacted>)",
            Kind::FakeTls(_) => "ProxySecret(FakeTls, <redacted>)",
        })
    }
}

fn read_domain(bytes: &[u8]) -> Result<String, ProxySecretError> {
    let is_domain = (1..=MAX_PROXY_DOMAIN_BYTES).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte));
    let text = is_domain.then(|| core::str::from_utf8(bytes).ok()).flatten();
    text.map(str::to_owned).ok_or(ProxySecretError::Domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff];

    fn bytes(head: &[u8], domain: &str) -> Vec<u8> {
        [head, &KEY, domain.as_bytes()].concat()
    }

    #[test]
    fn every_form_in_every_spelling() {
        let encode = |alphabet, bytes: &[u8]| {
            let padded = GeneralPurpose::new(alphabet, GeneralPurposeConfig::new()).encode(bytes);
            [padded.trim_end_matches('=').to_owned(), padded]
        };
        for (head, domain, form) in [
            (&[][..], "", SecretForm::Plain),
            (&[0xdd], "", SecretForm::Padded),
            (&[0xee], "www.a-b.example", SecretForm::FakeTls { domain: "www.a-b.example" }),
        ] {
            let bytes = bytes(head, domain);
            let mut spellings = vec![hex::encode(&bytes), hex::encode_upper(&bytes)];
            spellings.extend(encode(&base64::alphabet::STANDARD, &bytes));
            spellings.extend(encode(&base64::alphabet::URL_SAFE, &bytes));
            for text in spellings {
                let secret: ProxySecret = text.parse().unwrap();
                assert_eq!((secret.form(), secret.key()), (form, &KEY), "{text}");
                assert!(!format!("{secret:?}").contains("a-b"));
            }
        }
    }

    #[test]
    fn what_is_no_secret() {
        let long = "d".repeat(MAX_PROXY_DOMAIN_BYTES + 1);
        for (bytes, error) in [
            (vec![], ProxySecretError::Length { len_bytes: 0 }),
            (KEY[1..].to_vec(), ProxySecretError::Length { len_bytes: 15 }),
            (bytes(&[0xdd], "x"), ProxySecretError::Length { len_bytes: 18 }),
            (bytes(&[0xcc], ""), ProxySecretError::UnknownForm),
            (bytes(&[0xcc], "a.example"), ProxySecretError::UnknownForm),
            (bytes(&[0xee], ""), ProxySecretError::Domain),
            (bytes(&[0xee], "a b"), ProxySecretError::Domain),
            (bytes(&[0xee], "é"), ProxySecretError::Domain),
            (bytes(&[0xee], &long), ProxySecretError::Domain),
        ] {
            assert_eq!(ProxySecret::from_bytes(&bytes), Err(error));
            if !bytes.is_empty() {
                assert_eq!(hex::encode(&bytes).parse::<ProxySecret>(), Err(error));
            }
        }
        assert!(ProxySecret::from_bytes(&bytes(&[0xee], &long[1..])).is_ok());
        for text in ["no secret!", "dd+_", "é"] {
            assert_eq!(text.parse::<ProxySecret>(), Err(ProxySecretError::NotText), "{text}");
        }
    }
}
