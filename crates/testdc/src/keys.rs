//! Auth keys and what hangs on them.
//!
//! **Owns** the keys that this data centre has agreed on, and for each one its salts, its sessions and what is known of
//! the client behind it. **Must not know** how a key came about or what is said with it.

mod kept;
mod places;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mtproto::crypto::AuthKey;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::account::srp::Challenge;
use crate::clock::UnixTime;
use crate::code_type::CodeType;
use crate::entropy::Entropy;
use crate::handshake::{Lifetime, NewKey};
use crate::limits::{MAX_AUTH_KEYS, MAX_SESSIONS};
use crate::session::{Salts, Session};
pub(crate) use kept::KeptKey;
pub(crate) use places::Places;

/// One key and everything that hangs on it.
pub(crate) struct KeyRecord {
    pub(crate) key: AuthKey,
    pub(crate) lifetime: Lifetime,
    wire: Mutex<Wire>,
    client: Mutex<Client>,
}

/// Salts and sessions.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) salts: Salts,
    pub(crate) sessions: HashMap<i64, Session>,
}

/// What is known of the client behind a key.
#[derive(Debug, Default)]
pub(crate) struct Client {
    /// The layer of the last `invokeWithLayer`; known after `initConnection`.
    pub(crate) layer: Option<i32>,
    /// What the client says it is, in `initConnection`.
    pub(crate) device: Device,
    /// For a temporary key: the permanent one that it stands for.
    pub(crate) bound_to: Option<i64>,
    pub(crate) pending_code: Option<PendingCode>,
    pub(crate) login: Login,
    /// Over which connections calls of this login have come.
    pub(crate) places: Places,
    /// The last challenge of two-step verification, until it is used.
    pub(crate) challenge: Option<(Challenge, UnixTime)>,
    /// The salts that the client was offered last for a new password.
    pub(crate) new_salts: Option<NewSalts>,
    /// When somebody logged in.
    pub(crate) since: UnixTime,
    /// When the last call came.
    pub(crate) active: UnixTime,
}

/// What a new password is to be salted with; the client adds to the first one.
#[derive(Clone, Debug)]
pub(crate) struct NewSalts {
    pub(crate) salt1: Vec<u8>,
    pub(crate) salt2: Vec<u8>,
}

/// What a client says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Device {
    pub(crate) api_id: i32,
    pub(crate) model: String,
    pub(crate) system_version: String,
    pub(crate) app_version: String,
}

/// How far a client has come.
#[derive(Clone, Debug, Default)]
pub(crate) enum Login {
    #[default]
    LoggedOut,
    /// The code was right; the account has a password too.
    AwaitPassword(Arc<Account>),
    LoggedIn(Arc<Account>),
    /// A login that the server has ended.
    Ended(Ending),
}

/// Why the server has ended a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// The owner terminated the session on another device.
    Revoked,
    /// The key was used in two places at once.
    Duplicated,
}

/// A code that was sent.
#[derive(Clone)]
pub(crate) struct PendingCode {
    pub(crate) phone: String,
    /// What the client has to give back.
    pub(crate) code: String,
    /// The code of the account, from which the other one is made for each way.
    pub(crate) account_code: String,
    pub(crate) way: CodeType,
    /// The address that the client has named.
    pub(crate) email: Option<String>,
    pub(crate) hash: String,
    pub(crate) sent_at: UnixTime,
    pub(crate) wrong_attempts: u32,
    /// How often it was sent again.
    pub(crate) resent: usize,
}

impl KeyRecord {
    fn new(new: NewKey, now: UnixTime) -> Self {
        let wire = Wire { salts: Salts::new(new.first_salt, now), sessions: HashMap::new() };
        Self { key: new.key, lifetime: new.lifetime, wire: Mutex::new(wire), client: Mutex::default() }
    }

    /// A permanent key with somebody behind it.
    #[cfg(test)]
    pub(crate) fn for_tests(login: Login) -> Self {
        let key = AuthKey::new(&mut [1; AuthKey::BYTES]);
        let new = NewKey { key, lifetime: Lifetime::Permanent, first_salt: 1 };
        let record = Self::new(new, UnixTime::default());
        record.client().login = login;
        record
    }

    pub(crate) fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn client(&self) -> MutexGuard<'_, Client> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_alive(&self, now: UnixTime) -> bool {
        match self.lifetime {
            Lifetime::Permanent => true,
            Lifetime::Until(end) => now < end,
        }
    }
}

impl Wire {
    /// The session of this id, made if it is new; the one that was used longest ago makes room.
    pub(crate) fn session(&mut self, session_id: i64, now: UnixTime) -> &mut Session {
        if !self.sessions.contains_key(&session_id) && self.sessions.len() >= MAX_SESSIONS {
            let oldest = self.sessions.iter().min_by_key(|(_, session)| session.last_used).map(|(id, _)| *id);
            if let Some(oldest) = oldest {
                self.sessions.remove(&oldest);
            }
        }
        self.sessions.entry(session_id).or_insert_with(|| Session::new(now))
    }

    /// The newest salt.
    pub(crate) fn salt(&mut self, now: UnixTime, entropy: &mut Entropy) -> i64 {
        self.salts.newest(now, entropy)
    }
}

/// Every key.
#[derive(Debug, Default)]
pub(crate) struct KeyStore(Mutex<Records>);

#[derive(Debug, Default)]
struct Records {
    by_id: HashMap<i64, (Arc<KeyRecord>, u64)>,
    /// Ids in the order of their last use.
    by_use: BTreeMap<u64, i64>,
    uses: u64,
}

impl KeyStore {
    /// Keeps a key; false if its id is taken (protocol, `dh_gen_retry`).
    pub(crate) fn insert(&self, new: NewKey, now: UnixTime) -> bool {
        let mut records = self.lock();
        let id = new.key.id();
        // an id of zero would make every message look plain
        if id == 0 || records.by_id.contains_key(&id) {
            return false;
        }
        if records.by_id.len() >= MAX_AUTH_KEYS
            && let Some((_, oldest)) = records.by_use.pop_first()
        {
            records.by_id.remove(&oldest);
        }
        records.insert(id, Arc::new(KeyRecord::new(new, now)));
        true
    }

    /// The key of this id, unless it has ended.
    pub(crate) fn find(&self, id: i64, now: UnixTime) -> Option<Arc<KeyRecord>> {
        let mut records = self.lock();
        let (record, used) = records.by_id.remove(&id)?;
        records.by_use.remove(&used);
        if !record.is_alive(now) {
            return None;
        }
        records.insert(id, Arc::clone(&record));
        Some(record)
    }

    /// Every key, in no order.
    pub(crate) fn all(&self) -> Vec<Arc<KeyRecord>> {
        self.lock().by_id.values().map(|(record, _)| Arc::clone(record)).collect()
    }

    /// Forgets a key.
    pub(crate) fn remove(&self, id: i64) {
        let mut records = self.lock();
        if let Some((_, used)) = records.by_id.remove(&id) {
            records.by_use.remove(&used);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn insert(&mut self, id: i64, record: Arc<KeyRecord>) {
        self.uses += 1;
        self.by_id.insert(id, (record, self.uses));
        self.by_use.insert(self.uses, id);
    }
}

impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRecord").field("id", &self.key.id()).finish_non_exhaustive()
    }
}

impl fmt::Debug for PendingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCode").field("wrong_attempts", &self.wrong_attempts).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key(byte: u8, lifetime: Lifetime) -> NewKey {
        NewKey { key: AuthKey::new(&mut [byte; 256]), lifetime, first_salt: 1 }
    }

    #[test]
    fn an_id_is_given_once_and_temporary_keys_end() {
        let now = UnixTime::from_secs(1_000);
        let store = KeyStore::default();
        let end = now.after(Duration::from_secs(60));
        assert!(
            store.insert(key(1, Lifetime::Permanent), now) && store.insert(key(2, Lifetime::Until(end)), now)
        );
        assert!(!store.insert(key(1, Lifetime::Permanent), now));
        let id = AuthKey::new(&mut [2; 256]).id();
        assert!(store.find(id, now).is_some());
        assert!(store.find(id, end).is_none() && store.find(id, now).is_none());
        store.remove(AuthKey::new(&mut [1; 256]).id());
        assert!(store.insert(key(1, Lifetime::Permanent), now));
    }

    #[test]
    fn sessions_of_a_key_are_bounded() {
        let now = UnixTime::from_secs;
        let record = KeyRecord::new(key(1, Lifetime::Permanent), now(0));
        let mut wire = record.wire();
        for id in 0..100 {
            wire.session(id, now(id.unsigned_abs()));
        }
        assert_eq!(wire.sessions.len(), MAX_SESSIONS);
        assert!(wire.sessions.contains_key(&99) && !wire.sessions.contains_key(&0));
    }
}
