//! What Telegram may do to an account or to its key (core.telegram.org/api/errors): each with its own words, its own
//! exit code and its own next step.

use tg_client::ClientError;

use crate::cli::exit::Exit;

/// Why a session that was good is good no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// `AUTH_KEY_UNREGISTERED` and its kin; on the wire also the transport error -404.
    Unregistered,
    /// `SESSION_REVOKED`
    Revoked,
    /// `USER_DEACTIVATED`, `USER_DEACTIVATED_BAN`
    AccountGone,
    /// `FROZEN_METHOD_INVALID`
    Frozen,
    /// `AUTH_KEY_DUPLICATED`
    Duplicated,
}

impl Trouble {
    pub(super) fn of(error: &ClientError) -> Option<Self> {
        let name = if let ClientError::Rpc(error) = error { error.name() } else { "" };
        Some(match name {
            "SESSION_REVOKED" => Self::Revoked,
            "USER_DEACTIVATED" | "USER_DEACTIVATED_BAN" => Self::AccountGone,
            "FROZEN_METHOD_INVALID" | "FROZEN_PARTICIPANT_MISSING" => Self::Frozen,
            "AUTH_KEY_DUPLICATED" => Self::Duplicated,
            _ if error.is_logged_out() => Self::Unregistered,
            _ => return None,
        })
    }

    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Unregistered => Exit::NotLoggedIn,
            Self::Revoked => Exit::Revoked,
            Self::AccountGone => Exit::AccountGone,
            Self::Frozen => Exit::Frozen,
            Self::Duplicated => Exit::KeyDuplicated,
        }
    }

    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Unregistered => "Telegram does not know this session any more",
            Self::Revoked => "this session was ended on another device",
            Self::AccountGone => "Telegram has deleted or banned this account",
            Self::Frozen => "Telegram has frozen this account: it may do almost nothing",
            Self::Duplicated => {
                "Telegram has ended this session, because its key was used in two places at once"
            }
        }
    }

    /// What to do now. `login` is the command that logs in to the account that was meant.
    pub(super) fn advice(self, login: &str) -> String {
        match self {
            Self::Unregistered => login.to_owned(),
            Self::Revoked => {
                format!("if you did not do that yourself, look at Settings > Devices; then: {login}")
            }
            Self::AccountGone => {
                "if that is a mistake, write to recover@telegram.org; the session is of no use now".to_owned()
            }
            Self::Frozen => {
                "open Telegram: it says why, and how to appeal; the session stays good".to_owned()
            }
            Self::Duplicated => {
                format!("never copy a session to another machine and use both; then: {login}")
            }
        }
    }
}
