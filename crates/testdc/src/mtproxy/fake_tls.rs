//! The disguise of `ee` secrets: a connection that looks like TLS 1.3 to a web server.
//!
//! ```text
//! client   16 0301 len | 01 len24 0303 random: 32 | 20 session_id: 32 | …        random = HMAC(secret, hello) ⊕ time
//! server   16 0303 len | 02 … random: 32 … | 14 0303 0001 01 | 17 0303 len filler
//! then     17 0303 len bytes of the obfuscated stream, both ways; the client's first behind 14 0303 0001 01
//! ```

use bytes::{Buf, BytesMut};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::entropy::Entropy;
use crate::limits::{MAX_HELLO_BYTES, MAX_HELLO_EARLY_SECS, MAX_HELLO_LATE_SECS, MAX_TLS_RECORD_BYTES};

/// The longest record that is sent.
const SENT_RECORD_BYTES: usize = 16 << 10;
const RECORD_HEAD_BYTES: usize = 5;
const CHANGE_CIPHER_SPEC: [u8; 6] = [0x14, 3, 3, 0, 1, 1];
/// Where the random bytes of either hello are.
const RANDOM: std::ops::Range<usize> = 11..43;
/// The length of a session id, and the id.
const SESSION_ID: std::ops::Range<usize> = 43..76;

/// Bytes that a proxy does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FakeTlsError {
    #[error("no hello of TLS")]
    NoHello,
    #[error("a hello that does not know the secret")]
    WrongDigest,
    #[error("a hello whose clock is {skew_secs} s behind")]
    Clock { skew_secs: i64 },
    #[error("a hello that was used before")]
    Replayed,
    #[error("no record of TLS where one must be")]
    NoRecord,
}

/// A hello that proves the secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ClientHello {
    /// Its random bytes, as they were sent.
    pub(crate) random: [u8; 32],
    session_id: Vec<u8>,
}

impl ClientHello {
    /// Takes a hello off `bytes`; nothing while it is incomplete.
    ///
    /// # Errors
    /// [`FakeTlsError`]: whatever is wrong, nothing may be answered.
    pub(crate) fn take(
        bytes: &mut BytesMut,
        key: &[u8; 16],
        unix_secs: i64,
    ) -> Result<Option<Self>, FakeTlsError> {
        let Some([kind, major, minor, high, low]) = bytes.first_chunk().copied() else { return Ok(None) };
        let len = RECORD_HEAD_BYTES + usize::from(u16::from_be_bytes([high, low]));
        if [kind, major, minor] != [0x16, 3, 1] || !(SESSION_ID.end..=MAX_HELLO_BYTES).contains(&len) {
            return Err(FakeTlsError::NoHello);
        }
        if bytes.len() < len {
            return Ok(None);
        }
        let mut hello = bytes.split_to(len);
        let Some(&random) = hello.get(RANDOM).and_then(|random| random.first_chunk::<32>()) else {
            return Err(FakeTlsError::NoHello);
        };
        // as every browser sends it; any other form is answered with none
        let session_id = hello.get(SESSION_ID).filter(|id| id.first() == Some(&32)).unwrap_or(&[0]).to_vec();
        hello.get_mut(RANDOM).unwrap_or_default().fill(0);
        let digest = digest(key, &[&hello]);
        let (proof, time) = random.split_at(28);
        let (expected, mask) = digest.split_at(28);
        if proof != expected {
            return Err(FakeTlsError::WrongDigest);
        }
        let mut sent = [0; 4];
        sent.iter_mut().zip(time.iter().zip(mask)).for_each(|(to, (time, mask))| *to = time ^ mask);
        let skew_secs = unix_secs - i64::from(u32::from_le_bytes(sent));
        if !(-MAX_HELLO_EARLY_SECS..=MAX_HELLO_LATE_SECS).contains(&skew_secs) {
            return Err(FakeTlsError::Clock { skew_secs });
        }
        Ok(Some(Self { random, session_id }))
    }

    /// The answer that proves the secret to the client.
    pub(crate) fn answer(&self, key: &[u8; 16], entropy: &mut Entropy) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend_from_slice(&[0; 32]);
        body.extend_from_slice(&self.session_id);
        // TLS_AES_128_GCM_SHA256; key_share of x25519; supported_versions: TLS 1.3
        body.extend_from_slice(&[0x13, 0x01, 0, 0, 46, 0, 0x33, 0, 36, 0, 0x1d, 0, 32]);
        body.extend_from_slice(&entropy.array::<32>());
        body.extend_from_slice(&[0, 0x2b, 0, 2, 3, 4]);
        let mut answer = vec![0x16, 3, 3];
        answer.extend_from_slice(&length(body.len() + 4));
        answer.extend_from_slice(&[2, 0]);
        answer.extend_from_slice(&length(body.len()));
        answer.extend_from_slice(&body);
        answer.extend_from_slice(&CHANGE_CIPHER_SPEC);
        // as long as a certificate chain
        let filler_len = 1024 + usize::try_from(entropy.below(3072)).unwrap_or(0);
        let filler = entropy.bytes(filler_len);
        write_records(&filler, &mut answer);
        let digest = digest(key, &[&self.random, &answer]);
        answer.get_mut(RANDOM).unwrap_or_default().copy_from_slice(&digest);
        answer
    }
}

/// The client's records, read.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// What has arrived and is no whole record.
    pub(crate) raw: BytesMut,
    is_begun: bool,
}

impl Records {
    /// Starts with what came behind the hello.
    pub(crate) fn behind_hello(raw: BytesMut) -> Self {
        Self { raw, is_begun: false }
    }

    /// Appends what whole records hold to `out`.
    ///
    /// # Errors
    /// [`FakeTlsError::NoRecord`]: nothing behind this can be read.
    pub(crate) fn unwrap(&mut self, out: &mut BytesMut) -> Result<(), FakeTlsError> {
        if !self.is_begun {
            if !CHANGE_CIPHER_SPEC.starts_with(&self.raw) && !self.raw.starts_with(&CHANGE_CIPHER_SPEC) {
                return Err(FakeTlsError::NoRecord);
            }
            if self.raw.len() < CHANGE_CIPHER_SPEC.len() {
                return Ok(());
            }
            self.raw.advance(CHANGE_CIPHER_SPEC.len());
            self.is_begun = true;
        }
        while let Some([kind, major, minor, high, low]) = self.raw.first_chunk().copied() {
            let len = usize::from(u16::from_be_bytes([high, low]));
            if [kind, major, minor] != [0x17, 3, 3] || !(1..=MAX_TLS_RECORD_BYTES).contains(&len) {
                return Err(FakeTlsError::NoRecord);
            }
            if self.raw.len() < RECORD_HEAD_BYTES + len {
                break;
            }
            self.raw.advance(RECORD_HEAD_BYTES);
            out.extend_from_slice(&self.raw.split_to(len));
        }
        Ok(())
    }
}

/// Appends bytes as records of application data.
pub(crate) fn write_records(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(SENT_RECORD_BYTES) {
        out.extend_from_slice(&[0x17, 3, 3]);
        out.extend_from_slice(&length(chunk.len()));
        out.extend_from_slice(chunk);
    }
}

fn length(len: usize) -> [u8; 2] {
    u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes()
}

fn digest(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 32] {
    let mut key_block = [0; 64];
    key_block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    // a key of a whole block is taken as it is, and a shorter one is filled up with zeros: the same
    let mut mac = Hmac::<Sha256>::new((&key_block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    const NOW: i64 = 1_707_425_105;

    fn hello() -> (Vec<u8>, [u8; 16]) {
        let vector = vectors::fake_tls();
        (vector.hex("client_hello_wire"), vector.hex("secret16").try_into().unwrap())
    }

    #[test]
    fn the_published_hello_is_let_in_in_any_pieces() {
        let (wire, key) = hello();
        for len in 0..wire.len() {
            assert_eq!(ClientHello::take(&mut BytesMut::from(&wire[..len]), &key, NOW), Ok(None), "{len}");
        }
        let mut bytes = BytesMut::from([wire.as_slice(), &[1, 2]].concat().as_slice());
        let taken = ClientHello::take(&mut bytes, &key, NOW).unwrap().unwrap();
        assert_eq!(taken.random.to_vec(), vectors::fake_tls().hex("client_random"));
        assert_eq!(bytes[..], [1, 2]);
    }

    #[test]
    fn the_clock_has_a_window() {
        let (wire, key) = hello();
        let take = |now| ClientHello::take(&mut BytesMut::from(wire.as_slice()), &key, now);
        for (skew_secs, is_good) in [(600, true), (601, false), (-1200, true), (-1201, false)] {
            let expected = if is_good { Ok(()) } else { Err(FakeTlsError::Clock { skew_secs }) };
            assert_eq!(take(NOW + skew_secs).map(|_| ()), expected);
        }
    }

    #[test]
    fn every_changed_byte_of_a_hello_is_refused() {
        let (wire, key) = hello();
        // the lowest byte of the time moves it by a minute or four, which the window allows
        for at in (0..wire.len()).filter(|at| *at != 39) {
            let mut broken = BytesMut::from(wire.as_slice());
            broken[at] ^= 0x40;
            assert!(!matches!(ClientHello::take(&mut broken, &key, NOW), Ok(Some(_))), "byte {at}");
        }
    }

    #[test]
    fn the_answer_has_the_digest_of_the_published_one() {
        let vector = vectors::fake_tls();
        let (_, key) = hello();
        let mut published = vector.hex("server_response_wire");
        published[RANDOM].fill(0);
        assert_eq!(
            digest(&key, &[&vector.hex("client_random"), &published]).to_vec(),
            vector.hex("server_random")
        );
    }

    #[test]
    fn records_in_any_pieces_and_what_is_none() {
        let content: Vec<u8> = (0..40_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut wire = CHANGE_CIPHER_SPEC.to_vec();
        write_records(&content, &mut wire);
        for step in [1, 3, 4096, wire.len()] {
            let (mut records, mut out) = (Records::default(), BytesMut::new());
            for chunk in wire.chunks(step) {
                records.raw.extend_from_slice(chunk);
                records.unwrap(&mut out).unwrap();
            }
            assert_eq!(out, content);
        }
        let refused = |bytes: &[u8]| {
            let mut records = Records { raw: bytes.into(), is_begun: false };
            records.unwrap(&mut BytesMut::new()).is_err()
        };
        assert!(refused(&[0x17, 3, 3]), "the client's first record stands behind another one");
        assert!(refused(&[&CHANGE_CIPHER_SPEC[..], &[0x15, 3, 3, 0, 2]].concat()), "an alert");
        assert!(refused(&[&CHANGE_CIPHER_SPEC[..], &[0x17, 3, 3, 0, 0]].concat()), "nothing");
        assert!(refused(&[&CHANGE_CIPHER_SPEC[..], &[0x17, 3, 3, 0xff, 0xff]].concat()), "too long");
    }
}
