//! The abridged framing: the length in words, one byte or `7f` and three; the top bit asks for a quick ack.

use bytes::{Buf, BytesMut};

use super::{Frame, Progress, check_len};

/// From this many words on the length takes three bytes.
const LONG_FROM_WORDS: usize = 127;

pub(super) fn decode(bytes: &mut BytesMut) -> Progress {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
    let quick_ack = first & 0x80 != 0;
    let (words, head_len) = match (first & 0x7f, rest) {
        (0x7f, [low, mid, high, ..]) => (u32::from_le_bytes([*low, *mid, *high, 0]), 4),
        (0x7f, _) => return Ok(None),
        (words, _) => (words.into(), 1),
    };
    let len = check_len(usize::try_from(words).unwrap_or(usize::MAX).saturating_mul(4))?;
    if bytes.len() < head_len + len {
        return Ok(None);
    }
    bytes.advance(head_len);
    Ok(Some(Frame { content: bytes.split_to(len), quick_ack }))
}

pub(super) fn encode(content: &[u8], out: &mut Vec<u8>) {
    let words = content.len() / 4;
    match u8::try_from(words) {
        Ok(short) if words < LONG_FROM_WORDS => out.push(short),
        _ => {
            let [low, mid, high, ..] = words.to_le_bytes();
            out.extend_from_slice(&[0x7f, low, mid, high]);
        }
    }
    out.extend_from_slice(content);
}
