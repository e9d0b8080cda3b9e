//! RSA public keys as PEM text: PKCS#1 (RFC 8017, A.1.1) and SPKI (RFC 5280, 4.1), read with nom.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nom::bytes::complete::tag;
use nom::combinator::{all_consuming, fail, opt, rest, verify};
use nom::multi::length_value;
use nom::number::complete::{be_u8, be_u16};
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser as _};

use crate::crypto::RsaKeyError;

/// The two numbers of a key, big-endian.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyNumbers {
    pub(super) modulus: Vec<u8>,
    pub(super) exponent: Vec<u8>,
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
/// `SEQUENCE { OBJECT IDENTIFIER rsaEncryption (1.2.840.113549.1.1.1) …`: what makes an SPKI block an RSA key.
const RSA_ENCRYPTION: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const NULL: [u8; 2] = [0x05, 0x00];

/// Reads the first block of either kind.
pub(super) fn read(text: &str) -> Result<KeyNumbers, RsaKeyError> {
    if let Some(body) = block(text, "RSA PUBLIC KEY") {
        whole(pkcs1, &decode(body)?)
    } else if let Some(body) = block(text, "PUBLIC KEY") {
        whole(spki, &decode(body)?)
    } else {
        Err(RsaKeyError::NoPemBlock)
    }
}

fn whole(parse: fn(&[u8]) -> IResult<&[u8], KeyNumbers>, der: &[u8]) -> Result<KeyNumbers, RsaKeyError> {
    match parse(der) {
        Ok(([], key)) => Ok(key),
        _ => Err(RsaKeyError::NotDer),
    }
}

fn block<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = behind.split_once(&format!("-----END {label}-----"))?;
    Some(body)
}

fn decode(body: &str) -> Result<Vec<u8>, RsaKeyError> {
    let base64: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(base64).map_err(|_| RsaKeyError::NotBase64)
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`
fn pkcs1(input: &[u8]) -> IResult<&[u8], KeyNumbers> {
    element(SEQUENCE, all_consuming(pair(integer, integer)))
        .map(|(modulus, exponent)| KeyNumbers { modulus, exponent })
        .parse(input)
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { 00, RSAPublicKey } }`
fn spki(input: &[u8]) -> IResult<&[u8], KeyNumbers> {
    let algorithm = element(SEQUENCE, all_consuming(pair(tag(&RSA_ENCRYPTION[..]), opt(tag(&NULL[..])))));
    let key = element(BIT_STRING, preceded(tag(&[0_u8][..]), all_consuming(pkcs1)));
    element(SEQUENCE, all_consuming(preceded(algorithm, key))).parse(input)
}

fn integer(input: &[u8]) -> IResult<&[u8], Vec<u8>> {
    element(INTEGER, rest.map(<[u8]>::to_vec)).parse(input)
}

/// A tag, a length, and `inner` over exactly that many bytes.
fn element<'a, T>(
    kind: u8,
    inner: impl nom::Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>>,
) -> impl nom::Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>> {
    preceded(verify(be_u8, move |found| *found == kind), length_value(length, inner))
}

/// A DER length: one byte below 128, or `81 nn`, or `82 nn nn` (keys of 2048 bits need no more).
fn length(input: &[u8]) -> IResult<&[u8], u16> {
    match be_u8(input)? {
        (input, len @ 0..=0x7f) => Ok((input, u16::from(len))),
        (input, 0x81) => be_u8(input).map(|(input, len)| (input, u16::from(len))),
        (input, 0x82) => be_u16(input),
        (input, _) => fail().parse(input),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RsaPublicKey;

    fn der(kind: u8, body: &[u8]) -> Vec<u8> {
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind, 0x82], len.as_slice(), body].concat()
    }

    fn pem(label: &str, der: &[u8]) -> String {
        let base64 = STANDARD.encode(der);
        let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    fn pkcs1_der() -> Vec<u8> {
        let key = RsaPublicKey::telegram_test();
        let modulus = der(INTEGER, &[&[0], key.modulus().as_slice()].concat());
        der(SEQUENCE, &[modulus, vec![INTEGER, 3, 1, 0, 1]].concat())
    }

    fn spki_der() -> Vec<u8> {
        let algorithm = der(SEQUENCE, &[RSA_ENCRYPTION.as_slice(), &NULL].concat());
        let key = der(BIT_STRING, &[&[0], pkcs1_der().as_slice()].concat());
        der(SEQUENCE, &[algorithm, key].concat())
    }

    #[test]
    fn both_forms_read_with_text_around_them() {
        for text in [pem("RSA PUBLIC KEY", &pkcs1_der()), pem("PUBLIC KEY", &spki_der())] {
            let text = format!("# a test server\r\n{}trailing", text.replace('\n', "\r\n"));
            assert_eq!(RsaPublicKey::from_pem(&text), Ok(RsaPublicKey::telegram_test()));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_by_name() {
        let cases = [
            (String::new(), RsaKeyError::NoPemBlock),
            ("-----BEGIN RSA PUBLIC KEY-----".to_owned(), RsaKeyError::NoPemBlock),
            (pem("RSA PRIVATE KEY", &pkcs1_der()), RsaKeyError::NoPemBlock),
            (pem("PUBLIC KEY", &spki_der()).replace("MII", "M*I"), RsaKeyError::NotBase64),
            (pem("PUBLIC KEY", &pkcs1_der()), RsaKeyError::NotDer),
            (pem("RSA PUBLIC KEY", &spki_der()), RsaKeyError::NotDer),
            (pem("RSA PUBLIC KEY", &[pkcs1_der(), vec![0]].concat()), RsaKeyError::NotDer),
        ];
        for (text, error) in cases {
            assert_eq!(RsaPublicKey::from_pem(&text), Err(error));
        }
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_an_error_or_another_key() {
        let good = spki_der();
        for cut in 0..good.len() {
            let text = pem("PUBLIC KEY", &good[..cut]);
            assert_eq!(RsaPublicKey::from_pem(&text), Err(RsaKeyError::NotDer), "{cut}");
        }
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0x55;
            assert_ne!(
                RsaPublicKey::from_pem(&pem("PUBLIC KEY", &bad)),
                Ok(RsaPublicKey::telegram_test()),
                "{place}"
            );
        }
    }
}
