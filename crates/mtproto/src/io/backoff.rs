//! Pauses between attempts: exponential, with full jitter.

use std::time::Duration;

use crate::random::{Random, fill_array};

/// How often, and after which pauses, a connection is tried again. While a data centre's circuit breaker is open
/// ([`Breakers`](crate::io::Breakers)) the pause is longer.
///
/// The pause before attempt *n* is random between nothing and `first_pause · 2ⁿ⁻¹`, at most `max_pause`: many clients
/// that lost the same server do not come back at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first pause.
    pub first_pause: Duration,
    /// The longest pause of all.
    pub max_pause: Duration,
    /// How many attempts in a row may fail before a first connection is given up; or a lost one, of a server that can be
    /// reached and does what it must not. One that led to a message of the server ends the row.
    ///
    /// A server that cannot be reached any more, or says nothing, is tried for as long as a request waits for its answer.
    /// Where nobody waits, the client rests after so many attempts: the next one is made when something is asked.
    pub attempts: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first_pause: Duration::from_millis(500), max_pause: Duration::from_secs(30), attempts: 6 }
    }
}

impl Backoff {
    /// The pause after so many failures in a row (at least one).
    pub(super) fn pause(&self, failures: u32, random: &mut dyn Random) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let longest = self.first_pause.saturating_mul(1 << doublings).min(self.max_pause);
        let fraction = f64::from(u32::from_le_bytes(fill_array(random))) / f64::from(u32::MAX);
        longest.mul_f64(fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_their_limit_and_fill_the_whole_range() {
        let backoff = Backoff::default();
        let longest = |failures| backoff.pause(failures, &mut |bytes: &mut [u8]| bytes.fill(0xff));
        let secs: Vec<_> = [1, 2, 3, 6, 7, 8, 1000].map(|n| longest(n).as_secs_f64()).to_vec();
        assert_eq!(secs, [0.5, 1.0, 2.0, 16.0, 30.0, 30.0, 30.0]);
        let shortest = backoff.pause(5, &mut |bytes: &mut [u8]| bytes.fill(0));
        assert_eq!(shortest, Duration::ZERO);
    }
}
