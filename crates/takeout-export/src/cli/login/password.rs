//! Two-step verification: the hint, and the password.

use secrecy::SecretString;
use tg_client::{AccountState, Client, LoginError, PasswordChallenge};

use super::{ATTEMPTS, words};
use crate::cli::failure::Failure;
use crate::cli::{output, prompt};

/// A wrong password is never tried again by itself; a person is asked again.
pub(super) async fn check(
    client: &Client,
    challenge: PasswordChallenge,
    given: Option<&SecretString>,
) -> Result<AccountState, Failure> {
    if let Some(password) = given {
        return client.check_password(&challenge, password).await.map_err(Failure::Login);
    }
    let hint = challenge.hint.as_deref().map(words::plain);
    let hint = hint.map(|hint| format!(" (hint: {hint})")).unwrap_or_default();
    output::say(format_args!("The account has a two-step verification password{hint}."));
    let mut attempt = 1;
    loop {
        let password = prompt::secret("Password: ", "--password-file").await?;
        match client.check_password(&challenge, &password).await {
            Err(LoginError::WrongPassword) if attempt < ATTEMPTS => output::say("The password is wrong."),
            result => return result.map_err(Failure::Login),
        }
        attempt += 1;
    }
}
