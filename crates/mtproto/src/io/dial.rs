//! From addresses to a connection, and to a key.

mod eyeballs;
pub(super) mod open;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

#[cfg(feature = "web")]
use self::open::Opened;
use crate::frame::FrameKind;
use crate::frame::fake_tls::ClientHello;
use crate::frame::obfuscation::ProxyHint;
use crate::handshake::{self, DhGen, Established, KeyUse, Parameters, plain};
#[cfg(feature = "web")]
use crate::io::CarrierError;
#[cfg(feature = "web")]
use crate::io::carrier::{http, websocket};
use crate::io::clock::Clock;
use crate::io::link::Link;
use crate::io::proxy::{self, ProxyError};
use crate::io::{Carrier, Config, Error, OsRandom, Progress};
use crate::proxy::{Proxy, ProxyAddress, ProxySecret, SecretForm};
use crate::session::{MsgIds, Resume};

/// Opens connections, starting with the address that answered last.
#[derive(Debug, Clone)]
pub(super) struct Dialer {
    config: Arc<Config>,
    clock: Clock,
    random: OsRandom,
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
            #[cfg(feature = "web")]
            (Some(Proxy::MtProxy { .. }), _) => Err(CarrierError::MtProxy.into()),
            (None | Some(Proxy::Socks5 { .. } | Proxy::HttpConnect { .. }), _) => self.dial_server().await,
        }
    }

    async fn dial_server(&mut self) -> Result<Link, Error> {
        let config = Arc::clone(&self.config);
        match &config.carrier {
            Carrier::Tcp => {
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

    /// The server has said something: its circuit breaker may rest.
    pub(super) fn succeeded(&self) {
        self.config.breakers.succeeded(self.config.dc_id);
    }

    /// An attempt has failed, or a connection ended before the server said anything.
    pub(super) fn failed(&self) {
        self.config.breakers.failed(self.config.dc_id, Instant::now());
    }

    /// Tells whoever waits that another attempt will be made.
    pub(super) fn tell_next_attempt(&self, attempt: u32, pause: Duration, error: &Error) {
        let attempts = self.config.backoff.attempts;
        let reason = error.to_string();
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

    /// Connects, and makes a key if there is none. Tries as often as the configuration says.
    pub(super) async fn first_link(&mut self) -> Result<(Link, Resume), Error> {
        let mut failures = 0;
        loop {
            let error = match self.link_with_key().await {
                Ok(link) => return Ok(link),
                Err(error) => error,
            };
            failures += 1;
            self.failed();
            if !may_be_repeated(&error, self.config.resume.is_none())
                || failures >= self.config.backoff.attempts
            {
                return Err(error);
            }
            let pause = self.config.backoff.pause(failures, &mut self.random);
            self.tell_next_attempt(failures + 1, pause, &error);
            tracing::info!(%error, pause_ms = pause.as_millis(), "trying again to connect");
            tokio::time::sleep(pause).await;
        }
    }

    async fn link_with_key(&mut self) -> Result<(Link, Resume), Error> {
        let mut link = self.dial().await?;
        if let Some(resume) = &self.config.resume {
            return Ok((link, resume.clone()));
        }
        let after = self.config.handshake_timeout;
        let made = timeout(after, self.make_key(&mut link)).await;
        let made = made.map_err(|_| Error::HandshakeTimeout { after })??;
        tracing::info!("a new key was made");
        self.succeeded();
        let resume = Resume {
            auth_key: made.auth_key,
            server_salt: made.server_salt,
            time_offset_secs: made.time_offset_secs,
            clock_is_fresh: true,
        };
        Ok((link, resume))
    }

    /// The key exchange over a connection.
    async fn make_key(&mut self, link: &mut Link) -> Result<Established, Error> {
        let parameters = Parameters {
            dc_id: self.config.dc_id,
            rsa_keys: self.config.rsa_keys.clone(),
            key_use: KeyUse::Permanent,
        };
        let mut msg_ids = MsgIds::default();
        let (state, request) = handshake::start(parameters, &mut self.random);
        let answer = self.step(link, &mut msg_ids, &request).await?;
        let (state, request) = state.handle(plain::unwrap(&answer)?, &mut self.random)?;
        let answer = self.step(link, &mut msg_ids, &request).await?;
        let unix_now = self.clock.now().unix;
        let (mut state, mut request) = state.handle(plain::unwrap(&answer)?, unix_now, &mut self.random)?;
        loop {
            let answer = self.step(link, &mut msg_ids, &request).await?;
            match state.handle(plain::unwrap(&answer)?, &mut self.random)? {
                DhGen::Done(established) => return Ok(established),
                DhGen::Retry(next, body) => (state, request) = (*next, body),
            }
        }
    }

    async fn step(
        &mut self,
        link: &mut Link,
        msg_ids: &mut MsgIds,
        request: &[u8],
    ) -> Result<bytes::BytesMut, Error> {
        let message = plain::wrap(msg_ids.next(self.clock.now().unix), request);
        link.exchange(&message, &mut self.random).await
    }
}

/// Whether a first connection is tried again. In the key exchange, −404 says that the server has dropped the run (a bad
/// query, or a state that it no longer has): it begins again from `req_pq_multi` on a new connection.
fn may_be_repeated(error: &Error, makes_a_key: bool) -> bool {
    error.is_retryable() || (makes_a_key && error.is_unknown_key())
}
