//! Two-step verification: fetch the parameters, prove the password.

use secrecy::{ExposeSecret, SecretString};
use tl_api::enums::PasswordKdfAlgoRef as KdfAlgo;
use tl_api::{Invoke, functions, types};

use super::LoginError;
use super::code::{SentCode, SignIn};
use super::srp::{self, Algorithm};
use crate::client::Client;
use crate::error::ClientError;
use crate::session::AccountState;

/// The account wants its password.
#[derive(Debug, Clone)]
pub struct PasswordChallenge {
    /// The code that was right, in case the password has to be proved at another data centre.
    first_step: Option<Box<(SentCode, SecretString)>>,
    algorithm: Algorithm,
    srp_id: i64,
    srp_b: Vec<u8>,
    /// What the user wrote down to remember it by.
    pub hint: Option<String>,
}

impl PasswordChallenge {
    /// After this code.
    pub(super) fn after(self, sent: &SentCode, code: &SecretString) -> Self {
        Self { first_step: Some(Box::new((sent.clone(), code.clone()))), ..self }
    }
}

impl Client {
    /// Asks how the password is to be proved (`account.getPassword`).
    ///
    /// # Errors
    /// [`LoginError::Unsupported`] for an algorithm of the future; or the connection failed.
    pub(super) async fn password_challenge(&self) -> Result<PasswordChallenge, LoginError> {
        let reply = self.invoke(&functions::account::GetPassword {}).await?;
        read_challenge(&reply.read().map_err(ClientError::from)?)
    }

    /// Proves the password (`auth.checkPassword`). A wrong one is not tried again.
    ///
    /// `SRP_ID_INVALID` (the challenge was used up or is too old) is answered with a fresh challenge, once. Where the
    /// server sends the proof on to another data centre, that one is shown the code first.
    ///
    /// # Errors
    /// [`LoginError::WrongPassword`], [`LoginError::Srp`], [`LoginError::BeginsAgain`], or the connection failed.
    pub async fn check_password(
        &self,
        challenge: &PasswordChallenge,
        password: &SecretString,
    ) -> Result<AccountState, LoginError> {
        let error = match self.try_fresh_password(challenge, password).await {
            Err(error) => error,
            account => return account,
        };
        self.migrate(error.sent_on().ok_or(error)?).await?;
        let Some(first_step) = &challenge.first_step else { return Err(LoginError::BeginsAgain) };
        let (sent, code) = first_step.as_ref();
        match self.sign_in(sent, code).await? {
            SignIn::Authorized(account) => Ok(account),
            SignIn::PasswordNeeded(challenge) => self.try_password(&challenge, password).await,
        }
    }

    async fn try_fresh_password(
        &self,
        challenge: &PasswordChallenge,
        password: &SecretString,
    ) -> Result<AccountState, LoginError> {
        match self.try_password(challenge, password).await {
            Err(LoginError::Client(ClientError::Rpc(error))) if error.name() == "SRP_ID_INVALID" => {
                let fresh = self.password_challenge().await?;
                self.try_password(&fresh, password).await
            }
            result => result,
        }
    }

    async fn try_password(
        &self,
        challenge: &PasswordChallenge,
        password: &SecretString,
    ) -> Result<AccountState, LoginError> {
        let proof = prove(challenge.clone(), password.clone()).await?;
        let check = types::InputCheckPasswordSrp {
            srp_id: challenge.srp_id,
            a: proof.a.to_vec(),
            m1: proof.m1.to_vec(),
        };
        let request = functions::auth::CheckPassword { password: check.into() };
        let reply = self.invoke(&request).await?;
        let authorization = reply.read().map_err(ClientError::from)?;
        self.authorized(&authorization)
    }
}

/// The arithmetic takes tens of milliseconds, so it runs beside the connection and not on it.
async fn prove(challenge: PasswordChallenge, password: SecretString) -> Result<srp::Proof, LoginError> {
    let work = move || {
        let mut entropy = Entropy::default();
        let password = password.expose_secret().as_bytes();
        let proof = srp::prove(password, &challenge.algorithm, &challenge.srp_b, &mut |out: &mut [u8]| {
            entropy.fill(out);
        });
        if entropy.failed { Err(ClientError::NoEntropy.into()) } else { proof.map_err(LoginError::from) }
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| ClientError::Stopped)?
}

/// The operating system's random numbers, and whether they were refused.
#[derive(Default)]
struct Entropy {
    failed: bool,
}

impl Entropy {
    fn fill(&mut self, out: &mut [u8]) {
        self.failed |= getrandom::fill(out).is_err();
    }
}

fn read_challenge(password: &types::account::PasswordRef<'_>) -> Result<PasswordChallenge, LoginError> {
    let unknown = LoginError::Unsupported { what: "a newer form of two-step verification" };
    let (Some(KdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(algo)), Some(srp_b)) =
        (&password.current_algo, password.srp_b)
    else {
        return Err(unknown);
    };
    Ok(PasswordChallenge {
        first_step: None,
        algorithm: Algorithm {
            salt1: algo.salt1.to_vec(),
            salt2: algo.salt2.to_vec(),
            g: algo.g,
            p: algo.p.to_vec(),
        },
        srp_id: password.srp_id.unwrap_or_default(),
        srp_b: srp_b.to_vec(),
        hint: password.hint.map(|hint| hint.to_str_lossy().into_owned()),
    })
}
