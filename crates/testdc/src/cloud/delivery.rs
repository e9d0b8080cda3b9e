//! The way of an update to whoever waits for it.

use std::sync::Arc;

use super::Cloud;
use crate::account::Account;
use crate::clock::UnixTime;
use crate::keys::{KeyRecord, KeyStore, Login};

impl Cloud {
    /// Hands an update to the client behind a permanent key, on the session that it used last; false if it has none that
    /// takes updates.
    pub(crate) fn push_to_key(&self, dc_id: i32, login_key_id: i64, update: &[u8], now: UnixTime) -> bool {
        let Some(keys) = self.keys.get(&dc_id) else { return false };
        let newest = sessions_of(keys, login_key_id).max_by_key(|(_, _, last_used)| *last_used);
        let Some((key, session_id, _)) = newest else { return false };
        key.wire().session(session_id, now).push_update(update.to_vec(), now);
        true
    }

    /// Hands an update to every client of an account, except for one; gives their number.
    pub(crate) fn push_to_account(
        &self,
        account: &Account,
        except_key_id: Option<i64>,
        update: &[u8],
        now: UnixTime,
    ) -> usize {
        let logins = self.logins(account).filter(|(_, key)| Some(key.key.id()) != except_key_id);
        logins.filter(|(dc_id, key)| self.push_to_key(*dc_id, key.key.id(), update, now)).count()
    }

    /// How many temporary keys stand for a permanent one.
    pub(crate) fn keys_bound_to(&self, dc_id: i32, key: &KeyRecord) -> usize {
        let all = self.keys.get(&dc_id).map(|keys| keys.all()).unwrap_or_default();
        all.into_iter().filter(|other| other.client().bound_to == Some(key.key.id())).count()
    }

    /// The keys that are logged in to an account, and where.
    pub(crate) fn logins<'a>(
        &'a self,
        account: &'a Account,
    ) -> impl Iterator<Item = (i32, Arc<KeyRecord>)> + 'a {
        let keys =
            self.keys.iter().flat_map(|(dc_id, keys)| keys.all().into_iter().map(move |key| (*dc_id, key)));
        keys.filter(|(_, key)| match &key.client().login {
            Login::LoggedIn(owner) => owner.profile.user_id == account.profile.user_id,
            Login::LoggedOut | Login::AwaitPassword(_) | Login::Ended(_) => false,
        })
    }
}

/// The sessions of a permanent key and of the temporary keys that stand for it, with the time of their last use.
fn sessions_of(keys: &KeyStore, login_key_id: i64) -> impl Iterator<Item = (Arc<KeyRecord>, i64, UnixTime)> {
    let own = keys
        .all()
        .into_iter()
        .filter(move |key| key.key.id() == login_key_id || key.client().bound_to == Some(login_key_id));
    own.flat_map(|key| {
        let wire = key.wire();
        let sessions = wire.sessions.iter().filter(|(_, session)| session.takes_updates);
        let sessions = sessions.map(|(id, session)| (*id, session.last_used)).collect::<Vec<_>>();
        drop(wire);
        sessions.into_iter().map(move |(id, last_used)| (Arc::clone(&key), id, last_used))
    })
}
