//! A server for one test.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use testdc::{
    Carrier, Config, Control, Entropy, Event, Events, FaultRule, FramingName, RsaKey, Server, Truth,
};
use tokio::runtime::Runtime;

use crate::client::{Client, Framing};

/// How long anything may take in a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running server with a runtime of its own, so that tests and their client can be plain functions.
pub(crate) struct TestServer {
    server: Option<Server>,
    events: Events,
    runtime: Runtime,
}

impl TestServer {
    pub(crate) fn start(config: Config) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let key = config.key.clone().unwrap_or_else(shared_key);
        let server = runtime.block_on(Server::bind(Config { key: Some(key), ..config })).unwrap();
        let events = server.events();
        Self { server: Some(server), events, runtime }
    }

    pub(crate) fn with_faults(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|spec| spec.parse::<FaultRule>().unwrap()).collect();
        Self::start(Config { contacts: 60, saved_only: 10, faults, ..Config::default() })
    }

    pub(crate) fn plain() -> Self {
        Self::with_faults(&[])
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// How the account is.
    pub(crate) fn state(&self) -> testdc::AccountState {
        self.server().control().state(&self.truth().account.phone).unwrap()
    }

    /// How the connections so far spoke: carrier, framing, and whether it was obfuscated.
    pub(crate) fn spoken(&self) -> Vec<(Carrier, Option<FramingName>, bool)> {
        let connections = self.server().control().connections();
        connections.iter().map(|one| (one.carrier, one.framing, one.obfuscated)).collect()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server().address()
    }

    pub(crate) fn mtproxy_address(&self) -> SocketAddr {
        self.server().mtproxy_address().unwrap()
    }

    pub(crate) fn web(&self) -> &testdc::WebDoors {
        &self.server().web()[&2]
    }

    pub(crate) fn pem(&self) -> String {
        self.server().public_key_pem()
    }

    /// Where a data centre listens.
    pub(crate) fn address_of(&self, dc_id: i32) -> SocketAddr {
        self.server().addresses()[&dc_id]
    }

    /// A client with a key for a data centre, introduced.
    pub(crate) fn keyed_at(&self, dc_id: i32) -> Client {
        let mut client = Client::connect(self.address_of(dc_id), Framing::Intermediate);
        client.exchange_key(&self.pem(), dc_id).unwrap();
        client.introduce();
        client
    }

    pub(crate) fn control(&self) -> &Control {
        self.server().control()
    }

    pub(crate) fn admin_address(&self) -> SocketAddr {
        self.server().admin_address().unwrap()
    }

    pub(crate) fn truth(&self) -> &Truth {
        self.server().truth()
    }

    pub(crate) fn code(&self) -> String {
        self.server().login_code()
    }

    pub(crate) fn add_fault(&self, spec: &str) {
        self.server().add_fault(spec.parse::<FaultRule>().unwrap()).unwrap();
    }

    /// The next event; a test fails if none comes.
    pub(crate) fn event(&mut self) -> Event {
        let next = async { tokio::time::timeout(PATIENCE, self.events.next()).await };
        self.runtime.block_on(next).unwrap().unwrap()
    }

    pub(crate) fn has_event(&mut self) -> bool {
        self.events.try_next().is_some()
    }

    /// What has happened until now, as far as nobody has asked for it.
    pub(crate) fn events_so_far(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_next()).collect()
    }

    /// A client without a key.
    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address(), Framing::Intermediate)
    }

    /// A client with a key.
    pub(crate) fn keyed(&self) -> Client {
        let mut client = self.connect();
        client.exchange_key(&self.pem(), 2).unwrap();
        client
    }

    /// A client that is logged in (accounts without a password).
    pub(crate) fn logged_in(&self) -> Client {
        let mut client = self.keyed();
        client.introduce();
        client.log_in(&self.truth().account.phone, &self.code()).unwrap();
        client
    }

    pub(crate) fn shut_down(mut self) {
        let server = self.server.take().unwrap();
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, server.shutdown()).await }).unwrap();
    }
}

/// One key for all tests: making one takes longer than most of them.
pub(crate) fn shared_key() -> RsaKey {
    static KEY: OnceLock<RsaKey> = OnceLock::new();
    KEY.get_or_init(|| RsaKey::generate(&mut Entropy::from_seed(99))).clone()
}
