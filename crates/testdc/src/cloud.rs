//! What all data centres of one process share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::account::{Account, Accounts};
use crate::config::Config;
use crate::directory::Directory;

/// The accounts, and what every data centre knows of the others.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) accounts: Accounts,
    pub(crate) directory: Directory,
    /// Where each data centre listens.
    pub(crate) addresses: BTreeMap<i32, SocketAddr>,
    /// Seconds that the first takeout of a key has to wait for; none: takeouts open at once.
    pub(crate) takeout_delay_secs: Option<u32>,
}

impl Cloud {
    pub(crate) fn new(config: &Config, accounts: Vec<Account>, addresses: BTreeMap<i32, SocketAddr>) -> Self {
        Self {
            directory: Directory::of(&accounts),
            accounts: Accounts::new(accounts.into_iter().map(Arc::new)),
            addresses,
            takeout_delay_secs: config.takeout_delay_secs,
        }
    }

    /// A single data centre without accounts.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 443));
        Self::new(&Config::default(), Vec::new(), BTreeMap::from([(2, address)]))
    }
}
