//! `takeout-export accounts export`

use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use serde_json::json;
use tg_client::session::{foreign, private};

use crate::cli::arguments::accounts::{ExportAccount, ExportForm};
use crate::cli::failure::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::summary::Outcome;
use crate::cli::told::Told;
use crate::cli::vault::Vault;
use crate::cli::{output, places};

const WARNING: &str = "Whoever has this string has the account. Do not use both sessions at once: Telegram ends a key \
                       that it sees in two places.";

/// Writes the key in the form of another library: into a file, or to stdout because that is what was asked for.
pub(super) async fn run(export: ExportAccount, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let path = places::session_path(&export.session)?;
    let store = interrupt.or(Vault::new(&export.session).open(&path)).await??;
    let state = store.state();
    let key = state.key.filter(|_| state.account.is_some()).ok_or(Failure::NotLoggedIn(None))?;
    let addresses = interrupt.or(state.server.resolve()).await?.map_err(Failure::Client)?;
    let dc_id = state.server.dc_id();
    let text = match export.format {
        ExportForm::TelethonString => {
            addresses.first().and_then(|address| foreign::to_telethon_string(dc_id, *address, &key.auth_key))
        }
    };
    let text =
        text.ok_or_else(|| Failure::Usage { what: format!("Telethon knows no data centre {dc_id}") })?;
    let text = text.expose_secret();
    if let Some(out) = export.out {
        let line = Zeroizing::new(format!("{text}\n"));
        private::write_new(&out, line.as_bytes()).map_err(Failure::Session)?;
        output::say(WARNING);
        let said = format!("The session is in {}.", out.display());
        return Ok(Told::outcome(said, json!({ "result": "account_exported", "file": out })));
    }
    output::say(WARNING);
    Ok(Told::outcome(text.to_owned(), json!({ "result": "account_exported", "telethon_string": text })))
}
