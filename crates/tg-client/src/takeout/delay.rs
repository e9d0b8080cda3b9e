//! Waiting for Telegram's permission: how long, by which clock, and when to ask again.
//!
//! The server alone knows whether the wait is over, so every try asks it. A process that sleeps with its machine wakes
//! up late by the monotonic clock, and a wall clock may be set back or forward while it waits. Hence both are looked
//! at and the one that has gone further counts: it can bring a question too early, which costs one question, and never
//! keeps one back.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often the clocks are looked at: a countdown moves by the second.
const GLANCE: Duration = Duration::from_secs(1);

/// Says what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// Another clock than the system's.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The system's wall clock.
    pub fn system() -> Self {
        Self::new(SystemTime::now)
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.0)()
    }

    /// Unix seconds.
    pub(crate) fn now_secs(&self) -> i64 {
        let since = self.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }
}

impl core::fmt::Debug for Clock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Clock")
    }
}

/// Where a wait stands; a watcher is told about once a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delayed {
    /// What is left of the wait that the server wants.
    pub left: Duration,
    /// When that is over by this machine's clock, in Unix seconds.
    pub until_secs: i64,
    /// When the server is asked again, in case somebody has confirmed meanwhile.
    pub asks_again_in: Duration,
}

/// How a caller waits for Telegram's permission.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// How often the server is asked whether somebody has confirmed.
    pub ask_every: Duration,
    /// After how long the caller gives up.
    pub at_most: Option<Duration>,
    /// Who is told how long it still takes.
    pub watch: &'a (dyn Fn(Delayed) + Sync),
}

impl core::fmt::Debug for Waiting<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Waiting").field("ask_every", &self.ask_every).field("at_most", &self.at_most).finish()
    }
}

/// From one answer of the server to the next question.
#[derive(Debug)]
struct Countdown {
    wait: Duration,
    ask_after: Duration,
}

impl Countdown {
    /// `ask_every` also bounds the trust in both clocks: a long wait is asked about many times.
    fn new(wait: Duration, ask_every: Duration) -> Self {
        Self { wait, ask_after: wait.min(ask_every).max(GLANCE) }
    }

    /// What is left of the wait and of the time until the next question, which is due when the latter is zero.
    fn left(&self, monotonic: Duration, wall: Duration) -> (Duration, Duration) {
        let elapsed = monotonic.max(wall);
        (self.wait.saturating_sub(elapsed), self.ask_after.saturating_sub(elapsed))
    }
}

/// Returns when it is time to ask the server again.
pub(super) async fn until_next_question(wait: Duration, waiting: &Waiting<'_>, clock: &Clock) {
    let countdown = Countdown::new(wait, waiting.ask_every);
    let (start, wall_start) = (Instant::now(), clock.now());
    let until_secs = clock.now_secs().saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX));
    loop {
        // a clock that was set back has not advanced
        let wall = clock.now().duration_since(wall_start).unwrap_or_default();
        let (left, asks_again_in) = countdown.left(start.elapsed(), wall);
        if asks_again_in.is_zero() {
            return;
        }
        (waiting.watch)(Delayed { left, until_secs, asks_again_in });
        tokio::time::sleep(asks_again_in.min(GLANCE)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);
    const TEN_MINUTES: Duration = Duration::from_secs(600);

    #[test]
    fn a_long_wait_is_asked_about_gently_and_a_short_one_at_its_end() {
        let secs = Duration::from_secs;
        let day = Countdown::new(DAY, TEN_MINUTES);
        assert_eq!(day.left(secs(0), secs(0)), (DAY, TEN_MINUTES));
        assert_eq!(day.left(secs(599), secs(599)).1, secs(1));
        assert_eq!(day.left(secs(600), secs(600)).1, secs(0));
        assert_eq!(Countdown::new(secs(3), TEN_MINUTES).left(secs(2), secs(2)), (secs(1), secs(1)));
        // a server that says "0 s" is not asked without a pause
        assert_eq!(Countdown::new(secs(0), TEN_MINUTES).left(secs(0), secs(0)).1, GLANCE);
    }

    #[test]
    fn a_machine_that_slept_asks_at_once_and_a_clock_that_was_set_back_keeps_nothing_back() {
        let secs = Duration::from_secs;
        let day = Countdown::new(DAY, TEN_MINUTES);
        // the monotonic clock stands still while the machine sleeps
        assert_eq!(day.left(secs(5), DAY + secs(5)), (secs(0), secs(0)));
        // the wall clock was set back: nothing has passed by it
        assert_eq!(day.left(secs(600), secs(0)), (secs(86_400 - 600), secs(0)));
    }
}
