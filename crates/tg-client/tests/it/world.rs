//! A data centre, and clients for it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use testdc::{Event, Server};
use tg_client::{
    ApiCredentials, Client, ClientError, Config, DeviceInfo, LoginError, Opener, Route, ServerState,
    SessionState, SessionStore, SignIn, Timeouts,
};
use tokio::io::{DuplexStream, duplex};

/// Nothing in these tests takes longer than this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct World {
    pub(crate) server: Arc<Server>,
    events: testdc::Events,
}

impl World {
    pub(crate) async fn new(config: testdc::Config) -> Self {
        let server = Arc::new(Server::bind(config).await.unwrap());
        let events = server.events();
        Self { server, events }
    }

    pub(crate) async fn small() -> Self {
        Self::new(testdc::Config { contacts: 20, saved_only: 5, ..testdc::Config::default() }).await
    }

    pub(crate) fn config() -> Config {
        let device = DeviceInfo {
            device_model: "test".into(),
            system_version: "1".into(),
            app_version: "1".into(),
            lang_code: "en".into(),
        };
        Config {
            api_id: 17,
            device,
            timeouts: Timeouts { request: PATIENCE, ..Timeouts::default() },
            temporary_keys: true,
        }
    }

    pub(crate) fn credentials() -> ApiCredentials {
        ApiCredentials { api_id: 17, api_hash: SecretString::from("0".repeat(32)) }
    }

    pub(crate) fn session(&self) -> SessionState {
        let server = ServerState::Custom {
            dc_id: 2,
            address: self.server.address().to_string(),
            rsa_key_pem: self.server.public_key_pem(),
        };
        SessionState::new(17, server)
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(Self::config(), SessionStore::in_memory(self.session())).await.unwrap()
    }

    pub(crate) async fn log_in(&mut self) -> Client {
        let client = self.connect().await;
        self.log_in_on(&client).await.unwrap();
        client
    }

    /// As [`log_in`](Self::log_in), over pipes in memory, so that tokio's paused clock goes on only while nobody has
    /// anything to do.
    pub(crate) async fn log_in_by_pipe(&mut self) -> Client {
        let server = Arc::clone(&self.server);
        let mut route = Route::default();
        route.opener = Some(Opener::new(move || {
            let (client, far) = duplex(64 << 10);
            server.serve_stream(far);
            async { Ok::<DuplexStream, io::Error>(client) }
        }));
        let session = SessionStore::in_memory(self.session());
        let client = Client::connect_by(route, Self::config(), session).await.unwrap();
        self.log_in_on(&client).await.unwrap();
        client
    }

    pub(crate) async fn log_in_on(&mut self, client: &Client) -> Result<(), LoginError> {
        let phone = SecretString::from(self.server.truth().account.phone.clone());
        let sent = client.send_code(&Self::credentials(), &phone).await?;
        let code = loop {
            if let Event::CodeSent { code, .. } = self.event().await {
                break SecretString::from(code);
            }
        };
        match client.sign_in(&sent, &code).await? {
            SignIn::Authorized(_) => Ok(()),
            SignIn::PasswordNeeded(challenge) => {
                client.check_password(&challenge, &SecretString::from(PASSWORD)).await.map(|_| ())
            }
        }
    }

    pub(crate) fn add_fault(&self, spec: &str) {
        self.server.add_fault(spec.parse::<testdc::FaultRule>().unwrap()).unwrap();
    }

    /// The next thing that happened at the server.
    pub(crate) async fn event(&mut self) -> Event {
        tokio::time::timeout(PATIENCE, self.events.next()).await.expect("an event in time").expect("a server")
    }

    /// What happened at the server until now.
    pub(crate) async fn events_so_far(&mut self) -> Vec<Event> {
        // what the connection's task still has to say
        tokio::time::sleep(Duration::from_millis(50)).await;
        std::iter::from_fn(|| self.events.try_next()).collect()
    }

    /// What became of the takeout session: its end, with or without success.
    pub(crate) async fn takeout_end(&mut self) -> bool {
        loop {
            if let Event::TakeoutFinished { success, .. } = self.event().await {
                return success;
            }
        }
    }
}

/// The server's name for the refusal.
pub(crate) fn rpc_name(error: &ClientError) -> &str {
    match error {
        ClientError::Rpc(error) => error.name(),
        other => panic!("not a refusal: {other:?}"),
    }
}
