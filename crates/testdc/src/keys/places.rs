//! Whether one login is used in two places at once.
//!
//! Telegram ends a login whose requests come from two TCP connections in parallel (core.telegram.org/api/errors,
//! `AUTH_KEY_DUPLICATED`). A client that lost its connection makes another one, and the server may not know yet that the
//! old one is gone: so two connections are no proof. One that speaks again after another one has spoken is.

use std::collections::VecDeque;

/// Connections that are remembered; the one that fell silent first is forgotten.
const MAX_PLACES: usize = 64;

/// The connections over which a login was used.
#[derive(Debug, Default)]
pub(crate) struct Places {
    last: Option<u64>,
    before: VecDeque<u64>,
}

impl Places {
    /// A call has come over this connection; false if another one has spoken since its last call.
    pub(crate) fn speaks(&mut self, connection: u64) -> bool {
        if self.last == Some(connection) {
            return true;
        }
        if self.before.contains(&connection) {
            return false;
        }
        if let Some(last) = self.last.replace(connection) {
            if self.before.len() >= MAX_PLACES {
                self.before.pop_front();
            }
            self.before.push_back(last);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_was_replaced_must_not_speak_again() {
        let mut places = Places::default();
        assert!([1, 1, 2, 2, 3].into_iter().all(|connection| places.speaks(connection)));
        assert!(!places.speaks(1) && !places.speaks(2) && places.speaks(3));
        assert!((4..1_000).all(|connection| places.speaks(connection)));
        assert_eq!(places.before.len(), MAX_PLACES);
    }
}
