//! How orders reach the tasks that take connections.

use tokio::sync::watch;

/// What was ordered so far.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// How often connections were dropped.
    pub(super) drops: u64,
    pub(super) stop: bool,
}

/// What a task is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    DropConnections,
    Stop,
}

/// The orders as one task sees them.
pub(crate) struct Orders {
    standing: watch::Receiver<Standing>,
    /// The drops that this task has carried out.
    drops_done: u64,
}

impl Orders {
    pub(super) fn new(standing: watch::Receiver<Standing>) -> Self {
        let drops_done = standing.borrow().drops;
        Self { standing, drops_done }
    }

    /// Waits for the next order. A server that is gone has ordered to stop.
    pub(crate) async fn next(&mut self) -> Order {
        let done = self.drops_done;
        let standing = self.standing.wait_for(|standing| standing.stop || standing.drops > done).await;
        match standing {
            Ok(standing) if !standing.stop => {
                self.drops_done = standing.drops;
                Order::DropConnections
            }
            _ => Order::Stop,
        }
    }
}
