//! The one place that reads clocks.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::time::Now;

/// The machine's clocks, as the core wants them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { start: Instant::now() }
    }

    pub(super) fn now(&self) -> Now {
        Now { monotonic: self.start.elapsed(), unix: unix_time() }
    }

    /// The present as the operating system has it.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the driver is where the core's time comes from"
    )]
    pub(super) fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// The moment of a deadline on the core's monotonic clock.
    pub(super) fn instant(&self, monotonic: Duration) -> Instant {
        self.start + monotonic
    }
}

#[expect(clippy::disallowed_methods, reason = "the driver is where the core's time comes from")]
fn unix_time() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
