//! One data centre: what all of its connections share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::UnixTime;
use crate::cloud::Cloud;
use crate::entropy::Entropy;
use crate::event::EventSink;
use crate::fault::Script;
use crate::handshake::{DcIdentity, Handshakes};
use crate::key::RsaKey;
use crate::keys::{KeyRecord, KeyStore};

/// The state behind every connection. Each part has its own lock, and no lock is taken while another one is held,
/// except inside a call: a takeout's, and an address book's after the directory's.
///
/// Auth keys and key exchanges are a data centre's own; what stands in an [`Arc`] is shared with the others.
#[derive(Debug)]
pub(crate) struct DataCentre {
    pub(crate) identity: DcIdentity,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) handshakes: Mutex<Handshakes>,
    pub(crate) entropy: Mutex<Entropy>,
    pub(crate) rsa: Arc<RsaKey>,
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) faults: Arc<Script>,
    pub(crate) events: Arc<EventSink>,
}

impl DataCentre {
    /// A data centre with nobody in it.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self {
            identity: DcIdentity { id: 2, test_mode: false },
            keys: Arc::default(),
            handshakes: Mutex::default(),
            entropy: Mutex::new(Entropy::from_seed(1)),
            rsa: Arc::new(crate::key::tests::vector_key()),
            cloud: Arc::new(Cloud::for_tests()),
            faults: Arc::default(),
            events: Arc::new(EventSink::new()),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        self.cloud.addresses.get(&self.identity.id).copied().unwrap_or(unknown)
    }

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
