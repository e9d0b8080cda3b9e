//! Time as an argument.

use core::time::Duration;

/// The present, as the caller's clocks have it; the core never asks a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time since any fixed moment; never goes back. Every timer runs on it.
    pub monotonic: Duration,
    /// Time since 1970-01-01 00:00:00 UTC by the local clock, right or wrong. Message ids are made of it, corrected by
    /// what the server says.
    pub unix: Duration,
}
