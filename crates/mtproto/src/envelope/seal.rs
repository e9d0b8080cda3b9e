//! Sealing.

use tl_codec::Encode as _;

use crate::crypto::kdf::{self, Sender};
use crate::crypto::{AuthKey, ige};
use crate::envelope::{Header, INNER_BYTES, OUTER_BYTES};
use crate::limits::{MAX_PADDING_BYTES, MAX_SENT_FRAME_BYTES, MIN_PADDING_BYTES};
use crate::random::{Random, fill_array};

/// A message that is ready to be framed.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The frame body.
    pub bytes: Vec<u8>,
    /// What a quick ack of the message will say.
    pub quick_ack_token: u32,
}

impl core::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Sealed({} bytes)", self.bytes.len())
    }
}

/// A message that cannot be sealed: a mistake of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Bodies are whole words of four bytes.
    #[error("a body of {len_bytes} bytes is no whole number of words")]
    NotWholeWords {
        /// Its length.
        len_bytes: usize,
    },
    /// It would not fit into a frame.
    #[error("a body of {len_bytes} bytes does not fit into a frame of {MAX_SENT_FRAME_BYTES}")]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// Padding has 12 to 1024 bytes and makes whole AES blocks.
    #[error("{len_bytes} bytes of padding are too few, too many, or do not fill the last block")]
    Padding {
        /// Its length.
        len_bytes: usize,
    },
}

/// Seals a message with random padding: 12 to 27 bytes that fill the last block, and up to 15 blocks more, so that the
/// length on the wire says little about the length of the body.
///
/// # Errors
/// [`SealError`].
pub fn seal(
    auth_key: &AuthKey,
    sender: Sender,
    header: &Header,
    body: &[u8],
    random: &mut dyn Random,
) -> Result<Sealed, SealError> {
    let fill = (INNER_BYTES + body.len() + MIN_PADDING_BYTES).wrapping_neg() & 15;
    let [more_blocks] = fill_array(random);
    let len = MIN_PADDING_BYTES + fill + 16 * usize::from(more_blocks & 15);
    let mut padding = [0; MAX_PADDING_BYTES];
    let padding = padding.get_mut(..len).unwrap_or_default();
    random.fill(padding);
    seal_with_padding(auth_key, sender, header, body, padding)
}

/// Seals a message with the given padding.
///
/// # Errors
/// [`SealError`].
pub fn seal_with_padding(
    auth_key: &AuthKey,
    sender: Sender,
    header: &Header,
    body: &[u8],
    padding: &[u8],
) -> Result<Sealed, SealError> {
    let text_len = INNER_BYTES + body.len() + padding.len();
    check(body.len(), padding.len(), text_len)?;
    let mut bytes = Vec::with_capacity(OUTER_BYTES + text_len);
    auth_key.id().encode(&mut bytes);
    bytes.extend_from_slice(&[0; 16]);
    header.server_salt.encode(&mut bytes);
    header.session_id.encode(&mut bytes);
    header.msg_id.encode(&mut bytes);
    header.seq_no.encode(&mut bytes);
    // checked to fit into a frame, far below 2³¹
    u32::try_from(body.len()).unwrap_or(0).encode(&mut bytes);
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(padding);

    let (outer, text) = bytes.split_at_mut(OUTER_BYTES);
    let large = kdf::msg_key_large(auth_key, sender, text);
    let msg_key = kdf::msg_key(&large);
    if let Some(place) = outer.last_chunk_mut::<16>() {
        *place = msg_key;
    }
    let keys = kdf::v2(auth_key, sender, &msg_key);
    ige::encrypt(&keys, text).map_err(|_| SealError::Padding { len_bytes: padding.len() })?;
    Ok(Sealed { bytes, quick_ack_token: kdf::quick_ack_token(&large) })
}

fn check(body_len: usize, padding_len: usize, text_len: usize) -> Result<(), SealError> {
    if !body_len.is_multiple_of(4) {
        return Err(SealError::NotWholeWords { len_bytes: body_len });
    }
    if OUTER_BYTES + text_len > MAX_SENT_FRAME_BYTES {
        return Err(SealError::TooLong { len_bytes: body_len });
    }
    let in_range = (MIN_PADDING_BYTES..=MAX_PADDING_BYTES).contains(&padding_len);
    if in_range && text_len.is_multiple_of(16) {
        Ok(())
    } else {
        Err(SealError::Padding { len_bytes: padding_len })
    }
}
