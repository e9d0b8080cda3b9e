//! What the driver does while it has no connection.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::frame::TransportError;
use crate::io::Error;
use crate::io::dial::Dialer;
use crate::io::driver::{Driver, ShutDown};
use crate::io::link::Link;
use crate::session::{Resume, TemporaryKey};

/// A connection, with another temporary key if there had to be one.
type NewLink = (Link, Option<(Resume, TemporaryKey)>);

impl Driver {
    /// Makes another connection, for as long as somebody waits for an answer, and goes on obeying meanwhile.
    pub(super) async fn reconnect(&mut self, lost: Error) -> ControlFlow<Result<ShutDown, Arc<Error>>, Link> {
        let mut error = Arc::new(lost);
        let mut wants_key = self.wants_another_key(&error);
        self.has_failed(&error);
        loop {
            self.failures += 1;
            self.go_on_after(&error).await?;
            let pause = self.pause();
            tracing::info!(failures = self.failures, pause_ms = pause.as_millis(), "connecting again");
            let attempts = self.waiting.is_empty().then_some(self.backoff.attempts);
            self.dialer.tell_next_attempt(self.failures, attempts, pause, &error);
            match self.attempt(pause, wants_key).await? {
                Ok((link, key)) => {
                    if let Some(key) = key {
                        self.replace_key(key);
                    }
                    return ControlFlow::Continue(link);
                }
                // somebody else's attempt decides, and the reason is still the same
                Err(Error::CircuitOpen { .. }) => {}
                Err(next) => {
                    wants_key |= self.wants_another_key(&next);
                    self.has_failed(&next);
                    error = Arc::new(next);
                }
            }
        }
    }

    fn has_failed(&mut self, error: &Error) {
        self.dialer.failed(error);
        // a server that is back after many attempts may have forgotten the key: that is the first time
        self.rejections += u32::from(!error.is_outage());
    }

    /// Whether, and when, there is another attempt: not at a server that answers and is of no use; and at one that is not
    /// there only for somebody who wants something of it.
    async fn go_on_after(&mut self, error: &Arc<Error>) -> ControlFlow<Result<ShutDown, Arc<Error>>> {
        let is_hopeless = !error.is_retryable() && !self.wants_another_key(error);
        if is_hopeless || self.rejections > self.backoff.attempts {
            return ControlFlow::Break(Err(Arc::clone(error)));
        }
        if error.is_outage() {
            self.present.set_outage(Some(Arc::clone(error)));
        }
        if self.failures > self.backoff.attempts && self.waiting.is_empty() {
            self.rest().await.map_break(Ok)?;
        }
        ControlFlow::Continue(())
    }

    /// Waits until something is asked.
    async fn rest(&mut self) -> ControlFlow<ShutDown> {
        tracing::info!("no further attempt is made before something is asked");
        // whoever reads the updates learns that they end here, and asks
        self.updates.gap();
        while self.waiting.is_empty() {
            let command = self.commands.recv().await;
            self.obey(command)?;
        }
        self.failures = 1;
        ControlFlow::Continue(())
    }

    /// The pause before the next attempt. An open circuit breaker makes it longer.
    fn pause(&mut self) -> Duration {
        let is_left_alone = self.dialer.is_left_alone_for();
        let failures = if is_left_alone.is_some() { 1 } else { self.failures };
        is_left_alone.unwrap_or_default() + self.backoff.pause(failures, &mut self.random)
    }

    /// One attempt, after a pause.
    async fn attempt<E>(
        &mut self,
        pause: Duration,
        wants_key: bool,
    ) -> ControlFlow<Result<ShutDown, E>, Result<NewLink, Error>> {
        let (mut dialer, permanent) = (self.dialer.clone(), self.keys.permanent.clone());
        let attempt = async move {
            dialer.pause(pause).await;
            let link = dial(&mut dialer, wants_key.then_some(&permanent)).await;
            (link, dialer)
        };
        tokio::pin!(attempt);
        loop {
            tokio::select! {
                (made, dialer) = &mut attempt => {
                    self.dialer = dialer;
                    return ControlFlow::Continue(made);
                }
                command = self.commands.recv() => self.obey(command).map_break(Ok)?,
            }
        }
    }

    /// Whether the connection was lost because of the temporary key: the server has forgotten it, or it is bound to
    /// nothing. Without temporary keys a lost key is lost for good.
    fn wants_another_key(&self, error: &Error) -> bool {
        let is_about_key =
            matches!(error, Error::Transport(TransportError::UNKNOWN_KEY) | Error::NotBound(_));
        is_about_key && self.session.has_temporary_key()
    }
}

/// Connects, and makes a temporary key if there is a permanent one to stand for.
async fn dial(dialer: &mut Dialer, permanent: Option<&Resume>) -> Result<NewLink, Error> {
    let mut link = dialer.dial().await?;
    let keys = dialer.config.temporary_keys.unwrap_or_default();
    let key = match permanent {
        Some(permanent) => Some(dialer.make_temporary_key(&mut link, permanent, keys).await?),
        None => None,
    };
    Ok((link, key))
}
