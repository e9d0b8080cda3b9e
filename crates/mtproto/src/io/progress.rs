//! What a connection says about itself while somebody waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::io::Error;

/// Something that a person who waits wants to know.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Progress {
    /// There is no connection, and another attempt will be made.
    TryingAgain {
        /// Which attempt it will be; the first one is 1.
        attempt: u32,
        /// How many there are; `None` as long as somebody waits for an answer, whose time is the limit then.
        attempts: Option<u32>,
        /// How long it is waited for.
        pause: Duration,
        /// Why the one before failed.
        reason: Arc<Error>,
    },
    /// The server has a message of ours (a quick ack, [`Config::quick_acks`](crate::io::Config::quick_acks)).
    Received,
}

type Tell = dyn Fn(&Progress) + Send + Sync;

/// Who is told. It is called where the connection is served, so it must not block.
#[derive(Clone, Default)]
pub struct Observer {
    tell: Option<Arc<Tell>>,
}

impl Observer {
    /// Tells a function.
    pub fn new(tell: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Arc::new(tell)) }
    }

    pub(super) fn tell(&self, progress: &Progress) {
        if let Some(tell) = &self.tell {
            tell(progress);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observer({})", if self.tell.is_some() { "somebody" } else { "nobody" })
    }
}
