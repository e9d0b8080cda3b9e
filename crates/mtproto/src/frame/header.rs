//! What stands before a body, read with nom's streaming parsers: "more bytes are needed" is an outcome, not an error.

use nom::number::streaming::{be_u32, le_u24, le_u32, u8};
use nom::{IResult, Needed};

use crate::frame::{FrameError, FrameKind};
use crate::limits::MAX_FRAME_BYTES;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// A body follows.
    Body {
        /// Where it starts.
        start: usize,
        /// How long it is, without sequence number and checksum.
        len: usize,
        /// How many bytes the frame takes in all.
        frame_len: usize,
        /// The number of a full frame.
        seq: Option<u32>,
    },
    /// A bare quick ack.
    QuickAck {
        /// The token.
        token: u32,
    },
    /// More bytes are needed.
    Incomplete {
        /// How many at least.
        bytes_needed: usize,
    },
}

/// The highest bit of a length: a quick ack.
const QUICK_ACK: u32 = 0x8000_0000;
/// Length, sequence number and checksum of a full frame.
const FULL_OVERHEAD_BYTES: usize = 12;

pub(super) fn read(kind: FrameKind, input: &[u8]) -> Result<Header, FrameError> {
    let parsed = match kind {
        FrameKind::Abridged => abridged(input),
        FrameKind::Intermediate | FrameKind::PaddedIntermediate => intermediate(input),
        FrameKind::Full => full(input),
    };
    let header = match parsed {
        Ok((_, header)) => header,
        Err(nom::Err::Incomplete(Needed::Size(bytes))) => Header::Incomplete { bytes_needed: bytes.get() },
        Err(_) => Header::Incomplete { bytes_needed: 1 },
    };
    if let Header::Body { len, frame_len, .. } = header {
        check(kind, len, frame_len)?;
    }
    Ok(header)
}

fn check(kind: FrameKind, len_bytes: usize, frame_len: usize) -> Result<(), FrameError> {
    if len_bytes > MAX_FRAME_BYTES {
        return Err(FrameError::TooLong { len_bytes, limit_bytes: MAX_FRAME_BYTES });
    }
    if kind != FrameKind::PaddedIntermediate && !len_bytes.is_multiple_of(4) {
        return Err(FrameError::NotWholeWords { len_bytes });
    }
    if len_bytes < 4 {
        return Err(FrameError::TooShort {
            len_bytes: if kind == FrameKind::Full { frame_len } else { len_bytes },
        });
    }
    Ok(())
}

/// `n < 127` in one byte or `7f` and three bytes, in words; the highest bit of the first byte marks a quick ack, whose
/// four bytes are then the token in reversed order.
fn abridged(input: &[u8]) -> IResult<&[u8], Header> {
    let (rest, first) = u8(input)?;
    if first & 0x80 != 0 {
        return be_u32(input).map(|(rest, token)| (rest, Header::QuickAck { token }));
    }
    let (rest, words, start) = if first == 0x7f {
        let (rest, words) = le_u24(rest)?;
        (rest, words, 4)
    } else {
        (rest, u32::from(first), 1)
    };
    // three bytes of words are at most 64 MiB
    let len = as_len(words).saturating_mul(4);
    Ok((rest, Header::Body { start, len, frame_len: start + len, seq: None }))
}

fn intermediate(input: &[u8]) -> IResult<&[u8], Header> {
    let (rest, word) = le_u32(input)?;
    if word & QUICK_ACK != 0 {
        return Ok((rest, Header::QuickAck { token: word }));
    }
    let len = as_len(word);
    Ok((rest, Header::Body { start: 4, len, frame_len: len.saturating_add(4), seq: None }))
}

fn full(input: &[u8]) -> IResult<&[u8], Header> {
    let (rest, total) = le_u32(input)?;
    let frame_len = as_len(total);
    let len = frame_len.saturating_sub(FULL_OVERHEAD_BYTES);
    // a length that is refused anyway is refused before its sequence number arrives
    if !(4..=MAX_FRAME_BYTES).contains(&len) || !len.is_multiple_of(4) {
        return Ok((rest, Header::Body { start: 8, len, frame_len, seq: None }));
    }
    let (rest, seq) = le_u32(rest)?;
    Ok((rest, Header::Body { start: 8, len, frame_len, seq: Some(seq) }))
}

fn as_len(word: u32) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}
