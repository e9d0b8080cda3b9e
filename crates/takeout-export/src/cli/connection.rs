//! From a session to a client that is connected.

use tg_client::{
    Client, ClientError, Config, Proxy, ServerState, SessionError, SessionStore, Timeouts, takeout,
};

use super::arguments::{Server, Session};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::vault::Vault;
use super::{places, settings};

/// Connects to the session's server.
pub(super) async fn connect(
    store: SessionStore,
    proxy: Option<Proxy>,
    interrupt: &Interrupt,
) -> Result<Client, Failure> {
    let config = Config {
        api_id: store.state().api_id,
        device: settings::device(),
        timeouts: Timeouts::default(),
        temporary_keys: true,
    };
    interrupt.or(Client::connect_through(proxy, config, store)).await?.map_err(Failure::Client)
}

/// Opens the session of somebody who is logged in, connects, and ends what an earlier run left open.
pub(super) async fn resume(
    session: Session,
    server: &Server,
    interrupt: &Interrupt,
) -> Result<Client, Failure> {
    let path = places::session_path(&session)?;
    let opened = interrupt.or(Vault::new(&session).open(&path)).await?;
    let store = opened.map_err(|failure| match failure {
        Failure::Session(error @ SessionError::Missing { .. }) => Failure::NotLoggedIn(Some(error)),
        other => other,
    })?;
    if store.state().account.is_none() {
        return Err(Failure::NotLoggedIn(None));
    }
    demand_server(&store, settings::server(server)?)?;
    let client = connect(store, settings::proxy(server)?, interrupt).await?;
    interrupt.or(takeout::settle(&client)).await?.map_err(Failure::Client)?;
    Ok(client)
}

/// A session is good for one server. A server of the user's own may have moved to another address: its key tells.
pub(super) fn demand_server(store: &SessionStore, named: Option<ServerState>) -> Result<(), Failure> {
    let Some(named) = named else { return Ok(()) };
    let kept = store.state().server;
    match (&kept, &named) {
        (
            ServerState::Custom { dc_id, rsa_key_pem, .. },
            ServerState::Custom { dc_id: named_dc_id, rsa_key_pem: named_key, .. },
        ) if dc_id == named_dc_id && rsa_key_pem == named_key => {
            store.update(|state| state.server = named).map_err(Failure::Session)
        }
        (ServerState::Test { .. }, ServerState::Test { .. }) => Ok(()),
        _ => Err(Failure::OtherServer),
    }
}

/// Closes the connection; what cannot be saved any more is no reason to fail.
pub(super) async fn close(client: &Client) {
    if let Err(error) = client.close().await {
        tracing::warn!(%error, "the session's clock and salt are not saved");
    }
}

/// Whether the server still knows the login.
pub(super) async fn is_logged_in(client: &Client, interrupt: &Interrupt) -> Result<bool, Failure> {
    match interrupt.or(takeout::announce(client)).await? {
        Ok(()) => Ok(true),
        Err(error) if ClientError::is_logged_out(&error) => Ok(false),
        Err(error) => Err(Failure::Client(error)),
    }
}
