//! Keys as a file keeps them. Sessions are not kept: clients learn from `new_session_created` that theirs is gone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use mtproto::crypto::AuthKey;
use serde::{Deserialize, Serialize};

use super::{Client, Device, Ending, KeyRecord, KeyStore, Login, Wire};
use crate::account::Accounts;
use crate::clock::UnixTime;
use crate::handshake::Lifetime;
use crate::session::Salts;
use crate::store::{Base64, Contradiction};

/// A key and what hangs on it, but for its sessions, and for a code or a challenge of two-step verification that is under
/// way.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptKey {
    key: Base64,
    lifetime: Lifetime,
    salts: Salts,
    layer: Option<i32>,
    device: Device,
    bound_to: Option<i64>,
    login: KeptLogin,
    /// When somebody logged in.
    #[serde(default)]
    since: UnixTime,
}

#[derive(Serialize, Deserialize)]
enum KeptLogin {
    LoggedOut,
    AwaitPassword { phone: String },
    LoggedIn { phone: String },
    Ended(Ending),
}

impl KeyRecord {
    fn kept(&self) -> KeptKey {
        let salts = self.wire().salts.clone();
        let client = self.client();
        KeptKey {
            key: Base64(self.key.as_bytes().to_vec()),
            lifetime: self.lifetime,
            salts,
            layer: client.layer,
            device: client.device.clone(),
            bound_to: client.bound_to,
            since: client.since,
            login: match &client.login {
                Login::LoggedOut => KeptLogin::LoggedOut,
                Login::AwaitPassword(account) => {
                    KeptLogin::AwaitPassword { phone: account.profile.phone.clone() }
                }
                Login::LoggedIn(account) => KeptLogin::LoggedIn { phone: account.profile.phone.clone() },
                Login::Ended(ending) => KeptLogin::Ended(*ending),
            },
        }
    }

    fn restored(kept: KeptKey, accounts: &Accounts) -> Result<Self, Contradiction> {
        let mut bytes = <[u8; AuthKey::BYTES]>::try_from(kept.key.0).map_err(|_| Contradiction::KeyLength)?;
        let account = |phone: &str| accounts.by_phone(phone).ok_or(Contradiction::LoginOfNobody);
        let login = match kept.login {
            KeptLogin::LoggedOut => Login::LoggedOut,
            KeptLogin::AwaitPassword { phone } => Login::AwaitPassword(account(&phone)?),
            KeptLogin::LoggedIn { phone } => Login::LoggedIn(account(&phone)?),
            KeptLogin::Ended(ending) => Login::Ended(ending),
        };
        let client = Client {
            layer: kept.layer,
            device: kept.device,
            bound_to: kept.bound_to,
            login,
            since: kept.since,
            active: kept.since,
            ..Client::default()
        };
        Ok(Self {
            key: AuthKey::new(&mut bytes),
            lifetime: kept.lifetime,
            wire: Mutex::new(Wire { salts: kept.salts, sessions: HashMap::new() }),
            client: Mutex::new(client),
        })
    }
}

impl KeyStore {
    /// Every key that is alive, the one that was used longest ago first.
    pub(crate) fn kept(&self, now: UnixTime) -> Vec<KeptKey> {
        let mut records = self.lock().by_id.values().cloned().collect::<Vec<_>>();
        records.sort_by_key(|(_, used)| *used);
        records.iter().filter(|(record, _)| record.is_alive(now)).map(|(record, _)| record.kept()).collect()
    }

    /// Takes over what a file has kept.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub(crate) fn restore(&self, kept: Vec<KeptKey>, accounts: &Accounts) -> Result<(), Contradiction> {
        let mut records = self.lock();
        for key in kept {
            let record = KeyRecord::restored(key, accounts)?;
            records.insert(record.key.id(), Arc::new(record));
        }
        Ok(())
    }
}
