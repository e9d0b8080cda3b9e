//! `takeout-export accounts`: several logins side by side, each in a folder of its own.

mod export;
mod import;

use std::fs;
use std::path::Path;

use serde_json::json;
use tg_client::session::private;
use tg_client::session::{self, Form, SessionLock};
use tg_client::{ServerState, SessionError};

use super::arguments::accounts::{Accounts, AccountsCommand, Chosen};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::places::{self, AccountName, DataFolder};
use super::prompt;
use super::summary::Outcome;
use super::told::Told;
use super::vault::Vault;
use crate::journal;

/// Does what was asked for.
pub(super) async fn run(accounts: Accounts, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    match accounts.command {
        AccountsCommand::List => list(),
        AccountsCommand::Show(chosen) => show(&chosen, interrupt).await,
        AccountsCommand::Rename { old, new } => rename(&old, &new),
        AccountsCommand::Remove { name, yes } => remove(&name, yes, interrupt).await,
        AccountsCommand::Default { name } => default(name),
        AccountsCommand::Import(import) => import::run(import, interrupt).await,
        AccountsCommand::Export(export) => export::run(export, interrupt).await,
    }
}

fn data_folder() -> Result<DataFolder, Failure> {
    let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
    folder.adopt()?;
    Ok(folder)
}

/// The accounts, without opening any.
fn list() -> Result<Outcome, Failure> {
    let folder = data_folder()?;
    let default = folder.default_account()?;
    let mut lines = Vec::new();
    let mut listed = Vec::new();
    for name in folder.names()? {
        let path = folder.session(&name);
        let form = match session::form(&path) {
            Ok(Form::Missing) => continue,
            Ok(Form::Plain) => "plain".to_owned(),
            Ok(Form::Sealed) => "encrypted".to_owned(),
            Err(error) => error.to_string(),
        };
        let is_default = name == default;
        lines.push(format!("{} {name}  ({form})", if is_default { '*' } else { ' ' }));
        listed
            .push(json!({ "name": name.to_string(), "default": is_default, "form": form, "session": path }));
    }
    if lines.is_empty() {
        lines.push("No account is on this machine. Next: takeout-export login".to_owned());
    }
    Ok(Told::outcome(lines.join("\n"), json!({ "result": "accounts", "accounts": listed })))
}

/// What the session says; nobody is asked.
async fn show(chosen: &Chosen, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let path = places::session_path(&chosen.session)?;
    let store = interrupt.or(Vault::new(&chosen.session).open(&path)).await??;
    let state = store.state();
    let user_id = state.account.as_ref().map(|account| account.user_id);
    let server = match &state.server {
        ServerState::Production { dc_id } => format!("Telegram, data centre {dc_id}"),
        ServerState::Test { dc_id } => format!("Telegram's test servers, data centre {dc_id}"),
        ServerState::Custom { dc_id, address, .. } => format!("{address}, data centre {dc_id}"),
    };
    let who =
        user_id.map_or_else(|| "nobody is logged in".to_owned(), |user_id| format!("account {user_id}"));
    let takeout = state.takeout.map(|takeout| takeout.id);
    let text = format!(
        "{}\n  who:      {who}\n  server:   {server}\n  api_id:   {}\n  takeout:  {}",
        path.display(),
        state.api_id,
        if takeout.is_some() { "open; the next command that connects ends it" } else { "none open" },
    );
    let value = json!({
        "result": "account", "session": path, "user_id": user_id, "server": server,
        "dc_id": state.server.dc_id(), "api_id": state.api_id, "takeout_open": takeout.is_some(),
    });
    Ok(Told::outcome(text, value))
}

fn rename(old: &AccountName, new: &AccountName) -> Result<Outcome, Failure> {
    let folder = data_folder()?;
    let (from, to) = (folder.session(old), folder.session(new));
    let lock = claim(&from)?;
    demand_free(&to, new)?;
    demand_folder_of(&to)?;
    fs::rename(&from, &to).map_err(io_failure("rename", &from))?;
    journal::rename_beside(&from, &to).map_err(|source| Failure::Journal { source })?;
    drop(lock);
    if folder.default_account()? == *old {
        set_default(&folder, new)?;
    }
    places::forget(&from)?;
    let text = format!("The account '{old}' is called '{new}' now.");
    Ok(Told::outcome(text, json!({ "result": "renamed", "old": old.to_string(), "new": new.to_string() })))
}

async fn remove(name: &AccountName, yes: bool, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let path = data_folder()?.session(name);
    let lock = claim(&path)?;
    if !yes {
        let question = format!(
            "Remove the key of '{name}' from this machine? The login stays at Telegram until you end it there, or \
             with logout. Type the name to go on: "
        );
        let typed = match interrupt.or(prompt::line(question, "--yes")).await? {
            Err(Failure::NoTerminal { .. }) => return Err(Failure::NotConfirmed),
            typed => typed?,
        };
        if typed != name.to_string() {
            return Err(Failure::NotConfirmed);
        }
    }
    fs::remove_file(&path).map_err(io_failure("remove", &path))?;
    journal::remove_beside(&path).map_err(|source| Failure::Journal { source })?;
    drop(lock);
    places::forget(&path)?;
    let text = format!(
        "The key of '{name}' is removed here. The login stays at Telegram: end it in the app under Settings, Devices."
    );
    Ok(Told::outcome(text, json!({ "result": "removed", "name": name.to_string() })))
}

fn default(name: Option<AccountName>) -> Result<Outcome, Failure> {
    let folder = data_folder()?;
    let name = match name {
        Some(name) => {
            let path = folder.session(&name);
            if !path.exists() {
                return Err(Failure::Session(SessionError::Missing { path }));
            }
            set_default(&folder, &name)?;
            name
        }
        None => folder.default_account()?,
    };
    let text = format!("The default account is '{name}'.");
    Ok(Told::outcome(text, json!({ "result": "default", "name": name.to_string() })))
}

fn set_default(folder: &DataFolder, name: &AccountName) -> Result<(), Failure> {
    private::write(&folder.default_file(), format!("{name}\n").as_bytes()).map_err(Failure::Session)
}

/// Takes a session that is there.
fn claim(path: &Path) -> Result<SessionLock, Failure> {
    if !path.exists() {
        return Err(Failure::Session(SessionError::Missing { path: path.to_owned() }));
    }
    SessionLock::claim(path).map_err(Failure::Session)
}

/// An account that is there is never replaced by accident.
fn demand_free(path: &Path, name: impl std::fmt::Display) -> Result<(), Failure> {
    if path.exists() {
        let what = format!("there is a session already: {name}; take another name, or remove that one first");
        return Err(Failure::Usage { what });
    }
    Ok(())
}

fn demand_folder_of(path: &Path) -> Result<(), Failure> {
    path.parent().map_or(Ok(()), |folder| private::demand_private_folder(folder).map_err(Failure::Session))
}

fn io_failure(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    move |source| Failure::Session(SessionError::Io { action, path: path.to_owned(), source })
}
