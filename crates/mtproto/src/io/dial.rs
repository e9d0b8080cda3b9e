//! From addresses to a connection, and to a key.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::frame::FrameKind;
use crate::frame::fake_tls::ClientHello;
use crate::frame::obfuscation::ProxyHint;
use crate::handshake::{self, DhGen, Established, KeyUse, Parameters, plain};
use crate::io::clock::Clock;
use crate::io::link::Link;
use crate::io::proxy::{self, ProxyError, open_tcp};
use crate::io::{Config, Error, OsRandom};
use crate::proxy::{Proxy, ProxyAddress, ProxySecret, SecretForm};
use crate::session::{MsgIds, Resume};

/// Opens connections, starting with the address that answered last.
#[derive(Debug, Clone)]
pub(super) struct Dialer {
    config: Arc<Config>,
    clock: Clock,
    random: OsRandom,
    preferred: usize,
}

impl Dialer {
    pub(super) fn new(config: Arc<Config>, clock: Clock, random: OsRandom) -> Self {
        Self { config, clock, random, preferred: 0 }
    }

    /// Connects to the first address that accepts, or through the proxy.
    pub(super) async fn dial(&mut self) -> Result<Link, Error> {
        let config = Arc::clone(&self.config);
        match &config.proxy {
            Some(Proxy::MtProxy { address, secret }) => self.dial_mtproxy(address, secret).await,
            None | Some(Proxy::Socks5 { .. } | Proxy::HttpConnect { .. }) => self.dial_server().await,
        }
    }

    async fn dial_server(&mut self) -> Result<Link, Error> {
        let mut last_error = Error::NoAddress;
        let count = self.config.addresses.len();
        for index in (self.preferred..count).chain(0..self.preferred) {
            let Some(address) = self.config.addresses.get(index) else { continue };
            match self.connect(*address).await {
                Ok(stream) => {
                    self.preferred = index;
                    tracing::debug!(%address, "connected");
                    return self.link(stream);
                }
                Err(error) => {
                    tracing::debug!(%address, %error, "no connection");
                    last_error = error;
                }
            }
        }
        Err(last_error)
    }

    fn link(&mut self, stream: TcpStream) -> Result<Link, Error> {
        let kind = self.config.frame;
        if self.config.obfuscated {
            Link::obfuscated(Box::new(stream), kind, ProxyHint::default(), &mut self.random)
        } else {
            Ok(Link::new(Box::new(stream), kind))
        }
    }

    async fn connect(&self, address: SocketAddr) -> Result<TcpStream, Error> {
        let after = self.config.connect_timeout;
        if let Some(proxy) = &self.config.proxy {
            let stream = proxy::connect(proxy.address(), after).await?;
            let asked = timeout(after, proxy::ask(proxy, stream, address)).await;
            return Ok(asked.map_err(|_| ProxyError::Timeout { after })??);
        }
        let connected = timeout(after, open_tcp(address)).await;
        let connected = connected.map_err(|_| Error::ConnectTimeout { address, after })?;
        connected.map_err(|source| Error::Connect { address, source })
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
        let link = Link::obfuscated(Box::new(stream), kind, hint, &mut self.random)?;
        Ok(match behind_hello {
            Some(records) => link.wrapped_in_records(records),
            None => link,
        })
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
            if !error.is_retryable() || failures >= self.config.backoff.attempts {
                return Err(error);
            }
            let pause = self.config.backoff.pause(failures, &mut self.random);
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
