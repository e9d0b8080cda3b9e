//! `takeout-export accounts import`

use std::io::{self, IsTerminal};
use std::path::Path;

use secrecy::SecretString;
use serde_json::json;
use tg_client::session::foreign::{self, ForeignError, ForeignSession};
use tg_client::{AccountState, KeyState, ServerState, SessionState, SessionStore};

use super::demand_free;
use crate::cli::arguments::Server;
use crate::cli::arguments::accounts::{ForeignForm, Import};
use crate::cli::failure::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::summary::Outcome;
use crate::cli::told::Told;
use crate::cli::vault::Vault;
use crate::cli::{connection, output, places, prompt, settings, whoami};

/// Reads the session of another library, asks the server who it is, and only then keeps the key.
pub(super) async fn run(import: Import, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let path = places::session_path(&import.session)?;
    demand_free(&path, path.display())?;
    let found = read(&import.from, import.format, interrupt).await?;
    let server = server_of(&found, &import.server)?;
    let api_id = match import.api_id.or(found.api_id) {
        Some(api_id) => api_id,
        None => interrupt.or(settings::api_id(None)).await??,
    };
    let key = KeyState { auth_key: found.auth_key, server_salt: 0, time_offset_secs: 0, made_at_secs: None };
    let state = SessionState { key: Some(key), ..SessionState::new(api_id, server) };

    let in_memory = SessionStore::in_memory(state);
    let client = connection::connect(in_memory, connection::Way::to(&import.server)?, interrupt).await?;
    let me = interrupt.or(whoami::ask(&client)).await??;
    let mut state = client.session().state();
    connection::close(&client).await;
    state.account = Some(AccountState { user_id: me.user_id });

    let vault = Vault::new(&import.session);
    drop(interrupt.or(vault.create(&path, state)).await??);
    output::say(
        "Do not use the session in both programs at once: Telegram ends a key that it sees in two places.",
    );
    let text = format!(
        "Account {} is logged in; the session is in {}.\nNext: {}",
        me.user_id,
        path.display(),
        places::export_command(&import.session)
    );
    Ok(Told::outcome(text, json!({ "result": "imported", "user_id": me.user_id, "session": path })))
}

async fn read(from: &Path, form: ForeignForm, interrupt: &Interrupt) -> Result<ForeignSession, Failure> {
    let failure = |source: ForeignError| Failure::Foreign { path: from.to_owned(), source };
    if form == ForeignForm::TelethonFile {
        return foreign::telethon_file(from).map_err(failure);
    }
    let text: SecretString = if from == Path::new("-") && io::stdin().is_terminal() {
        // a person pastes it: it is not to be seen
        interrupt.or(prompt::secret("Session string: ", "a file")).await??
    } else if from == Path::new("-") {
        interrupt.or(prompt::stdin_line()).await??
    } else if from.try_exists().unwrap_or_default() {
        settings::secret_file(from.to_owned())?
    } else {
        // what was typed may be the session itself: it is not repeated
        return Err(Failure::NoSuchString);
    };
    let read = match form {
        ForeignForm::TelethonString => foreign::telethon_string,
        ForeignForm::PyrogramString => foreign::pyrogram_string,
        _ => foreign::mtcute_string,
    };
    read(&text).map_err(failure)
}

/// Where the key is good: the server that was named, or the one of Telegram's that the session names.
fn server_of(found: &ForeignSession, named: &Server) -> Result<ServerState, Failure> {
    let dc_id = found.dc_id;
    Ok(match settings::server(named)? {
        Some(ServerState::Custom { rsa_key_pem, .. }) => {
            let address = settings::dc_addresses(named)?.remove(&dc_id).ok_or(Failure::OtherServer)?;
            ServerState::Custom { dc_id, address, rsa_key_pem }
        }
        Some(_) => ServerState::Test { dc_id },
        None if found.is_test == Some(true) => ServerState::Test { dc_id },
        None => ServerState::Production { dc_id },
    })
}
