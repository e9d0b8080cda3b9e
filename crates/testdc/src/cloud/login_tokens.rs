//! Login by QR code: the tokens that clients show and that somebody who is logged in accepts ("Login via QR code").
//!
//! ```text
//! exportLoginToken ─► Shown ── acceptLoginToken ─► Accepted ── exportLoginToken, or importLoginToken elsewhere ─► gone
//! ```

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::account::Account;
use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::keys::Device;
use crate::limits::MAX_LOGIN_TOKENS;

/// Bytes of a token: as many as in Telegram's.
const TOKEN_BYTES: usize = 32;

/// How long a client has to come for a login that was accepted.
const ACCEPTED_LIFETIME: Duration = Duration::from_secs(60);

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LoginTokenError {
    #[error("AUTH_TOKEN_INVALID")]
    Invalid,
    #[error("AUTH_TOKEN_EXPIRED")]
    Expired,
    #[error("AUTH_TOKEN_ALREADY_ACCEPTED")]
    AlreadyAccepted,
    /// The client that shows the token has this account already.
    #[error("AUTH_TOKEN_EXCEPTION")]
    Exception,
}

/// Who asks for a token.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) dc_id: i32,
    /// The permanent key that is to be logged in.
    pub(crate) login_key_id: i64,
    pub(crate) device: Device,
    /// Accounts that the client has already.
    pub(crate) except_ids: Vec<i64>,
}

#[derive(Debug)]
struct Shown {
    issue: Issue,
    expires_at: UnixTime,
    accepted_by: Option<Arc<Account>>,
}

/// Every token in use.
#[derive(Debug)]
pub(crate) struct LoginTokens {
    lifetime: Duration,
    shown: HashMap<Vec<u8>, Shown>,
}

impl LoginTokens {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, shown: HashMap::new() }
    }

    /// A new token; the one that the key had is void. Gives the end of its life too.
    pub(crate) fn issue(
        &mut self,
        issue: Issue,
        now: UnixTime,
        entropy: &mut Entropy,
    ) -> (Vec<u8>, UnixTime) {
        self.shown.retain(|_, shown| {
            let is_own = (shown.issue.dc_id, shown.issue.login_key_id) == (issue.dc_id, issue.login_key_id);
            // one that has just expired is remembered for a while: whoever scans it is told so
            !is_own && now < shown.expires_at.after(ACCEPTED_LIFETIME)
        });
        if self.shown.len() >= MAX_LOGIN_TOKENS {
            let oldest = self.shown.iter().min_by_key(|(_, shown)| shown.expires_at);
            if let Some(oldest) = oldest.map(|(token, _)| token.clone()) {
                self.shown.remove(&oldest);
            }
        }
        let (token, expires_at) = (entropy.bytes(TOKEN_BYTES), now.after(self.lifetime));
        self.shown.insert(token.clone(), Shown { issue, expires_at, accepted_by: None });
        (token, expires_at)
    }

    /// Somebody who is logged in scans a token. Gives whom it logs in.
    ///
    /// # Errors
    /// [`LoginTokenError`].
    pub(crate) fn accept(
        &mut self,
        token: &[u8],
        account: &Arc<Account>,
        now: UnixTime,
    ) -> Result<Issue, LoginTokenError> {
        let shown = self.shown.get_mut(token).ok_or(LoginTokenError::Invalid)?;
        if shown.accepted_by.is_some() {
            return Err(LoginTokenError::AlreadyAccepted);
        }
        if shown.expires_at <= now {
            return Err(LoginTokenError::Expired);
        }
        if shown.issue.except_ids.contains(&account.profile.user_id) {
            return Err(LoginTokenError::Exception);
        }
        shown.accepted_by = Some(Arc::clone(account));
        shown.expires_at = now.after(ACCEPTED_LIFETIME);
        Ok(shown.issue.clone())
    }

    /// The accepted token of a key, and who accepted it.
    pub(crate) fn accepted(
        &self,
        dc_id: i32,
        login_key_id: i64,
        now: UnixTime,
    ) -> Option<(Vec<u8>, Arc<Account>)> {
        let own = self.shown.iter().find(|(_, shown)| {
            (shown.issue.dc_id, shown.issue.login_key_id) == (dc_id, login_key_id) && now < shown.expires_at
        });
        own.and_then(|(token, shown)| Some((token.clone(), Arc::clone(shown.accepted_by.as_ref()?))))
    }

    /// Who accepted a token that a client brings to another data centre.
    ///
    /// # Errors
    /// [`LoginTokenError`].
    pub(crate) fn accepted_by(&self, token: &[u8], now: UnixTime) -> Result<Arc<Account>, LoginTokenError> {
        let shown = self.shown.get(token).ok_or(LoginTokenError::Invalid)?;
        if shown.expires_at <= now {
            return Err(LoginTokenError::Expired);
        }
        shown.accepted_by.clone().ok_or(LoginTokenError::Invalid)
    }

    /// The token is used.
    pub(crate) fn forget(&mut self, token: &[u8]) {
        self.shown.remove(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn issue(login_key_id: i64) -> Issue {
        Issue { dc_id: 2, login_key_id, device: Device::default(), except_ids: vec![5] }
    }

    #[test]
    fn a_token_is_shown_accepted_and_used_once() {
        let mut entropy = Entropy::from_seed(1);
        let account = Arc::new(Account::new(&Config { contacts: 0, ..Config::default() }, &mut entropy));
        let at = UnixTime::from_secs;
        let mut tokens = LoginTokens::new(Duration::from_secs(30));
        let (first, _) = tokens.issue(issue(7), at(1_000), &mut entropy);
        let (token, expires_at) = tokens.issue(issue(7), at(1_010), &mut entropy);
        assert_eq!(expires_at, at(1_040));
        assert_eq!(tokens.accept(&first, &account, at(1_010)).unwrap_err(), LoginTokenError::Invalid, "void");
        assert_eq!(tokens.accept(&token, &account, at(1_040)).unwrap_err(), LoginTokenError::Expired);
        assert!(tokens.accepted(2, 7, at(1_010)).is_none());
        assert_eq!(tokens.accepted_by(&token, at(1_010)).unwrap_err(), LoginTokenError::Invalid);
        assert_eq!(tokens.accept(&token, &account, at(1_039)).unwrap().login_key_id, 7);
        assert_eq!(tokens.accept(&token, &account, at(1_039)).unwrap_err(), LoginTokenError::AlreadyAccepted);
        // it was accepted in the last second of its life, and the client still has time to come
        assert!(tokens.accepted(2, 7, at(1_090)).is_some() && tokens.accepted(4, 7, at(1_090)).is_none());
        assert!(tokens.accepted_by(&token, at(1_090)).is_ok());
        assert_eq!(tokens.accepted_by(&token, at(1_099)).unwrap_err(), LoginTokenError::Expired);
        tokens.forget(&token);
        assert!(tokens.accepted(2, 7, at(1_040)).is_none());
    }

    #[test]
    fn tokens_are_bounded() {
        let mut entropy = Entropy::from_seed(1);
        let mut tokens = LoginTokens::new(Duration::from_secs(30));
        for key in 0..5_000 {
            tokens.issue(issue(key), UnixTime::from_secs(1_000), &mut entropy);
        }
        assert_eq!(tokens.shown.len(), MAX_LOGIN_TOKENS);
    }
}
