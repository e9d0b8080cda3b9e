//! Objects that answer no request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::limits::{MAX_WAITING_UPDATE_BYTES, MAX_WAITING_UPDATES};

/// Something that the server says unasked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Update {
    /// An object of the API, its constructor id first.
    Object(Bytes),
    /// Updates were lost here: the server began a new session, they were read too slowly, or it cannot be reached and no
    /// attempt is made before something is asked.
    Gap,
}

impl Update {
    /// What it counts against [`MAX_WAITING_UPDATE_BYTES`].
    fn len_bytes(&self) -> usize {
        match self {
            Self::Object(body) => body.len(),
            Self::Gap => 0,
        }
    }
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
pub struct Updates {
    receiver: mpsc::Receiver<Update>,
    waiting: Arc<Waiting>,
}

/// What the two ends share.
#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    is_muted: AtomicBool,
}

impl Updates {
    /// The next update; `None` once the client is shut down.
    pub async fn recv(&mut self) -> Option<Update> {
        let update = self.receiver.recv().await?;
        self.waiting.bytes.fetch_sub(update.len_bytes(), Ordering::Relaxed);
        Some(update)
    }

    /// Lets go of what waits, and keeps nothing that comes, until [`listen`](Self::listen): for those who read updates at
    /// times.
    pub fn mute(&mut self) {
        self.waiting.is_muted.store(true, Ordering::Relaxed);
        while let Ok(update) = self.receiver.try_recv() {
            self.waiting.bytes.fetch_sub(update.len_bytes(), Ordering::Relaxed);
        }
    }

    /// Keeps what comes from now on, behind an [`Update::Gap`] if something was lost before.
    pub fn listen(&mut self) {
        self.waiting.is_muted.store(false, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Updates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Updates({} bytes wait)", self.waiting.bytes.load(Ordering::Relaxed))
    }
}

/// The writing end, in the driver.
pub(super) struct UpdateSender {
    sender: mpsc::Sender<Update>,
    waiting: Arc<Waiting>,
    gap_is_due: bool,
}

pub(super) fn channel() -> (UpdateSender, Updates) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING_UPDATES);
    let waiting = Arc::new(Waiting::default());
    let sender = UpdateSender { sender, waiting: Arc::clone(&waiting), gap_is_due: false };
    (sender, Updates { receiver, waiting })
}

impl UpdateSender {
    /// Keeps an update for the reader, if there is one and there is room.
    pub(super) fn object(&mut self, body: &[u8]) {
        if self.gap_is_due {
            self.gap();
        }
        self.gap_is_due = self.gap_is_due || !self.keep(body);
    }

    pub(super) fn gap(&mut self) {
        self.gap_is_due = self.is_muted() || self.sender.try_send(Update::Gap).is_err();
    }

    fn keep(&self, body: &[u8]) -> bool {
        let known_bytes = self.waiting.bytes.load(Ordering::Relaxed);
        let has_room = known_bytes.saturating_add(body.len()) <= MAX_WAITING_UPDATE_BYTES;
        if !has_room || self.is_muted() || self.sender.is_closed() {
            return false;
        }
        // counted before it is there, so that the reader takes nothing off that was not counted
        self.waiting.bytes.fetch_add(body.len(), Ordering::Relaxed);
        // a copy: the body is a part of a frame, which may be as long as it likes
        let is_kept = self.sender.try_send(Update::Object(Bytes::copy_from_slice(body))).is_ok();
        if !is_kept {
            self.waiting.bytes.fetch_sub(body.len(), Ordering::Relaxed);
        }
        is_kept
    }

    fn is_muted(&self) -> bool {
        self.waiting.is_muted.load(Ordering::Relaxed)
    }
}
