//! Where things lie: one folder a user, one folder in it an account.
//!
//! ```text
//! takeout-export/            in the platform's folder for data, mode 0700
//!   identity.age             the key of all sessions, guarded by a passphrase; or
//!   identity.keyring         a note that the keyring of the system holds that key
//!   default-account          the account that is meant when none is named, if it is not `main`
//!   accounts/NAME/session    one login
//! ```

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tg_client::SessionError;
use tg_client::session::private;

use super::arguments::Session;
use super::failure::Failure;
use super::output;

/// The account of a user who has one.
const FIRST_ACCOUNT: &str = "main";
/// The login of the account that is meant when none is named.
pub(super) const LOGIN: &str = "takeout-export login";
/// Long enough for any name, short enough for any file system.
const MAX_NAME_CHARS: usize = 64;

/// What an account is called here: a name that is the same on every file system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountName(String);

/// A text that is no name for an account.
#[derive(Debug, thiserror::Error)]
#[error(
    "a name has 1 to {MAX_NAME_CHARS} small letters, digits, '-' and '_', and begins with a letter or digit"
)]
pub struct NotAName;

impl FromStr for AccountName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        // capitals are the same file as small letters on some systems
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let begins_well = text.bytes().next().is_some_and(is_plain);
        let is_name = begins_well && text.bytes().all(|byte| is_plain(byte) || matches!(byte, b'-' | b'_'));
        if is_name && text.len() <= MAX_NAME_CHARS { Ok(Self(text.to_owned())) } else { Err(NotAName) }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The export of this account or session, as one types it.
pub(super) fn export_command(session: &Session) -> String {
    format!("takeout-export export{} --out my-contacts", which(session))
}

/// The login of this account or session, as one types it.
pub(super) fn login_command(session: &Session) -> String {
    format!("{LOGIN}{}", which(session))
}

/// The login of an account of this name.
pub(super) fn login_command_as(account: &AccountName) -> String {
    format!("{LOGIN} --account {account}")
}

fn which(session: &Session) -> String {
    match (&session.path, &session.account) {
        (Some(path), _) => format!(" --session {}", path.display()),
        (None, Some(account)) => format!(" --account {account}"),
        (None, None) => String::new(),
    }
}

/// The folder of the program.
#[derive(Debug, Clone)]
pub(super) struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// Where the platform wants it.
    pub(super) fn find() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "takeout-export")?;
        Some(Self { root: folders.data_dir().to_owned() })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The key of all sessions, guarded by a passphrase.
    pub(super) fn wrapped_identity(&self) -> PathBuf {
        self.root.join("identity.age")
    }

    /// The note that the keyring holds it.
    pub(super) fn keyring_note(&self) -> PathBuf {
        self.root.join("identity.keyring")
    }

    /// The folder of all accounts.
    pub(super) fn accounts(&self) -> PathBuf {
        self.root.join("accounts")
    }

    /// The session of an account.
    pub(super) fn session(&self, account: &AccountName) -> PathBuf {
        self.accounts().join(&account.0).join("session")
    }

    /// Every folder of an account, sorted by name.
    pub(super) fn names(&self) -> Result<Vec<AccountName>, Failure> {
        let path = self.accounts();
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Failure::Input { path, source }),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let mut names: Vec<_> = names.collect();
        names.sort();
        Ok(names)
    }

    /// The file that names the default account.
    pub(super) fn default_file(&self) -> PathBuf {
        self.root.join("default-account")
    }

    /// The account that is meant when none is named.
    pub(super) fn default_account(&self) -> Result<AccountName, Failure> {
        let path = self.default_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => FIRST_ACCOUNT.to_owned(),
            Err(source) => return Err(Failure::Input { path, source }),
        };
        text.trim().parse().map_err(|source| Failure::AccountName { path, source })
    }

    /// Earlier versions knew one account, in a file right in the folder: it becomes the account `main`.
    pub(super) fn adopt(&self) -> Result<(), Failure> {
        let earlier = self.root.join("account.session");
        let present = self.session(&AccountName(FIRST_ACCOUNT.to_owned()));
        if !earlier.exists() || present.exists() {
            return Ok(());
        }
        let folder = present.parent().unwrap_or(&self.root);
        private::demand_private_folder(folder).map_err(Failure::Session)?;
        fs::rename(&earlier, &present).map_err(|source| {
            Failure::Session(SessionError::Io { action: "move", path: earlier.clone(), source })
        })?;
        output::say(format_args!("The session is the account '{FIRST_ACCOUNT}' now: {}", present.display()));
        Ok(())
    }
}

/// The session file that is meant: the one that is named, or the one of an account.
pub(super) fn session_path(session: &Session) -> Result<PathBuf, Failure> {
    if let Some(path) = &session.path {
        return Ok(path.clone());
    }
    let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
    folder.adopt()?;
    let account = match &session.account {
        Some(account) => account.clone(),
        None => folder.default_account()?,
    };
    Ok(folder.session(&account))
}

/// After the session of an account was removed: its folder goes too, unless it holds something else, and it is no longer
/// the account that is meant when none is named.
pub(super) fn forget(session: &Path) -> Result<(), Failure> {
    let Some(folder) = DataFolder::find() else { return Ok(()) };
    let Some(account) = session.parent().filter(|account| account.parent() == Some(&folder.accounts()))
    else {
        return Ok(());
    };
    if let Err(error) = fs::remove_dir(account) {
        tracing::info!(%error, "the folder of the account stays");
    }
    let path = folder.default_file();
    let is_default = folder.default_account().is_ok_and(|default| folder.session(&default) == session);
    if is_default && path.exists() {
        return fs::remove_file(&path)
            .map_err(|source| Failure::Session(SessionError::Io { action: "remove", path, source }));
    }
    Ok(())
}

/// Whether the default account has a session.
pub(super) fn has_session() -> bool {
    let Some(folder) = DataFolder::find() else { return false };
    let is_there = |account: AccountName| folder.session(&account).exists();
    folder.default_account().is_ok_and(is_there) || folder.root.join("account.session").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_on_every_file_system() {
        for name in ["main", "a", "work-2", "0_x", &"a".repeat(MAX_NAME_CHARS)] {
            assert_eq!(name.parse::<AccountName>().unwrap().to_string(), name);
        }
        let long = "a".repeat(MAX_NAME_CHARS + 1);
        for name in ["", ".", "..", "a/b", "a\\b", "-a", "_a", "A", "ä", "a b", "a.b", "con:", &long] {
            assert!(name.parse::<AccountName>().is_err(), "{name}");
        }
    }
}
