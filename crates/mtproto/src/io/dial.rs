//! From addresses to a connection, and to a key.

pub(super) mod eyeballs;
pub(super) mod open;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};

#[cfg(feature = "web")]
use self::open::Opened;
use crate::frame::FrameKind;
use crate::frame::fake_tls::ClientHello;
use crate::frame::obfuscation::ProxyHint;
#[cfg(feature = "web")]
use crate::io::carrier::{http, websocket};
use crate::io::clock::Clock;
use crate::io::link::Link;
use crate::io::proxy::{self, ProxyError};
use crate::io::{Carrier, CarrierError, Config, Error, OsRandom, Progress};
use crate::proxy::{Proxy, ProxyAddress, ProxySecret, SecretForm};

/// How often whoever waits for a circuit breaker looks at it.
const BREAKER_GLANCE: Duration = Duration::from_secs(1);

/// Opens connections, starting with the address that answered last.
#[derive(Debug, Clone)]
pub(super) struct Dialer {
    pub(super) config: Arc<Config>,
    pub(super) clock: Clock,
    pub(super) random: OsRandom,
    preferred: Option<SocketAddr>,
}

impl Dialer {
    pub(super) fn new(config: Arc<Config>, clock: Clock, random: OsRandom) -> Self {
        Self { config, clock, random, preferred: None }
    }

    /// Opens a connection, unless the data centre's circuit breaker is open.
    pub(super) async fn dial(&mut self) -> Result<Link, Error> {
        let config = Arc::clone(&self.config);
        let dc_id = config.dc_id;
        config.breakers.admit(dc_id, Instant::now()).map_err(|open| Error::CircuitOpen {
            dc_id,
            retry_after: open.retry_after,
            until: self.clock.system_time() + open.retry_after,
        })?;
        match (&config.proxy, &config.carrier) {
            (Some(Proxy::MtProxy { address, secret }), Carrier::Tcp) => {
                self.dial_mtproxy(address, secret).await
            }
            (Some(_), Carrier::Own(_)) => Err(CarrierError::OwnAlone.into()),
            #[cfg(feature = "web")]
            (Some(Proxy::MtProxy { .. }), _) => Err(CarrierError::MtProxy.into()),
            (None | Some(Proxy::Socks5 { .. } | Proxy::HttpConnect { .. }), _) => self.dial_server().await,
        }
    }

    async fn dial_server(&mut self) -> Result<Link, Error> {
        let config = Arc::clone(&self.config);
        match &config.carrier {
            Carrier::Tcp | Carrier::Own(_) => {
                let stream = open::stream(&config, &mut self.preferred).await?.stream;
                if config.obfuscated {
                    Link::obfuscated(stream, config.frame, ProxyHint::default(), &mut self.random)
                } else {
                    Ok(Link::new(stream, config.frame))
                }
            }
            #[cfg(feature = "web")]
            Carrier::WebSocket(web) => {
                let Opened { stream, host } = open::stream(&config, &mut self.preferred).await?;
                let scheme = if web.tls.is_some() { "wss" } else { "ws" };
                let url = format!("{scheme}://{host}{}", web.path);
                let after = config.connect_timeout;
                let socket = timeout(after, websocket::open(&url, stream)).await;
                let socket = socket.map_err(|_| CarrierError::Timeout { after })??;
                Link::obfuscated(Box::new(socket), config.frame, ProxyHint::default(), &mut self.random)
            }
            #[cfg(feature = "web")]
            Carrier::Http(web) => Ok(Link::http(http::open(Arc::clone(&config), &web.path).await?)),
        }
    }

    /// How long the circuit breaker lets nobody through.
    pub(super) fn is_left_alone_for(&self) -> Option<Duration> {
        self.config.breakers.retry_after(self.config.dc_id, Instant::now())
    }

    /// Waits before an attempt. If the circuit breaker is the reason, not longer than that is open: the attempt of another
    /// client may close it.
    pub(super) async fn pause(&self, length: Duration) {
        let end = Instant::now() + length;
        let is_closed = || self.config.breakers.is_closed(self.config.dc_id);
        let was_closed = is_closed();
        while !was_closed && Instant::now() + BREAKER_GLANCE < end {
            sleep(BREAKER_GLANCE).await;
            if is_closed() {
                return;
            }
        }
        sleep_until(end).await;
    }

    /// The server has said something: its circuit breaker may rest.
    pub(super) fn succeeded(&self) {
        self.config.breakers.succeeded(self.config.dc_id);
    }

    /// An attempt has failed, or a connection ended before the server said anything.
    pub(super) fn failed(&self, error: &Error) {
        // where nobody was asked, nothing has failed: the attempt of somebody else decides
        if !matches!(error, Error::CircuitOpen { .. }) {
            self.config.breakers.failed(self.config.dc_id, Instant::now());
        }
    }

    /// Tells whoever waits that another attempt will be made, the last of `attempts` if there is a last one.
    pub(super) fn tell_next_attempt(
        &self,
        attempt: u32,
        attempts: Option<u32>,
        pause: Duration,
        error: &Arc<Error>,
    ) {
        let reason = Arc::clone(error);
        self.config.observer.tell(&Progress::TryingAgain { attempt, attempts, pause, reason });
    }

    /// The proxy finds the data centre by its number.
    async fn dial_mtproxy(&mut self, address: &ProxyAddress, secret: &ProxySecret) -> Result<Link, Error> {
        let dc_id = i16::try_from(self.config.dc_id);
        let dc_id = dc_id.map_err(|_| ProxyError::DcId { dc_id: self.config.dc_id })?;
        let hint = ProxyHint { secret: Some(secret.key()), dc_id };
        let kind = match (secret.form(), self.config.frame) {
            (SecretForm::Padded | SecretForm::FakeTls { .. }, _) => FrameKind::PaddedIntermediate,
            (SecretForm::Plain, kind) => kind,
        };
        let after = self.config.connect_timeout;
        let mut stream = proxy::connect(address, after).await?;
        let mut behind_hello = None;
        if let SecretForm::FakeTls { domain } = secret.form() {
            // the date in the hello ends in 2106
            let unix_secs = u32::try_from(self.clock.now().unix.as_secs()).unwrap_or(u32::MAX);
            let hello = ClientHello::new(secret.key(), domain, unix_secs, &mut self.random);
            let greeted = timeout(after, proxy::greet(&mut stream, secret.key(), &hello)).await;
            behind_hello = Some(greeted.map_err(|_| ProxyError::Timeout { after })??);
        }
        tracing::debug!(%address, "connected to the proxy");
        let stream = Box::new(stream);
        match behind_hello {
            Some(records) => Link::disguised(stream, hint, records, &mut self.random),
            None => Link::obfuscated(stream, kind, hint, &mut self.random),
        }
    }
}
