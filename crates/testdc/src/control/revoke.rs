//! What Telegram may do to an account or its sessions.

use std::str::FromStr;

use super::{Control, ControlError};
use crate::account::AccountStanding;
use crate::keys::{Ending, Login};

/// How an account, or what is logged in to it, ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// Its keys are forgotten: `401 AUTH_KEY_UNREGISTERED`. A new login works.
    Unregistered,
    /// Its sessions were terminated on another device: `401 SESSION_REVOKED`. A new login works.
    Revoked,
    /// The account was deleted: `401 USER_DEACTIVATED`.
    Deactivated,
    /// The account was banned: `401 USER_DEACTIVATED_BAN`, and `400 PHONE_NUMBER_BANNED` for a new login.
    Banned,
    /// The account may only read: `420 FROZEN_METHOD_INVALID` for everything else.
    Frozen,
    /// Its keys were used in two places at once: `406 AUTH_KEY_DUPLICATED`. A new login, with a new key, works.
    Duplicated,
    /// The account is in order again; sessions that have ended do not come back.
    Restored,
}

/// A word that names no revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`how` is one of unregistered, revoked, deactivated, banned, frozen, duplicated, restored")]
pub struct RevocationError(());

impl FromStr for Revocation {
    type Err = RevocationError;

    fn from_str(text: &str) -> Result<Self, RevocationError> {
        Ok(match text {
            "unregistered" => Self::Unregistered,
            "revoked" => Self::Revoked,
            "deactivated" => Self::Deactivated,
            "banned" => Self::Banned,
            "frozen" => Self::Frozen,
            "duplicated" => Self::Duplicated,
            "restored" => Self::Restored,
            _ => return Err(RevocationError(())),
        })
    }
}

impl Control {
    /// Does to an account what Telegram may do to it; gives the number of sessions that feel it.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`].
    pub fn revoke(&self, phone: &str, how: Revocation) -> Result<usize, ControlError> {
        let account = self.account(phone)?;
        let keys = self.cloud().logins(&account).map(|(_, key)| key).collect::<Vec<_>>();
        let end = |login: &Login| keys.iter().for_each(|key| key.client().login = login.clone());
        match how {
            Revocation::Unregistered => end(&Login::LoggedOut),
            Revocation::Revoked => end(&Login::Ended(Ending::Revoked)),
            Revocation::Duplicated => end(&Login::Ended(Ending::Duplicated)),
            Revocation::Deactivated => account.set_standing(AccountStanding::Deactivated),
            Revocation::Banned => account.set_standing(AccountStanding::Banned),
            Revocation::Frozen => account.set_standing(AccountStanding::Frozen),
            Revocation::Restored => account.set_standing(AccountStanding::Good),
        }
        self.cloud().changed();
        Ok(keys.len())
    }
}
