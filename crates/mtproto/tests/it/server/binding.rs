//! The keys of a server, and `auth.bindTempAuthKey`: the rules of section "Perfect Forward Secrecy", from the other side.

use std::collections::BTreeMap;

use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};
use mtproto::schema::types;
use tl_codec::{Decode as _, Encode as _, Reader};

use crate::server::envelope::FromClient;

pub(crate) const BIND_TEMP_AUTH_KEY: u32 = 0xcdd4_2a05;

/// What may be done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Permanent,
    /// Nothing but binding it.
    Unbound,
    /// Everything that may be done with the permanent key of this id.
    BoundTo(i64),
}

/// Keys by their id, and when the key that was bound last ends.
#[derive(Default)]
pub(crate) struct KeyRing(BTreeMap<i64, (AuthKey, Standing)>, Option<i32>);

impl KeyRing {
    pub(crate) fn insert(&mut self, key: AuthKey, standing: Standing) {
        self.0.insert(key.id(), (key, standing));
    }

    /// The key that an envelope names.
    pub(crate) fn of(&self, frame: &[u8]) -> Option<(AuthKey, Standing)> {
        let id = i64::from_le_bytes(frame[..8].try_into().unwrap());
        self.0.get(&id).cloned()
    }

    /// How many temporary keys were bound.
    pub(crate) fn bound(&self) -> usize {
        self.0.values().filter(|(_, standing)| matches!(standing, Standing::BoundTo(_))).count()
    }

    /// When the key that was bound last ends.
    #[cfg(feature = "test-util")]
    pub(crate) fn expires_at(&self) -> Option<i32> {
        self.1
    }

    /// Forgets every temporary key.
    #[cfg(feature = "test-util")]
    pub(crate) fn forget_temporary(&mut self) {
        self.0.retain(|_, (_, standing)| *standing == Standing::Permanent);
    }

    /// Forgets which temporary keys were bound.
    pub(crate) fn unbind(&mut self) {
        for (_, standing) in self.0.values_mut().filter(|(_, standing)| *standing != Standing::Permanent) {
            *standing = Standing::Unbound;
        }
    }

    /// Binds the key of a message: `boolTrue`, or the refusal.
    pub(crate) fn bind(&mut self, key: &AuthKey, from: &FromClient, msg_id: i64, call: &[u8]) -> Vec<u8> {
        match self.check(key, from, msg_id, call) {
            Some((permanent, expires_at)) => {
                self.insert(key.clone(), Standing::BoundTo(permanent));
                self.1 = Some(expires_at);
                true.to_bytes()
            }
            None => types::RpcError { error_code: 400, error_message: "ENCRYPTED_MESSAGE_INVALID".into() }
                .to_bytes(),
        }
    }

    fn check(&self, key: &AuthKey, from: &FromClient, msg_id: i64, call: &[u8]) -> Option<(i64, i32)> {
        let mut reader = Reader::new(&call[4..]);
        let (permanent_id, nonce, expires_at) =
            (reader.long().ok()?, reader.long().ok()?, reader.int().ok()?);
        let sealed = reader.bytes().ok()?;
        let (permanent, Standing::Permanent) = self.0.get(&permanent_id)? else { return None };
        let inner = open(permanent, msg_id, sealed)?;
        let expected = types::BindAuthKeyInner {
            nonce,
            temp_auth_key_id: key.id(),
            perm_auth_key_id: permanent_id,
            temp_session_id: from.session_id,
            expires_at,
        };
        (inner == expected).then_some((permanent_id, expires_at))
    }
}

/// Opens the inner message, MTProto 1.0; it must name the message that carries it.
fn open(permanent: &AuthKey, msg_id: i64, sealed: &[u8]) -> Option<types::BindAuthKeyInner> {
    let msg_key: [u8; 16] = sealed.get(8..24)?.try_into().ok()?;
    let mut text = sealed[24..].to_vec();
    ige::decrypt(&kdf::v1(permanent, Sender::Client, &msg_key), &mut text).ok()?;
    let covered = text.get(..72)?;
    let head = [&msg_id.to_le_bytes()[..], &[0, 0, 0, 0, 40, 0, 0, 0]].concat();
    let is_right = sealed.len() == 104
        && sealed[..8] == permanent.id().to_le_bytes()
        && kdf::v1_msg_key(covered) == msg_key
        && covered[16..32] == head;
    is_right.then(|| types::BindAuthKeyInner::from_bytes(&covered[32..]).ok()).flatten()
}
