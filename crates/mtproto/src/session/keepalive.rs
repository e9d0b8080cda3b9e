//! `ping_delay_disconnect`: how both ends notice that a connection is gone.

use core::time::Duration;

use crate::session::{Config, Session, SessionError};
use crate::time::Now;

/// When a ping is due, and since when the server is silent.
#[derive(Debug, Default)]
pub(super) struct Keepalive {
    next_ping: Option<Duration>,
    /// A ping was due and was not made: there is no room for it.
    is_overdue: bool,
    /// When the oldest ping was sent, or should have been, after which nothing has arrived.
    silent_since: Option<Duration>,
    /// The same for whole messages. Bytes may go on arriving all the while: a long answer, or the rest of a frame whose length
    /// was changed on its way, which is fed by every pong and never ends.
    unanswered_since: Option<Duration>,
}

impl Keepalive {
    /// The first ping goes out at once: it ties the session to the new connection.
    pub(super) fn connected(&mut self, now: Now) {
        *self = Self { next_ping: Some(now.monotonic), ..Self::default() };
    }

    pub(super) fn disconnected(&mut self) {
        *self = Self::default();
    }

    /// Something has arrived.
    pub(super) fn activity(&mut self, _: Now) {
        self.silent_since = None;
    }

    /// A whole message has arrived.
    pub(super) fn message(&mut self) {
        (self.silent_since, self.unanswered_since) = (None, None);
    }

    /// What waits to be sent is being taken, which lives as well as one that speaks.
    fn taken(&mut self, now: Now) {
        self.silent_since = self.silent_since.map(|_| now.monotonic);
    }

    pub(super) fn is_due(&self, now: Now) -> bool {
        self.is_overdue || self.is_time(now)
    }

    fn is_time(&self, now: Now) -> bool {
        self.next_ping.is_some_and(|due| due <= now.monotonic)
    }

    pub(super) fn pinged(&mut self, now: Now, config: &Config) {
        self.is_overdue = false;
        self.next_ping = Some(now.monotonic + config.ping_interval);
        self.wait_for_answer(now);
    }

    fn wait_for_answer(&mut self, now: Now) {
        self.silent_since.get_or_insert(now.monotonic);
        self.unanswered_since.get_or_insert(now.monotonic);
    }

    pub(super) fn deadline(&self, config: &Config) -> Option<Duration> {
        let silence_ends = self.silent_since.map(|since| since + config.pong_timeout);
        let message_is_due = self.unanswered_since.map(|since| since + config.message_timeout);
        [self.next_ping, silence_ends, message_is_due].into_iter().flatten().min()
    }

    pub(super) fn check(&mut self, now: Now, config: &Config) -> Result<(), SessionError> {
        // a peer that takes nothing leaves no room for the ping that would find it out
        if self.is_time(now) {
            self.is_overdue = true;
            self.next_ping = Some(now.monotonic + config.ping_interval);
            self.wait_for_answer(now);
        }
        let unanswered = self.unanswered_since.map(|since| now.monotonic.saturating_sub(since));
        if let Some(time) = unanswered.filter(|time| *time >= config.message_timeout) {
            return Err(SessionError::NoMessage { secs: time.as_secs() });
        }
        match self.silent_since.map(|since| now.monotonic.saturating_sub(since)) {
            Some(silent) if silent >= config.pong_timeout => {
                Err(SessionError::NoPong { silent_secs: silent.as_secs() })
            }
            _ => Ok(()),
        }
    }
}

impl Session {
    /// Some of what was made has left, and more of it waits to: whoever takes it is not silent. A driver says so, lest a
    /// long request over a slow line is taken for a lost connection.
    pub fn handle_sending(&mut self, now: Now) {
        self.keepalive.taken(now);
    }
}
