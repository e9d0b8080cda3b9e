//! How a connection begins: with frames, or with the 64 bytes that open an obfuscated one (protocol, "Transport
//! obfuscation").
//!
//! **Owns** telling the two apart, and both directions' key streams. **Must not know** what is in the frames.
//!
//! ```text
//! init:           8 | key: 32 | iv: 16 | tag: 4 | dc_id: 2 | 2        the last eight bytes arrive encrypted
//! from a client:  AES-256-CTR(key, iv), the init included
//! to a client:    AES-256-CTR with key and iv from the reversed init
//! ```
//! Behind a proxy the key is SHA256(key, secret).

use bytes::{Buf, BytesMut};
use mtproto::crypto::{Ctr, sha256};

use crate::frame::{FrameError, Framing};
use crate::mtproxy::Front;

/// The length of the bytes that open an obfuscated connection.
const INIT_BYTES: usize = 64;

/// What a connection that looks random never begins with: these are other protocols, refused at once.
const OTHER_PROTOCOLS: [&[u8]; 5] = [b"HEAD", b"POST", b"GET ", b"OPTI", &[0x16, 3, 1, 2]];

/// What the first bytes of a connection say.
#[derive(Debug)]
pub(crate) struct Opening {
    /// How frames are marked.
    pub(crate) framing: Framing,
    /// The key streams of an obfuscated connection.
    pub(crate) streams: Option<Streams>,
    /// The data centre that the client asks a proxy for.
    pub(crate) dc_id: i16,
}

/// Both directions of an obfuscated connection.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) from_client: Ctr,
    pub(crate) to_client: Ctr,
}

impl Opening {
    /// Tells how a connection begins and drops what is no frame; nothing while there are too few bytes to tell. What is
    /// left in `bytes` is readable.
    ///
    /// # Errors
    /// [`FrameError::UnknownFraming`]; behind a proxy also for a client that does not know the secret, or repeats another
    /// connection.
    pub(crate) fn detect(bytes: &mut BytesMut, front: Option<&Front>) -> Result<Option<Self>, FrameError> {
        if front.is_some() {
            return Self::obfuscated(bytes, front);
        }
        match Framing::detect(bytes) {
            Ok(framing) => Ok(framing.map(|framing| Self { framing, streams: None, dc_id: 0 })),
            Err(_) if OTHER_PROTOCOLS.iter().any(|start| bytes.starts_with(start)) => {
                Err(FrameError::UnknownFraming)
            }
            Err(_) => Self::obfuscated(bytes, None),
        }
    }

    fn obfuscated(bytes: &mut BytesMut, front: Option<&Front>) -> Result<Option<Self>, FrameError> {
        let Some(init) = bytes.first_chunk::<INIT_BYTES>().copied() else { return Ok(None) };
        let mut reversed = init;
        reversed.reverse();
        let secret = front.map(Front::key);
        let mut streams =
            Streams { from_client: key_stream(&init, secret), to_client: key_stream(&reversed, secret) };
        let mut plain = init;
        streams.from_client.apply(&mut plain);
        let framing = match plain[56..60] {
            [0xef, 0xef, 0xef, 0xef] => Framing::Abridged,
            [0xee, 0xee, 0xee, 0xee] => Framing::Intermediate,
            [0xdd, 0xdd, 0xdd, 0xdd] => Framing::PaddedIntermediate,
            _ => return Err(FrameError::UnknownFraming),
        };
        let is_welcome = |front: &Front| front.allows(framing) && front.is_new(sha256(&[&init[8..56]]));
        if !front.is_none_or(is_welcome) {
            return Err(FrameError::UnknownFraming);
        }
        bytes.advance(INIT_BYTES);
        streams.from_client.apply(bytes);
        let dc_id = i16::from_le_bytes([plain[60], plain[61]]);
        Ok(Some(Self { framing, streams: Some(streams), dc_id }))
    }
}

fn key_stream(init: &[u8; INIT_BYTES], secret: Option<&[u8; 16]>) -> Ctr {
    let (mut key, mut iv) = ([0; 32], [0; 16]);
    key.copy_from_slice(&init[8..40]);
    iv.copy_from_slice(&init[40..56]);
    if let Some(secret) = secret {
        key = sha256(&[&key, secret]);
    }
    Ctr::new(&key, &iv)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    fn front(vector: &vectors::Vector) -> Option<Front> {
        vector.optional_text("secret").map(|secret| Front::new(secret.parse().unwrap(), []))
    }

    #[test]
    fn published_connections_are_read_in_any_pieces() {
        for vector in vectors::obfuscated() {
            let message = vector.hex("msg");
            let wire = [vector.hex("wire_init"), vector.hex("wire_msg1")].concat();
            for split in 0..=wire.len() {
                let front = front(&vector);
                let detect = |bytes: &mut BytesMut| Opening::detect(bytes, front.as_ref()).unwrap();
                let (first, second) = wire.split_at(split);
                let mut bytes = BytesMut::from(first);
                let mut opening = detect(&mut bytes);
                assert_eq!(opening.is_some(), split >= INIT_BYTES);
                if let Some(streams) = opening.as_mut().and_then(|opening| opening.streams.as_mut()) {
                    let mut second = second.to_vec();
                    streams.from_client.apply(&mut second);
                    bytes.extend_from_slice(&second);
                } else {
                    bytes.extend_from_slice(second);
                    opening = detect(&mut bytes);
                }
                assert_eq!(bytes, message);
                let opening = opening.unwrap();
                assert_eq!(opening.dc_id.to_le_bytes().to_vec(), vector.hex("dc_bytes"));
                let mut answer = message.clone();
                opening.streams.unwrap().to_client.apply(&mut answer);
                assert_eq!(answer, vector.hex("server_to_client_wire_msg"));
            }
        }
    }

    #[test]
    fn a_proxy_lets_nobody_in_twice_or_with_another_secret_or_framing() {
        let mut tried = 0;
        for vector in vectors::obfuscated() {
            let wire = vector.hex("wire_init");
            let refused =
                |front: &Front| Opening::detect(&mut BytesMut::from(wire.as_slice()), Some(front)).is_err();
            let other = Front::new("ff".repeat(16).parse().unwrap(), []);
            assert!(refused(&other), "another secret, or none");
            let Some(front) = front(&vector) else { continue };
            tried += 1;
            assert!(!refused(&front) && refused(&front), "the first time alone");
            let padded = Front::new(format!("dd{}", vector.text("secret")).parse().unwrap(), []);
            assert_eq!(refused(&padded), vector.text("tag") != "dddddddd");
        }
        assert!(tried > 0);
    }

    #[test]
    fn bytes_that_open_nothing_are_refused() {
        for start in OTHER_PROTOCOLS {
            let wire = [start, &[7; 4]].concat();
            let refused = Opening::detect(&mut BytesMut::from(wire.as_slice()), None);
            assert!(matches!(refused, Err(FrameError::UnknownFraming)), "{start:?}");
        }
        let refused = Opening::detect(&mut BytesMut::from([7; INIT_BYTES].as_slice()), None);
        assert!(matches!(refused, Err(FrameError::UnknownFraming)), "no tag");
        let short = &mut BytesMut::from([7; INIT_BYTES - 1].as_slice());
        assert!(matches!(Opening::detect(short, None), Ok(None)));
    }
}
