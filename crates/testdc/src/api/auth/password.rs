//! The second step of a login: the password (protocol, "Two-factor authentication").

use std::sync::Arc;

use tl_api::functions::auth;
use tl_codec::Encode;

use super::complete;
use crate::api::Refusal;
use crate::api::account::password::check_proof;
use crate::api::request::{Answer, Request, read};
use crate::keys::Login;

pub(super) fn check(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::CheckPasswordRef<'_>>(body)?;
    let key = request.login_key()?;
    let login = key.client().login.clone();
    let Login::AwaitPassword(account) = login else {
        return Err(Refusal::unauthorized("AUTH_KEY_UNREGISTERED"));
    };
    check_proof(request, &key, &account, &query.password)?;
    Ok(complete(request, &key, Arc::clone(&account)).to_bytes())
}
