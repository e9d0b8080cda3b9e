//! Login by a token that a logged-in device reads as a QR code (core.telegram.org/api/qr-login).
//!
//! ```text
//! export_login_token ──► LoginByToken::Show(token) ──(accepted on the other device, or expired)──► export again
//!                   ├──► MigrateTo(dc) ── import there ──┐
//!                   └──► Authorized / PasswordNeeded ◄───┘
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use secrecy::{ExposeSecret, SecretString};
use tl_api::enums::auth::LoginTokenRef;
use tl_api::{InvokeError, functions, types};
use tl_codec::{Constructor, Function, Shape};

use super::{LoginError, PasswordChallenge};
use crate::client::{Client, MAX_MIGRATIONS};
use crate::config::ApiCredentials;
use crate::error::ClientError;
use crate::session::AccountState;

/// A token is good for half a minute; a server whose clock disagrees makes it no shorter than this,
const SHORTEST: Duration = Duration::from_secs(5);
/// and no longer than this.
const LONGEST: Duration = Duration::from_secs(120);

/// Where a login by token stands.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoginByToken {
    /// Show this to a device that is logged in, and ask again when it was accepted or has expired.
    Show(LoginToken),
    /// Logged in; the session is saved.
    Authorized(AccountState),
    /// The other device has agreed, and the account has a password as well.
    PasswordNeeded(PasswordChallenge),
}

/// What a logged-in device has to read.
#[derive(Debug)]
pub struct LoginToken {
    /// `tg://login?token=…`: whoever has it and is logged in can log this program in, to their own account.
    pub url: SecretString,
    /// How long it is good for.
    pub expires_in: Duration,
}

impl Client {
    /// Asks for a login token, or for what became of the last one.
    ///
    /// # Errors
    /// [`LoginError`]: the credentials were refused, or the connection failed.
    pub async fn export_login_token(&self, credentials: &ApiCredentials) -> Result<LoginByToken, LoginError> {
        let login = self.login_by_token(credentials).await;
        // whoever waits for another device hears of it; to nobody else does a server say anything unasked
        self.listen(matches!(login, Ok(LoginByToken::Show(_)))).await;
        login
    }

    async fn login_by_token(&self, credentials: &ApiCredentials) -> Result<LoginByToken, LoginError> {
        let request = functions::auth::ExportLoginToken {
            api_id: credentials.api_id,
            api_hash: credentials.api_hash.expose_secret().to_owned(),
            except_ids: Vec::new(),
        };
        let mut next = self.token_step(&request).await?;
        for _ in 0..MAX_MIGRATIONS {
            let (dc_id, token) = match next {
                Step::Done(login) => return Ok(login),
                Step::MigrateTo { dc_id, token } => (dc_id, token),
            };
            self.migrate(dc_id).await?;
            next = match token {
                Some(token) => self.token_step(&functions::auth::ImportLoginToken { token }).await?,
                None => self.token_step(&request).await?,
            };
        }
        Err(ClientError::MigrationLoop { hops: MAX_MIGRATIONS }.into())
    }

    /// Returns when the server says that a device has accepted the token (`updateLoginToken`). It may be dropped at any
    /// time; if the update is lost, it never returns, so the caller asks again when the token expires.
    pub async fn login_token_accepted(&self) {
        loop {
            if self.next_update().await.is_none_or(|update| names_login_token(&update)) {
                return;
            }
        }
    }

    async fn token_step<F>(&self, request: &F) -> Result<Step, LoginError>
    where
        F: Function + Sync,
        F::Reply: for<'a> Shape<Ref<'a> = LoginTokenRef<'a>>,
    {
        // a device may accept the token before the answer is read here
        self.listen(true).await;
        let reply = match self.invoke_migrating(request).await {
            Err(InvokeError::Rpc(error)) if error.name() == "SESSION_PASSWORD_NEEDED" => {
                return match self.password_challenge().await {
                    Ok(challenge) => Ok(Step::Done(LoginByToken::PasswordNeeded(challenge))),
                    // the token is used up: there has to be another one there
                    Err(error) => Ok(Step::MigrateTo { dc_id: error.sent_on().ok_or(error)?, token: None }),
                };
            }
            reply => reply?,
        };
        Ok(match reply.read().map_err(ClientError::from)? {
            LoginTokenRef::LoginToken(token) => {
                let expires_in = self.expires_in(token.expires).await;
                let url = format!("tg://login?token={}", BASE64URL.encode(token.token));
                Step::Done(LoginByToken::Show(LoginToken { url: SecretString::from(url), expires_in }))
            }
            LoginTokenRef::MigrateTo(other) => {
                Step::MigrateTo { dc_id: other.dc_id, token: Some(other.token.to_vec()) }
            }
            LoginTokenRef::Success(success) => {
                Step::Done(LoginByToken::Authorized(self.authorized(&success.authorization)?))
            }
            _ => return Err(LoginError::Unsupported { what: "another kind of login token" }),
        })
    }

    /// From the server's clock to a length of time.
    async fn expires_in(&self, expires: i32) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = i64::try_from(now).unwrap_or(i64::MAX).saturating_add(self.time_offset_secs().await);
        let left = i64::from(expires).saturating_sub(now);
        Duration::from_secs(u64::try_from(left).unwrap_or_default()).clamp(SHORTEST, LONGEST)
    }
}

enum Step {
    Done(LoginByToken),
    /// Go on at another data centre, with the token if it is good there.
    MigrateTo {
        dc_id: i32,
        token: Option<Vec<u8>>,
    },
}

/// Whether an update may be `updateLoginToken#564fe691`, mostly inside of `updateShort`: its id stands at a multiple of
/// four bytes. One that only looks like it costs one question.
fn names_login_token(update: &[u8]) -> bool {
    let id = types::UpdateLoginToken::ID.to_le_bytes();
    // an empty one stands for those that were lost
    update.is_empty() || update.chunks_exact(4).any(|word| word == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_recognised_inside_of_its_wrapping() {
        // updateShort#78d4dec1 update:updateLoginToken date:int
        let short = [0xc1, 0xde, 0xd4, 0x78, 0x91, 0xe6, 0x4f, 0x56, 1, 0, 0, 0];
        assert!(names_login_token(&short));
        assert!(names_login_token(&short[4..8]));
        assert!(!names_login_token(&short[..4]));
        assert!(!names_login_token(&[0x91, 0xe6, 0x4f]));
        assert!(names_login_token(&[]), "it may be among those that were lost");
    }
}
