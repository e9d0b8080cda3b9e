//! The login with a QR code that a phone reads from the screen (core.telegram.org/api/qr-login).

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use secrecy::ExposeSecret;
use tg_client::{ApiCredentials, Client, LoginByToken, LoginError, LoginToken, SignIn};

use super::picture::Picture;
use crate::cli::failure::Failure;
use crate::cli::output;

/// So long before it expires a code is replaced: reading it takes a moment.
const EARLY: Duration = Duration::from_secs(4);
/// No code stands for less than this.
const SHORTEST: Duration = Duration::from_secs(2);

/// Shows codes until one was accepted.
pub(super) async fn sign_in(client: &Client, credentials: &ApiCredentials) -> Result<SignIn, Failure> {
    if !stderr().is_terminal() {
        return Err(Failure::NoTerminal { option: "--phone and --code-stdin" });
    }
    let mut shown = None;
    loop {
        match client.export_login_token(credentials).await.map_err(Failure::Login)? {
            LoginByToken::Show(token) => {
                shown = Some(show(&token, shown)?);
                tokio::select! {
                    () = client.login_token_accepted() => {}
                    // accepted or not: the next question tells
                    () = tokio::time::sleep(patience(token.expires_in)) => {}
                }
            }
            LoginByToken::Authorized(account) => return Ok(SignIn::Authorized(account)),
            LoginByToken::PasswordNeeded(challenge) => return Ok(SignIn::PasswordNeeded(challenge)),
            _ => return Err(Failure::Task),
        }
    }
}

/// How long a code stands.
fn patience(expires_in: Duration) -> Duration {
    expires_in.saturating_sub(EARLY).max(SHORTEST)
}

/// Draws the code, in place of the one that stands there; gives its height in lines.
fn show(token: &LoginToken, shown: Option<usize>) -> Result<usize, Failure> {
    let unsupported = Failure::Login(LoginError::Unsupported { what: "a token that fits no QR code" });
    let picture = Picture::of(token.url.expose_secret()).ok_or(unsupported)?;
    match shown {
        // CSI n F: to the beginning of the line n lines up
        Some(lines) => output::ask(format_args!("\u{1b}[{lines}F")),
        None => output::say(
            "In Telegram on your phone: Settings > Devices > Link Desktop Device. Point the camera at this code; it is \
             renewed until it was read (Ctrl-C ends).",
        ),
    }
    output::say(&picture);
    Ok(picture.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_renewed_before_it_expires_and_not_in_a_rush() {
        for secs in 3..=60 {
            let lifetime = Duration::from_secs(secs);
            assert!(patience(lifetime) < lifetime && patience(lifetime) >= SHORTEST, "{secs}");
        }
        assert_eq!(patience(Duration::from_secs(30)), Duration::from_secs(26));
        assert_eq!(patience(Duration::ZERO), SHORTEST);
    }
}
