//! The connection of one account, and the one function that every request passes.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mtproto::proxy::Proxy;
use tl_api::types::ConfigRef;
use tl_api::{Invoke, InvokeError, InvokeRaw, LAYER, RpcError, functions};
use tl_codec::{Decode, Encode, Function, Reply};
use tokio::sync::{RwLock, watch};

use crate::allow_list::{self, AlsoRead};
use crate::config::Config;
use crate::error::ClientError;
use crate::link::Link;
use crate::retry::{Patience, Pause, Step};
use crate::route::Route;
use crate::session::{ServerState, SessionState, SessionStore};

/// How often a request may be sent on to another data centre; more is a loop between servers (section 5.4).
pub(crate) const MAX_MIGRATIONS: usize = 4;

/// One account's connection. Clones share it.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    /// The way to every server; it is kept nowhere else.
    route: Route,
    session: SessionStore,
    link: RwLock<Link>,
    /// Set once only what reads may be sent, with what may be read beside the address book.
    reading: OnceLock<AlsoRead>,
    /// Whether pauses between tries are cut short.
    stopping: watch::Sender<bool>,
    /// Where the server says that the data centres are.
    addresses: Mutex<BTreeMap<i32, SocketAddr>>,
    /// Who is told of pauses.
    pause_watch: OnceLock<PauseWatch>,
}

/// Is told of a pause when it begins.
struct PauseWatch(Box<dyn Fn(&Pause) + Send + Sync>);

impl std::fmt::Debug for PauseWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PauseWatch")
    }
}

impl Client {
    /// Connects with the key of the session, or makes a key and saves it; then introduces the device
    /// (`invokeWithLayer(initConnection(help.getConfig))`).
    ///
    /// # Errors
    /// [`ClientError`]: the server cannot be reached, breaks the protocol, or no longer knows the key.
    pub async fn connect(config: Config, session: SessionStore) -> Result<Self, ClientError> {
        Self::connect_by(Route::default(), config, session).await
    }

    /// As [`connect`](Self::connect), and every connection goes through the proxy. The session keeps nothing of it.
    ///
    /// # Errors
    /// [`ClientError`], also if there is no way through the proxy.
    pub async fn connect_through(
        proxy: Option<Proxy>,
        config: Config,
        session: SessionStore,
    ) -> Result<Self, ClientError> {
        Self::connect_by(Route::through(proxy), config, session).await
    }

    /// As [`connect`](Self::connect), by another way: over another transport, obfuscated, through a proxy. The session
    /// keeps nothing of it.
    ///
    /// # Errors
    /// [`ClientError`], also if the way leads nowhere.
    pub async fn connect_by(
        route: Route,
        config: Config,
        session: SessionStore,
    ) -> Result<Self, ClientError> {
        let link = open_link(&config, &route, &session).await?;
        let shared = Shared {
            config,
            route,
            session,
            link: RwLock::new(link),
            reading: OnceLock::new(),
            stopping: watch::Sender::new(false),
            addresses: Mutex::default(),
            pause_watch: OnceLock::new(),
        };
        let client = Self { shared: Arc::new(shared) };
        client.introduce().await?;
        Ok(client)
    }

    /// What the caller decided.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The session as it is kept.
    pub fn session(&self) -> &SessionStore {
        &self.shared.session
    }

    /// From now on only methods that read may be sent, on this client and all its clones; there is no way back. Beside
    /// the address book itself that is what `also` names, the first time that this is called.
    pub fn restrict_to_reading(&self, also: AlsoRead) {
        if self.shared.reading.set(also).is_err() {
            tracing::debug!("the client reads only already");
        }
    }

    /// Tells `watch` of every pause before a request is sent again, when it begins. The first watcher stays.
    pub fn watch_pauses(&self, watch: impl Fn(&Pause) + Send + Sync + 'static) {
        if self.shared.pause_watch.set(PauseWatch(Box::new(watch))).is_err() {
            tracing::debug!("somebody watches the pauses already");
        }
    }

    /// From now on nothing is tried again after a pause, and pauses that have begun end at once: the program stops.
    pub fn stop_waiting(&self) {
        self.shared.stopping.send_replace(true);
    }

    /// Writes the salt and clock offset that are now in force to the session, and closes the connection.
    ///
    /// # Errors
    /// [`ClientError::Session`] if the session cannot be written; the connection is closed all the same.
    pub async fn close(&self) -> Result<(), ClientError> {
        let link = self.shared.link.read().await;
        let present = link.key_state();
        link.close().await;
        let mut outcome = Ok(());
        if self.session().state().key.is_some() {
            outcome = self.session().update(|state| state.key = Some(present));
        }
        outcome.map_err(ClientError::from)
    }

    /// Asks at the account's data centre, wherever the server says that is (`PHONE_MIGRATE_X` and its kin).
    pub(crate) async fn invoke_migrating<F: Function + Sync>(
        &self,
        request: &F,
    ) -> Result<Reply<F::Reply>, InvokeError> {
        for _ in 0..MAX_MIGRATIONS {
            match self.invoke(request).await {
                Err(InvokeError::Rpc(error)) => match migration(&error) {
                    Some(dc_id) => self.migrate(dc_id).await?,
                    None => return Err(InvokeError::Rpc(error)),
                },
                result => return result,
            }
        }
        Err(ClientError::MigrationLoop { hops: MAX_MIGRATIONS }.into())
    }

    /// Makes another data centre the account's home: a connection and a key of its own.
    pub(crate) async fn migrate(&self, dc_id: i32) -> Result<(), ClientError> {
        tracing::info!(dc_id, "the account lives in another data centre");
        let server = self.server_of(dc_id)?;
        self.session().update(|state| {
            state.server = server;
            state.key = None;
        })?;
        let link = open_link(self.config(), &self.shared.route, self.session()).await?;
        let former = std::mem::replace(&mut *self.shared.link.write().await, link);
        former.close().await;
        self.introduce().await
    }

    /// A client for another data centre, with a key that ends with it.
    pub(crate) async fn at(&self, dc_id: i32) -> Result<Self, ClientError> {
        let state = SessionState::new(self.config().api_id, self.server_of(dc_id)?);
        let (route, config) = (self.shared.route.clone(), self.config().clone());
        Self::connect_by(route, config, SessionStore::in_memory(state)).await
    }

    fn server_of(&self, dc_id: i32) -> Result<ServerState, ClientError> {
        let listed =
            self.shared.addresses.lock().unwrap_or_else(PoisonError::into_inner).get(&dc_id).copied();
        self.shared.route.moved(&self.session().state().server, dc_id, listed)
    }

    /// Keeps what the server says unasked from now on, or nothing of it any more: only a login by token reads it.
    pub(crate) async fn listen(&self, is_wanted: bool) {
        self.shared.link.read().await.listen(is_wanted);
    }

    /// The next object that the server says unasked, if it is listened to; `None` once the connection is closed.
    pub(crate) async fn next_update(&self) -> Option<Bytes> {
        self.shared.link.read().await.next_update().await
    }

    /// Server time minus local time.
    pub(crate) async fn time_offset_secs(&self) -> i64 {
        self.shared.link.read().await.key_state().time_offset_secs
    }

    async fn introduce(&self) -> Result<(), ClientError> {
        let mut patience = Patience::new(self.config().timeouts.flood_wait);
        let request = introduction(self.config());
        loop {
            match self.call(request.clone()).await {
                Err(ClientError::Rpc(error)) => match patience.after(&error) {
                    Step::Wait(pause) if self.pause(&error, pause).await => {}
                    _ => return Err(ClientError::Rpc(error)),
                },
                result => return result.map(|config| self.learn(&config)),
            }
        }
    }

    /// Keeps where the data centres are, as `help.getConfig` says: a server of the user's own has no other list. One
    /// that cannot be read is no reason to fail: it is needed only where the account lives somewhere else.
    fn learn(&self, config: &Bytes) {
        let Ok(config) = ConfigRef::from_bytes(config) else { return };
        let mut addresses = self.shared.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        for option in &config.dc_options {
            let is_for_us = !(option.ipv6() || option.cdn() || option.media_only() || option.tcpo_only());
            let ip = option.ip_address.to_str_lossy().parse::<IpAddr>();
            if let (true, Ok(ip), Ok(port)) = (is_for_us, ip, u16::try_from(option.port)) {
                addresses.entry(option.id).or_insert_with(|| SocketAddr::new(ip, port));
            }
        }
    }

    /// Waits out short flood waits and server errors, and introduces the device again where the server has forgotten
    /// it.
    async fn send(&self, request: Bytes) -> Result<Bytes, ClientError> {
        let mut patience = Patience::new(self.config().timeouts.flood_wait);
        loop {
            let error = match self.call(request.clone()).await {
                Err(ClientError::Rpc(error)) => error,
                result => return result,
            };
            match patience.after(&error) {
                Step::Wait(pause) if self.pause(&error, pause).await => {}
                Step::Introduce => self.introduce().await?,
                Step::Wait(_) | Step::GiveUp => return Err(ClientError::Rpc(error)),
            }
        }
    }

    /// Waits. False if the program stops, before or meanwhile.
    async fn pause(&self, error: &RpcError, length: Duration) -> bool {
        let reason = error.name();
        tracing::info!(error = reason, secs = length.as_secs(), "waiting before the next try");
        if let Some(PauseWatch(watch)) = self.shared.pause_watch.get() {
            watch(&Pause { reason: reason.to_owned(), length });
        }
        let mut stopping = self.shared.stopping.subscribe();
        tokio::select! {
            biased;
            // the sender lives as long as this client
            _ = stopping.wait_for(|stopping| *stopping) => false,
            () = tokio::time::sleep(length) => true,
        }
    }

    /// The one function that every request passes, so that it is the one that looks at the allow-list.
    async fn call(&self, request: Bytes) -> Result<Bytes, ClientError> {
        if let Some(also) = self.shared.reading.get() {
            allow_list::check(&request, *also)?;
        }
        self.shared.link.read().await.call(request).await
    }
}

impl InvokeRaw for Client {
    fn invoke_raw(
        &self,
        request: Bytes,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, InvokeError>> + Send + '_>> {
        Box::pin(async move { self.send(request).await.map_err(InvokeError::from) })
    }
}

/// Who we are: it is said once over every key.
fn introduction(config: &Config) -> Bytes {
    let device = &config.device;
    let request = functions::InvokeWithLayer {
        layer: LAYER,
        query: functions::InitConnection {
            api_id: config.api_id,
            device_model: device.device_model.clone(),
            system_version: device.system_version.clone(),
            app_version: device.app_version.clone(),
            system_lang_code: device.lang_code.clone(),
            // empty for applications that have no language pack at Telegram
            lang_pack: String::new(),
            lang_code: device.lang_code.clone(),
            proxy: None,
            params: None,
            query: functions::help::GetConfig {},
        },
    };
    Bytes::from(request.to_bytes())
}

/// Opens a link for the session's server and saves the key that it ends up with.
async fn open_link(config: &Config, route: &Route, session: &SessionStore) -> Result<Link, ClientError> {
    let state = session.state();
    let server = route.locate(state.server);
    let link = Link::open(&server, route, state.key, config, introduction(config)).await?;
    let present = link.key_state();
    session.update(|state| state.key = Some(present))?;
    Ok(link)
}

/// The data centre that a request is sent on to (section 5.4).
pub(crate) fn migration(error: &RpcError) -> Option<i32> {
    match error.name() {
        "PHONE_MIGRATE" | "NETWORK_MIGRATE" | "USER_MIGRATE" => {
            error.parameter().and_then(|dc_id| i32::try_from(dc_id).ok())
        }
        _ => None,
    }
}
