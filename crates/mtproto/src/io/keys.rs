//! From a connection to the keys that it is used with.

use std::sync::Arc;

use tokio::time::timeout;

use crate::handshake::{self, DhGen, Established, KeyUse, Parameters, plain};
use crate::io::dial::Dialer;
use crate::io::link::Link;
use crate::io::{Error, ProxyError, TemporaryKeys};
use crate::proxy::Proxy;
use crate::session::{MsgIds, Resume, TemporaryKey};

/// A connection with what a session over it starts from.
pub(super) struct KeyedLink {
    pub(super) link: Link,
    /// The key that outlives this connection.
    pub(super) permanent: Resume,
    /// The key that is used in its place.
    pub(super) temporary: Option<(Resume, TemporaryKey)>,
}

impl Dialer {
    /// Connects, and makes the keys that are missing. Tries as often as the configuration says.
    pub(super) async fn first_link(&mut self) -> Result<KeyedLink, Error> {
        let mut failures = 0;
        loop {
            let error = match self.keyed_link().await {
                Ok(link) => return Ok(link),
                Err(error) => error,
            };
            failures += 1;
            self.failed(&error);
            let attempts = self.config.backoff.attempts;
            if !error.is_retryable() || failures >= attempts {
                return Err(error);
            }
            let pause = self.config.backoff.pause(failures, &mut self.random);
            let error = Arc::new(error);
            self.tell_next_attempt(failures + 1, Some(attempts), pause, &error);
            tracing::info!(%error, pause_ms = pause.as_millis(), "trying again to connect");
            tokio::time::sleep(pause).await;
        }
    }

    async fn keyed_link(&mut self) -> Result<KeyedLink, Error> {
        let mut link = self.dial().await?;
        let permanent = if let Some(resume) = self.config.resume.clone() {
            resume
        } else {
            let made = self.make_key(&mut link, KeyUse::Permanent).await?;
            Resume { made_at: Some(self.clock.now().unix), ..resume(made) }
        };
        let temporary = match self.config.temporary_keys {
            Some(keys) => Some(self.make_temporary_key(&mut link, &permanent, keys).await?),
            None => None,
        };
        Ok(KeyedLink { link, permanent, temporary })
    }

    /// A connection with another temporary key; one attempt.
    pub(super) async fn next_key(&mut self, permanent: Resume) -> Result<KeyedLink, Error> {
        let mut link = self.dial().await?;
        let keys = self.config.temporary_keys.unwrap_or_default();
        let key = self.make_temporary_key(&mut link, &permanent, keys).await?;
        Ok(KeyedLink { link, permanent, temporary: Some(key) })
    }

    /// Makes a key that will stand for the permanent one.
    pub(super) async fn make_temporary_key(
        &mut self,
        link: &mut Link,
        permanent: &Resume,
        keys: TemporaryKeys,
    ) -> Result<(Resume, TemporaryKey), Error> {
        let expires_in_secs = i32::try_from(keys.lifetime.as_secs()).unwrap_or(i32::MAX);
        let made = self.make_key(link, KeyUse::Temporary { expires_in_secs }).await?;
        // the exchange says when a temporary key ends
        let expires_at = made.expires_at.unwrap_or_default();
        let key = TemporaryKey { permanent_key: permanent.auth_key.clone(), expires_at };
        Ok((resume(made), key))
    }

    /// A key exchange over a connection, in the time that the configuration gives it.
    async fn make_key(&mut self, link: &mut Link, key_use: KeyUse) -> Result<Established, Error> {
        let after = self.config.handshake_timeout;
        let made = timeout(after, self.exchange(link, key_use)).await;
        let is_behind_mtproxy = matches!(self.config.proxy, Some(Proxy::MtProxy { .. }));
        let made = made.unwrap_or(Err(Error::HandshakeTimeout { after })).map_err(|error| match error {
            // a server that lost the thread of the exchange, not one that does not know a key of ours
            Error::Transport(error) => Error::KeyExchangeRefused(error),
            error if is_behind_mtproxy && !link.has_answered => turned_away(error),
            other => other,
        })?;
        tracing::info!(is_temporary = made.expires_at.is_some(), "a new key was made");
        self.succeeded();
        Ok(made)
    }

    async fn exchange(&mut self, link: &mut Link, key_use: KeyUse) -> Result<Established, Error> {
        let parameters =
            Parameters { dc_id: self.config.dc_id, rsa_keys: self.config.rsa_keys.clone(), key_use };
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

/// An MTProxy says nothing to whoever has another secret: it closes the connection, or lets it hang.
fn turned_away(error: Error) -> Error {
    match error {
        Error::Closed => ProxyError::Closed.into(),
        Error::Io(error) => ProxyError::Io(error).into(),
        Error::HandshakeTimeout { after } => ProxyError::Timeout { after }.into(),
        other => other,
    }
}

fn resume(made: Established) -> Resume {
    Resume {
        auth_key: made.auth_key,
        server_salt: made.server_salt,
        time_offset_secs: made.time_offset_secs,
        clock_is_fresh: true,
        made_at: None,
    }
}
