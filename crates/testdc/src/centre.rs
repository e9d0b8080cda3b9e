//! The data centre: what all connections share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use crate::account::Accounts;
use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::event::EventSink;
use crate::fault::Script;
use crate::handshake::{DcIdentity, Handshakes};
use crate::key::RsaKey;
use crate::keys::{KeyRecord, KeyStore};

/// The state behind every connection. Each part has its own lock, and no lock is taken while another one is held,
/// except a takeout's inside a call.
#[derive(Debug)]
pub(crate) struct DataCentre {
    pub(crate) identity: DcIdentity,
    pub(crate) address: SocketAddr,
    pub(crate) rsa: RsaKey,
    pub(crate) keys: KeyStore,
    pub(crate) handshakes: Mutex<Handshakes>,
    pub(crate) accounts: Accounts,
    pub(crate) faults: Script,
    pub(crate) events: EventSink,
    pub(crate) entropy: Mutex<Entropy>,
}

impl DataCentre {
    /// The server's time.
    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::now(self.faults.clock_skew_secs())
    }

    /// Randomness for one connection.
    pub(crate) fn fork_entropy(&self) -> Entropy {
        self.entropy.lock().unwrap_or_else(PoisonError::into_inner).fork()
    }

    /// The key that a login hangs on: the key itself, or the permanent one that a temporary key is bound to.
    pub(crate) fn login_key(&self, key: &Arc<KeyRecord>, now: UnixTime) -> Option<Arc<KeyRecord>> {
        match key.lifetime {
            crate::handshake::Lifetime::Permanent => Some(Arc::clone(key)),
            crate::handshake::Lifetime::Until(_) => {
                let bound_to = key.client().bound_to;
                bound_to.and_then(|id| self.keys.find(id, now))
            }
        }
    }
}
