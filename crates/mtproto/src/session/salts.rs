//! Server salts: the one in force, and those of the coming hours (`get_future_salts#b921bd04`,
//! `future_salts#ae500895`, "Request for several future salts").
//!
//! A server changes the salt of a key every half hour and takes the old one for half an hour more. Salts that are known
//! ahead save the message that a stale one costs.

use core::time::Duration;

use tl_codec::Encode as _;

use crate::limits::MAX_FUTURE_SALTS;
use crate::schema::{functions, types};
use crate::session::sent::Service;
use crate::session::{Session, SessionError};
use crate::time::Now;

/// How long a salt of which nothing is known counts as good (TDLib's number is ten minutes); then others are asked for.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(9 * 60);

/// So long before the last known salt ends, further ones are asked for.
const QUERY_LEAD: Duration = Duration::from_secs(10 * 60);

/// After this time without an answer, the question is asked again.
const QUERY_RETRY: Duration = Duration::from_secs(60);

/// The salts of one key.
#[derive(Debug)]
pub(super) struct Salts {
    current: i64,
    /// Those that are known ahead, the earliest first.
    coming: Vec<types::FutureSalt>,
    /// When others are asked for, on the monotonic clock.
    query_at: Option<Duration>,
}

impl Salts {
    pub(super) fn new(current: i64) -> Self {
        Self { current, coming: Vec::new(), query_at: None }
    }

    pub(super) fn current(&self) -> i64 {
        self.current
    }

    /// The salt for a message that is sent at this server time.
    pub(super) fn in_force(&mut self, server_time: Duration) -> i64 {
        let has_begun = |salt: &types::FutureSalt| from_secs(salt.valid_since) <= server_time;
        let begun = self.coming.iter().take_while(|salt| has_begun(salt)).count();
        if let Some(newest) = self.coming.drain(..begun).next_back() {
            self.current = newest.salt;
        }
        self.current
    }

    /// The server has named a salt, and nothing about how long it is good.
    pub(super) fn replace(&mut self, salt: i64, now: Now) {
        self.current = salt;
        self.coming.clear();
        self.query_at = Some(now.monotonic + UNKNOWN_LIFETIME);
    }

    pub(super) fn connected(&mut self, now: Now) {
        self.query_at.get_or_insert(now.monotonic + UNKNOWN_LIFETIME);
    }

    pub(super) fn query_deadline(&self) -> Option<Duration> {
        self.query_at
    }

    /// Takes what the server says of the coming hours.
    fn learn(&mut self, mut salts: Vec<types::FutureSalt>, server_time: Duration, now: Now) {
        salts.retain(|salt| from_secs(salt.valid_until) > server_time);
        salts.sort_by_key(|salt| salt.valid_since);
        let Some(last) = salts.last() else { return };
        let lead = from_secs(last.valid_until).saturating_sub(server_time).saturating_sub(QUERY_LEAD);
        self.query_at = Some(now.monotonic + lead.max(QUERY_RETRY));
        self.coming = salts;
    }
}

/// A server's time in whole seconds; before 1970 there is none.
fn from_secs(secs: i32) -> Duration {
    Duration::from_secs(u64::try_from(secs).unwrap_or(0))
}

impl Session {
    /// Asks for salts, if it is time to.
    pub(super) fn query_salts(&mut self, now: Now) {
        if self.salts.query_at.is_none_or(|at| at > now.monotonic) {
            return;
        }
        self.salts.query_at = Some(now.monotonic + QUERY_RETRY);
        let num = i32::try_from(MAX_FUTURE_SALTS).unwrap_or(1);
        let body = functions::GetFutureSalts { num }.to_bytes();
        self.outbox.push(Service::Other { body: body.into(), is_content: false });
    }

    /// Takes salts, if they answer a question of ours.
    pub(super) fn handle_future_salts(
        &mut self,
        now: Now,
        answer: types::FutureSaltsRef<'_>,
    ) -> Result<(), SessionError> {
        let count = answer.salts.len();
        if count > MAX_FUTURE_SALTS {
            return Err(SessionError::TooMany { name: "future_salts", count, limit: MAX_FUTURE_SALTS });
        }
        if self.sent.take(answer.req_msg_id).is_none() {
            tracing::debug!("salts that were not asked for are passed over");
            return Ok(());
        }
        let salts = answer.salts.iter().map(|salt| salt.0).collect();
        self.salts.learn(salts, self.clock.server_time(now), now);
        Ok(())
    }
}
