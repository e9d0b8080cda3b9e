//! What Telegram's own user 777000 has said to an account.

use std::collections::VecDeque;

use crate::clock::UnixTime;
use crate::limits::MAX_SERVICE_MESSAGES;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceMessage {
    pub(crate) text: String,
    pub(crate) sent: UnixTime,
}

/// The last messages, and the number of the very last one (`pts`).
#[derive(Debug)]
pub(crate) struct Inbox {
    pts: i32,
    last: VecDeque<ServiceMessage>,
}

impl Inbox {
    /// One whose last message, which is gone, had this number.
    pub(super) fn at(pts: i32) -> Self {
        Self { pts, last: VecDeque::new() }
    }

    pub(crate) fn pts(&self) -> i32 {
        self.pts
    }

    /// Takes a message in, and gives its number; the oldest one makes room.
    pub(crate) fn add(&mut self, message: ServiceMessage) -> i32 {
        if self.last.len() == MAX_SERVICE_MESSAGES {
            self.last.pop_front();
        }
        self.last.push_back(message);
        self.pts = self.pts.wrapping_add(1);
        self.pts
    }

    /// The messages behind the one with this number, oldest first; none if one of them is gone.
    pub(crate) fn behind(&self, pts: i32) -> Option<impl ExactSizeIterator<Item = &ServiceMessage>> {
        let missed = usize::try_from(self.pts.saturating_sub(pts)).unwrap_or(0);
        self.last.len().checked_sub(missed).map(|known| self.last.iter().skip(known))
    }
}
