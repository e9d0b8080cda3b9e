//! What all data centres of one process share.
//!
//! **Owns** the accounts and everything that crosses from one data centre to another: addresses, keys, logins by QR code
//! ([`login_tokens`]), logins that a client carries over ([`exports`]), and the way of an update to whoever waits for it
//! ([`delivery`]). **Must not know** calls or connections.

mod delivery;
mod exports;
mod login_tokens;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::account::{Account, Accounts};
use crate::arrivals::Arrivals;
use crate::code_type::CodeType;
use crate::config::Config;
use crate::directory::Directory;
use crate::keys::KeyStore;
use exports::Exports;
use login_tokens::LoginTokens;

pub(crate) use exports::ExportError;
pub(crate) use login_tokens::{Issue, LoginTokenError};

/// The accounts, and what every data centre knows of the others.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) accounts: Accounts,
    pub(crate) directory: Directory,
    /// Where each data centre listens.
    pub(crate) addresses: BTreeMap<i32, SocketAddr>,
    /// The auth keys of each data centre.
    pub(crate) keys: BTreeMap<i32, Arc<KeyStore>>,
    /// Where everybody who has no account yet is sent to, whoever they are.
    pub(crate) network_dc: Option<i32>,
    /// Seconds that the first takeout of a key has to wait for; none: takeouts open at once.
    pub(crate) takeout_delay_secs: Option<u32>,
    /// Whether a login that is used in two places at once is ended.
    pub(crate) ends_duplicates: bool,
    /// How a code is sent: first, and each further time that the client asks.
    pub(crate) code_types: Vec<CodeType>,
    /// Seconds after which a client may ask for the code in the next way.
    pub(crate) code_timeout_secs: i32,
    pub(crate) code_lifetime: Duration,
    /// Rung when something may have changed that is kept in a file.
    pub(crate) changes: Arc<Notify>,
    /// How the latest connections spoke.
    pub(crate) arrivals: Arrivals,
    login_tokens: Mutex<LoginTokens>,
    exports: Mutex<Exports>,
}

impl Cloud {
    pub(crate) fn new(config: &Config, accounts: Vec<Account>, addresses: BTreeMap<i32, SocketAddr>) -> Self {
        Self {
            directory: Directory::of(&accounts),
            accounts: Accounts::new(accounts.into_iter().map(Arc::new)),
            keys: addresses.keys().map(|id| (*id, Arc::default())).collect(),
            addresses,
            network_dc: config.network_dc,
            takeout_delay_secs: config.takeout_delay_secs,
            ends_duplicates: config.ends_duplicates,
            code_types: config.code_types.clone(),
            code_timeout_secs: i32::try_from(config.code_timeout_secs).unwrap_or(i32::MAX),
            code_lifetime: Duration::from_secs(config.code_lifetime_secs.into()),
            changes: Arc::default(),
            arrivals: Arrivals::default(),
            login_tokens: Mutex::new(LoginTokens::new(Duration::from_secs(config.login_token_secs.into()))),
            exports: Mutex::default(),
        }
    }

    /// The account of this number, with everybody in its address book.
    pub(crate) fn account(&self, phone: &str) -> Option<Arc<Account>> {
        let account = self.accounts.by_phone(phone)?;
        account.wake(&self.directory);
        Some(account)
    }

    /// Something may have changed that is kept in a file.
    pub(crate) fn changed(&self) {
        self.changes.notify_one();
    }

    /// A single data centre without accounts.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 443));
        Self::new(&Config::default(), Vec::new(), BTreeMap::from([(2, address)]))
    }

    /// The keys of a data centre; those of one that does not exist are empty.
    pub(crate) fn keys_of(&self, dc_id: i32) -> Arc<KeyStore> {
        self.keys.get(&dc_id).cloned().unwrap_or_default()
    }

    pub(crate) fn login_tokens(&self) -> MutexGuard<'_, LoginTokens> {
        self.login_tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn exports(&self) -> MutexGuard<'_, Exports> {
        self.exports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
