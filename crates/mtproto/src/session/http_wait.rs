//! `http_wait`: over HTTP a server speaks only when it is asked, so one request at a time waits for it ("MTProto
//! transports", "HTTP: long poll").

use core::time::Duration;

use bytes::Bytes;
use tl_codec::Encode as _;

use crate::schema::types;
use crate::session::Session;
use crate::session::sent::Service;

/// How long a server collects messages before it answers the request that waits, and how long after the last of them
/// (TDLib's figures).
const MAX_DELAY_MILLIS: i32 = 30;
const WAIT_AFTER_MILLIS: i32 = 10;

/// Which requests wait.
#[derive(Debug, Default)]
pub(super) enum Polling {
    /// The server speaks whenever it likes.
    #[default]
    Off,
    /// No request waits, so the next one does.
    Due,
    /// One waits; others come back at once.
    Waiting,
}

impl Polling {
    /// Begins with a connection.
    pub(super) fn connected(uses_http: bool) -> Self {
        if uses_http { Self::Due } else { Self::Off }
    }

    /// Whether an envelope must be sent only to wait.
    pub(super) fn is_due(&self) -> bool {
        matches!(self, Self::Due)
    }

    /// What the next envelope says about waiting.
    pub(super) fn next_wait(&mut self, max_wait: Duration) -> Option<Service> {
        let max_wait = match self {
            Self::Off => return None,
            Self::Due => {
                *self = Self::Waiting;
                i32::try_from(max_wait.as_millis()).unwrap_or(i32::MAX)
            }
            Self::Waiting => 0,
        };
        let (max_delay, wait_after) =
            if max_wait == 0 { (0, 0) } else { (MAX_DELAY_MILLIS, WAIT_AFTER_MILLIS) };
        let body = Bytes::from(types::HttpWait { max_delay, wait_after, max_wait }.to_bytes());
        Some(Service::Other { body, is_content: false })
    }
}

impl Session {
    /// Whether a request waits for what the server has to say. One that begins to wait does so with the envelope that
    /// [`poll_transmit`](Self::poll_transmit) returns.
    pub fn is_polling(&self) -> bool {
        matches!(self.polling, Polling::Waiting)
    }

    /// The request that waited has come back: the next envelope waits in its place.
    pub fn handle_poll_ended(&mut self) {
        if self.is_polling() {
            self.polling = Polling::Due;
        }
    }
}
