//! Plain messages: the only ones without a key (protocol, "Unencrypted message").
//!
//! ```text
//! auth_key_id = 0: i64 | msg_id: i64 | length: i32 | body …
//! ```

use tl_codec::{DecodeError, Reader};

use super::HandshakeError;
use crate::entropy::Entropy;

/// A client's plain message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlainMessage<'a> {
    pub(crate) body: &'a [u8],
}

/// The first answers of real servers carry this many more bytes at most.
const MAX_TRAILING_WORDS: u32 = 22;

impl<'a> PlainMessage<'a> {
    /// Reads a message whose `auth_key_id` is zero. Bytes behind it are padding of the framing. Its id is any: nothing hangs on
    /// it, TDLib greets a server that it knows with id 1, and a Pyrogram until 2.0.60 takes what its clock gives.
    ///
    /// # Errors
    /// [`HandshakeError::Malformed`].
    pub(crate) fn read(content: &'a [u8]) -> Result<Self, HandshakeError> {
        let mut reader = Reader::new(content);
        let (auth_key_id, _msg_id, len) = read_head(&mut reader).map_err(|_| HandshakeError::Malformed)?;
        let body = usize::try_from(len).ok().and_then(|len| reader.rest().get(..len));
        match body {
            Some(body) if auth_key_id == 0 && len % 4 == 0 => Ok(Self { body }),
            _ => Err(HandshakeError::Malformed),
        }
    }
}

fn read_head(reader: &mut Reader<'_>) -> Result<(i64, i64, i32), DecodeError> {
    Ok((reader.long()?, reader.long()?, reader.int()?))
}

/// Writes an answer. As real servers do, it puts random bytes behind the object and counts them into the length.
pub(crate) fn answer_plain(msg_id: i64, object: &[u8], entropy: &mut Entropy) -> Vec<u8> {
    let trailing_words = usize::try_from(entropy.below(MAX_TRAILING_WORDS + 1)).unwrap_or(0);
    let trailing = entropy.bytes(4 * trailing_words);
    let len = u32::try_from(object.len() + trailing.len()).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(20 + object.len() + trailing.len());
    out.extend_from_slice(&0_i64.to_le_bytes());
    out.extend_from_slice(&msg_id.to_le_bytes());
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(object);
    out.extend_from_slice(&trailing);
    out
}
