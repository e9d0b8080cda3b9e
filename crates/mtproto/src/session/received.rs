//! Which messages have arrived: nothing may happen twice ("Security guidelines", section "Checking `msg_id`").

use std::collections::BTreeSet;

use crate::limits::REPLAY_WINDOW;

/// The last [`REPLAY_WINDOW`] message ids.
#[derive(Debug, Default)]
pub(super) struct Received {
    ids: BTreeSet<i64>,
}

/// What is known of a message id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It has not arrived before.
    New,
    /// It has.
    Repeated,
    /// It is below all that are remembered: it may have.
    TooOld,
}

impl Received {
    /// Remembers an id.
    pub(super) fn insert(&mut self, id: i64) -> Arrival {
        if self.ids.len() == REPLAY_WINDOW && self.ids.first().is_some_and(|oldest| id < *oldest) {
            return Arrival::TooOld;
        }
        if !self.ids.insert(id) {
            return Arrival::Repeated;
        }
        if self.ids.len() > REPLAY_WINDOW {
            self.ids.pop_first();
        }
        Arrival::New
    }

    pub(super) fn contains(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    /// The lowest and the highest id that are remembered.
    pub(super) fn bounds(&self) -> Option<(i64, i64)> {
        Some((*self.ids.first()?, *self.ids.last()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves_with_the_highest_ids() {
        let mut received = Received::default();
        let full = i64::try_from(REPLAY_WINDOW).unwrap();
        for id in (1..=full).rev() {
            assert_eq!(received.insert(id * 2), Arrival::New);
        }
        assert_eq!(received.insert(2), Arrival::Repeated);
        assert_eq!(received.insert(1), Arrival::TooOld);
        assert_eq!(received.insert(3), Arrival::New);
        assert_eq!(received.insert(2), Arrival::TooOld, "it was the lowest and has left the window");
        assert_eq!(received.bounds(), Some((3, full * 2)));
        assert!(received.contains(3) && !received.contains(5));
    }
}
