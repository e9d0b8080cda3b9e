//! When the file is written.

use std::sync::Arc;

use super::{State, Store, StoreError};
use crate::centre::DataCentre;
use crate::control::{Order, Orders};
use crate::limits::WRITE_BEHIND;

/// Keeps the state of a running server in a file.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    store: Arc<Store>,
    centre: Arc<DataCentre>,
}

impl Keeper {
    pub(crate) fn new(store: Store, centre: Arc<DataCentre>) -> Self {
        Self { store: Arc::new(store), centre }
    }

    /// Writes what has changed, [`WRITE_BEHIND`] after the first change, until the server stops.
    pub(crate) async fn run(self, mut orders: Orders) {
        let changes = Arc::clone(&self.centre.cloud.changes);
        loop {
            tokio::select! {
                () = changes.notified() => {}
                order = orders.next() => match order {
                    Order::Stop => break,
                    Order::DropConnections => continue,
                },
            }
            // changes come in bursts; those of this moment go out together
            tokio::time::sleep(WRITE_BEHIND).await;
            self.write_now().await;
        }
        self.write_now().await;
    }

    /// Writes the state as it is. A disk that is full does not end the server, but is told.
    pub(crate) async fn write_now(&self) {
        let keeper = self.clone();
        let written = tokio::task::spawn_blocking(move || keeper.write()).await;
        if let Ok(Err(error)) = written {
            tracing::error!(path = %self.store.path().display(), %error, "the state is not kept");
        }
    }

    /// # Errors
    /// [`StoreError::Write`].
    pub(crate) fn write(&self) -> Result<(), StoreError> {
        self.store.write(&State::of(&self.centre))
    }
}
