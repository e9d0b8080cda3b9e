//! The login e-mail address, where Telegram wants one before it sends a code (core.telegram.org/api/auth).

use secrecy::{ExposeSecret, SecretString};
use tl_api::enums::account::EmailVerifiedRef;
use tl_api::{functions, types};

use super::code::sent_code;
use super::{LoginError, SentCode};
use crate::client::Client;
use crate::error::ClientError;

/// A code is on its way to an e-mail address.
#[derive(Debug, Clone)]
pub struct SentEmailCode {
    /// The address, with most of it hidden; the server's own text.
    pub pattern: String,
}

impl Client {
    /// Names the address that is to become the account's login e-mail address; a code is sent to it.
    ///
    /// # Errors
    /// [`LoginError::EmailRefused`], or the connection failed.
    pub async fn set_up_email(
        &self,
        sent: &SentCode,
        address: &SecretString,
    ) -> Result<SentEmailCode, LoginError> {
        let request = functions::account::SendVerifyEmailCode {
            purpose: purpose(sent).into(),
            email: address.expose_secret().to_owned(),
        };
        let reply = self.invoke_migrating(&request).await?;
        let code = reply.read().map_err(ClientError::from)?;
        Ok(SentEmailCode { pattern: code.email_pattern.to_str_lossy().into_owned() })
    }

    /// Proves the address with the code; the login goes on with the code that is sent then.
    ///
    /// # Errors
    /// [`LoginError::WrongCode`], [`LoginError::CodeExpired`], or the connection failed.
    pub async fn verify_email(&self, sent: &SentCode, code: &SecretString) -> Result<SentCode, LoginError> {
        let request = functions::account::VerifyEmail {
            purpose: purpose(sent).into(),
            verification: types::EmailVerificationCode { code: code.expose_secret().to_owned() }.into(),
        };
        let reply = self.invoke_migrating(&request).await?;
        match reply.read().map_err(ClientError::from)? {
            EmailVerifiedRef::Login(verified) => sent_code(&sent.phone, &verified.sent_code),
            _ => Err(LoginError::Unsupported { what: "another proof of the e-mail address" }),
        }
    }
}

fn purpose(sent: &SentCode) -> types::EmailVerifyPurposeLoginSetup {
    types::EmailVerifyPurposeLoginSetup {
        phone_number: sent.phone.expose_secret().to_owned(),
        phone_code_hash: sent.phone_code_hash.expose_secret().to_owned(),
    }
}
