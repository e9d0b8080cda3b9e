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

use bytes::{Buf, BytesMut};
use mtproto::crypto::Ctr;

use crate::frame::{FrameError, Framing};

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
    /// [`FrameError::UnknownFraming`].
    pub(crate) fn detect(bytes: &mut BytesMut) -> Result<Option<Self>, FrameError> {
        match Framing::detect(bytes) {
            Ok(framing) => Ok(framing.map(|framing| Self { framing, streams: None })),
            Err(_) if OTHER_PROTOCOLS.iter().any(|start| bytes.starts_with(start)) => {
                Err(FrameError::UnknownFraming)
            }
            Err(_) => Self::obfuscated(bytes),
        }
    }

    fn obfuscated(bytes: &mut BytesMut) -> Result<Option<Self>, FrameError> {
        let Some(init) = bytes.first_chunk::<INIT_BYTES>().copied() else { return Ok(None) };
        let mut reversed = init;
        reversed.reverse();
        let mut streams = Streams { from_client: key_stream(&init), to_client: key_stream(&reversed) };
        let mut plain = init;
        streams.from_client.apply(&mut plain);
        let framing = match plain[56..60] {
            [0xef, 0xef, 0xef, 0xef] => Framing::Abridged,
            [0xee, 0xee, 0xee, 0xee] => Framing::Intermediate,
            [0xdd, 0xdd, 0xdd, 0xdd] => Framing::PaddedIntermediate,
            _ => return Err(FrameError::UnknownFraming),
        };
        bytes.advance(INIT_BYTES);
        streams.from_client.apply(bytes);
        Ok(Some(Self { framing, streams: Some(streams) }))
    }
}

fn key_stream(init: &[u8; INIT_BYTES]) -> Ctr {
    let (mut key, mut iv) = ([0; 32], [0; 16]);
    key.copy_from_slice(&init[8..40]);
    iv.copy_from_slice(&init[40..56]);
    Ctr::new(&key, &iv)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn published_connections_are_read_in_any_pieces() {
        let vectors = vectors::obfuscated();
        for vector in vectors.iter().filter(|vector| vector.optional_text("secret").is_none()) {
            let message = vector.hex("msg");
            let wire = [vector.hex("wire_init"), vector.hex("wire_msg1")].concat();
            for split in 0..=wire.len() {
                let (first, second) = wire.split_at(split);
                let mut bytes = BytesMut::from(first);
                let mut opening = Opening::detect(&mut bytes).unwrap();
                assert_eq!(opening.is_some(), split >= INIT_BYTES);
                if let Some(streams) = opening.as_mut().and_then(|opening| opening.streams.as_mut()) {
                    let mut second = second.to_vec();
                    streams.from_client.apply(&mut second);
                    bytes.extend_from_slice(&second);
                } else {
                    bytes.extend_from_slice(second);
                    opening = Opening::detect(&mut bytes).unwrap();
                }
                assert_eq!(bytes, message);
                let mut answer = message.clone();
                opening.unwrap().streams.unwrap().to_client.apply(&mut answer);
                assert_eq!(answer, vector.hex("server_to_client_wire_msg"));
            }
        }
    }

    #[test]
    fn bytes_that_open_nothing_are_refused() {
        for start in OTHER_PROTOCOLS {
            let wire = [start, &[7; 4]].concat();
            let refused = Opening::detect(&mut BytesMut::from(wire.as_slice()));
            assert!(matches!(refused, Err(FrameError::UnknownFraming)), "{start:?}");
        }
        let refused = Opening::detect(&mut BytesMut::from([7; INIT_BYTES].as_slice()));
        assert!(matches!(refused, Err(FrameError::UnknownFraming)), "no tag");
        assert!(matches!(Opening::detect(&mut BytesMut::from([7; INIT_BYTES - 1].as_slice())), Ok(None)));
    }
}
