//! The one place that knows mtproto's driver: a session's server in, bytes in and out.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::io::{self, ProxyError};
use mtproto::session::Resume;
use tl_api::RpcError;
use tokio::sync::Mutex;

use crate::config::{Config, Timeouts};
use crate::dc;
use crate::error::ClientError;
use crate::route::Route;
use crate::session::{KeyState, ServerState};

/// What a test data centre's number is larger by in the key exchange (section 2.2, step 2).
const TEST_DC_OFFSET: i32 = 10_000;

/// A connection to one data centre, with one key.
#[derive(Debug)]
pub(crate) struct Link {
    driver: io::Client,
    updates: Mutex<io::Updates>,
}

impl Link {
    /// Connects with the key, or makes one.
    pub(crate) async fn open(
        server: &ServerState,
        route: &Route,
        key: Option<KeyState>,
        client: &Config,
        introduction: Bytes,
    ) -> Result<Self, ClientError> {
        let timeouts = &client.timeouts;
        let mut config = driver_config(server, route).await?;
        // by the first key the client introduces itself, and learns whether it is welcome
        config.introduction = Some(introduction);
        if !client.temporary_keys {
            config.temporary_keys = None;
        }
        config.request_timeout = timeouts.request;
        config.resume = key.map(|key| {
            let mut resume = Resume::new(key.auth_key, key.server_salt);
            resume.time_offset_secs = key.time_offset_secs;
            resume.made_at = key.made_at_secs.map(Duration::from_secs);
            resume
        });
        Self::connect(config, timeouts).await
    }

    /// Makes a key and sends nothing.
    pub(crate) async fn probe(
        server: &ServerState,
        route: &Route,
        timeouts: &Timeouts,
    ) -> Result<Self, ClientError> {
        let mut config = driver_config(server, route).await?;
        config.temporary_keys = None;
        Self::connect(config, timeouts).await
    }

    async fn connect(config: io::Config, timeouts: &Timeouts) -> Result<Self, ClientError> {
        let after = timeouts.connect;
        let is_behind_proxy = config.proxy.is_some();
        // on the heap: whatever a way to a server keeps would be in every future that connects
        let connecting = Box::pin(io::Client::connect(config));
        let connected = tokio::time::timeout(after, connecting).await;
        let (driver, mut updates) = connected.map_err(|_| {
            // whoever of the two says nothing, another proxy may help
            let by_proxy = is_behind_proxy.then(|| io::Error::from(ProxyError::Timeout { after }).into());
            by_proxy.unwrap_or(ClientError::Timeout { after })
        })??;
        updates.mute();
        Ok(Self { driver, updates: Mutex::new(updates) })
    }

    /// The key with the salt and clock that are now in force.
    pub(crate) fn key_state(&self) -> KeyState {
        let Resume { auth_key, server_salt, time_offset_secs, made_at, .. } = self.driver.resume();
        KeyState {
            auth_key,
            server_salt,
            time_offset_secs,
            made_at_secs: made_at.map(|made_at| made_at.as_secs()),
        }
    }

    /// Keeps what the server says unasked from now on, or nothing of it any more.
    pub(crate) fn listen(&self, is_wanted: bool) {
        // whoever holds them is listening
        if let Ok(mut updates) = self.updates.try_lock() {
            if is_wanted {
                updates.listen();
            } else {
                updates.mute();
            }
        }
    }

    /// The next object that the server says unasked, if it is listened to; `None` once the link is closed.
    pub(crate) async fn next_update(&self) -> Option<Bytes> {
        let mut updates = self.updates.lock().await;
        loop {
            match updates.recv().await? {
                io::Update::Object(body) => return Some(body),
                // what was lost may be what is waited for: an empty object makes the reader look
                io::Update::Gap => return Some(Bytes::new()),
                _ => {}
            }
        }
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn call(&self, request: Bytes) -> Result<Bytes, ClientError> {
        self.driver.invoke(request).await.map_err(|error| match error {
            io::InvokeError::Rpc(error) => {
                ClientError::Rpc(RpcError { code: error.code, message: error.message })
            }
            other => ClientError::Call(other),
        })
    }

    /// Closes the connection in good order.
    pub(crate) async fn close(&self) {
        self.driver.shutdown().await;
    }
}

async fn driver_config(server: &ServerState, route: &Route) -> Result<io::Config, ClientError> {
    let mut config = straight_config(server).await?;
    config.carrier = route.carrier(server, &mut config.addresses)?;
    config.frame = route.framing;
    config.obfuscated = route.obfuscated;
    config.quick_acks = route.quick_acks;
    config.proxy.clone_from(&route.proxy);
    config.observer = route.observer.clone();
    config.breakers = route.breakers.clone();
    Ok(config)
}

async fn straight_config(server: &ServerState) -> Result<io::Config, ClientError> {
    let (dc_id, keys) = match server {
        ServerState::Production { dc_id } => (*dc_id, vec![RsaPublicKey::telegram_production()]),
        ServerState::Test { dc_id } => (TEST_DC_OFFSET + dc_id, vec![RsaPublicKey::telegram_test()]),
        ServerState::Custom { dc_id, rsa_key_pem, .. } => {
            (*dc_id, vec![RsaPublicKey::from_pem(rsa_key_pem).map_err(ClientError::RsaKey)?])
        }
    };
    Ok(io::Config::new(server.resolve().await?, dc_id, keys))
}

impl ServerState {
    /// The addresses of the server: those built in, or what the name of the user's own server stands for.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, ClientError> {
        match self {
            Self::Production { dc_id } => Ok(dc::production(*dc_id)),
            Self::Test { dc_id } => Ok(dc::test(*dc_id)),
            Self::Custom { address, .. } => {
                let resolved = tokio::net::lookup_host(address).await;
                let named = |source| ClientError::Address { address: address.clone(), source };
                Ok(resolved.map_err(named)?.collect())
            }
        }
    }
}
