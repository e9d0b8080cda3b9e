//! Writing frames.

use crate::frame::FrameKind;
use crate::limits::MAX_SENT_FRAME_BYTES;
use crate::random::{Random, fill_array};

/// The writing half of one connection.
#[derive(Debug)]
pub struct Encoder {
    kind: FrameKind,
    tag_is_due: bool,
    next_seq: u32,
}

/// A body that cannot be sent: a mistake of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Longer than servers take.
    #[error("a message of {len_bytes} bytes is longer than the limit of {MAX_SENT_FRAME_BYTES}")]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// Bodies are whole words of four bytes, and not empty.
    #[error("a message of {len_bytes} bytes is no whole number of words")]
    NotWholeWords {
        /// Its length.
        len_bytes: usize,
    },
}

impl Encoder {
    /// Starts a client's stream: the first frame is preceded by the kind's tag.
    pub fn new(kind: FrameKind) -> Self {
        Self { kind, tag_is_due: true, next_seq: 0 }
    }

    /// Starts a stream without a tag: a server's, or one inside an obfuscated stream, which has its own.
    pub fn without_tag(kind: FrameKind) -> Self {
        Self { tag_is_due: false, ..Self::new(kind) }
    }

    /// Appends a frame to `out`. `wants_quick_ack` asks the server for a token as soon as it has the message; full
    /// frames have no room for the wish. `random` makes the padding of padded frames.
    ///
    /// # Errors
    /// [`EncodeError`]; nothing is appended then.
    pub fn encode(
        &mut self,
        body: &[u8],
        wants_quick_ack: bool,
        random: &mut dyn Random,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let len_bytes = body.len();
        if len_bytes > MAX_SENT_FRAME_BYTES {
            return Err(EncodeError::TooLong { len_bytes });
        }
        if len_bytes == 0 || !len_bytes.is_multiple_of(4) {
            return Err(EncodeError::NotWholeWords { len_bytes });
        }
        if core::mem::take(&mut self.tag_is_due) {
            out.extend_from_slice(self.kind.tag());
        }
        // at most 2²⁴, so no bit is lost
        let len = u32::try_from(len_bytes).unwrap_or(0);
        out.reserve(len_bytes + 16);
        match self.kind {
            FrameKind::Abridged => abridged(len, body, wants_quick_ack, out),
            FrameKind::Intermediate => intermediate(len, body, &[], wants_quick_ack, out),
            FrameKind::PaddedIntermediate => {
                let [amount, padding @ ..] = fill_array::<16>(random);
                let padding = padding.get(..usize::from(amount & 15)).unwrap_or_default();
                intermediate(len, body, padding, wants_quick_ack, out);
            }
            FrameKind::Full => {
                full(len, self.next_seq, body, out);
                self.next_seq = self.next_seq.wrapping_add(1);
            }
        }
        Ok(())
    }
}

fn abridged(len: u32, body: &[u8], wants_quick_ack: bool, out: &mut Vec<u8>) {
    let [low, mid, high, _] = (len / 4).to_le_bytes();
    let flag = if wants_quick_ack { 0x80 } else { 0 };
    if len < 127 * 4 {
        out.push(low | flag);
    } else {
        out.extend_from_slice(&[0x7f | flag, low, mid, high]);
    }
    out.extend_from_slice(body);
}

fn intermediate(len: u32, body: &[u8], padding: &[u8], wants_quick_ack: bool, out: &mut Vec<u8>) {
    let flag = if wants_quick_ack { 0x8000_0000 } else { 0 };
    let padding_len = u32::try_from(padding.len()).unwrap_or(0);
    out.extend_from_slice(&((len + padding_len) | flag).to_le_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(padding);
}

fn full(len: u32, seq: u32, body: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&(len + 12).to_le_bytes());
    out.extend_from_slice(&seq.to_le_bytes());
    out.extend_from_slice(body);
    let checksum = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&checksum.to_le_bytes());
}
