//! Frames: where one message ends and the next begins in a stream of bytes ("MTProto transports").
//!
//! ```text
//! abridged              n: 1 or 4 bytes | body                        ef at the start of the stream
//! intermediate          length: u32     | body                        eeeeeeee
//! padded intermediate   length: u32     | body | 0…15 random          dddddddd
//! full                  length: u32 | seq: u32 | body | crc32: u32    nothing
//! ```
//! The hop **socket bytes ↔ [`Frame`]**. [`Encoder`] and [`Decoder`] hold the state of one direction of one connection.
//! This module must not know what a body means; read [`crate::envelope`] next.
//!
//! ```
//! use mtproto::frame::{Decoded, Decoder, Encoder, Frame, FrameKind};
//!
//! let mut wire = Vec::new();
//! let mut no_padding = |_: &mut [u8]| {};
//! Encoder::new(FrameKind::Intermediate).encode(&[7; 16], false, &mut no_padding, &mut wire)?;
//! assert_eq!(wire[..8], [0xee, 0xee, 0xee, 0xee, 16, 0, 0, 0]);
//!
//! // a server never repeats the tag, so the reader starts behind it
//! let mut decoder = Decoder::new(FrameKind::Intermediate);
//! decoder.feed(&wire[4..15]);
//! assert_eq!(decoder.decode()?, Decoded::Incomplete { bytes_needed: 9 });
//! decoder.feed(&wire[15..]);
//! assert_eq!(decoder.decode()?, Decoded::Frame(Frame::Message([7; 16].as_slice().into())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod control;
mod decoder;
mod encoder;
pub mod fake_tls;
mod header;
pub mod obfuscation;

use bytes::BytesMut;

pub use self::decoder::Decoder;
pub use self::encoder::{EncodeError, Encoder};

/// How frames are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FrameKind {
    /// One or four bytes of length, in words.
    Abridged,
    /// Four bytes of length.
    #[default]
    Intermediate,
    /// As [`Intermediate`](Self::Intermediate), with up to 15 random bytes behind the body.
    PaddedIntermediate,
    /// Length, sequence number and CRC32.
    Full,
}

impl FrameKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Abridged, Self::Intermediate, Self::PaddedIntermediate, Self::Full];

    /// The bytes by which the client says, once, how it writes frames.
    pub const fn tag(self) -> &'static [u8] {
        match self {
            Self::Abridged => &[0xef],
            Self::Intermediate => &[0xee; 4],
            Self::PaddedIntermediate => &[0xdd; 4],
            Self::Full => &[],
        }
    }
}

/// What one frame holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frame {
    /// A plain or encrypted message, in a buffer of its own that may be decrypted in place.
    Message(BytesMut),
    /// The server has received and decrypted the message with this token, and queued it. Not an answer.
    QuickAck(u32),
    /// The server refuses the connection or the key.
    TransportError(TransportError),
}

/// A negative number in place of a message ("MTProto transports", "Transport errors").
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("transport error {code}")]
pub struct TransportError {
    /// The number as it was sent.
    pub code: i32,
}

impl TransportError {
    /// The server does not know the auth key, or a query of the key exchange was malformed.
    pub const UNKNOWN_KEY: Self = Self { code: -404 };
    /// Too many connections from this address, or too many service messages.
    pub const FLOOD: Self = Self { code: -429 };
    /// The data centre has another number than the client believes.
    pub const WRONG_DC: Self = Self { code: -444 };
}

/// What [`Decoder::decode`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A whole frame.
    Frame(Frame),
    /// The frame has not arrived whole.
    Incomplete {
        /// How many bytes are missing at least.
        bytes_needed: usize,
    },
}

/// Bytes that are no frame. Nothing behind them can be read: the connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The peer announces more than we take.
    #[error("a frame of {len_bytes} bytes is longer than the limit of {limit_bytes}")]
    TooLong {
        /// The length that was announced.
        len_bytes: usize,
        /// [`MAX_FRAME_BYTES`](crate::limits::MAX_FRAME_BYTES).
        limit_bytes: usize,
    },
    /// The frame cannot hold what every frame of its kind holds.
    #[error("a frame of {len_bytes} bytes is too short")]
    TooShort {
        /// The length that was announced.
        len_bytes: usize,
    },
    /// Bodies are whole words of four bytes.
    #[error("a frame of {len_bytes} bytes is no whole number of words")]
    NotWholeWords {
        /// The length that was announced.
        len_bytes: usize,
    },
    /// A full frame is missing, or there is one too many.
    #[error("frame {got} came instead of frame {expected}")]
    Sequence {
        /// The number that should have come.
        expected: u32,
        /// The number that came.
        got: u32,
    },
    /// The checksum of a full frame is wrong.
    #[error("the checksum of a frame is {stated:08x}, but its bytes give {computed:08x}")]
    Checksum {
        /// What stands in the frame.
        stated: u32,
        /// What the bytes give.
        computed: u32,
    },
}
