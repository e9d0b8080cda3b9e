//! Message ids: the server's time, times 2³² ("Message Identifier").

use core::time::Duration;

/// The ids of one session's messages: multiples of four that only grow.
#[derive(Debug, Clone, Default)]
pub struct MsgIds {
    last: i64,
}

impl MsgIds {
    /// The next id. `server_time` is the time since 1970 by the server's clock; when it stands still or goes back, the
    /// ids grow all the same.
    ///
    /// ```
    /// use std::time::Duration;
    /// let mut ids = mtproto::session::MsgIds::default();
    /// let first = ids.next(Duration::new(1_700_000_000, 500_000_000));
    /// assert_eq!(first, (1_700_000_000 << 32) + (1 << 31));
    /// assert_eq!(ids.next(Duration::ZERO), first + 4);
    /// ```
    pub fn next(&mut self, server_time: Duration) -> i64 {
        self.last = from_time(server_time).max(self.last + 4);
        self.last
    }
}

/// The id that a client's message has at a time.
pub(super) fn from_time(time: Duration) -> i64 {
    let secs = i64::try_from(time.as_secs()).unwrap_or(i64::MAX).min(i64::from(i32::MAX) - 1);
    let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
    secs << 32 | (fraction.cast_signed() & !3)
}

/// The time that an id states.
pub(super) fn to_time(msg_id: i64) -> Duration {
    let secs = u64::try_from(msg_id >> 32).unwrap_or(0);
    let nanos = ((msg_id & 0xffff_ffff) * 1_000_000_000) >> 32;
    Duration::new(secs, u32::try_from(nanos).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_multiples_of_four_and_grow() {
        let mut ids = MsgIds::default();
        let mut last = 0;
        for nanos in [0, 1, 2, 3, 900_000_000, 5, 6] {
            let id = ids.next(Duration::new(1_700_000_000, nanos));
            assert!(id % 4 == 0 && id > last);
            last = id;
        }
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let mut ids = MsgIds::default();
        assert!(ids.next(Duration::MAX) > 0);
        assert!(ids.next(Duration::MAX) > 0);
        assert_eq!(to_time(-1).as_secs(), 0);
        assert_eq!(to_time(from_time(Duration::new(7, 250_000_000))), Duration::new(7, 250_000_000));
    }
}
