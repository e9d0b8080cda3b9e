//! Whether a server can be reached, without a login.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::Timeouts;
use crate::error::ClientError;
use crate::link::Link;
use crate::route::Route;
use crate::session::ServerState;

/// What a key exchange told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// From the first connection attempt to a key.
    pub elapsed: Duration,
    /// Server time minus local time, in seconds.
    pub time_offset_secs: i64,
}

/// Makes a key with the server, throws it away, and says how that went. Nothing is asked and nobody is logged in.
///
/// # Errors
/// [`ClientError`]: unreachable, no way through the proxy, a server that does not hold the RSA key.
pub async fn probe(server: &ServerState, route: &Route, timeouts: &Timeouts) -> Result<Probe, ClientError> {
    let start = Instant::now();
    let link = Link::probe(&route.locate(server.clone()), route, timeouts).await?;
    let elapsed = start.elapsed();
    let time_offset_secs = link.key_state().time_offset_secs;
    link.close().await;
    Ok(Probe { elapsed, time_offset_secs })
}
