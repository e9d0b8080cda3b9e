//! Objects that answer no request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::limits::{MAX_WAITING_UPDATE_BYTES, MAX_WAITING_UPDATES};

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
    waiting_bytes: Arc<AtomicUsize>,
}

impl Updates {
    /// The next update; `None` once the client is shut down.
    pub async fn recv(&mut self) -> Option<Update> {
        let update = self.receiver.recv().await;
        if let Some(Update::Object(body)) = &update {
            self.waiting_bytes.fetch_sub(body.len(), Ordering::Relaxed);
        }
        update
    }
}

/// The writing end, in the driver.
#[derive(Debug)]
pub(super) struct UpdateSender {
    sender: mpsc::Sender<Update>,
    /// What those that are not read yet take.
    waiting_bytes: Arc<AtomicUsize>,
    gap_is_due: bool,
}

pub(super) fn channel() -> (UpdateSender, Updates) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING_UPDATES);
    let waiting_bytes = Arc::<AtomicUsize>::default();
    let updates = Updates { receiver, waiting_bytes: Arc::clone(&waiting_bytes) };
    (UpdateSender { sender, waiting_bytes, gap_is_due: false }, updates)
}

impl UpdateSender {
    pub(super) fn object(&mut self, body: &[u8]) {
        if self.gap_is_due {
            self.gap();
        }
        if self.gap_is_due || !self.send(body) {
            self.gap_is_due = true;
        }
    }

    /// Whether there is room for it. A copy waits: a few bytes must not keep the frame that they came in.
    fn send(&self, body: &[u8]) -> bool {
        let waiting_bytes = self.waiting_bytes.load(Ordering::Relaxed) + body.len();
        if waiting_bytes > MAX_WAITING_UPDATE_BYTES {
            return false;
        }
        let Ok(place) = self.sender.try_reserve() else { return false };
        // before it can be read
        self.waiting_bytes.fetch_add(body.len(), Ordering::Relaxed);
        place.send(Update::Object(Bytes::copy_from_slice(body)));
        true
    }

    pub(super) fn gap(&mut self) {
        self.gap_is_due = self.sender.try_send(Update::Gap).is_err();
    }
}
