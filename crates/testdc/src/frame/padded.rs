//! The padded intermediate framing: as intermediate, with up to fifteen random bytes behind the message.

use bytes::{Buf, BytesMut};

use super::{Frame, FrameError, Progress, check_len, intermediate};
use crate::entropy::Entropy;
use crate::limits::MAX_REQUEST_BYTES;

/// The head of an encrypted message (`auth_key_id`, `msg_key`), in front of whole cipher blocks.
const ENCRYPTED_HEAD_BYTES: usize = 24;

pub(super) fn decode(bytes: &mut BytesMut) -> Progress {
    let Some((padded_len, quick_ack)) = intermediate::head(bytes) else { return Ok(None) };
    if padded_len > MAX_REQUEST_BYTES + 15 {
        return Err(FrameError::TooLong { len_bytes: padded_len });
    }
    if bytes.len() < 4 + padded_len {
        return Ok(None);
    }
    bytes.advance(4);
    let mut content = bytes.split_to(padded_len);
    content.truncate(check_len(unpadded_len(&content))?);
    Ok(Some(Frame { content, quick_ack }))
}

/// An encrypted message is a head and whole blocks; a plain one says its own length, so whole words are enough there.
fn unpadded_len(content: &[u8]) -> usize {
    let is_plain = content.first_chunk::<8>().is_none_or(|auth_key_id| *auth_key_id == [0; 8]);
    match content.len().checked_sub(ENCRYPTED_HEAD_BYTES) {
        Some(blocks) if !is_plain => ENCRYPTED_HEAD_BYTES + blocks / 16 * 16,
        _ => content.len() / 4 * 4,
    }
}

/// A client may send fifteen bytes of padding. The server stays below a word: Telethon drops no more than that.
const SENT_PADDING_BYTES: u32 = 3;

pub(super) fn encode(content: &[u8], entropy: &mut Entropy, out: &mut Vec<u8>) {
    let padding = usize::try_from(entropy.below(SENT_PADDING_BYTES + 1)).unwrap_or(0);
    let len = u32::try_from(content.len() + padding).unwrap_or(u32::MAX);
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(content);
    out.extend_from_slice(&entropy.bytes(padding));
}
