//! The one place that knows mtproto's driver: a session's server in, bytes in and out.

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::io;
use mtproto::proxy::Proxy;
use mtproto::session::Resume;
use tl_api::RpcError;
use tokio::sync::Mutex;

use crate::config::Config;
use crate::dc;
use crate::error::ClientError;
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
        proxy: Option<Proxy>,
        key: Option<KeyState>,
        client: &Config,
        introduction: Bytes,
    ) -> Result<Self, ClientError> {
        let timeouts = &client.timeouts;
        let mut config = driver_config(server).await?;
        // by the first key the client introduces itself, and learns whether it is welcome
        config.introduction = Some(introduction);
        if !client.temporary_keys {
            config.temporary_keys = None;
        }
        config.request_timeout = timeouts.request;
        config.proxy = proxy;
        config.resume = key.map(|key| {
            let mut resume = Resume::new(key.auth_key, key.server_salt);
            resume.time_offset_secs = key.time_offset_secs;
            resume
        });
        let connect = io::Client::connect(config);
        let connected = tokio::time::timeout(timeouts.connect, connect).await;
        let (driver, updates) = connected.map_err(|_| ClientError::Timeout { after: timeouts.connect })??;
        Ok(Self { driver, updates: Mutex::new(updates) })
    }

    /// The key with the salt and clock that are now in force.
    pub(crate) fn key_state(&self) -> KeyState {
        KeyState {
            auth_key: self.driver.auth_key(),
            server_salt: self.driver.server_salt(),
            time_offset_secs: self.driver.time_offset_secs(),
        }
    }

    /// The next object that the server says unasked; `None` once the link is closed. Those that nobody waits for are
    /// dropped by the driver when there are too many.
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

async fn driver_config(server: &ServerState) -> Result<io::Config, ClientError> {
    Ok(match server {
        ServerState::Production { dc_id } => {
            io::Config::new(dc::production(*dc_id), *dc_id, vec![RsaPublicKey::telegram_production()])
        }
        ServerState::Test { dc_id } => {
            let keys = vec![RsaPublicKey::telegram_test()];
            io::Config::new(dc::test(*dc_id), TEST_DC_OFFSET + dc_id, keys)
        }
        ServerState::Custom { dc_id, address, rsa_key_pem } => {
            let key = RsaPublicKey::from_pem(rsa_key_pem).map_err(ClientError::RsaKey)?;
            let resolved = tokio::net::lookup_host(address).await;
            let addresses = resolved
                .map_err(|source| ClientError::Address { address: address.clone(), source })?
                .collect();
            io::Config::new(addresses, *dc_id, vec![key])
        }
    })
}
