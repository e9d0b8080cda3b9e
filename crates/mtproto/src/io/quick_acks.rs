//! Quick acks: which were asked for, and which of them came ("MTProto transports", "Quick ack").

use std::collections::VecDeque;

use crate::io::link::Wish;
use crate::io::{Observer, Progress};
use crate::limits::MAX_QUICK_ACK_TOKENS;

/// The tokens of the messages that were sent and not acknowledged yet.
#[derive(Debug)]
pub(super) struct QuickAcks {
    are_wanted: bool,
    expected: VecDeque<u32>,
    observer: Observer,
}

impl QuickAcks {
    pub(super) fn new(are_wanted: bool, observer: Observer) -> Self {
        Self { are_wanted, expected: VecDeque::new(), observer }
    }

    pub(super) fn are_wanted(&self) -> bool {
        self.are_wanted
    }

    /// Remembers the message that is about to be sent; the oldest one makes room.
    pub(super) fn expect(&mut self, token: u32) -> Wish {
        if self.expected.len() >= MAX_QUICK_ACK_TOKENS {
            self.expected.pop_front();
        }
        self.expected.push_back(token);
        Wish::QuickAck
    }

    /// A token has arrived. It proves nothing: somebody on the way could have made it up, so it is only told.
    pub(super) fn arrived(&mut self, token: u32) {
        if let Some(index) = self.expected.iter().position(|expected| *expected == token) {
            self.expected.remove(index);
            self.observer.tell(&Progress::Received);
        } else {
            tracing::debug!("a quick ack that was not asked for is passed over");
        }
    }
}
