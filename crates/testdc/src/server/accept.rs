//! Connections: taken, counted, and closed when somebody says so.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::centre::DataCentre;
use crate::control::{Order, Orders};
use crate::door::Door;
use crate::limits::ACCEPT_PAUSE;

/// The number of the last connection of the process: sessions tell their connections apart by it, whichever port they
/// came through.
static LAST_ID: AtomicU64 = AtomicU64::new(0);

/// The number of the next connection.
pub(super) fn next_id() -> u64 {
    LAST_ID.fetch_add(1, Ordering::Relaxed) + 1
}

/// Takes connections until the server stops, so many at a time.
pub(super) async fn accept(
    listener: TcpListener,
    centre: Arc<DataCentre>,
    door: Door,
    mut orders: Orders,
    max_connections: usize,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            order = orders.next() => match order {
                Order::Stop => break,
                Order::DropConnections => connections.shutdown().await,
            },
            // finished ones are taken off the set
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                let has_room = connections.len() < max_connections;
                let Some(stream) = admit(accepted, has_room).await else { continue };
                connections.spawn(door.clone().serve(next_id(), stream, Arc::clone(&centre)));
            }
        }
    }
    connections.shutdown().await;
}

async fn admit(accepted: io::Result<(TcpStream, SocketAddr)>, has_room: bool) -> Option<TcpStream> {
    match accepted {
        Ok((stream, _)) if has_room => {
            // small messages go out at once; without it a client waits for the kernel
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
            Some(stream)
        }
        Ok(_) => {
            tracing::warn!("more connections than this port serves at a time");
            None
        }
        // the client was gone before it was taken, or there are no descriptors: neither ends the server
        Err(error) => {
            tracing::debug!(%error, "accept");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
