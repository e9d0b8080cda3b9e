//! The login with a code: sent, sent again another way, typed.

use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use tg_client::{ApiCredentials, Client, CodeDelivery, LoginError, SentCode, SignIn};

use super::{ATTEMPTS, email, words};
use crate::cli::failure::Failure;
use crate::cli::{output, prompt};

/// Until the code is accepted. What is not given is asked for.
pub(super) async fn sign_in(
    client: &Client,
    credentials: &ApiCredentials,
    phone: Option<String>,
    code_stdin: bool,
) -> Result<SignIn, Failure> {
    let phone = match phone {
        Some(phone) => phone,
        None => prompt::line("Phone number with country code: ".to_owned(), "--phone").await?,
    };
    let mut codes = Codes::send(client, credentials, SecretString::from(phone), !code_stdin).await?;
    if code_stdin {
        let code = prompt::stdin_line().await?;
        return client.sign_in(&codes.sent, &code).await.map_err(Failure::Login);
    }
    let mut attempt = 1;
    loop {
        let code = prompt::secret("Code: ", "--code-stdin").await?;
        if matches!(code.expose_secret().trim(), "" | "r" | "R") {
            codes.again().await?;
            continue;
        }
        match client.sign_in(&codes.sent, &code).await {
            Err(LoginError::WrongCode) if attempt < ATTEMPTS => output::say("The code is wrong."),
            Err(LoginError::CodeExpired) if attempt < ATTEMPTS => {
                codes.has_expired = true;
                output::say("The code is no longer valid; an empty line (or r) asks for a new one.");
            }
            result => return result.map_err(Failure::Login),
        }
        attempt += 1;
    }
}

/// The code that counts: the latest one.
struct Codes<'a> {
    client: &'a Client,
    credentials: &'a ApiCredentials,
    phone: SecretString,
    sent: SentCode,
    sent_at: Instant,
    has_expired: bool,
}

impl<'a> Codes<'a> {
    async fn send(
        client: &'a Client,
        credentials: &'a ApiCredentials,
        phone: SecretString,
        is_asked_for: bool,
    ) -> Result<Self, Failure> {
        let sent = first(client, credentials, &phone, is_asked_for).await?;
        Ok(Self { client, credentials, phone, sent, sent_at: Instant::now(), has_expired: false })
    }

    /// Another code, if it is time for one and there is a way.
    async fn again(&mut self) -> Result<(), Failure> {
        let elapsed = self.sent_at.elapsed();
        let left = self.sent.timeout.unwrap_or_default().saturating_sub(elapsed);
        if self.has_expired {
            self.sent = first(self.client, self.credentials, &self.phone, true).await?;
        } else if self.sent.next.is_none() {
            output::say("Telegram names no other way to send the code.");
            return Ok(());
        } else if !left.is_zero() {
            let left = left.max(Duration::from_secs(1)).as_secs();
            output::say(format_args!("Telegram allows another code in {left} s."));
            return Ok(());
        } else {
            match self.client.resend_code(&self.sent).await {
                Ok(sent) => self.sent = sent,
                Err(error @ LoginError::NoOtherWay) => {
                    output::say(format_args!("{error}."));
                    return Ok(());
                }
                Err(error) => return Err(Failure::Login(error)),
            }
            output::say(words::sent(&self.sent, true));
        }
        (self.sent_at, self.has_expired) = (Instant::now(), false);
        Ok(())
    }
}

/// The first code of a login, after an e-mail address was set up if Telegram wants that.
async fn first(
    client: &Client,
    credentials: &ApiCredentials,
    phone: &SecretString,
    is_asked_for: bool,
) -> Result<SentCode, Failure> {
    let mut sent = client.send_code(credentials, phone).await.map_err(Failure::Login)?;
    if sent.delivery == CodeDelivery::SetUpEmail {
        sent = email::set_up(client, &sent).await?;
    }
    output::say(words::sent(&sent, is_asked_for));
    Ok(sent)
}
