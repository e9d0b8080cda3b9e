//! The code that Telegram sends.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tl_api::{Invoke, InvokeError, enums, functions, types};
use tl_codec::Str;

use super::{LoginError, PasswordChallenge};
use crate::client::Client;
use crate::config::ApiCredentials;
use crate::error::ClientError;
use crate::session::AccountState;

/// A code is on its way.
#[derive(Debug, Clone)]
pub struct SentCode {
    phone: SecretString,
    phone_code_hash: SecretString,
    /// How it travels.
    pub delivery: CodeDelivery,
    /// After how long another way may be asked for.
    pub timeout: Option<Duration>,
}

/// How a code reaches the user (`auth.SentCodeType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeDelivery {
    /// A message from Telegram in the apps that are logged in.
    App,
    /// A text message.
    Sms,
    /// A phone call that speaks the code.
    Call,
    /// A missed call: the code is the end of the caller's number.
    MissedCall,
    /// A message to the login e-mail address.
    Email,
    /// The Fragment platform, for anonymous numbers.
    Fragment,
    /// A text message with a word or a phrase in place of digits.
    SmsWord,
    /// A way that this version does not know.
    Other,
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
        match reply.read().map_err(ClientError::from)? {
            enums::auth::SentCodeRef::SentCode(sent) => sent_code(phone, &sent),
            enums::auth::SentCodeRef::PaymentRequired(_) => {
                Err(LoginError::Unsupported { what: "a payment for the code" })
            }
            _ => Err(LoginError::Unsupported { what: "a login by an earlier token" }),
        }
    }

    /// Sends the code back.
    ///
    /// # Errors
    /// [`LoginError`]: the code is wrong or too old, there is no such account, or the connection failed.
    pub async fn sign_in(&self, sent: &SentCode, code: &SecretString) -> Result<SignIn, LoginError> {
        let request = functions::auth::SignIn {
            phone_number: sent.phone.expose_secret().to_owned(),
            phone_code_hash: sent.phone_code_hash.expose_secret().to_owned(),
            phone_code: Some(code.expose_secret().to_owned()),
            email_verification: None,
        };
        match self.invoke(&request).await {
            Ok(reply) => {
                let authorization = reply.read().map_err(ClientError::from)?;
                self.authorized(&authorization).map(SignIn::Authorized)
            }
            Err(InvokeError::Rpc(error)) if error.name() == "SESSION_PASSWORD_NEEDED" => {
                self.password_challenge().await.map(SignIn::PasswordNeeded)
            }
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
        let account = AccountState { user_id: user.id };
        let remember = |state: &mut crate::session::SessionState| state.account = Some(account.clone());
        self.session().update(remember).map_err(ClientError::from)?;
        Ok(account)
    }

    /// Ends the session on the server and forgets who was logged in.
    ///
    /// # Errors
    /// [`ClientError`] if the server cannot be reached or refuses; the session file keeps its key then.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        self.invoke(&functions::auth::LogOut {}).await?.read()?;
        self.session().update(|state| {
            state.account = None;
            state.key = None;
            state.takeout = None;
        })?;
        Ok(())
    }
}

fn sent_code(phone: &SecretString, sent: &types::auth::SentCodeRef<'_>) -> Result<SentCode, LoginError> {
    if matches!(sent.type_, enums::auth::SentCodeTypeRef::SetUpEmailRequired(_)) {
        return Err(LoginError::Unsupported { what: "a login e-mail address to be set up first" });
    }
    let hash =
        Str::to_str(sent.phone_code_hash).map_err(|_| ClientError::NotText { field: "phone_code_hash" })?;
    Ok(SentCode {
        phone: phone.clone(),
        phone_code_hash: SecretString::from(hash),
        delivery: delivery(&sent.type_),
        timeout: sent.timeout.and_then(|secs| u64::try_from(secs).ok()).map(Duration::from_secs),
    })
}

fn delivery(kind: &enums::auth::SentCodeTypeRef<'_>) -> CodeDelivery {
    use enums::auth::SentCodeTypeRef as Type;

    match kind {
        Type::App(_) => CodeDelivery::App,
        Type::Sms(_) | Type::FirebaseSms(_) => CodeDelivery::Sms,
        Type::Call(_) => CodeDelivery::Call,
        Type::FlashCall(_) | Type::MissedCall(_) => CodeDelivery::MissedCall,
        Type::EmailCode(_) => CodeDelivery::Email,
        Type::FragmentSms(_) => CodeDelivery::Fragment,
        Type::SmsWord(_) | Type::SmsPhrase(_) => CodeDelivery::SmsWord,
        _ => CodeDelivery::Other,
    }
}
