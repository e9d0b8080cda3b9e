//! Login by QR code ("Login via QR code").

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tl_api::enums::auth::LoginToken;
use tl_api::functions::auth;
use tl_api::types;
use tl_codec::Encode;

use super::{complete, first_step_done};
use crate::account::Account;
use crate::api::request::{Answer, Request, read};
use crate::api::{Refusal, updates};
use crate::clock::UnixTime;
use crate::cloud::{Cloud, Issue, LoginTokenError};
use crate::event::Event;
use crate::keys::{Device, Login};

impl From<LoginTokenError> for Refusal {
    fn from(error: LoginTokenError) -> Self {
        Self::bad(&error.to_string())
    }
}

/// `auth.exportLoginToken`: a token to show; or, once it was accepted, the login.
pub(super) fn export(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::ExportLoginTokenRef<'_>>(body)?;
    if query.api_id <= 0 || query.api_hash.is_empty() {
        return Err(Refusal::bad("API_ID_INVALID"));
    }
    let (dc_id, key) = (request.centre.identity.id, request.login_key()?);
    let login = key.client().login.clone();
    if let Login::LoggedIn(account) = login {
        return Ok(success(request, account)?.to_bytes());
    }
    let accepted = request.centre.cloud.login_tokens().accepted(dc_id, key.key.id(), request.now);
    if let Some((token, account)) = accepted {
        return finish(request, &token, account);
    }
    super::check_network(request)?;
    let issue = Issue {
        dc_id,
        login_key_id: key.key.id(),
        device: request.key.client().device.clone(),
        except_ids: query.except_ids.iter().take(MAX_EXCEPT_IDS).collect(),
    };
    let (token, expires_at) = request.centre.cloud.login_tokens().issue(issue, request.now, request.entropy);
    request.centre.events.emit(Event::LoginToken { token: URL_SAFE_NO_PAD.encode(&token) });
    Ok(LoginToken::LoginToken(types::auth::LoginToken { expires: expires_at.secs(), token }).to_bytes())
}

/// Accounts that a client may have already; no program lets a person have more.
const MAX_EXCEPT_IDS: usize = 100;

/// `auth.importLoginToken`: a token that was accepted while it was shown at another data centre.
pub(super) fn import(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::ImportLoginTokenRef<'_>>(body)?;
    let account = request.centre.cloud.login_tokens().accepted_by(query.token, request.now)?;
    finish(request, query.token, account)
}

/// A token was accepted: the login is complete here, or goes on with a password or at the account's own data centre.
fn finish(request: &Request<'_>, token: &[u8], account: Arc<Account>) -> Answer {
    if account.home_dc() != request.centre.identity.id {
        let migrate = types::auth::LoginTokenMigrateTo { dc_id: account.home_dc(), token: token.to_vec() };
        return Ok(LoginToken::MigrateTo(migrate).to_bytes());
    }
    request.centre.cloud.login_tokens().forget(token);
    Ok(success(request, account)?.to_bytes())
}

fn success(request: &Request<'_>, account: Arc<Account>) -> Result<LoginToken, Refusal> {
    let key = request.login_key()?;
    let is_logged_in = matches!(key.client().login, Login::LoggedIn(_));
    if !is_logged_in {
        first_step_done(&key, &account)?;
    }
    let authorization = complete(request, &key, account);
    Ok(LoginToken::Success(types::auth::LoginTokenSuccess { authorization }))
}

/// `auth.acceptLoginToken`, by somebody who is logged in.
pub(super) fn accept(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<auth::AcceptLoginTokenRef<'_>>(body)?;
    let device = accept_token(&request.centre.cloud, query.token, &account, request.now)?;
    let authorization = types::Authorization {
        password_pending: account.has_password(),
        hash: request.entropy.long(),
        device_model: device.model,
        platform: "test".to_owned(),
        system_version: device.system_version,
        api_id: device.api_id,
        app_name: "test".to_owned(),
        app_version: device.app_version,
        date_created: request.now.secs(),
        date_active: request.now.secs(),
        ip: "127.0.0.1".to_owned(),
        country: "XX".to_owned(),
        ..types::Authorization::default()
    };
    Ok(authorization.to_bytes())
}

/// Accepts a token and tells the client that shows it; gives what that client says it is.
///
/// # Errors
/// [`LoginTokenError`].
pub(crate) fn accept_token(
    cloud: &Cloud,
    token: &[u8],
    account: &Arc<Account>,
    now: UnixTime,
) -> Result<Device, LoginTokenError> {
    let issue = cloud.login_tokens().accept(token, account, now)?;
    let update = updates::login_token(now);
    if !cloud.push_to_key(issue.dc_id, issue.login_key_id, &update, now) {
        tracing::debug!("a token was accepted, and its client takes no updates");
    }
    Ok(issue.device)
}
