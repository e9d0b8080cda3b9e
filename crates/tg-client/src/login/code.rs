//! The code that Telegram sends.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tl_api::{Invoke, InvokeError, enums, functions, types};
use tl_codec::Str;

use super::{CodeDelivery, LoginError, NextDelivery, PasswordChallenge};
use crate::client::{Client, MAX_MIGRATIONS, migration};
use crate::config::ApiCredentials;
use crate::error::ClientError;
use crate::session::AccountState;

/// A code is on its way.
#[derive(Debug, Clone)]
pub struct SentCode {
    pub(super) phone: SecretString,
    pub(super) phone_code_hash: SecretString,
    /// How it travels.
    pub delivery: CodeDelivery,
    /// How the next one would travel, if there is another way.
    pub next: Option<NextDelivery>,
    /// After how long that may be asked for.
    pub timeout: Option<Duration>,
}

/// What [`Client::sign_in`] leads to.
#[derive(Debug)]
pub enum SignIn {
    /// Logged in; the session is saved.
    Authorized(AccountState),
    /// The code was right, and the account has a password as well.
    PasswordNeeded(PasswordChallenge),
}

impl Client {
    /// Asks for a login code. Follows the server to the account's data centre.
    ///
    /// # Errors
    /// [`LoginError`]: the number or the credentials were refused, or the connection failed.
    pub async fn send_code(
        &self,
        credentials: &ApiCredentials,
        phone: &SecretString,
    ) -> Result<SentCode, LoginError> {
        let request = functions::auth::SendCode {
            phone_number: phone.expose_secret().to_owned(),
            api_id: credentials.api_id,
            api_hash: credentials.api_hash.expose_secret().to_owned(),
            settings: types::CodeSettings::default(),
        };
        let reply = self.invoke_migrating(&request).await?;
        let sent = reply.read().map_err(ClientError::from)?;
        sent_code(phone, &sent)
    }

    /// Asks for another code, the way that [`SentCode::next`] names (`auth.resendCode`).
    ///
    /// # Errors
    /// [`LoginError::NoOtherWay`], or the connection failed.
    pub async fn resend_code(&self, sent: &SentCode) -> Result<SentCode, LoginError> {
        let request = functions::auth::ResendCode {
            phone_number: sent.phone.expose_secret().to_owned(),
            phone_code_hash: sent.phone_code_hash.expose_secret().to_owned(),
            reason: None,
        };
        let reply = self.invoke_migrating(&request).await?;
        let again = reply.read().map_err(ClientError::from)?;
        sent_code(&sent.phone, &again)
    }

    /// Sends the code back.
    ///
    /// # Errors
    /// [`LoginError`]: the code is wrong or too old, there is no such account, or the connection failed.
    pub async fn sign_in(&self, sent: &SentCode, code: &SecretString) -> Result<SignIn, LoginError> {
        for _ in 0..MAX_MIGRATIONS {
            if let Some(account) = self.first_step(sent, code).await? {
                return Ok(SignIn::Authorized(account));
            }
            match self.password_challenge().await {
                Ok(challenge) => return Ok(SignIn::PasswordNeeded(challenge.after(sent, code))),
                // the key of another data centre has not seen the code
                Err(error) => self.migrate(error.sent_on().ok_or(error)?).await?,
            }
        }
        Err(ClientError::MigrationLoop { hops: MAX_MIGRATIONS }.into())
    }

    /// The code; nobody, if it was right and a password is wanted too.
    async fn first_step(
        &self,
        sent: &SentCode,
        code: &SecretString,
    ) -> Result<Option<AccountState>, LoginError> {
        let by_email = matches!(sent.delivery, CodeDelivery::Email { .. });
        let request = functions::auth::SignIn {
            phone_number: sent.phone.expose_secret().to_owned(),
            phone_code_hash: sent.phone_code_hash.expose_secret().to_owned(),
            phone_code: (!by_email).then(|| code.expose_secret().to_owned()),
            email_verification: by_email
                .then(|| types::EmailVerificationCode { code: code.expose_secret().to_owned() }.into()),
        };
        match self.invoke_migrating(&request).await {
            Ok(reply) => self.authorized(&reply.read().map_err(ClientError::from)?).map(Some),
            Err(InvokeError::Rpc(error)) if error.name() == "SESSION_PASSWORD_NEEDED" => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Remembers who is logged in.
    pub(super) fn authorized(
        &self,
        authorization: &enums::auth::AuthorizationRef<'_>,
    ) -> Result<AccountState, LoginError> {
        let enums::auth::AuthorizationRef::Authorization(authorization) = authorization else {
            return Err(LoginError::NoAccount);
        };
        let enums::UserRef::User(user) = &authorization.user else {
            return Err(LoginError::NoAccount);
        };
        Ok(self.remember(user.id)?)
    }

    /// Who is logged in, as the server says; the session remembers it. A process that died between the server's yes and
    /// its own note of it is made up for here.
    ///
    /// # Errors
    /// [`ClientError`]; `AUTH_KEY_UNREGISTERED` and its kin mean that nobody is logged in.
    pub async fn whoami(&self) -> Result<AccountState, ClientError> {
        let request = functions::users::GetUsers { id: vec![types::InputUserSelf {}.into()] };
        let reply = self.invoke(&request).await?;
        let users = reply.read()?;
        match users.iter().next() {
            Some(enums::UserRef::User(user)) => self.remember(user.id),
            _ => Err(ClientError::NoSelf),
        }
    }

    fn remember(&self, user_id: i64) -> Result<AccountState, ClientError> {
        let account = AccountState { user_id };
        self.session().update(|state| state.account = Some(account.clone()))?;
        Ok(account)
    }

    /// Ends the session on the server and forgets who was logged in. Where the account has moved to another data centre,
    /// the login is carried there first.
    ///
    /// # Errors
    /// [`ClientError`] if the server cannot be reached or refuses; the session file keeps its key then.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        match self.leave().await {
            Err(ClientError::Rpc(error)) => match migration(&error) {
                Some(dc_id) => self.leave_at(dc_id).await?,
                None => return Err(ClientError::Rpc(error)),
            },
            left => left?,
        }
        self.session().update(|state| {
            state.account = None;
            state.key = None;
            state.takeout = None;
            state.delay = None;
        })?;
        Ok(())
    }

    async fn leave(&self) -> Result<(), ClientError> {
        self.invoke(&functions::auth::LogOut {}).await?.read()?;
        Ok(())
    }

    /// By a connection of its own: until the server has agreed, the session keeps the key that it has.
    async fn leave_at(&self, dc_id: i32) -> Result<(), ClientError> {
        let reply = self.invoke(&functions::auth::ExportAuthorization { dc_id }).await?;
        let carried = reply.read()?;
        let there = self.at(dc_id).await?;
        let request = functions::auth::ImportAuthorization { id: carried.id, bytes: carried.bytes.to_vec() };
        there.invoke(&request).await?.read()?;
        there.leave().await?;
        there.close().await
    }
}

pub(super) fn sent_code(
    phone: &SecretString,
    sent: &enums::auth::SentCodeRef<'_>,
) -> Result<SentCode, LoginError> {
    use enums::auth::SentCodeRef as Sent;

    let sent = match sent {
        Sent::SentCode(sent) => sent,
        Sent::PaymentRequired(_) => {
            return Err(LoginError::Unsupported { what: "a payment for the code" });
        }
        _ => return Err(LoginError::Unsupported { what: "a login by an earlier token" }),
    };
    let hash =
        Str::to_str(sent.phone_code_hash).map_err(|_| ClientError::NotText { field: "phone_code_hash" })?;
    Ok(SentCode {
        phone: phone.clone(),
        phone_code_hash: SecretString::from(hash),
        delivery: CodeDelivery::of(&sent.type_),
        next: sent.next_type.map(NextDelivery::of),
        timeout: sent.timeout.and_then(|secs| u64::try_from(secs).ok()).map(Duration::from_secs),
    })
}
