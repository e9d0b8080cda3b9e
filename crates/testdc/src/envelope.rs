//! Envelopes: the encrypted form of a message, MTProto 2.0 (protocol, "Description").
//!
//! **Owns** one message's way between ciphertext and its five fields, from the server's side: it opens what clients
//! sealed (`x = 0`) and seals for clients (`x = 8`). **Must not know** sessions: whether salt, session or message id are
//! right is asked elsewhere.
//!
//! ```text
//! auth_key_id: i64 | msg_key: 16 | AES-256-IGE( salt: i64 | session_id: i64 | msg_id: i64 | seq_no: i32 | length: i32
//!                                               | body … | 12 to 1024 random bytes )
//! ```

use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};
use tl_codec::{DecodeError, Reader};

use crate::entropy::Entropy;

/// What a message carries beside its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) salt: i64,
    pub(crate) session_id: i64,
    pub(crate) msg_id: i64,
    pub(crate) seq_no: i32,
}

/// An opened message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    /// What a quick ack of this message says.
    pub(crate) quick_ack_token: u32,
}

/// Bytes that are not a message sealed with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum EnvelopeError {
    #[error("{len_bytes} bytes are no head and whole cipher blocks")]
    Size { len_bytes: usize },
    #[error("the message key does not match the message")]
    MsgKey,
    #[error("a body of {body_len} bytes in {len_bytes}")]
    BodyLength { body_len: i32, len_bytes: usize },
    #[error("{padding_bytes} bytes of padding")]
    Padding { padding_bytes: usize },
}

/// Key id and message key.
const OUTER_BYTES: usize = 24;
/// Salt, session, message id, sequence number and length.
const INNER_BYTES: usize = 32;
const MIN_PADDING_BYTES: usize = 12;
const MAX_PADDING_BYTES: usize = 1024;

/// Opens a client's message. `bytes` is the whole message, its `auth_key_id` included.
///
/// # Errors
/// [`EnvelopeError`]. Nothing that was decrypted is used before the message key holds, and the answer to every fault is
/// the same, so that a forger learns nothing from it.
pub(crate) fn open(key: &AuthKey, bytes: &[u8]) -> Result<Opened, EnvelopeError> {
    let len_bytes = bytes.len();
    let size = EnvelopeError::Size { len_bytes };
    let (outer, sealed) = bytes.split_first_chunk::<OUTER_BYTES>().ok_or(size)?;
    let [_, _, _, _, _, _, _, _, msg_key @ ..] = *outer;
    let mut plain = sealed.to_vec();
    if plain.len() < INNER_BYTES {
        return Err(size);
    }
    ige::decrypt(&kdf::v2(key, Sender::Client, &msg_key), &mut plain).map_err(|_| size)?;
    let msg_key_large = kdf::msg_key_large(key, Sender::Client, &plain);
    if !equal_in_constant_time(&kdf::msg_key(&msg_key_large), &msg_key) {
        return Err(EnvelopeError::MsgKey);
    }
    let (head, body_len) = read_head(&plain).map_err(|_| size)?;
    let body = plain.split_off(INNER_BYTES);
    let body = cut_padding(body, body_len)?;
    Ok(Opened { head, body, quick_ack_token: kdf::quick_ack_token(&msg_key_large) })
}

fn read_head(plain: &[u8]) -> Result<(Head, i32), DecodeError> {
    let mut reader = Reader::new(plain);
    let head = Head {
        salt: reader.long()?,
        session_id: reader.long()?,
        msg_id: reader.long()?,
        seq_no: reader.int()?,
    };
    Ok((head, reader.int()?))
}

fn cut_padding(mut body: Vec<u8>, body_len: i32) -> Result<Vec<u8>, EnvelopeError> {
    let len_bytes = body.len();
    let wrong_length = EnvelopeError::BodyLength { body_len, len_bytes };
    let len = usize::try_from(body_len).ok().filter(|len| len.is_multiple_of(4)).ok_or(wrong_length)?;
    let padding_bytes = len_bytes.checked_sub(len).ok_or(wrong_length)?;
    if !(MIN_PADDING_BYTES..=MAX_PADDING_BYTES).contains(&padding_bytes) {
        return Err(EnvelopeError::Padding { padding_bytes });
    }
    body.truncate(len);
    Ok(body)
}

/// Seals a message for the client.
pub(crate) fn seal(key: &AuthKey, head: Head, body: &[u8], entropy: &mut Entropy) -> Vec<u8> {
    // a few whole blocks more than needed, so that lengths say little
    let fill = (INNER_BYTES + body.len() + MIN_PADDING_BYTES).wrapping_neg() % 16;
    let padding_bytes = MIN_PADDING_BYTES + fill + 16 * usize::try_from(entropy.below(4)).unwrap_or(0);
    let mut plain = Vec::with_capacity(INNER_BYTES + body.len() + padding_bytes);
    plain.extend_from_slice(&head.salt.to_le_bytes());
    plain.extend_from_slice(&head.session_id.to_le_bytes());
    plain.extend_from_slice(&head.msg_id.to_le_bytes());
    plain.extend_from_slice(&head.seq_no.to_le_bytes());
    plain.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    plain.extend_from_slice(body);
    plain.extend_from_slice(&entropy.bytes(padding_bytes));
    seal_plain(key, Sender::Server, plain)
}

/// Encrypts a whole plaintext, padding included, and puts key id and message key in front.
fn seal_plain(key: &AuthKey, sender: Sender, mut plain: Vec<u8>) -> Vec<u8> {
    let msg_key = kdf::msg_key(&kdf::msg_key_large(key, sender, &plain));
    let encrypted = ige::encrypt(&kdf::v2(key, sender, &msg_key), &mut plain);
    debug_assert!(encrypted.is_ok(), "the padding fills whole blocks");
    [key.id().to_le_bytes().as_slice(), &msg_key, &plain].concat()
}

/// Whether two byte strings are equal, in a time that does not tell where they differ.
pub(crate) fn equal_in_constant_time(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    fn key() -> AuthKey {
        AuthKey::new(&mut vectors::messages().hex("auth_key").try_into().unwrap())
    }

    fn client_seal(body: &[u8], body_len: i32, padding_bytes: usize) -> Vec<u8> {
        let mut plain = vec![0; 28];
        plain.extend_from_slice(&body_len.to_le_bytes());
        plain.extend_from_slice(body);
        plain.resize(plain.len() + padding_bytes, 9);
        seal_plain(&key(), Sender::Client, plain)
    }

    #[test]
    fn opens_the_clients_vectors() {
        for case in vectors::messages().list("from_client") {
            let opened = open(&key(), &case.hex("packet")).unwrap();
            assert_eq!(opened.body, case.hex("body"));
            assert_eq!(opened.head.salt.to_string(), case.text("salt"));
            assert_eq!(opened.head.session_id.to_string(), case.text("session_id"));
            assert_eq!(opened.head.msg_id.to_string(), case.text("msg_id"));
            assert_eq!(opened.head.seq_no.to_string(), case.text("seq_no"));
            assert_eq!(opened.quick_ack_token.to_le_bytes().to_vec(), case.hex("quick_ack"));
        }
    }

    #[test]
    fn seals_the_servers_vectors() {
        for case in vectors::messages().list("from_server") {
            assert_eq!(seal_plain(&key(), Sender::Server, case.hex("plaintext")), case.hex("packet"));
        }
    }

    #[test]
    fn a_sealed_message_has_the_form_that_clients_demand() {
        let mut entropy = Entropy::from_seed(6);
        let head = Head { salt: 1, session_id: 2, msg_id: 5, seq_no: 1 };
        for len in [0, 4, 12, 16, 400, 1_000] {
            let sealed = seal(&key(), head, &vec![3; len], &mut entropy);
            let padding = sealed.len() - 24 - 32 - len;
            assert!((sealed.len() - 24).is_multiple_of(16) && (12..=1024).contains(&padding), "{len}");
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let sealed = client_seal(&[7; 20], 20, 12);
        assert!(open(&key(), &sealed).is_ok());
        for byte in 8..sealed.len() {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert_eq!(open(&key(), &changed), Err(EnvelopeError::MsgKey), "byte {byte}");
        }
        for cut in 0..sealed.len() {
            assert!(open(&key(), &sealed[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn lengths_and_padding_are_held_to_the_rules() {
        let refused =
            |body_len, padding| open(&key(), &client_seal(&[1; 20], body_len, padding)).unwrap_err();
        assert_eq!(refused(20, 12 + 1024), EnvelopeError::Padding { padding_bytes: 1036 });
        assert_eq!(refused(28, 12), EnvelopeError::Padding { padding_bytes: 4 });
        assert_eq!(refused(18, 12), EnvelopeError::BodyLength { body_len: 18, len_bytes: 32 });
        assert_eq!(refused(-4, 12), EnvelopeError::BodyLength { body_len: -4, len_bytes: 32 });
        assert_eq!(refused(36, 12), EnvelopeError::BodyLength { body_len: 36, len_bytes: 32 });
        assert!(open(&key(), &client_seal(&[1; 16], 16, 1024)).is_ok(), "the longest padding is allowed");
    }
}
