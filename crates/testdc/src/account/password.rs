//! Two-step verification as an account has it: it is set, changed and removed while the server runs.

use std::sync::PoisonError;

use super::Account;
use super::srp::Verifier;
use crate::config::Config;
use crate::entropy::Entropy;

/// What the server knows of a password.
#[derive(Clone, Debug)]
pub(crate) struct Password {
    pub(crate) verifier: Verifier,
    /// What its owner wants to be reminded of.
    pub(crate) hint: Option<String>,
}

impl Password {
    /// The password that the server was started with.
    pub(super) fn configured(config: &Config, entropy: &mut Entropy) -> Option<Self> {
        let verifier = Verifier::new(config.password.as_deref()?.as_bytes(), entropy);
        Some(Self { verifier, hint: Some("the one that the server was started with".to_owned()) })
    }
}

impl Account {
    /// The password as it is now.
    pub(crate) fn password(&self) -> Option<Password> {
        self.password.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a login needs more than a code.
    pub(crate) fn has_password(&self) -> bool {
        self.password.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(crate) fn set_password(&self, password: Option<Password>) {
        *self.password.lock().unwrap_or_else(PoisonError::into_inner) = password;
    }
}
