//! Time, as an argument of everything below the server loop.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A point in time: how long after 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) struct UnixTime(Duration);

impl UnixTime {
    /// The system's clock, wrong by `skew_secs`.
    pub(crate) fn now(skew_secs: i64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let skew = Duration::from_secs(skew_secs.unsigned_abs());
        Self(if skew_secs < 0 { now.saturating_sub(skew) } else { now + skew })
    }

    #[cfg(test)]
    pub(crate) fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// Whole seconds, as TL's `int` holds them.
    pub(crate) fn secs(self) -> i32 {
        i32::try_from(self.0.as_secs()).unwrap_or(i32::MAX)
    }

    /// The message id of this moment: seconds in the upper half, the fraction in the lower, the last two bits clear
    /// (protocol, "Message Identifier").
    pub(crate) fn msg_id(self) -> i64 {
        let fraction = (u64::from(self.0.subsec_nanos()) << 32) / 1_000_000_000;
        let id = (self.0.as_secs() << 32) | (fraction & !3);
        id.cast_signed()
    }

    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    pub(crate) fn after(self, span: Duration) -> Self {
        Self(self.0 + span)
    }

    pub(crate) fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span))
    }
}

/// The time that a message id claims.
pub(crate) fn time_of(msg_id: i64) -> UnixTime {
    UnixTime(Duration::from_secs(u64::try_from(msg_id >> 32).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_rise_with_time_and_leave_two_bits() {
        let early = UnixTime(Duration::new(1_700_000_000, 1));
        let late = UnixTime(Duration::new(1_700_000_000, 999_999_999));
        assert!(early.msg_id() < late.msg_id() && late.msg_id() % 4 == 0);
        assert_eq!(late.msg_id() >> 32, 1_700_000_000);
        assert_eq!(time_of(late.msg_id()), UnixTime::from_secs(1_700_000_000));
        assert_eq!(time_of(-1), UnixTime::default());
    }
}
