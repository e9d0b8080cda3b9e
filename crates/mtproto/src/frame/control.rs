//! Bodies that are no messages, and the padding behind those that are.

use bytes::BytesMut;

use crate::frame::{Frame, FrameError, FrameKind, TransportError};
use crate::limits::MIN_MESSAGE_FRAME_BYTES;

/// Marks a quick ack in a padded frame, where the length has no room for it.
const QUICK_ACK: i32 = -1;
/// A frame that only says that the connection lives.
const NO_OPERATION: i32 = 0;

/// What a body is; `None` for a frame that is to be passed over.
pub(super) fn classify(kind: FrameKind, mut body: BytesMut) -> Result<Option<Frame>, FrameError> {
    if body.len() >= MIN_MESSAGE_FRAME_BYTES {
        if kind == FrameKind::PaddedIntermediate {
            let len = len_without_padding(&body);
            body.truncate(len);
        }
        return Ok(Some(Frame::Message(body)));
    }
    let Some((first, rest)) = body.split_first_chunk::<4>() else {
        return Err(FrameError::TooShort { len_bytes: body.len() });
    };
    let code = i32::from_le_bytes(*first);
    Ok(match (code, rest.first_chunk::<4>()) {
        (NO_OPERATION, _) => None,
        (QUICK_ACK, Some(token)) if kind == FrameKind::PaddedIntermediate => {
            Some(Frame::QuickAck(u32::from_le_bytes(*token)))
        }
        _ => Some(Frame::TransportError(TransportError { code })),
    })
}

/// A padded frame does not say where its body ends. An encrypted message ends with a whole AES block behind its head of
/// 24 bytes; a plain one states its length.
fn len_without_padding(body: &[u8]) -> usize {
    const ENCRYPTED_HEAD: usize = 24;
    const PLAIN_HEAD: usize = 20;
    let is_plain = body.first_chunk::<8>() == Some(&[0; 8]);
    if is_plain {
        let stated = body.get(16..PLAIN_HEAD).and_then(|bytes| bytes.first_chunk::<4>());
        let stated = stated.and_then(|bytes| usize::try_from(u32::from_le_bytes(*bytes)).ok());
        stated.and_then(|len| len.checked_add(PLAIN_HEAD)).map_or(body.len(), |len| len.min(body.len()))
    } else {
        match body.len().checked_sub(ENCRYPTED_HEAD) {
            Some(text) => ENCRYPTED_HEAD + (text & !15),
            None => body.len(),
        }
    }
}
