//! Where the key of all sessions comes from, and how a session is opened and made with it.
//!
//! ```text
//! --insecure-plain-session          no key: the session is text
//! identity.keyring is there         the keyring of the system has the key
//! identity.age is there             the passphrase opens it: --passphrase-file, TAKEOUT_EXPORT_PASSPHRASE, a question
//! neither                           a new key: into the keyring, or guarded by a passphrase if one is given or no
//!                                   keyring answers
//! ```

mod passphrase;

use std::path::{Path, PathBuf};

use tg_client::session::private::{self, demand_private_folder};
use tg_client::session::{self, Form};
use tg_client::{Identity, Protection, SessionError, SessionState, SessionStore};
use tokio::sync::OnceCell;

use super::arguments::Session;
use super::exit::Exit;
use super::failure::Failure;
use super::keyring::{self, KeyringError};
use super::output;
use super::places::DataFolder;
use passphrase::Passphrases;

/// The key of the sessions cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum VaultError {
    /// The session is encrypted, and the data folder has no key.
    #[error("the session is encrypted, and {} holds no key for it", folder.display())]
    NoIdentity { folder: PathBuf },
    /// The key is in the keyring, which does not give it.
    #[error("the key of the sessions is in the keyring of this system, which does not give it")]
    Keyring(#[source] KeyringError),
    /// What the keyring gave is not the key that the note names.
    #[error("the keyring holds another key than the one that {} names", note.display())]
    OtherIdentity { note: PathBuf },
    /// The session is encrypted, and nobody says the passphrase.
    #[error("the session is encrypted, and no passphrase was given")]
    NoPassphrase,
    /// An empty passphrase guards nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
}

impl VaultError {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::EmptyPassphrase => Exit::Usage,
            _ => Exit::CannotDecrypt,
        }
    }

    pub(super) fn advice(&self) -> String {
        match self {
            Self::NoIdentity { .. } => {
                "bring back identity.age from where the session was made, or log in again with another --session \
                 or --account"
            }
            Self::Keyring(_) => "unlock the keyring and run the command again; takeout-export doctor tells more",
            Self::OtherIdentity { .. } => "move the note away and log in again",
            Self::NoPassphrase => {
                "give --passphrase-file or TAKEOUT_EXPORT_PASSPHRASE, or run the command in a terminal"
            }
            Self::EmptyPassphrase => "choose one that nobody guesses",
        }
        .to_owned()
    }
}

/// The key of the sessions, had once for a whole command.
#[derive(Debug)]
pub(super) struct Vault {
    insecure: bool,
    no_keyring: bool,
    passphrases: Passphrases,
    identity: OnceCell<Identity>,
}

impl Vault {
    pub(super) fn new(session: &Session) -> Self {
        Self {
            insecure: session.insecure_plain_session,
            no_keyring: session.no_keyring,
            passphrases: Passphrases::new(session.passphrase_file.clone()),
            identity: OnceCell::new(),
        }
    }

    /// Takes and reads a session. A plain one becomes encrypted, unless plain ones were asked for.
    pub(super) async fn open(&self, path: &Path) -> Result<SessionStore, Failure> {
        let protection = match session::form(path).map_err(Failure::Session)? {
            Form::Plain if self.insecure => Protection::Plain,
            Form::Plain => Protection::Sealed(self.identity_or_new().await?),
            Form::Sealed => Protection::Sealed(self.identity().await?),
            Form::Missing => return Err(Failure::Session(SessionError::Missing { path: path.to_owned() })),
        };
        let store = SessionStore::open(path, protection).map_err(Failure::Session)?;
        if store.was_renewed() {
            let form = if self.insecure { "rewritten in the present form" } else { "encrypted from now on" };
            output::say(format_args!("The session {} is {form}.", path.display()));
        }
        Ok(store)
    }

    /// Reads a session that another command may be using; it stays as it is.
    pub(super) async fn peek(&self, path: &Path) -> Result<SessionState, Failure> {
        let protection = match session::form(path).map_err(Failure::Session)? {
            Form::Plain => Protection::Plain,
            Form::Sealed => Protection::Sealed(self.identity().await?),
            Form::Missing => return Err(Failure::Session(SessionError::Missing { path: path.to_owned() })),
        };
        SessionStore::peek(path, &protection).map_err(Failure::Session)
    }

    /// Whether the key is to be had without a question.
    pub(super) fn opens_unasked(&self) -> bool {
        self.passphrases.are_given()
            || DataFolder::find().is_some_and(|folder| folder.keyring_note().exists())
    }

    /// Starts a session.
    pub(super) async fn create(&self, path: &Path, state: SessionState) -> Result<SessionStore, Failure> {
        let protection = if self.insecure {
            output::say(
                "The session is not encrypted, as you asked for: whoever reads the file has the account.",
            );
            Protection::Plain
        } else {
            Protection::Sealed(self.identity_or_new().await?)
        };
        SessionStore::create(path, state, protection).map_err(Failure::Session)
    }

    /// The key that there is.
    async fn identity(&self) -> Result<Identity, Failure> {
        let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
        let identity = self.identity.get_or_try_init(async || match self.present(&folder).await? {
            Some(identity) => Ok(identity),
            None => Err(Failure::Vault(VaultError::NoIdentity { folder: folder.root().to_owned() })),
        });
        identity.await.cloned()
    }

    /// The key that there is, or a new one.
    async fn identity_or_new(&self) -> Result<Identity, Failure> {
        let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
        let identity = self.identity.get_or_try_init(async || match self.present(&folder).await? {
            Some(identity) => Ok(identity),
            None => self.make(&folder).await,
        });
        identity.await.cloned()
    }

    async fn present(&self, folder: &DataFolder) -> Result<Option<Identity>, Failure> {
        let (note, wrapped) = (folder.keyring_note(), folder.wrapped_identity());
        if note.exists() {
            demand_private_folder(folder.root()).map_err(Failure::Session)?;
            return from_keyring(&note).await.map(Some);
        }
        if wrapped.exists() {
            demand_private_folder(folder.root()).map_err(Failure::Session)?;
            return self.passphrases.unlock(&wrapped).await.map(Some);
        }
        Ok(None)
    }

    /// A new key, and a place for it that survives this process.
    async fn make(&self, folder: &DataFolder) -> Result<Identity, Failure> {
        demand_private_folder(folder.root()).map_err(Failure::Session)?;
        let identity = Identity::generate();
        let mut why = None;
        if !self.no_keyring && !self.passphrases.are_given() {
            let recipient = identity.recipient();
            match keyring::keep(recipient.clone(), identity.to_text()).await {
                Ok(()) => {
                    let note = private::write_new(&folder.keyring_note(), recipient.as_bytes());
                    return note.map(|()| identity).map_err(Failure::Session);
                }
                Err(error) => why = Some(error),
            }
        }
        let passphrase = self.passphrases.choose(why.as_ref()).await?;
        let path = folder.wrapped_identity();
        passphrase::blocking(move || {
            identity.write_new(&path, &passphrase).map_err(Failure::Session)?;
            Ok(identity)
        })
        .await
    }
}

/// The key that the keyring holds and the note names.
pub(super) async fn from_keyring(note: &Path) -> Result<Identity, Failure> {
    let other = || Failure::Vault(VaultError::OtherIdentity { note: note.to_owned() });
    let recipient = private::read(note).map_err(Failure::Session)?;
    let recipient = std::str::from_utf8(&recipient).map_err(|_| other())?.trim().to_owned();
    let text = keyring::find(recipient.clone()).await;
    let text = text.map_err(|error| Failure::Vault(VaultError::Keyring(error)))?;
    Identity::from_text(&text).filter(|identity| identity.recipient() == recipient).ok_or_else(other)
}
