//! Logging in with a code or a QR code and, where the account has one, a password (core.telegram.org/api/auth).
//!
//! ```text
//! send_code ──► SentCode ──sign_in──► SignIn::Authorized
//!           resend_code ↺        └──► SignIn::PasswordNeeded ──check_password──► authorised
//! export_login_token ──► LoginByToken::{Show ↺, Authorized, PasswordNeeded}
//! ```
//! Each request may be sent on to another data centre (`PHONE_MIGRATE_X` and its kin) and is repeated there. What hangs
//! on the key of the former one is done again: the first step, where the password is asked for.

mod code;
mod delivery;
mod email;
mod password;
pub(crate) mod srp;
mod token;

use std::time::Duration;

use tl_api::{InvokeError, RpcError};

pub use self::code::{SentCode, SignIn};
pub use self::delivery::{CodeDelivery, NextDelivery};
pub use self::email::SentEmailCode;
pub use self::password::PasswordChallenge;
pub use self::token::{LoginByToken, LoginToken};
use crate::client::migration;
use crate::error::ClientError;
use crate::retry::flood_wait;

/// A login did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// `PHONE_CODE_INVALID`, `PHONE_CODE_EMPTY`.
    #[error("the code is wrong")]
    WrongCode,
    /// `PHONE_CODE_EXPIRED`.
    #[error("the code is no longer valid; ask for a new one")]
    CodeExpired,
    /// `PASSWORD_HASH_INVALID`. It is never tried again by itself.
    #[error("the two-step verification password is wrong")]
    WrongPassword,
    /// `PHONE_NUMBER_INVALID` and its kin.
    #[error("Telegram does not accept this phone number ({name})")]
    PhoneRefused {
        /// The server's name for the reason.
        name: String,
    },
    /// `API_ID_INVALID`, `API_ID_PUBLISHED_FLOOD`.
    #[error("Telegram does not accept this api_id and api_hash ({name}); get your own at my.telegram.org")]
    ApiIdRefused {
        /// The server's name for the reason.
        name: String,
    },
    /// `SEND_CODE_UNAVAILABLE`: every way to send a code has been used.
    #[error("Telegram has no other way to send a code to this number now")]
    NoOtherWay,
    /// `EMAIL_INVALID`, `EMAIL_NOT_ALLOWED`.
    #[error("Telegram does not accept this e-mail address ({name})")]
    EmailRefused {
        /// The server's name for the reason.
        name: String,
    },
    /// There is no account with this number.
    #[error("this phone number has no Telegram account; sign up in an official app first")]
    NoAccount,
    /// The server wants a kind of proof that this client does not offer.
    #[error("Telegram asks for {what}, which this program cannot do")]
    Unsupported {
        /// What it asks for.
        what: &'static str,
    },
    /// `FLOOD_WAIT_X` on a login method: there were too many attempts.
    #[error("too many attempts; Telegram allows the next one in {} s", wait.as_secs())]
    TooManyAttempts {
        /// How long to wait.
        wait: Duration,
    },
    /// After a QR code was read, the question for the password was sent on to another data centre, which has not seen
    /// the code: the login begins again there.
    #[error("Telegram sent the login on to another data centre, where it begins again")]
    BeginsAgain,
    /// The two-step verification parameters are unsafe.
    #[error(transparent)]
    Srp(#[from] srp::SrpError),
    /// Anything that has nothing to do with the login itself.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl LoginError {
    /// The data centre that the server sent the request on to.
    fn sent_on(&self) -> Option<i32> {
        match self {
            Self::Client(ClientError::Rpc(error)) => migration(error),
            _ => None,
        }
    }
}

impl From<InvokeError> for LoginError {
    fn from(error: InvokeError) -> Self {
        match error {
            InvokeError::Rpc(rpc) => refusal(&rpc).unwrap_or_else(|| ClientError::Rpc(rpc).into()),
            other => ClientError::from(other).into(),
        }
    }
}

/// The refusals that a user can do something about (protocol digest, section 6.2).
fn refusal(error: &RpcError) -> Option<LoginError> {
    let name = error.name();
    if let Some(wait) = flood_wait(error) {
        return Some(LoginError::TooManyAttempts { wait });
    }
    Some(match name {
        "PHONE_CODE_INVALID" | "PHONE_CODE_EMPTY" | "CODE_INVALID" | "EMAIL_CODE_INVALID" => {
            LoginError::WrongCode
        }
        "PHONE_CODE_EXPIRED" | "PHONE_CODE_HASH_EMPTY" | "PHONE_HASH_EXPIRED" | "EMAIL_VERIFY_EXPIRED" => {
            LoginError::CodeExpired
        }
        "SEND_CODE_UNAVAILABLE" => LoginError::NoOtherWay,
        "EMAIL_INVALID" | "EMAIL_NOT_ALLOWED" | "EMAIL_NOT_SETUP" => {
            LoginError::EmailRefused { name: name.into() }
        }
        "PASSWORD_HASH_INVALID" => LoginError::WrongPassword,
        "API_ID_INVALID" | "API_ID_PUBLISHED_FLOOD" => LoginError::ApiIdRefused { name: name.into() },
        "PHONE_NUMBER_UNOCCUPIED" => LoginError::NoAccount,
        "PHONE_NUMBER_INVALID"
        | "PHONE_NUMBER_BANNED"
        | "PHONE_NUMBER_FLOOD"
        | "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN"
        | "PHONE_PASSWORD_PROTECTED"
        | "PHONE_PASSWORD_FLOOD" => LoginError::PhoneRefused { name: name.into() },
        "UPDATE_APP_TO_LOGIN" => LoginError::Unsupported { what: "a newer app" },
        _ => return None,
    })
}
