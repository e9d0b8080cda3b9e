//! Opening: every check that a message must pass before a byte of it is used, in the order of the protocol ("Security
//! guidelines for client software developers").

use bytes::{Bytes, BytesMut};
use subtle::ConstantTimeEq as _;
use tl_codec::{DecodeError, Reader};

use crate::crypto::kdf::{self, Sender};
use crate::crypto::{AuthKey, ige};
use crate::envelope::{Header, INNER_BYTES, OUTER_BYTES, Opened};
use crate::limits::{MAX_PADDING_BYTES, MIN_PADDING_BYTES};

/// The shortest ciphertext: header, an empty body, twelve bytes of padding, and what fills the block.
const MIN_TEXT_BYTES: usize = 48;

/// Which rule an envelope breaks.
///
/// The names are for our own log. A client must act on all of them in the same way (drop the message, close the
/// connection), and every way through [`open`] computes the hash, so that neither behaviour nor time tells an attacker
/// which guess was nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Shorter than the shortest message.
    #[error("an envelope of {len_bytes} bytes is too short")]
    TooShort {
        /// Its length.
        len_bytes: usize,
    },
    /// The ciphertext is not whole AES blocks.
    #[error("a ciphertext of {len_bytes} bytes is no whole number of blocks")]
    NotWholeBlocks {
        /// Its length.
        len_bytes: usize,
    },
    /// Sealed with another key than the one of this connection.
    #[error("the envelope names another auth key")]
    AuthKeyId,
    /// The hash over the plaintext is not the message key: the message was changed, or made without the auth key.
    #[error("the message key does not match the message")]
    MsgKey,
    /// For another session.
    #[error("the message belongs to another session")]
    SessionId {
        /// The session that it names.
        got: i64,
    },
    /// The body's length is negative or no whole number of words.
    #[error("a body of {got} bytes is impossible")]
    BodyLength {
        /// The length as it was sent.
        got: i32,
    },
    /// What is left behind the body is less than 12 bytes (negative: the body does not fit) or more than 1024.
    #[error("{got} bytes of padding are not from 12 to 1024")]
    PaddingLength {
        /// How many there are.
        got: i64,
    },
    /// The message id is not one that this sender may use: servers' are odd, clients' multiples of four.
    #[error("the message id {msg_id:#x} is not one of this sender")]
    MsgIdParity {
        /// The id.
        msg_id: i64,
    },
}

/// Opens an envelope that `sender` made for session `session_id`, in place.
///
/// # Errors
/// [`OpenError`]: the first rule that is broken.
pub fn open(
    auth_key: &AuthKey,
    sender: Sender,
    session_id: i64,
    mut frame: BytesMut,
) -> Result<Opened, OpenError> {
    let outside = check_outside(auth_key, &frame);
    let Some((auth_and_msg_key, text)) = frame.split_at_mut_checked(OUTER_BYTES) else {
        core::hint::black_box(kdf::msg_key_large(auth_key, sender, &frame));
        return Err(OpenError::TooShort { len_bytes: frame.len() });
    };
    let msg_key = *auth_and_msg_key.last_chunk::<16>().unwrap_or(&[0; 16]);
    let decrypted = ige::decrypt(&kdf::v2(auth_key, sender, &msg_key), text);
    let computed = kdf::msg_key(&kdf::msg_key_large(auth_key, sender, text));
    let same: bool = computed.ct_eq(&msg_key).into();
    outside?;
    if !same || decrypted.is_err() {
        return Err(OpenError::MsgKey);
    }
    let (header, body_len) = check_inside(sender, session_id, text)?;
    let mut body = Bytes::from(frame).split_off(OUTER_BYTES + INNER_BYTES);
    body.truncate(body_len);
    Ok(Opened { header, body })
}

fn check_outside(auth_key: &AuthKey, frame: &[u8]) -> Result<(), OpenError> {
    let short = OpenError::TooShort { len_bytes: frame.len() };
    let text_len = frame.len().checked_sub(OUTER_BYTES).ok_or(short)?;
    if text_len < MIN_TEXT_BYTES {
        return Err(short);
    }
    if !text_len.is_multiple_of(16) {
        return Err(OpenError::NotWholeBlocks { len_bytes: text_len });
    }
    let same = frame.first_chunk::<8>() == Some(&auth_key.id().to_le_bytes());
    if same { Ok(()) } else { Err(OpenError::AuthKeyId) }
}

fn check_inside(sender: Sender, session_id: i64, text: &[u8]) -> Result<(Header, usize), OpenError> {
    // the length was checked from outside
    let (header, stated) = read_header(text).map_err(|_| OpenError::TooShort { len_bytes: text.len() })?;
    if header.session_id != session_id {
        return Err(OpenError::SessionId { got: header.session_id });
    }
    let body_len = usize::try_from(stated).ok().filter(|len| len.is_multiple_of(4));
    let body_len = body_len.ok_or(OpenError::BodyLength { got: stated })?;
    check_padding(text.len(), stated)?;
    let parity_is_right = match sender {
        Sender::Client => header.msg_id % 4 == 0,
        Sender::Server => header.msg_id % 2 != 0,
    };
    if !parity_is_right {
        return Err(OpenError::MsgIdParity { msg_id: header.msg_id });
    }
    Ok((header, body_len))
}

fn read_header(text: &[u8]) -> Result<(Header, i32), DecodeError> {
    let mut reader = Reader::new(text);
    let header = Header {
        server_salt: reader.long()?,
        session_id: reader.long()?,
        msg_id: reader.long()?,
        seq_no: reader.int()?,
    };
    Ok((header, reader.int()?))
}

fn check_padding(text_len: usize, body_len: i32) -> Result<(), OpenError> {
    let room = i64::try_from(text_len - INNER_BYTES).unwrap_or(i64::MAX);
    let got = room - i64::from(body_len);
    let in_range =
        usize::try_from(got).is_ok_and(|len| (MIN_PADDING_BYTES..=MAX_PADDING_BYTES).contains(&len));
    if in_range { Ok(()) } else { Err(OpenError::PaddingLength { got }) }
}
