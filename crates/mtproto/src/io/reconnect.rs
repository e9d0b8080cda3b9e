//! What the driver does while it has no connection.

use std::ops::ControlFlow;

use crate::frame::TransportError;
use crate::io::Error;
use crate::io::dial::Dialer;
use crate::io::driver::{Driver, ShutDown};
use crate::io::link::Link;
use crate::session::{Resume, TemporaryKey};

/// A connection, with another temporary key if there had to be one.
type NewLink = (Link, Option<(Resume, TemporaryKey)>);

impl Driver {
    /// Makes another connection, as often as the configuration allows, and goes on obeying meanwhile.
    pub(super) async fn reconnect(&mut self, lost: Error) -> ControlFlow<Result<ShutDown, Error>, Link> {
        let mut error = lost;
        let mut wants_key = false;
        loop {
            wants_key |= self.wants_another_key(&error);
            self.failures += 1;
            self.dialer.failed(&error);
            let is_hopeless = !error.is_retryable() && !self.wants_another_key(&error);
            if is_hopeless || self.failures > self.backoff.attempts {
                return ControlFlow::Break(Err(error));
            }
            let pause = self.backoff.pause(self.failures, &mut self.random);
            tracing::info!(failures = self.failures, pause_ms = pause.as_millis(), "connecting again");
            self.dialer.tell_next_attempt(self.failures, pause, &error);
            let (mut dialer, permanent) = (self.dialer.clone(), self.keys.permanent.clone());
            let attempt = async move {
                tokio::time::sleep(pause).await;
                let link = dial(&mut dialer, wants_key.then_some(&permanent)).await;
                (link, dialer)
            };
            tokio::pin!(attempt);
            let (made, dialer) = loop {
                tokio::select! {
                    made = &mut attempt => break made,
                    command = self.commands.recv() => {
                        if let ControlFlow::Break(done) = self.obey(command) {
                            return ControlFlow::Break(Ok(done));
                        }
                    }
                }
            };
            self.dialer = dialer;
            match made {
                Ok((link, key)) => {
                    if let Some(key) = key {
                        self.replace_key(key);
                    }
                    return ControlFlow::Continue(link);
                }
                Err(next) => error = next,
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
