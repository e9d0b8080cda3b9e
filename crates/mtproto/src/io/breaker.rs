//! A circuit breaker for each data centre: one that fails again and again is left alone for a while.
//!
//! ```text
//!            BREAKER_FAILURES in a row             BREAKER_PAUSE is over
//!   closed ─────────────────────────────► open ─────────────────────────► half-open: one attempt
//!     ▲                                    ▲                                │           │
//!     │                                    └──────────── it fails ──────────┘           │
//!     └───────────────────────────── a message of the server arrives ───────────────────┘
//! ```
//!
//! A first connection fails at once while the breaker is open ([`Error::CircuitOpen`](crate::io::Error::CircuitOpen)): its
//! caller decides. A client that has lost its connection waits: until the breaker lets it through, or until the attempt of
//! another client has closed it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::{BREAKER_FAILURES, BREAKER_PAUSE};

/// The breakers of one program. Clones share them: every connection to a data centre learns from the others.
#[derive(Debug, Clone, Default)]
pub struct Breakers {
    by_dc: Arc<Mutex<HashMap<i32, Breaker>>>,
}

/// Where one breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaker {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen { trial_until: Instant },
}

/// A breaker that lets nothing through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    /// How long it stays so.
    pub(super) retry_after: Duration,
}

impl Breakers {
    /// Asks whether an attempt may be made. The one attempt of a half-open breaker is taken by asking.
    pub(super) fn admit(&self, dc_id: i32, now: Instant) -> Result<(), Open> {
        self.with(dc_id, |breaker| breaker.admit(now))
    }

    /// How long nobody is let through; `None` if somebody may be.
    pub(super) fn retry_after(&self, dc_id: i32, now: Instant) -> Option<Duration> {
        self.with(dc_id, |breaker| breaker.retry_after(now))
    }

    /// Whether nothing is known against the data centre.
    pub(super) fn is_closed(&self, dc_id: i32) -> bool {
        self.with(dc_id, |breaker| matches!(breaker, Breaker::Closed { .. }))
    }

    /// An attempt has failed, or a connection ended before the server said anything.
    pub(super) fn failed(&self, dc_id: i32, now: Instant) {
        self.with(dc_id, |breaker| breaker.failed(now));
    }

    /// The server has said something.
    pub(super) fn succeeded(&self, dc_id: i32) {
        self.with(dc_id, |breaker| *breaker = Breaker::Closed { failures: 0 });
    }

    fn with<T>(&self, dc_id: i32, act: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut by_dc = self.by_dc.lock().unwrap_or_else(PoisonError::into_inner);
        act(by_dc.entry(dc_id).or_insert(Breaker::Closed { failures: 0 }))
    }
}

impl Breaker {
    fn admit(&mut self, now: Instant) -> Result<(), Open> {
        if let Some(retry_after) = self.retry_after(now) {
            return Err(Open { retry_after });
        }
        if !matches!(self, Self::Closed { .. }) {
            *self = Self::HalfOpen { trial_until: now + BREAKER_PAUSE };
        }
        Ok(())
    }

    fn retry_after(&self, now: Instant) -> Option<Duration> {
        match *self {
            Self::Closed { .. } => None,
            // an attempt that never told how it ended counts as over
            Self::Open { until } | Self::HalfOpen { trial_until: until } => {
                Some(until.saturating_duration_since(now)).filter(|left| !left.is_zero())
            }
        }
    }

    fn failed(&mut self, now: Instant) {
        *self = match *self {
            Self::Closed { failures } if failures + 1 < BREAKER_FAILURES => {
                Self::Closed { failures: failures + 1 }
            }
            Self::Closed { .. } | Self::HalfOpen { .. } => Self::Open { until: now + BREAKER_PAUSE },
            open @ Self::Open { .. } => open,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened_at(now: Instant) -> Breakers {
        let breakers = Breakers::default();
        for _ in 0..BREAKER_FAILURES {
            assert_eq!(breakers.admit(2, now), Ok(()));
            breakers.failed(2, now);
        }
        breakers
    }

    #[test]
    fn it_opens_after_so_many_failures_in_a_row_and_for_one_data_centre_only() {
        let start = Instant::now();
        let breakers = opened_at(start);
        assert_eq!(breakers.admit(2, start), Err(Open { retry_after: BREAKER_PAUSE }));
        let half = BREAKER_PAUSE / 2;
        assert_eq!(breakers.admit(2, start + half), Err(Open { retry_after: half }));
        assert_eq!(breakers.admit(1, start), Ok(()), "another data centre");
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let (breakers, start) = (Breakers::default(), Instant::now());
        for _ in 0..3 {
            (1..BREAKER_FAILURES).for_each(|_| breakers.failed(2, start));
            breakers.succeeded(2);
        }
        assert_eq!(breakers.admit(2, start), Ok(()));
    }

    #[test]
    fn half_open_lets_one_attempt_through_and_that_one_decides() {
        let start = Instant::now();
        let breakers = opened_at(start);
        let trial = start + BREAKER_PAUSE;
        assert_eq!(breakers.admit(2, trial), Ok(()), "the trial");
        assert!(breakers.admit(2, trial).is_err(), "nobody else meanwhile");
        breakers.failed(2, trial);
        assert_eq!(breakers.admit(2, trial), Err(Open { retry_after: BREAKER_PAUSE }));
        assert_eq!(breakers.admit(2, trial + BREAKER_PAUSE), Ok(()));
        breakers.succeeded(2);
        assert!((0..5).all(|_| breakers.admit(2, trial + BREAKER_PAUSE).is_ok()));
    }

    #[test]
    fn a_trial_that_never_ended_is_not_waited_for_for_ever() {
        let start = Instant::now();
        let breakers = opened_at(start);
        assert_eq!(breakers.admit(2, start + BREAKER_PAUSE), Ok(()));
        assert_eq!(breakers.admit(2, start + 2 * BREAKER_PAUSE), Ok(()));
    }
}
