//! `takeout-export logout`

use std::path::Path;

use tg_client::{SessionError, takeout};

use super::arguments::{Logout, Server};
use super::connection::{self, Way};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::summary::{Ended, Outcome};
use super::vault::Vault;
use super::{places, settings};
use crate::journal;

/// Ends the session at the server, then removes the file: in this order, so that a key which still opens the account
/// is never forgotten.
pub(super) async fn run(logout: Logout, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let session = places::session_path(&logout.session)?;
    let vault = Vault::new(&logout.session);
    let ended = match end(&vault, &session, &logout.server, interrupt).await {
        Err(Failure::Client(error)) if error.is_logged_out() => Ended::Before,
        // whatever keeps Telegram from being told: a server that breaks the protocol is none that could be
        Err(Failure::Client(_)) if logout.local => Ended::Untold,
        Err(Failure::Client(error)) if error.is_connection_lost() => return Err(Failure::KeyKept(error)),
        ended => ended.map(|()| Ended::Now)?,
    };
    std::fs::remove_file(&session).map_err(|source| {
        let action = "remove";
        Failure::Session(SessionError::Io { action, path: session.clone(), source })
    })?;
    journal::remove_beside(&session).map_err(|source| Failure::Journal { source })?;
    places::forget(&session)?;
    Ok(Outcome::LoggedOut { session, ended })
}

/// Also for a session of which nobody knows that it is logged in: the process that logged in may have died.
async fn end(vault: &Vault, session: &Path, server: &Server, interrupt: &Interrupt) -> Result<(), Failure> {
    let store = match interrupt.or(vault.open(session)).await? {
        Err(Failure::Session(error @ SessionError::Missing { .. })) => {
            return Err(Failure::NotLoggedIn(Some(error)));
        }
        store => store?,
    };
    connection::demand_server(&store, settings::server(server)?)?;
    if store.state().key.is_none() {
        return Ok(());
    }
    let client = connection::connect(store, Way::to(server)?, interrupt).await?;
    let ending = async {
        match takeout::settle(&client).await {
            // nobody is logged in here any more, or the account has moved: the logout tells
            Err(error) if !error.is_logged_out() => return Err(error),
            _ => {}
        }
        client.log_out().await
    };
    let ended = interrupt.or(ending).await?;
    connection::close(&client).await;
    ended.map_err(Failure::Client)
}
