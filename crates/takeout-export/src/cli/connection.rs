//! From a session to a client that is connected.

use std::time::Duration;

use tg_client::{Client, Config, Pause, Route, ServerState, SessionError, SessionStore, Timeouts, takeout};

use super::arguments::{Server, Session};
use super::failure::{Failure, duration_text};
use super::interrupt::Interrupt;
use super::vault::Vault;
use super::{output, places, route, settings};

/// A shorter pause is no news.
pub(super) const NEWS: Duration = Duration::from_secs(2);

/// How a server is reached.
#[derive(Debug, Default)]
pub(super) struct Way {
    route: Route,
    timeouts: Timeouts,
}

impl Way {
    /// As the arguments say.
    pub(super) fn to(server: &Server) -> Result<Self, Failure> {
        let timeouts = Timeouts { flood_wait: Duration::from_secs(server.max_wait), ..Timeouts::default() };
        Ok(Self { route: route::route(server, |text| output::say(text))?, timeouts })
    }
}

/// Connects to the session's server. Pauses that Telegram asks for are told.
pub(super) async fn connect(store: SessionStore, way: Way, interrupt: &Interrupt) -> Result<Client, Failure> {
    let config = Config {
        api_id: store.state().api_id,
        device: settings::device(),
        timeouts: way.timeouts,
        temporary_keys: true,
    };
    let connecting = Client::connect_by(way.route, config, store);
    let client = interrupt.or(connecting).await?.map_err(Failure::Client)?;
    client.watch_pauses(tell);
    Ok(client)
}

fn tell(pause: &Pause) {
    if pause.length >= NEWS {
        output::say(format_args!(
            "Telegram asks for a pause ({}): going on in {}",
            pause.reason,
            duration_text(pause.length)
        ));
    }
}

/// Opens the session of somebody who is logged in, connects, and ends what an earlier run left open.
pub(super) async fn resume(
    session: Session,
    server: &Server,
    interrupt: &Interrupt,
) -> Result<Client, Failure> {
    let store = open(session, server, interrupt).await?;
    enter(store, server, interrupt).await
}

/// Opens the session of somebody who is logged in, which may take a question.
pub(super) async fn open(
    session: Session,
    server: &Server,
    interrupt: &Interrupt,
) -> Result<SessionStore, Failure> {
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
    Ok(store)
}

/// Connects, and ends what an earlier run left open.
pub(super) async fn enter(
    store: SessionStore,
    server: &Server,
    interrupt: &Interrupt,
) -> Result<Client, Failure> {
    let client = connect(store, Way::to(server)?, interrupt).await?;
    interrupt.or(takeout::settle(&client)).await?.map_err(Failure::Client)?;
    Ok(client)
}

/// A session is good for one server. A server of the user's own may have moved to another address: its key tells.
pub(super) fn demand_server(store: &SessionStore, named: Option<ServerState>) -> Result<(), Failure> {
    let Some(named) = named else { return Ok(()) };
    let kept = store.state().server;
    if !is_same_server(&kept, &named) {
        return Err(Failure::OtherServer);
    }
    // the account may live in another data centre than the one that was named
    if matches!(kept, ServerState::Custom { .. }) && kept.dc_id() == named.dc_id() {
        return store.update(|state| state.server = named).map_err(Failure::Session);
    }
    Ok(())
}

/// Whether two descriptions mean the same company of data centres.
pub(super) fn is_same_server(kept: &ServerState, named: &ServerState) -> bool {
    match (kept, named) {
        (ServerState::Custom { rsa_key_pem: kept, .. }, ServerState::Custom { rsa_key_pem: named, .. }) => {
            kept == named
        }
        (kept, named) => std::mem::discriminant(kept) == std::mem::discriminant(named),
    }
}

/// Closes the connection; what cannot be saved any more is no reason to fail.
pub(super) async fn close(client: &Client) {
    if let Err(error) = client.close().await {
        tracing::warn!(%error, "the session's clock and salt are not saved");
    }
}
