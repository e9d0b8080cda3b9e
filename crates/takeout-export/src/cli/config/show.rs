//! `takeout-export config show`

use std::env;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::{ConfigFile, Origins};
use crate::cli::arguments::accounts::Settings;
use crate::cli::failure::Failure;
use crate::cli::places::{self, DataFolder};
use crate::cli::summary::Outcome;
use crate::cli::told::Told;

/// What stands for a value that is not shown.
const HIDDEN: &str = "(set, not shown)";

/// One setting.
struct Line {
    name: &'static str,
    value: Option<String>,
    from: &'static str,
}

/// As it is typed.
fn name_of(value: &impl ValueEnum) -> Option<String> {
    value.to_possible_value().map(|value| value.get_name().to_owned())
}

/// The settings in force, and where each comes from.
pub(super) fn run(settings: &Settings, file: &ConfigFile, origins: &Origins) -> Result<Outcome, Failure> {
    let session = &settings.session;
    let in_use = places::session_path(session)?;
    let from =
        if session.path.is_some() || session.account.is_some() { "the settings above" } else { "default" };
    let data = DataFolder::find().map(|folder| folder.root().display().to_string());
    let mut lines = lines(settings, origins);
    lines.push(Line { name: "session in use", value: Some(in_use.display().to_string()), from });
    lines.push(Line { name: "data folder", value: data, from: "system" });
    let heading = match (&file.path, file.is_there) {
        (Some(path), true) => format!("file: {}", path.display()),
        (Some(path), false) => format!("file: {} (not there)", path.display()),
        (None, _) => "file: this system names no folder for it".to_owned(),
    };
    let rows = lines
        .iter()
        .map(|Line { name, value, from }| format!("{name:24}{:32} {from}", value.as_deref().unwrap_or("-")));
    let text = [heading].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    let listed: Vec<_> = lines
        .iter()
        .map(|line| json!({ "name": line.name, "value": line.value, "from": line.from }))
        .collect();
    let value = json!({
        "result": "config", "file": file.path, "file_is_there": file.is_there, "settings": listed,
    });
    Ok(Told::outcome(text, value))
}

/// What can be set.
fn lines(settings: &Settings, origins: &Origins) -> Vec<Line> {
    let Settings { server, credentials, session } = settings;
    let hidden = |is_set: bool| is_set.then(|| HIDDEN.to_owned());
    let yes = |is_set: bool| is_set.then(|| "yes".to_owned());
    let path_text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let line = |name: &'static str, id: &str, value: Option<String>| {
        let from = match (&value, origins.of(id)) {
            (None, _) => "not set",
            (Some(_), Some(origin)) => origin,
            (Some(_), None) => "file",
        };
        Line { name, value, from }
    };
    // the file has no word for these, and something is always in force
    let option = |name: &'static str, value: Option<String>| {
        let from = origins.of(name).unwrap_or("default");
        Line { name, value, from }
    };
    let passphrase = env::var_os("TAKEOUT_EXPORT_PASSPHRASE").is_some();
    vec![
        line("api_id", "api_id", credentials.api_id.map(|api_id| api_id.to_string())),
        line("api_hash", "api_hash", hidden(credentials.api_hash.is_some())),
        line("account", "account", session.account.as_ref().map(ToString::to_string)),
        line("session", "path", path_text(&session.path)),
        line("passphrase_file", "passphrase_file", path_text(&session.passphrase_file)),
        Line {
            name: "passphrase",
            value: hidden(passphrase),
            from: if passphrase { "environment" } else { "not set" },
        },
        line("no_keyring", "no_keyring", yes(session.no_keyring)),
        line("insecure_plain_session", "insecure_plain_session", yes(session.insecure_plain_session)),
        line("test_dc", "test_dc", yes(server.test_dc)),
        line("dc", "dc", (!server.dc.is_empty()).then(|| server.dc.join(", "))),
        line("rsa_key", "rsa_key", path_text(&server.rsa_key)),
        line("proxy", "proxy", hidden(server.proxy.is_some())),
        option("transport", name_of(&server.transport)),
        line("framing", "framing", server.framing.as_ref().and_then(name_of)),
        line("obfuscated", "obfuscated", yes(server.obfuscated)),
        line("ca", "ca", path_text(&server.ca)),
        option("max_wait", Some(format!("{} s", server.max_wait))),
    ]
}
