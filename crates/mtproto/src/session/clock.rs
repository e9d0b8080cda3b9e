//! The server's clock, as far as it is known.

use core::time::Duration;

use crate::limits::{MAX_MESSAGE_AGE, MAX_MESSAGE_LEAD};
use crate::session::msg_id;
use crate::time::Now;

const NANOS_PER_SEC: i64 = 1_000_000_000;
/// The local clock and the monotonic one part by less than this unless somebody sets the one or the machine sleeps; a
/// sixth of the lead that messages may have.
const STEP_NANOS: i64 = 5 * NANOS_PER_SEC;

/// Server time minus local time.
#[derive(Debug)]
pub(super) struct Clock {
    offset_nanos: i64,
    /// Whether the server has said what time it is, in an answer to a message of ours, since there was reason to doubt it.
    is_confirmed: bool,
    /// When the clocks were looked at last.
    last: Option<Now>,
}

impl Clock {
    pub(super) fn new(offset_secs: i64, is_confirmed: bool) -> Self {
        Self { offset_nanos: offset_secs.saturating_mul(NANOS_PER_SEC), is_confirmed, last: None }
    }

    pub(super) fn offset_secs(&self) -> i64 {
        // to the nearest: a message that took a moment to arrive must not look like a second
        self.offset_nanos.saturating_add(NANOS_PER_SEC / 2).div_euclid(NANOS_PER_SEC)
    }

    /// Looks at both clocks. A local clock that was set back while the session goes on takes the server's time with it
    /// no further than its own step. One that is ahead all at once was set, or the machine slept and the monotonic clock
    /// stood still: the server has to say which.
    pub(super) fn follow(&mut self, now: Now) {
        let Some(last) = self.last.replace(now) else { return };
        let step = nanos(now.unix)
            .saturating_sub(nanos(last.unix))
            .saturating_sub(nanos(now.monotonic.saturating_sub(last.monotonic)));
        if step < -STEP_NANOS {
            self.offset_nanos = self.offset_nanos.saturating_sub(step);
        } else if step > STEP_NANOS {
            self.is_confirmed = false;
        }
    }

    /// The server's time since 1970.
    pub(super) fn server_time(&self, now: Now) -> Duration {
        let offset = Duration::from_nanos(self.offset_nanos.unsigned_abs());
        if self.offset_nanos < 0 { now.unix.saturating_sub(offset) } else { now.unix.saturating_add(offset) }
    }

    /// Whether a message of the server is from now: not 300 s old, not 30 s ahead. Everything is, before the server has
    /// said its time.
    pub(super) fn accepts(&self, id: i64, now: Now) -> bool {
        let (stated, present) = (msg_id::to_time(id), self.server_time(now));
        !self.is_confirmed
            || (stated + MAX_MESSAGE_AGE >= present && stated <= present.saturating_add(MAX_MESSAGE_LEAD))
    }

    /// Learns from a verified message. It was made before now, perhaps long before: the offset grows, but does not
    /// shrink, and nothing is confirmed.
    pub(super) fn observe(&mut self, id: i64, now: Now) {
        self.offset_nanos = self.offset_nanos.max(offset_between(id, now));
    }

    /// Learns from the answer to a message of ours. It was made between that one and now, so that a prompt one says how
    /// late it is to within the lead that messages may have, and what comes after it is taken.
    pub(super) fn learn(&mut self, id: i64, asked: i64, now: Now) {
        let age = self.server_time(now).saturating_sub(msg_id::to_time(asked));
        if !self.is_confirmed && age <= MAX_MESSAGE_LEAD {
            self.set(offset_between(id, now));
        } else {
            self.observe(id, now);
        }
    }

    /// Takes the time of a message as it is: the server has refused ours.
    pub(super) fn correct(&mut self, id: i64, now: Now) {
        self.set(offset_between(id, now));
    }

    fn set(&mut self, offset_nanos: i64) {
        self.offset_nanos = offset_nanos;
        self.is_confirmed = true;
    }
}

fn offset_between(id: i64, now: Now) -> i64 {
    nanos(msg_id::to_time(id)).saturating_sub(nanos(now.unix))
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Now {
        Now { monotonic: Duration::ZERO, unix: Duration::from_secs(secs) }
    }

    #[test]
    fn the_window_is_exact_and_opens_with_the_first_confirmation() {
        let now = at(1_000_000);
        let id = |secs: i64| (1_000_000 + secs) << 32 | 1;
        assert!(Clock::new(0, false).accepts(id(-5000), now));
        let clock = Clock::new(0, true);
        for (secs, inside) in [(-301, false), (-300, true), (0, true), (29, true), (31, false)] {
            assert_eq!(clock.accepts(id(secs), now), inside, "{secs}");
        }
        assert!(!clock.accepts(i64::MIN | 1, now) && !clock.accepts(i64::MAX, now));
    }

    #[test]
    fn a_clock_that_is_set_back_is_followed_and_one_that_jumps_ahead_is_doubted() {
        let looked = |monotonic: u64, unix: u64| Now {
            monotonic: Duration::from_secs(monotonic),
            unix: Duration::from_secs(unix),
        };
        let mut clock = Clock::new(7, true);
        clock.follow(looked(50, 1_000_000));
        // a day back, and two seconds on
        let now = looked(52, 1_000_002 - 86_400);
        clock.follow(now);
        assert_eq!((clock.server_time(now).as_secs(), clock.offset_secs()), (1_000_009, 86_407));
        assert!(clock.accepts(1_000_010 << 32 | 1, now) && !clock.accepts(1_000_100 << 32 | 1, now));
        // a little, as a time service does it
        let now = looked(60, 1_000_007 - 86_400);
        clock.follow(now);
        assert_eq!((clock.offset_secs(), clock.is_confirmed), (86_407, true));
        // ahead: everything is from now until the server has said its time
        let now = looked(61, 2_000_000);
        clock.follow(now);
        let id = 1_000_018 << 32 | 1;
        assert!(clock.accepts(id, now));
        clock.observe(id, now);
        assert!(!clock.is_confirmed, "it may have been made at any time");
        let asked = msg_id::from_time(clock.server_time(now).saturating_sub(MAX_MESSAGE_LEAD));
        clock.learn(id, asked - 4, now);
        assert!(!clock.is_confirmed, "it may have been made when it was asked for");
        clock.learn(id, asked, now);
        assert_eq!(clock.server_time(now).as_secs(), 1_000_018);
        assert!(!clock.accepts(2_000_000 << 32 | 1, now));
    }

    #[test]
    fn observations_only_grow_the_offset_and_corrections_replace_it() {
        let mut clock = Clock::new(-7, false);
        assert_eq!((clock.offset_secs(), clock.server_time(at(100)).as_secs()), (-7, 93));
        clock.observe(90 << 32, at(100));
        assert_eq!((clock.offset_secs(), clock.is_confirmed), (-7, false));
        clock.learn(90 << 32, 92 << 32, at(100));
        assert_eq!((clock.offset_secs(), clock.is_confirmed), (-10, true));
        clock.learn(80 << 32, 92 << 32, at(100));
        assert_eq!(clock.offset_secs(), -10);
        clock.observe(130 << 32, at(100));
        assert_eq!(clock.server_time(at(101)).as_secs(), 131);
        clock.correct(50 << 32, at(100));
        assert_eq!(clock.offset_secs(), -50);
    }
}
