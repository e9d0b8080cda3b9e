//! The login e-mail address, where Telegram wants one first.

use secrecy::SecretString;
use tg_client::{Client, LoginError, SentCode};

use super::{ATTEMPTS, words};
use crate::cli::failure::Failure;
use crate::cli::{output, prompt};

/// Sets an address up, if the person names one, and gives the code that is on its way then.
pub(super) async fn set_up(client: &Client, sent: &SentCode) -> Result<SentCode, Failure> {
    output::say(
        "Telegram wants this account to have a login e-mail address before it sends a code: from then on, codes go \
         there. It can be changed in Telegram (Settings > Privacy and Security > Login Email).",
    );
    let mut attempt = 1;
    let mailed = loop {
        let address = prompt::line("E-mail address: ".to_owned(), "an address in a terminal").await?;
        match client.set_up_email(sent, &SecretString::from(address)).await {
            Err(LoginError::EmailRefused { .. }) if attempt < ATTEMPTS => {
                output::say("Telegram does not accept this address.");
            }
            mailed => break mailed.map_err(Failure::Login)?,
        }
        attempt += 1;
    };
    output::say(format_args!("A code was sent to {}.", words::plain(&mailed.pattern)));
    let mut attempt = 1;
    loop {
        let code = prompt::secret("Code from the e-mail: ", "the code in a terminal").await?;
        match client.verify_email(sent, &code).await {
            Err(LoginError::WrongCode) if attempt < ATTEMPTS => output::say("The code is wrong."),
            sent => return sent.map_err(Failure::Login),
        }
        attempt += 1;
    }
}
