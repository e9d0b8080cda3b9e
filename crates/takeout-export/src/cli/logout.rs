//! `takeout-export logout`

use super::arguments::Logout;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::summary::Outcome;
use super::{connection, places};

/// Ends the session at the server, then removes the file: in this order, so that a key which still opens the account
/// is never forgotten.
pub(super) async fn run(logout: Logout, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let session = places::session_path(&logout.session)?;
    let client = connection::resume(logout.session, &logout.server, interrupt).await?;
    interrupt.or(client.log_out()).await?.map_err(Failure::Client)?;
    connection::close(&client).await;
    std::fs::remove_file(&session).map_err(|source| {
        let action = "remove";
        Failure::Session(tg_client::SessionError::Io { action, path: session.clone(), source })
    })?;
    Ok(Outcome::LoggedOut { session })
}
