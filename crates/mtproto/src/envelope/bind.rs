//! The inner message of `auth.bindTempAuthKey`: the last use of MTProto 1.0 ("Perfect Forward Secrecy").

use tl_codec::Encode as _;

use crate::crypto::kdf::{self, Sender};
use crate::crypto::{AuthKey, ige};
use crate::random::{Random, fill_array};
use crate::schema::types;

/// What the plaintext is filled up with: 72 bytes to five AES blocks.
const PADDING_BYTES: usize = 8;

/// Seals `encrypted_message` of `auth.bindTempAuthKey` with the permanent key.
///
/// ```text
/// perm_auth_key_id: 8 | msg_key: 16 | AES-256-IGE( random: 16 | msg_id: 8 | 0: 4 | 40: 4 | bind_auth_key_inner: 40 | random: 8 )
/// ```
/// `msg_id` must be the id of the message that carries the call: if that is sent again under another id, this must be
/// sealed again. `random` is asked for 16 and then 8 bytes.
pub fn seal_bind_message(
    permanent_key: &AuthKey,
    msg_id: i64,
    inner: &types::BindAuthKeyInner,
    random: &mut dyn Random,
) -> Vec<u8> {
    let mut text = fill_array::<16>(random).to_vec();
    msg_id.encode(&mut text);
    0_i32.encode(&mut text);
    // forty bytes, whatever their values
    i32::try_from(inner.encoded_len()).unwrap_or(0).encode(&mut text);
    inner.encode(&mut text);
    // the message key of version 1 does not cover the padding
    let msg_key = kdf::v1_msg_key(&text);
    text.extend_from_slice(&fill_array::<PADDING_BYTES>(random));
    let encrypted = ige::encrypt(&kdf::v1(permanent_key, Sender::Client, &msg_key), &mut text);
    debug_assert_eq!(encrypted, Ok(()), "eighty bytes are five blocks");

    let mut sealed = permanent_key.id().to_bytes();
    sealed.extend_from_slice(&msg_key);
    sealed.extend_from_slice(&text);
    sealed
}
