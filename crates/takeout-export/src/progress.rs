//! What somebody who watches an export is told.

use std::time::Duration;

/// A step that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// A method is being called.
    Asking {
        /// What for, in words: "the saved contacts".
        what: &'static str,
    },
    /// One question after the other, slowly.
    Enriching {
        /// What is asked for, in words: "profiles".
        what: &'static str,
        /// How many are behind.
        done: usize,
        /// How many there are, without those whose answers were there before.
        total: usize,
        /// How long from one to the next, at least.
        pace: Duration,
    },
    /// The replies are being joined and proven.
    Joining,
    /// Rows are being written.
    Writing {
        /// How many are.
        rows: usize,
        /// How many there will be.
        total: usize,
    },
    /// The files are being read back.
    Checking,
    /// The takeout session is being finished.
    Finishing,
}

/// Somebody who watches. It is called from the threads that do the work, and must not wait.
pub trait Watch: Send + Sync {
    /// A step begins.
    fn step(&self, step: Step);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Watch for Nobody {
    fn step(&self, _: Step) {}
}
