//! Frames: where one message ends in a stream of bytes (protocol, "MTProto transports").
//!
//! **Owns** the four TCP framings from the server's side, told apart by a client's first bytes. **Must not know** what is
//! inside a frame, except that `padded intermediate` needs to see whether it is encrypted to drop its padding.
//!
//! | framing | client's first bytes | file |
//! |---|---|---|
//! | abridged | `ef` | `abridged.rs` |
//! | intermediate | `ee ee ee ee` | `intermediate.rs` |
//! | padded intermediate | `dd dd dd dd` | `padded.rs` |
//! | full | none; bytes 4 to 8 are the zero of the first sequence number | `full.rs` |

mod abridged;
mod full;
mod intermediate;
mod padded;

use bytes::{Buf, BytesMut};

use crate::arrivals::FramingName;
use crate::entropy::Entropy;
use crate::limits::MAX_REQUEST_BYTES;

/// One frame from a client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The message, encrypted or plain; a multiple of four bytes.
    pub(crate) content: BytesMut,
    /// The client asks for a quick acknowledgement.
    pub(crate) quick_ack: bool,
}

/// Bytes that are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FrameError {
    #[error("the first bytes belong to no known framing")]
    UnknownFraming,
    #[error("a frame of {len_bytes} bytes exceeds {MAX_REQUEST_BYTES}")]
    TooLong { len_bytes: usize },
    #[error("a frame of {len_bytes} bytes")]
    BadLength { len_bytes: usize },
    #[error("frame {got} instead of {expected}")]
    Sequence { expected: u32, got: u32 },
    #[error("the checksum does not hold")]
    Checksum,
}

/// How one connection marks its frames, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Abridged,
    Intermediate,
    PaddedIntermediate,
    Full(full::Counters),
}

/// How far the bytes at hand go.
type Progress = Result<Option<Frame>, FrameError>;

impl Framing {
    pub(crate) fn name(self) -> FramingName {
        match self {
            Self::Abridged => FramingName::Abridged,
            Self::Intermediate => FramingName::Intermediate,
            Self::PaddedIntermediate => FramingName::PaddedIntermediate,
            Self::Full(_) => FramingName::Full,
        }
    }

    /// Tells the framing by a connection's first bytes and drops those that are only a tag; nothing while there are too
    /// few bytes to tell.
    pub(crate) fn detect(bytes: &mut BytesMut) -> Result<Option<Self>, FrameError> {
        let (framing, tag_len) = match **bytes {
            [] => return Ok(None),
            [0xef, ..] => (Self::Abridged, 1),
            [0xee, 0xee, 0xee, 0xee, ..] => (Self::Intermediate, 4),
            [0xdd, 0xdd, 0xdd, 0xdd, ..] => (Self::PaddedIntermediate, 4),
            [_, _, _, _, 0, 0, 0, 0, ..] => (Self::Full(full::Counters::default()), 0),
            _ if bytes.len() < 8 => return Ok(None),
            _ => return Err(FrameError::UnknownFraming),
        };
        bytes.advance(tag_len);
        Ok(Some(framing))
    }

    /// Takes the next whole frame off `bytes`; nothing while it is incomplete.
    ///
    /// # Errors
    /// [`FrameError`]: the stream has no meaning from here on and the connection must be closed.
    pub(crate) fn decode(&mut self, bytes: &mut BytesMut) -> Progress {
        match self {
            Self::Abridged => abridged::decode(bytes),
            Self::Intermediate => intermediate::decode(bytes),
            Self::PaddedIntermediate => padded::decode(bytes),
            Self::Full(counters) => full::decode(counters, bytes),
        }
    }

    /// Appends a message as a frame.
    pub(crate) fn encode(&mut self, content: &[u8], entropy: &mut Entropy, out: &mut Vec<u8>) {
        match self {
            Self::Abridged => abridged::encode(content, out),
            Self::Intermediate => intermediate::encode(content, out),
            Self::PaddedIntermediate => padded::encode(content, entropy, out),
            Self::Full(counters) => full::encode(counters, content, out),
        }
    }

    /// Appends a quick acknowledgement (protocol, "Quick ack"); the full framing has none.
    pub(crate) fn encode_quick_ack(self, token: u32, entropy: &mut Entropy, out: &mut Vec<u8>) {
        match self {
            Self::Abridged => out.extend_from_slice(&token.to_be_bytes()),
            Self::Intermediate => out.extend_from_slice(&token.to_le_bytes()),
            Self::PaddedIntermediate => {
                let content = [[0xff; 4], token.to_le_bytes()].concat();
                padded::encode(&content, entropy, out);
            }
            Self::Full(_) => {}
        }
    }
}

/// A transport error as the content of a frame: a negative number (protocol, "Transport errors").
pub(crate) fn transport_error(code: i32) -> [u8; 4] {
    code.to_le_bytes()
}

/// Holds a claimed length against the limits, before anything waits for so many bytes.
fn check_len(len_bytes: usize) -> Result<usize, FrameError> {
    if len_bytes > MAX_REQUEST_BYTES {
        Err(FrameError::TooLong { len_bytes })
    } else if len_bytes < 4 || !len_bytes.is_multiple_of(4) {
        Err(FrameError::BadLength { len_bytes })
    } else {
        Ok(len_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    fn all() -> [(Framing, &'static [u8]); 4] {
        [
            (Framing::Abridged, &[0xef]),
            (Framing::Intermediate, &[0xee; 4]),
            (Framing::PaddedIntermediate, &[0xdd; 4]),
            (Framing::Full(full::Counters::default()), &[]),
        ]
    }

    /// A client's and a server's frame look the same, so the server's encoder can speak for a client.
    fn stream(mut framing: Framing, tag: &[u8], contents: &[Vec<u8>]) -> Vec<u8> {
        let mut out = tag.to_vec();
        for content in contents {
            framing.encode(content, &mut Entropy::from_seed(4), &mut out);
        }
        out
    }

    fn contents() -> Vec<Vec<u8>> {
        // 24 + 16·n: what an encrypted message looks like; around the abridged form's boundary of 508 bytes too
        [40, 72, 488, 504, 520, 70_008].map(|len| vec![7; len]).into()
    }

    #[test]
    fn any_split_of_the_stream_gives_the_same_frames() {
        for (framing, tag) in all() {
            let wire = stream(framing, tag, &contents());
            for step in [1, 3, 7, 1000, wire.len()] {
                let (mut buffer, mut seen, mut found) = (BytesMut::new(), None::<Framing>, Vec::new());
                for chunk in wire.chunks(step) {
                    buffer.extend_from_slice(chunk);
                    if seen.is_none() {
                        seen = Framing::detect(&mut buffer).unwrap();
                    }
                    let Some(framing) = seen.as_mut() else { continue };
                    while let Some(frame) = framing.decode(&mut buffer).unwrap() {
                        found.push(frame.content.to_vec());
                    }
                }
                assert_eq!(found, contents(), "{framing:?} in steps of {step}");
                assert!(buffer.is_empty());
            }
        }
    }

    #[test]
    fn the_published_frames_are_read() {
        let vector = vectors::transports();
        for (name, framing) in [
            ("abridged", Framing::Abridged),
            ("intermediate", Framing::Intermediate),
            ("padded_intermediate", Framing::PaddedIntermediate),
            ("full", Framing::Full(full::Counters::default())),
        ] {
            for case in vector.list(name) {
                let mut wire = BytesMut::from(case.hex("wire").as_slice());
                assert_eq!(Framing::detect(&mut wire), Ok(Some(framing)), "{name}");
                let frame = framing.clone().decode(&mut wire).unwrap().unwrap();
                let content = case.hex("content");
                assert_eq!(frame.content.get(..content.len()), Some(content.as_slice()), "{name}");
            }
        }
    }

    #[test]
    fn transport_errors_look_as_published() {
        let vector = vectors::transports();
        for (name, mut framing) in [
            ("error_abridged", Framing::Abridged),
            ("error_intermediate", Framing::Intermediate),
            ("error_full", Framing::Full(full::Counters::default())),
        ] {
            let mut out = Vec::new();
            framing.encode(&transport_error(-404), &mut Entropy::from_seed(1), &mut out);
            assert_eq!(out, vector.hex(name), "{name}");
        }
    }

    #[test]
    fn a_claimed_length_is_refused_before_it_is_waited_for() {
        let huge = u32::try_from(MAX_REQUEST_BYTES + 4).unwrap();
        for (mut framing, wire) in [
            (Framing::Abridged, vec![0x7f, 0xff, 0xff, 0xff]),
            (Framing::Intermediate, huge.to_le_bytes().to_vec()),
            (Framing::PaddedIntermediate, (huge + 16).to_le_bytes().to_vec()),
            (Framing::Full(full::Counters::default()), [(huge + 12).to_le_bytes(), [0; 4]].concat()),
        ] {
            let error = framing.decode(&mut BytesMut::from(wire.as_slice())).unwrap_err();
            assert!(matches!(error, FrameError::TooLong { .. }), "{framing:?}: {error}");
        }
        let mut largest = BytesMut::from(u32::try_from(MAX_REQUEST_BYTES).unwrap().to_le_bytes().as_slice());
        assert_eq!(Framing::Intermediate.decode(&mut largest), Ok(None), "the limit itself is allowed");
    }

    #[test]
    fn first_bytes_of_no_framing_are_refused() {
        for wire in [b"GET / HTTP/1.1\r\n".as_slice(), &[0x16, 3, 1, 2, 0, 1, 0, 1]] {
            assert_eq!(Framing::detect(&mut BytesMut::from(wire)), Err(FrameError::UnknownFraming));
        }
        assert_eq!(Framing::detect(&mut BytesMut::from(&[0xee, 0xee][..])), Ok(None));
    }

    #[test]
    fn quick_acks_have_the_form_of_their_framing() {
        let token = 0x8123_4567;
        let quick = |framing: Framing| {
            let mut out = Vec::new();
            framing.encode_quick_ack(token, &mut Entropy::from_seed(1), &mut out);
            out
        };
        assert_eq!(quick(Framing::Abridged), [0x81, 0x23, 0x45, 0x67]);
        assert_eq!(quick(Framing::Intermediate), [0x67, 0x45, 0x23, 0x81]);
        assert_eq!(
            quick(Framing::PaddedIntermediate)[4..12],
            [0xff, 0xff, 0xff, 0xff, 0x67, 0x45, 0x23, 0x81]
        );
        assert!(quick(Framing::Full(full::Counters::default())).is_empty());
    }
}
