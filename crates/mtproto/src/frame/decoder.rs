//! Reading frames from a stream that arrives in pieces of any size.

use bytes::BytesMut;

use crate::frame::header::{self, Header};
use crate::frame::{Decoded, Frame, FrameError, FrameKind, control};
use crate::limits::MAX_KEPT_FRAME_BYTES;

/// The reading half of one connection.
///
/// Feed it what arrives and call [`decode`](Self::decode) until it says [`Decoded::Incomplete`]. It buffers at most one
/// frame ([`MAX_FRAME_BYTES`](crate::limits::MAX_FRAME_BYTES)) and what was fed behind it, and reserves nothing by a
/// length that the peer only announced.
#[derive(Debug)]
pub struct Decoder {
    kind: FrameKind,
    buffer: BytesMut,
    next_seq: u32,
}

impl Decoder {
    /// Starts at the first byte that the server sends.
    pub fn new(kind: FrameKind) -> Self {
        Self { kind, buffer: BytesMut::new(), next_seq: 0 }
    }

    /// Takes bytes from the connection.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The buffer, for a driver that reads into it directly. Bytes may only be appended.
    pub fn buffer_mut(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The next frame, if it is there whole.
    ///
    /// # Errors
    /// [`FrameError`]: the stream cannot be read on, and every further call returns the same.
    pub fn decode(&mut self) -> Result<Decoded, FrameError> {
        loop {
            match header::read(self.kind, &self.buffer)? {
                Header::Incomplete { bytes_needed } => return Ok(Decoded::Incomplete { bytes_needed }),
                Header::QuickAck { token } => {
                    let _ = self.buffer.split_to(4);
                    return Ok(Decoded::Frame(Frame::QuickAck(token)));
                }
                Header::Body { start, len, frame_len, seq } => {
                    self.check_seq(seq)?;
                    if let Some(bytes_needed @ 1..) = frame_len.checked_sub(self.buffer.len()) {
                        return Ok(Decoded::Incomplete { bytes_needed });
                    }
                    self.check_sum(frame_len)?;
                    let body = self.cut(start, len, frame_len);
                    self.next_seq = self.next_seq.wrapping_add(1);
                    if let Some(frame) = control::classify(self.kind, body)? {
                        return Ok(Decoded::Frame(frame));
                    }
                }
            }
        }
    }

    fn check_seq(&self, seq: Option<u32>) -> Result<(), FrameError> {
        match seq {
            Some(got) if got != self.next_seq => Err(FrameError::Sequence { expected: self.next_seq, got }),
            _ => Ok(()),
        }
    }

    fn check_sum(&self, frame_len: usize) -> Result<(), FrameError> {
        if self.kind != FrameKind::Full {
            return Ok(());
        }
        let frame = self.buffer.get(..frame_len).unwrap_or_default();
        let Some((covered, stated)) = frame.split_last_chunk::<4>() else {
            return Err(FrameError::TooShort { len_bytes: frame_len });
        };
        let (stated, computed) = (u32::from_le_bytes(*stated), crc32fast::hash(covered));
        if stated == computed { Ok(()) } else { Err(FrameError::Checksum { stated, computed }) }
    }

    /// Takes the frame out of the buffer and leaves its body, without copying.
    fn cut(&mut self, start: usize, len: usize, frame_len: usize) -> BytesMut {
        let mut frame = self.buffer.split_to(frame_len);
        if frame_len > MAX_KEPT_FRAME_BYTES {
            // what is left shares its memory with the frame, and would hold all of it until the next one of this size
            self.buffer = BytesMut::from(&*self.buffer);
        }
        let mut body = frame.split_off(start);
        body.truncate(len);
        body
    }
}
