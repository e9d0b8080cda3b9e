//! The second step of a login: the password (protocol, "Two-factor authentication").

use std::sync::Arc;

use tl_api::enums::InputCheckPasswordSrpRef;
use tl_api::functions::auth;
use tl_codec::Encode;

use super::complete;
use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::keys::Login;
use crate::limits::SRP_LIFETIME;

pub(super) fn check(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::CheckPasswordRef<'_>>(body)?;
    let key = request.login_key()?;
    let (login, challenge) = {
        let mut client = key.client();
        // whatever comes of it, a challenge is used once
        (client.login.clone(), client.challenge.take())
    };
    let Login::AwaitPassword(account) = login else {
        return Err(Refusal::unauthorized("AUTH_KEY_UNREGISTERED"));
    };
    let InputCheckPasswordSrpRef::InputCheckPasswordSrp(proof) = query.password else {
        return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
    };
    let known = challenge.filter(|(challenge, made_at)| {
        challenge.srp_id == proof.srp_id && request.now.since(*made_at) < SRP_LIFETIME
    });
    let (challenge, _) = known.ok_or_else(|| Refusal::bad("SRP_ID_INVALID"))?;
    let verifier = account.password.as_ref().ok_or_else(|| Refusal::bad("PASSWORD_EMPTY"))?;
    if !verifier.is_proved(&challenge, proof.a, proof.m1) {
        return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
    }
    Ok(complete(request, &key, Arc::clone(&account)).to_bytes())
}
