//! The intermediate framing: the length in four bytes; the top bit asks for a quick ack.

use bytes::{Buf, BytesMut};

use super::{Frame, Progress, check_len};

pub(super) fn decode(bytes: &mut BytesMut) -> Progress {
    let Some((len, quick_ack)) = head(bytes) else { return Ok(None) };
    let len = check_len(len)?;
    if bytes.len() < 4 + len {
        return Ok(None);
    }
    bytes.advance(4);
    Ok(Some(Frame { content: bytes.split_to(len), quick_ack }))
}

/// The length and the quick-ack bit in front of a frame.
pub(super) fn head(bytes: &BytesMut) -> Option<(usize, bool)> {
    let head = u32::from_le_bytes(*bytes.first_chunk()?);
    Some((usize::try_from(head & 0x7fff_ffff).unwrap_or(usize::MAX), head & 0x8000_0000 != 0))
}

pub(super) fn encode(content: &[u8], out: &mut Vec<u8>) {
    let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(content);
}
