//! The passphrase: from a file, from the environment, or from the person.

use std::env;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use tg_client::{Identity, SessionError};

use super::VaultError;
use crate::cli::failure::Failure;
use crate::cli::keyring::KeyringError;
use crate::cli::{output, prompt, settings};

/// Names the environment variable.
const VARIABLE: &str = "TAKEOUT_EXPORT_PASSPHRASE";
/// What a script gives instead of an answer.
const OPTION: &str = "--passphrase-file";
/// How often a person may mistype it.
const ATTEMPTS: u32 = 3;

/// Where a passphrase is given, if it is.
#[derive(Debug)]
pub(super) struct Passphrases {
    file: Option<PathBuf>,
    in_environment: Option<SecretString>,
}

impl Passphrases {
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { file, in_environment: env::var(VARIABLE).ok().map(SecretString::from) }
    }

    /// Whether the person need not be asked.
    pub(super) fn are_given(&self) -> bool {
        self.file.is_some() || self.in_environment.is_some()
    }

    fn given(&self) -> Result<Option<SecretString>, Failure> {
        let given = match &self.file {
            Some(file) => Some(settings::secret_file(file.clone())?),
            None => self.in_environment.clone(),
        };
        given.map(demand_some).transpose()
    }

    /// Opens the key that a passphrase guards.
    pub(super) async fn unlock(&self, wrapped: &Path) -> Result<Identity, Failure> {
        if let Some(passphrase) = self.given()? {
            return read(wrapped, passphrase).await;
        }
        let mut attempt = 1;
        loop {
            let passphrase = match prompt::secret("Passphrase of the sessions: ", OPTION).await {
                Err(Failure::NoTerminal { .. }) => return Err(Failure::Vault(VaultError::NoPassphrase)),
                passphrase => passphrase?,
            };
            match read(wrapped, passphrase).await {
                Err(Failure::Session(SessionError::WrongPassphrase { .. })) if attempt < ATTEMPTS => {
                    output::say("The passphrase is wrong.");
                }
                result => return result,
            }
            attempt += 1;
        }
    }

    /// A passphrase for a new key, typed twice.
    pub(super) async fn choose(&self, no_keyring: Option<&KeyringError>) -> Result<SecretString, Failure> {
        if let Some(passphrase) = self.given()? {
            return Ok(passphrase);
        }
        if let Some(error) = no_keyring {
            tracing::info!(%error, "no keyring");
        }
        prompt::demand_terminal(OPTION)?;
        output::say(
            "Choose a passphrase for the sessions on this machine: they are encrypted, and every command that uses \
             them asks for it. Nobody can bring it back.",
        );
        let mut attempt = 1;
        loop {
            let first = demand_some(prompt::secret("New passphrase: ", OPTION).await?)?;
            let second = prompt::secret("Once more: ", OPTION).await?;
            if first.expose_secret() == second.expose_secret() {
                return Ok(first);
            }
            if attempt == ATTEMPTS {
                return Err(Failure::Usage { what: "the passphrases differ".to_owned() });
            }
            output::say("The two are not the same.");
            attempt += 1;
        }
    }
}

fn demand_some(passphrase: SecretString) -> Result<SecretString, Failure> {
    let is_empty = passphrase.expose_secret().is_empty();
    if is_empty { Err(Failure::Vault(VaultError::EmptyPassphrase)) } else { Ok(passphrase) }
}

async fn read(wrapped: &Path, passphrase: SecretString) -> Result<Identity, Failure> {
    let path = wrapped.to_owned();
    blocking(move || Identity::read(&path, &passphrase).map_err(Failure::Session)).await
}

/// scrypt keeps a processor busy for half a second.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Failure::Task))
}
