//! PEM armour (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::KeyError;

pub(super) const PRIVATE: &str = "RSA PRIVATE KEY";
pub(super) const PUBLIC: &str = "RSA PUBLIC KEY";

/// Base64 characters a line.
const LINE_LEN: usize = 64;

pub(super) fn write(der: &[u8], label: &str) -> String {
    let mut body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    while !body.is_empty() {
        let rest = body.split_off(body.len().min(LINE_LEN));
        text.push_str(&body);
        text.push('\n');
        body = rest;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

pub(super) fn read(text: &str, label: &str) -> Result<Vec<u8>, KeyError> {
    let (_, body) = text.split_once(&format!("-----BEGIN {label}-----")).ok_or(KeyError::NotPem)?;
    let (body, _) = body.split_once(&format!("-----END {label}-----")).ok_or(KeyError::NotPem)?;
    let body = body.split_whitespace().collect::<String>();
    STANDARD.decode(body).map_err(|_| KeyError::NotBase64)
}
