//! Obfuscation: a connection that looks like random bytes from the first one on ("Transport obfuscation", also called
//! obfuscated2).
//!
//! ```text
//! init, 64 random bytes:   8 | key: 32 | iv: 16 | tag: 4 | dc_id: 2 | 2       sent with its last eight bytes encrypted
//! to the server:           AES-256-CTR(key, iv), the init included
//! from the server:         AES-256-CTR with key and iv from the reversed init
//! ```
//! It hides what a connection is, not what it says: the keys travel in the open unless a proxy's secret is mixed in.

use crate::crypto::{Ctr, sha256};
use crate::frame::FrameKind;
use crate::random::{Random, fill_array};

/// The length of the bytes that open the connection.
pub const INIT_BYTES: usize = 64;

/// First words that would look like something else: HTTP verbs, a TLS record, other transports.
const REFUSED_FIRST_WORDS: [[u8; 4]; 7] =
    [*b"HEAD", *b"POST", *b"GET ", *b"OPTI", [0x16, 0x03, 0x01, 0x02], [0xdd; 4], [0xee; 4]];

/// How many inits are drawn. Nearly every one is good, so that a hundred bad ones mean a broken source.
const MAX_TRIES: u32 = 100;

/// Why no connection can be obfuscated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObfuscationError {
    /// Full frames have no tag to name them by.
    #[error("full frames cannot be obfuscated")]
    FullFrames,
    /// Every init that was drawn looks like another protocol: the source of randomness is broken.
    #[error("no initial bytes of {MAX_TRIES} fit: the source of randomness is broken")]
    NoFittingInit,
}

/// What a proxy must know, and servers ignore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProxyHint<'a> {
    /// The proxy's secret.
    pub secret: Option<&'a [u8; 16]>,
    /// The data centre that is meant: 10000 more for test servers, negative for media servers.
    pub dc_id: i16,
}

/// Both directions of an obfuscated connection, from the client's side.
#[derive(Debug)]
pub struct Obfuscation {
    /// What is sent.
    pub to_server: Ctr,
    /// What arrives.
    pub from_server: Ctr,
}

impl Obfuscation {
    /// Draws the bytes that open the connection. They are sent as they are, and no tag after them: frames are written
    /// with [`Encoder::without_tag`](crate::frame::Encoder::without_tag) and encrypted with
    /// [`to_server`](Self::to_server).
    ///
    /// # Errors
    /// [`ObfuscationError`].
    pub fn start(
        kind: FrameKind,
        hint: ProxyHint<'_>,
        random: &mut dyn Random,
    ) -> Result<(Self, [u8; INIT_BYTES]), ObfuscationError> {
        let tag = match kind {
            FrameKind::Abridged => [0xef; 4],
            FrameKind::Intermediate => [0xee; 4],
            FrameKind::PaddedIntermediate => [0xdd; 4],
            FrameKind::Full => return Err(ObfuscationError::FullFrames),
        };
        for _ in 0..MAX_TRIES {
            let mut init: [u8; INIT_BYTES] = fill_array(random);
            if !looks_random(&init) {
                continue;
            }
            init[56..60].copy_from_slice(&tag);
            init[60..62].copy_from_slice(&hint.dc_id.to_le_bytes());
            return Ok(Self::from_init(init, hint.secret));
        }
        Err(ObfuscationError::NoFittingInit)
    }

    fn from_init(mut init: [u8; INIT_BYTES], secret: Option<&[u8; 16]>) -> (Self, [u8; INIT_BYTES]) {
        let to_server = stream(&init, secret);
        let mut reversed = init;
        reversed.reverse();
        let mut this = Self { to_server, from_server: stream(&reversed, secret) };
        let mut encrypted = init;
        this.to_server.apply(&mut encrypted);
        init[56..].copy_from_slice(&encrypted[56..]);
        (this, init)
    }
}

fn stream(init: &[u8; INIT_BYTES], secret: Option<&[u8; 16]>) -> Ctr {
    let (mut key, mut iv) = ([0; 32], [0; 16]);
    key.copy_from_slice(&init[8..40]);
    iv.copy_from_slice(&init[40..56]);
    if let Some(secret) = secret {
        key = sha256(&[&key, secret]);
    }
    Ctr::new(&key, &iv)
}

/// Whether the bytes cannot be mistaken for the start of something else.
fn looks_random(init: &[u8; INIT_BYTES]) -> bool {
    let first_words = REFUSED_FIRST_WORDS.iter().any(|word| init.starts_with(word));
    init[0] != 0xef && !first_words && init[4..8] != [0; 4]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(vector: &serde_json::Value, field: &str) -> [u8; N] {
        hex::decode(vector[field].as_str().unwrap()).unwrap().try_into().unwrap()
    }

    #[test]
    fn published_connections() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/transports.json")).unwrap();
        let vectors = file["obfuscated2"].as_array().unwrap();
        assert_eq!(vectors.len(), 4);
        for vector in vectors {
            let secret = vector["secret"].as_str().map(|_| bytes(vector, "secret"));
            let plain: [u8; INIT_BYTES] = bytes(vector, "init_plain");
            assert!(looks_random(&plain));
            let kind = match plain[56] {
                0xef => FrameKind::Abridged,
                0xee => FrameKind::Intermediate,
                _ => FrameKind::PaddedIntermediate,
            };
            let dc_id = i16::from_le_bytes(bytes(vector, "dc_bytes"));
            let hint = ProxyHint { secret: secret.as_ref(), dc_id };
            let mut recorded = |out: &mut [u8]| out.copy_from_slice(&plain);
            let (mut streams, wire) = Obfuscation::start(kind, hint, &mut recorded).unwrap();
            assert_eq!(wire, bytes(vector, "wire_init"));
            let message = hex::decode(vector["msg"].as_str().unwrap()).unwrap();
            for field in ["wire_msg1", "wire_msg2_same_plain"] {
                let mut text = message.clone();
                streams.to_server.apply(&mut text);
                assert_eq!(hex::encode(text), vector[field].as_str().unwrap());
            }
            let mut text = hex::decode(vector["server_to_client_wire_msg"].as_str().unwrap()).unwrap();
            streams.from_server.apply(&mut text);
            assert_eq!(text, message);
        }
    }

    #[test]
    fn what_looks_like_another_protocol_is_drawn_again() {
        let mut refused: Vec<[u8; INIT_BYTES]> = REFUSED_FIRST_WORDS
            .iter()
            .map(|word| std::array::from_fn(|at| word.get(at).copied().unwrap_or(7)))
            .collect();
        refused.push(std::array::from_fn(|at| if at == 0 { 0xef } else { 7 }));
        refused.push(std::array::from_fn(|at| if (4..8).contains(&at) { 0 } else { 7 }));
        for init in refused {
            let mut draws = 0;
            let mut random = |out: &mut [u8]| {
                draws += 1;
                if draws == 1 { out.copy_from_slice(&init) } else { out.fill(7) }
            };
            let started = Obfuscation::start(FrameKind::Abridged, ProxyHint::default(), &mut random);
            assert_eq!(started.unwrap().1[..56], [7; 56]);
            assert_eq!(draws, 2, "{:?}", &init[..8]);
            let broken = &mut |out: &mut [u8]| out.copy_from_slice(&init);
            let started = Obfuscation::start(FrameKind::Abridged, ProxyHint::default(), broken);
            assert_eq!(started.unwrap_err(), ObfuscationError::NoFittingInit);
        }
        let full = Obfuscation::start(FrameKind::Full, ProxyHint::default(), &mut |_: &mut [u8]| {});
        assert_eq!(full.unwrap_err(), ObfuscationError::FullFrames);
    }
}
