//! What a login that did not succeed means for the program.

use tg_client::LoginError;

use super::{client, until_text};
use crate::cli::exit::Exit;

/// What the process ends with.
pub(super) fn exit(error: &LoginError) -> Exit {
    match error {
        LoginError::Client(error) => client::exit(error),
        LoginError::Srp(_) => Exit::Protocol,
        LoginError::TooManyAttempts { .. } => Exit::FloodWait,
        _ => Exit::LoginRefused,
    }
}

/// What to do now. `login` is the command that logs in to the account that was meant.
pub(super) fn advice(error: &LoginError, login: &str) -> Option<String> {
    Some(match error {
        LoginError::WrongCode | LoginError::CodeExpired => {
            format!("{login} sends a new code; the latest one counts")
        }
        LoginError::WrongPassword => {
            "this is the two-step verification password, not the code; run the login again".to_owned()
        }
        LoginError::PhoneRefused { name } => phone_advice(name).to_owned(),
        LoginError::ApiIdRefused { .. } => {
            "compare --api-id and --api-hash with API development tools at https://my.telegram.org".to_owned()
        }
        LoginError::NoOtherWay => "wait for the code that is on its way, or log in with --qr".to_owned(),
        LoginError::EmailRefused { .. } => "run the login again with another address".to_owned(),
        LoginError::NoAccount => "give the number of an account that you have".to_owned(),
        LoginError::Unsupported { .. } => {
            "log in with --qr, or use an official app first and come back".to_owned()
        }
        LoginError::TooManyAttempts { wait } => {
            format!("run the login again then: {}", until_text(*wait))
        }
        LoginError::BeginsAgain => "run the login again".to_owned(),
        LoginError::Client(error) => return client::advice(error, login),
        _ => return None,
    })
}

/// What to do about a number, by the server's name for what it has against it.
fn phone_advice(name: &str) -> &'static str {
    match name {
        "PHONE_NUMBER_BANNED" => "if that is a mistake, write to recover@telegram.org",
        "PHONE_NUMBER_FLOOD" | "PHONE_PASSWORD_FLOOD" => {
            "too many have tried: wait a day, or log in with --qr"
        }
        "PHONE_PASSWORD_PROTECTED" | "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN" => "log in with --qr",
        _ => "give the number with its country code, like +4915112345678",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_refusal_has_a_next_step() {
        let name = || "NAME".to_owned();
        for error in [
            LoginError::WrongCode,
            LoginError::CodeExpired,
            LoginError::WrongPassword,
            LoginError::PhoneRefused { name: name() },
            LoginError::ApiIdRefused { name: name() },
            LoginError::NoOtherWay,
            LoginError::EmailRefused { name: name() },
            LoginError::NoAccount,
            LoginError::Unsupported { what: "a newer app" },
            LoginError::TooManyAttempts { wait: Duration::from_secs(7000) },
            LoginError::BeginsAgain,
        ] {
            assert!(advice(&error, "login").is_some_and(|advice| !advice.is_empty()), "{error}");
            assert_ne!(exit(&error), Exit::Unexpected, "{error}");
        }
        let wait = advice(&LoginError::TooManyAttempts { wait: Duration::from_secs(7000) }, "login").unwrap();
        assert!(wait.ends_with("(in 117 min)"), "{wait}");
        let banned =
            advice(&LoginError::PhoneRefused { name: "PHONE_NUMBER_BANNED".to_owned() }, "login").unwrap();
        assert!(!banned.contains("country code"), "{banned}");
    }
}
