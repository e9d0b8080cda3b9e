//! Objects that answer no request.

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::limits::MAX_WAITING_UPDATES;

/// Something that the server says unasked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Update {
    /// An object of the API, its constructor id first.
    Object(Bytes),
    /// Updates were lost here: the server began a new session, or they were read too slowly.
    Gap,
}

impl std::fmt::Debug for Update {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Object(body) => write!(f, "Object({} bytes)", body.len()),
            Self::Gap => f.write_str("Gap"),
        }
    }
}

/// The reading end. It may be dropped by those who want no updates.
#[derive(Debug)]
pub struct Updates {
    receiver: mpsc::Receiver<Update>,
}

impl Updates {
    /// The next update; `None` once the client is shut down.
    pub async fn recv(&mut self) -> Option<Update> {
        self.receiver.recv().await
    }
}

/// The writing end, in the driver.
#[derive(Debug)]
pub(super) struct UpdateSender {
    sender: mpsc::Sender<Update>,
    gap_is_due: bool,
}

pub(super) fn channel() -> (UpdateSender, Updates) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING_UPDATES);
    (UpdateSender { sender, gap_is_due: false }, Updates { receiver })
}

impl UpdateSender {
    pub(super) fn object(&mut self, body: Bytes) {
        if self.gap_is_due {
            self.gap();
        }
        if self.gap_is_due || self.sender.try_send(Update::Object(body)).is_err() {
            self.gap_is_due = true;
        }
    }

    pub(super) fn gap(&mut self) {
        self.gap_is_due = self.sender.try_send(Update::Gap).is_err();
    }
}
