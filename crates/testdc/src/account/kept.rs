//! An account as a file keeps it.

use std::sync::atomic::AtomicI32;
use std::sync::{Mutex, OnceLock};

use serde::{Deserialize, Serialize};

use super::srp::Verifier;
use super::takeout::Takeouts;
use super::{Account, AccountStanding, ContactList, Inbox, Password};
use crate::book::{BookSize, Profile};
use crate::store::Base64;

/// Everything that can change about an account, and what it was made from. Its login code follows from the configuration.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptAccount {
    profile: Profile,
    seed: u64,
    contacts: ContactList,
    /// Both salts and the verifier.
    password: Option<[Base64; 3]>,
    #[serde(default)]
    password_hint: Option<String>,
    takeouts: Takeouts,
    standing: AccountStanding,
    home_dc: i32,
    pts: i32,
}

impl KeptAccount {
    /// The number that leads to it.
    pub(crate) fn phone(&self) -> &str {
        &self.profile.phone
    }
}

impl Account {
    /// What is to be kept: nothing of an account that nobody has looked at, which the configuration makes again.
    pub(crate) fn kept(&self) -> Option<KeptAccount> {
        self.contacts.get()?;
        let (password, password_hint) =
            self.password().map(|password| (password.verifier, password.hint)).unzip();
        Some(KeptAccount {
            profile: self.profile.clone(),
            seed: self.seed,
            contacts: self.contact_list().clone(),
            password: password.map(|verifier| verifier.to_parts().map(Base64)),
            password_hint: password_hint.flatten(),
            takeouts: self.takeouts().clone(),
            standing: self.standing(),
            home_dc: self.home_dc(),
            pts: self.inbox().pts(),
        })
    }

    /// The account that a file has kept, with the code that the configuration gives it.
    pub(crate) fn restored(kept: KeptAccount, code: String) -> Self {
        let password = kept.password.map(|parts| Password {
            verifier: Verifier::from_parts(parts.map(|part| part.0)),
            hint: kept.password_hint,
        });
        Self {
            code,
            seed: kept.seed,
            size: BookSize { contacts: 0, saved_only: 0 },
            contacts: OnceLock::from(Mutex::new(kept.contacts.restored())),
            password: Mutex::new(password),
            takeouts: Mutex::new(kept.takeouts),
            standing: Mutex::new(kept.standing),
            home_dc: AtomicI32::new(kept.home_dc),
            inbox: Mutex::new(Inbox::at(kept.pts)),
            profile: kept.profile,
        }
    }
}
