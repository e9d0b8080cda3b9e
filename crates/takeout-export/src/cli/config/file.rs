//! The file of settings.

use std::fs;
use std::io;
use std::path::PathBuf;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;

use crate::cli::arguments::{Credentials, Server, Session};
use crate::cli::failure::Failure;
use crate::cli::places::AccountName;

/// What the file says, and where it lies.
#[derive(Debug, Default)]
pub(in crate::cli) struct ConfigFile {
    /// Where it is looked for; `None` if the system names no folder.
    pub(super) path: Option<PathBuf>,
    pub(super) is_there: bool,
    pub(super) settings: FileSettings,
}

/// The keys of the file. `--insecure-plain-session` is none of them: it has to be asked for each time.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSettings {
    pub(super) account: Option<String>,
    pub(super) session: Option<PathBuf>,
    pub(super) passphrase_file: Option<PathBuf>,
    pub(super) no_keyring: Option<bool>,
    pub(super) api_id: Option<i32>,
    #[serde(default)]
    pub(super) api_hash: Option<Secret>,
    pub(super) proxy: Option<Secret>,
    pub(super) test_dc: Option<bool>,
    pub(super) dc: Option<OneOrSeveral>,
    pub(super) rsa_key: Option<PathBuf>,
}

/// A text, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

impl OneOrSeveral {
    fn to_vec(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Several(texts) => texts.clone(),
        }
    }
}

/// A text that is not shown.
#[derive(Debug, Clone)]
pub(super) struct Secret(pub(super) SecretString);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

impl ConfigFile {
    /// What may stand in the file.
    pub(in crate::cli) const KEYS: [&str; 10] = [
        "account",
        "session",
        "passphrase_file",
        "no_keyring",
        "api_id",
        "api_hash",
        "proxy",
        "test_dc",
        "dc",
        "rsa_key",
    ];

    /// Reads the file of the user; one that is not there says nothing.
    pub(in crate::cli) fn read() -> Result<Self, Failure> {
        let Some(folders) = directories::ProjectDirs::from("", "", "takeout-export") else {
            return Ok(Self::default());
        };
        let path = folders.config_dir().join("config.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path: Some(path), ..Self::default() });
            }
            Err(source) => return Err(Failure::Input { path, source }),
        };
        // toml's own message shows the line, which may hold a secret
        let settings: FileSettings = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            Failure::Config { path: path.clone(), line: before.matches('\n').count() + 1 }
        })?;
        if settings.account.as_ref().is_some_and(|name| name.parse::<AccountName>().is_err()) {
            let line = text.lines().position(|line| line.trim_start().starts_with("account"));
            return Err(Failure::Config { path, line: line.unwrap_or_default() + 1 });
        }
        Ok(Self { path: Some(path), is_there: true, settings })
    }

    pub(super) fn complete_session(&self, session: &mut Session) {
        let file = &self.settings;
        if session.account.is_none() && session.path.is_none() {
            session.path.clone_from(&file.session);
            if session.path.is_none() {
                session.account = file.account.as_ref().and_then(|name| name.parse().ok());
            }
        }
        self.complete_passphrase(session);
    }

    /// The session that is meant when none is named, if it is a file and not an account.
    pub(super) fn session(&self) -> Option<PathBuf> {
        self.settings.session.clone()
    }

    /// How the sessions are guarded.
    pub(super) fn complete_passphrase(&self, session: &mut Session) {
        let file = &self.settings;
        if session.passphrase_file.is_none() {
            session.passphrase_file.clone_from(&file.passphrase_file);
        }
        session.no_keyring |= file.no_keyring == Some(true);
    }

    /// The application's number.
    pub(super) fn api_id(&self) -> Option<i32> {
        self.settings.api_id
    }

    pub(super) fn complete_credentials(&self, credentials: &mut Credentials) {
        let file = &self.settings;
        credentials.api_id = credentials.api_id.or(file.api_id);
        if credentials.api_hash.is_none() {
            credentials.api_hash = file.api_hash.clone().map(|secret| secret.0);
        }
    }

    pub(super) fn complete_server(&self, server: &mut Server) {
        let file = &self.settings;
        if server.dc.is_empty() && !server.test_dc {
            server.test_dc = file.test_dc == Some(true);
            server.dc = file.dc.as_ref().map(OneOrSeveral::to_vec).unwrap_or_default();
            server.rsa_key.clone_from(&file.rsa_key);
        }
        if server.proxy.is_none() {
            server.proxy = file.proxy.clone().map(|secret| secret.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_that_are_told_are_those_that_are_read() {
        let error = toml::from_str::<FileSettings>("nonsense = 1").unwrap_err().to_string();
        let told = ConfigFile::KEYS.map(|key| format!("`{key}`")).join(", ");
        assert!(error.contains(&format!("expected one of {told}\n")), "{error}");
    }
}
