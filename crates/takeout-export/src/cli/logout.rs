//! `takeout-export logout`

use std::path::Path;

use tg_client::{ClientError, SessionError, SessionStore, takeout};

use super::arguments::{Logout, Server};
use super::connection::{self, Way};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::settings;
use super::summary::{Ended, Outcome};

/// Ends the session at the server, then removes the file: in this order, so that a key which still opens the account
/// is never forgotten.
pub(super) async fn run(logout: Logout, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let session = settings::session_path(logout.session)?;
    let ended = match end(&session, &logout.server, interrupt).await {
        Err(Failure::Client(error)) if error.is_logged_out() => Ended::Before,
        Err(Failure::Client(error)) if error.is_connection_lost() => {
            if !logout.local {
                return Err(Failure::KeyKept(error));
            }
            Ended::Untold
        }
        ended => ended.map(|()| Ended::Now)?,
    };
    std::fs::remove_file(&session).map_err(|source| {
        let action = "remove";
        Failure::Session(SessionError::Io { action, path: session.clone(), source })
    })?;
    Ok(Outcome::LoggedOut { session, ended })
}

/// Also for a session of which nobody knows that it is logged in: the process that logged in may have died.
async fn end(session: &Path, server: &Server, interrupt: &Interrupt) -> Result<(), Failure> {
    let store = SessionStore::open(session).map_err(|error| match error {
        SessionError::Missing { .. } => Failure::NotLoggedIn(Some(error)),
        other => Failure::Session(other),
    })?;
    connection::demand_server(&store, settings::server(server)?)?;
    if store.state().key.is_none() {
        return Ok(());
    }
    let client = connection::connect(store, Way::to(server)?, interrupt).await?;
    let ending = async {
        takeout::settle(&client).await?;
        client.log_out().await?;
        Ok::<_, ClientError>(())
    };
    let ended = interrupt.or(ending).await?;
    connection::close(&client).await;
    ended.map_err(Failure::Client)
}
