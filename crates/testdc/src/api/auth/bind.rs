//! `auth.bindTempAuthKey`: a temporary key stands for a permanent one (protocol, "Perfect Forward Secrecy").
//!
//! The proof is a message of MTProto **1.0**, sealed with the permanent key, inside the call:
//! ```text
//! perm_auth_key_id: i64 | msg_key: 16 | AES-256-IGE( random: 16 | msg_id: i64 | seq_no = 0: i32 | length = 40: i32
//!     | bind_auth_key_inner#75a3f765 nonce:long temp_auth_key_id:long perm_auth_key_id:long temp_session_id:long
//!       expires_at:int | padding: 8 )
//! ```

use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};
use tl_api::functions::auth;
use tl_codec::{DecodeError, Encode, Reader};

use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::envelope::equal_in_constant_time;
use crate::handshake::Lifetime;

const BIND_AUTH_KEY_INNER: u32 = 0x75a3_f765;

/// Head (16 + 8 + 4 + 4) and object (40).
const PLAIN_BYTES: usize = 72;

/// What the sealed message says.
#[derive(Debug, PartialEq, Eq)]
struct Inner {
    nonce: i64,
    temp_auth_key_id: i64,
    perm_auth_key_id: i64,
    expires_at: i32,
}

pub(super) fn bind(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::BindTempAuthKeyRef<'_>>(body)?;
    let Lifetime::Until(end) = request.key.lifetime else {
        return Err(Refusal::bad("TEMP_AUTH_KEY_EMPTY"));
    };
    let invalid = || Refusal::bad("ENCRYPTED_MESSAGE_INVALID");
    let permanent = request.centre.keys.find(query.perm_auth_key_id, request.now).ok_or_else(invalid)?;
    let inner = open(&permanent.key, query.encrypted_message).ok_or_else(invalid)?;
    let expected = Inner {
        nonce: query.nonce,
        temp_auth_key_id: request.key.key.id(),
        perm_auth_key_id: query.perm_auth_key_id,
        expires_at: query.expires_at,
    };
    if permanent.lifetime != Lifetime::Permanent || inner != expected {
        return Err(invalid());
    }
    // the client adds its own clock to the lifetime, so some seconds of difference are no fault
    if query.expires_at <= request.now.secs()
        || query.expires_at.abs_diff(end.secs()) > MAX_CLOCK_DIFFERENCE_SECS
    {
        return Err(Refusal::bad("EXPIRES_AT_INVALID"));
    }
    let mut client = request.key.client();
    if client.bound_to.is_some_and(|bound| bound != query.perm_auth_key_id) {
        return Err(Refusal::bad("TEMP_AUTH_KEY_ALREADY_BOUND"));
    }
    client.bound_to = Some(query.perm_auth_key_id);
    Ok(true.to_bytes())
}

/// How far `expires_at` may be from what the key exchange said.
const MAX_CLOCK_DIFFERENCE_SECS: u32 = 300;

fn open(permanent: &AuthKey, sealed: &[u8]) -> Option<Inner> {
    let (key_id, rest) = sealed.split_first_chunk::<8>()?;
    let (msg_key, encrypted) = rest.split_first_chunk::<16>()?;
    let mut plain = encrypted.to_vec();
    ige::decrypt(&kdf::v1(permanent, Sender::Client, msg_key), &mut plain).ok()?;
    let covered = plain.get(..PLAIN_BYTES)?;
    let is_intact = equal_in_constant_time(&kdf::v1_msg_key(covered), msg_key);
    let padding = plain.len() - PLAIN_BYTES;
    if *key_id != permanent.id().to_le_bytes() || !is_intact || padding >= 16 {
        return None;
    }
    read_inner(covered).ok()
}

fn read_inner(plain: &[u8]) -> Result<Inner, DecodeError> {
    let mut reader = Reader::new(plain);
    let _random: [u8; 16] = reader.array()?;
    let (_msg_id, _seq_no, _length) = (reader.long()?, reader.int()?, reader.int()?);
    reader.expect_id(BIND_AUTH_KEY_INNER)?;
    let (nonce, temp_auth_key_id, perm_auth_key_id) = (reader.long()?, reader.long()?, reader.long()?);
    let _temp_session_id = reader.long()?;
    Ok(Inner { nonce, temp_auth_key_id, perm_auth_key_id, expires_at: reader.int()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn opens_the_vector_and_nothing_that_differs_from_it() {
        let vector = vectors::bind_temp_auth_key();
        let permanent = AuthKey::new(&mut vector.hex("perm_auth_key").try_into().unwrap());
        let sealed = vector.hex("encrypted_message");
        let inner = open(&permanent, &sealed).unwrap();
        assert_eq!(inner.nonce.to_string(), vector.text("nonce"));
        assert_eq!(inner.temp_auth_key_id.to_string(), vector.text("temp_auth_key_id"));
        assert_eq!(inner.perm_auth_key_id.to_string(), vector.text("perm_auth_key_id"));
        assert_eq!(inner.expires_at.to_string(), vector.text("expires_at"));
        // the last eight bytes are padding, which the old message key does not cover, but IGE spreads every change
        for byte in 0..sealed.len() - 16 {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert_eq!(open(&permanent, &changed), None, "byte {byte}");
        }
        for cut in 0..sealed.len() {
            assert_eq!(open(&permanent, &sealed[..cut]), None, "cut at {cut}");
        }
    }
}
