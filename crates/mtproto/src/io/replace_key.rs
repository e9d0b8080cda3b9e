//! Temporary keys, one after the other ("Perfect Forward Secrecy").
//!
//! ```text
//! KeyExpires ─► another connection, another key (meanwhile this one serves) ─► hold ─► settled ─► swap
//! ```

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::io::Error;
use crate::io::driver::Driver;
use crate::io::keys::KeyedLink;
use crate::io::link::Link;
use crate::limits::YOUNG_KEY_AGE;
use crate::session::{CallError, Resume, TemporaryKey};
use crate::time::Now;

/// The refusal of `auth.bindTempAuthKey` that says that the permanent key is unknown.
const ENCRYPTED_MESSAGE_INVALID: &str = "ENCRYPTED_MESSAGE_INVALID";

/// The next key in the making.
type Making = Pin<Box<dyn Future<Output = Result<KeyedLink, Error>> + Send>>;

/// What the driver knows of keys beside the session's own.
pub(super) struct Keys {
    pub(super) permanent: Resume,
    /// Until when parts of the server may not know the permanent key yet, on the monotonic clock.
    young_until: Option<Duration>,
    making: Option<Making>,
    /// A connection with the next key: it waits until the present one is settled.
    next: Option<(Link, (Resume, TemporaryKey))>,
    /// How many bindings in a row were refused, or not answered.
    refusals: u32,
    /// What came of the last binding, if it failed.
    pub(super) fault: Option<Error>,
}

impl Keys {
    pub(super) fn new(permanent: Resume, now: Now) -> Self {
        // one from the future is of a clock that was set since
        let age = permanent.made_at.and_then(|made_at| now.unix.checked_sub(made_at));
        let young_for = age.and_then(|age| YOUNG_KEY_AGE.checked_sub(age));
        let young_until = young_for.map(|left| now.monotonic + left);
        Self { permanent, young_until, making: None, next: None, refusals: 0, fault: None }
    }

    /// Waits for the key in the making; for ever if there is none. Safe to cancel.
    pub(super) async fn made(&mut self) -> Result<KeyedLink, Error> {
        match &mut self.making {
            Some(making) => {
                let made = making.await;
                self.making = None;
                made
            }
            None => std::future::pending().await,
        }
    }

    /// The present key is in use.
    pub(super) fn serves(&mut self) {
        self.refusals = 0;
    }

    /// No key is waited for any more.
    pub(super) fn forget_next(&mut self) {
        (self.making, self.next) = (None, None);
    }
}

impl Driver {
    /// The session's key will end: another one is made, over a connection of its own.
    pub(super) fn begin_replacement(&mut self) {
        if self.keys.making.is_some() || self.keys.next.is_some() {
            return;
        }
        tracing::info!("the temporary key will end, another one is made");
        let (mut dialer, permanent) = (self.dialer.clone(), self.keys.permanent.clone());
        self.keys.making = Some(Box::pin(async move { dialer.next_key(permanent).await }));
    }

    /// Takes the key that was made; its connection waits until nothing is lost by the change. If it could not be made,
    /// the session will ask again.
    pub(super) fn take_replacement(&mut self, made: Result<KeyedLink, Error>) {
        match made {
            Ok(KeyedLink { link, temporary: Some(key), .. }) => {
                self.keys.next = Some((link, key));
                self.session.hold_requests();
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "no other temporary key could be made"),
        }
    }

    /// The connection with the next key, if it is time to change to it. The session has changed then.
    pub(super) fn change_over(&mut self) -> Option<Link> {
        if self.keys.next.is_none() || !self.session.may_replace_key(self.clock.now()) {
            return None;
        }
        let (link, key) = self.keys.next.take()?;
        self.session.handle_disconnected();
        self.replace_key(key);
        Some(link)
    }

    pub(super) fn replace_key(&mut self, (resume, key): (Resume, TemporaryKey)) {
        let introduction = self.dialer.config.introduction.clone();
        self.session.replace_key(resume, key, introduction, &mut self.random);
    }

    /// The server refuses the binding. That is final if it means the permanent key, unless that key was made a moment
    /// ago, so that parts of the server may not know it yet.
    pub(super) fn is_not_bound(&mut self, error: CallError) {
        let is_unknown =
            matches!(&error, CallError::Rpc(error) if error.message == ENCRYPTED_MESSAGE_INVALID);
        let now = self.clock.now().monotonic;
        let is_final = is_unknown && self.keys.young_until.is_none_or(|until| until <= now);
        self.count_unbound();
        self.keys.fault = Some(if is_final { Error::PermanentKeyRefused } else { Error::NotBound(error) });
    }

    /// A connection came to nothing because its key was not bound. A refusal is a valid message, and a server that says
    /// nothing to the binding sends others: these must not make the attempts endless.
    pub(super) fn count_unbound(&mut self) {
        self.keys.refusals += 1;
        (self.failures, self.rejections) = (self.keys.refusals, self.keys.refusals);
    }
}
