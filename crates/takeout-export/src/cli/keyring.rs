//! The keyring of the operating system: Secret Service, macOS keychain, Windows credentials.
//!
//! Without the feature `keyring`, or on a machine where no keyring answers, everything here says so and a passphrase
//! does the work.

use secrecy::SecretString;

/// The keyring does not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum KeyringError {
    #[cfg(not(feature = "keyring"))]
    #[error("this program was built without its feature `keyring`")]
    NotBuilt,
    #[cfg(feature = "keyring")]
    #[error("no keyring answers here: {reason}")]
    Unreachable { reason: String },
    #[cfg(feature = "keyring")]
    #[error("the keyring has no entry for this data folder")]
    NoEntry,
    #[cfg(feature = "keyring")]
    #[error("the keyring gave back something else than was put in")]
    Unfaithful,
    #[error("the keyring was asked and never answered")]
    NoAnswer,
}

/// Keeps a secret under the name `user`, and makes sure that it can be had again.
pub(super) async fn keep(user: String, secret: SecretString) -> Result<(), KeyringError> {
    ask(move || entry::keep(&user, &secret)).await
}

/// The secret of this name.
pub(super) async fn find(user: String) -> Result<SecretString, KeyringError> {
    ask(move || entry::find(&user)).await
}

/// Whether a keyring answers.
pub(super) async fn probe() -> Result<(), KeyringError> {
    ask(entry::probe).await
}

/// On a thread of its own: the stores wait for the system, and some of them bring a runtime along.
async fn ask<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (sender, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || drop(sender.send(question())));
    answer.await.unwrap_or(Err(KeyringError::NoAnswer))
}

#[cfg(feature = "keyring")]
mod entry {
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Entry, Error};
    use secrecy::{ExposeSecret, SecretString};

    use super::KeyringError;

    /// What all entries of this program are filed under.
    const SERVICE: &str = "takeout-export";

    pub(super) fn keep(user: &str, secret: &SecretString) -> Result<(), KeyringError> {
        let entry = open(user)?;
        entry.set_password(secret.expose_secret()).map_err(unreachable)?;
        let kept = entry.get_password().map(SecretString::from).map_err(unreachable)?;
        if kept.expose_secret() == secret.expose_secret() { Ok(()) } else { Err(KeyringError::Unfaithful) }
    }

    pub(super) fn find(user: &str) -> Result<SecretString, KeyringError> {
        open(user)?.get_password().map(SecretString::from).map_err(|error| match error {
            Error::NoEntry => KeyringError::NoEntry,
            error => unreachable(error),
        })
    }

    pub(super) fn probe() -> Result<(), KeyringError> {
        store().map(drop).map_err(unreachable)
    }

    fn open(user: &str) -> Result<Entry, KeyringError> {
        store().and_then(|store| store.build(SERVICE, user, None)).map_err(unreachable)
    }

    #[cfg(target_os = "macos")]
    fn store() -> keyring_core::Result<Arc<CredentialStore>> {
        apple_native_keyring_store::keychain::Store::new().map(|store| -> Arc<CredentialStore> { store })
    }

    #[cfg(windows)]
    fn store() -> keyring_core::Result<Arc<CredentialStore>> {
        windows_native_keyring_store::Store::new().map(|store| -> Arc<CredentialStore> { store })
    }

    #[cfg(not(any(target_os = "macos", windows)))]
    fn store() -> keyring_core::Result<Arc<CredentialStore>> {
        zbus_secret_service_keyring_store::Store::new().map(|store| -> Arc<CredentialStore> { store })
    }

    /// The class of the error and the system's words; some variants carry the secret itself, which is not shown.
    #[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
    fn unreachable(error: Error) -> KeyringError {
        let reason = match &error {
            Error::PlatformFailure(source) | Error::NoStorageAccess(source) => source.to_string(),
            Error::NoEntry => return KeyringError::NoEntry,
            Error::BadEncoding(_) | Error::BadDataFormat(..) => return KeyringError::Unfaithful,
            _ => "it does not take the entry".to_owned(),
        };
        KeyringError::Unreachable { reason }
    }
}

#[cfg(not(feature = "keyring"))]
mod entry {
    use secrecy::SecretString;

    use super::KeyringError;

    pub(super) fn keep(_: &str, _: &SecretString) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    pub(super) fn find(_: &str) -> Result<SecretString, KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    pub(super) fn probe() -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }
}
