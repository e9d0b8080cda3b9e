//! Logins of an account: their list, and how an owner ends them.

use std::sync::Arc;

use tl_codec::{Encode, RawBytes, Reader, encode_vector};

use crate::account::Account;
use crate::api::Refusal;
use crate::api::request::{Answer, Request};
use crate::keys::{Ending, KeyRecord, Login};

/// `account.getAuthorizations#e320c158`
pub(super) const GET_AUTHORIZATIONS: u32 = 0xe320_c158;
/// `account.resetAuthorization#df77f3bc hash:long`
pub(super) const RESET_AUTHORIZATION: u32 = 0xdf77_f3bc;
/// `auth.resetAuthorizations#9fab0d1a`
pub(super) const RESET_AUTHORIZATIONS: u32 = 0x9fab_0d1a;
/// `account.authorizations#4bff8ea0 authorization_ttl_days:int authorizations:Vector<Authorization>`
const AUTHORIZATIONS: u32 = 0x4bff_8ea0;
/// `authorization#ad01d61d flags:# current:flags.0?true official_app:flags.1?true password_pending:flags.2?true
/// encrypted_requests_disabled:flags.3?true call_requests_disabled:flags.4?true unconfirmed:flags.5?true hash:long
/// device_model:string platform:string system_version:string api_id:int app_name:string app_version:string
/// date_created:int date_active:int ip:string country:string region:string`
const AUTHORIZATION: u32 = 0xad01_d61d;

/// Telegram ends logins that nobody uses; this server does not, and says the longest time that clients offer.
const TTL_DAYS: i32 = 365;

/// `account.getAuthorizations`
pub(super) fn list(request: &mut Request<'_>, _body: &[u8]) -> Answer {
    let (account, own) = (request.logged_in()?, request.login_key()?);
    let mut keys = logins(request, &account);
    keys.sort_by_key(|key| (key.key.id() != own.key.id(), key.client().since));
    let written = keys.iter().map(|key| RawBytes(authorization(key, own.key.id()))).collect::<Vec<_>>();
    let mut out = AUTHORIZATIONS.to_bytes();
    TTL_DAYS.encode(&mut out);
    encode_vector(&written, &mut out);
    Ok(out)
}

/// The keys that are logged in here. One that was carried to another data centre for files is the same login there.
fn logins(request: &Request<'_>, account: &Account) -> Vec<Arc<KeyRecord>> {
    let here = request.centre.identity.id;
    request.centre.cloud.logins(account).filter(|(dc_id, _)| *dc_id == here).map(|(_, key)| key).collect()
}

/// The hash that names a login to the other ones; the client's own is 0.
fn authorization(key: &KeyRecord, own_id: i64) -> Vec<u8> {
    let is_own = key.key.id() == own_id;
    let client = key.client();
    let device = &client.device;
    let mut out = AUTHORIZATION.to_bytes();
    u32::from(is_own).encode(&mut out);
    if is_own { 0 } else { key.key.id() }.encode(&mut out);
    // nobody has registered an application here
    let (platform, app_name) = ("", format!("application {}", device.api_id));
    device.model.as_str().encode(&mut out);
    platform.encode(&mut out);
    device.system_version.as_str().encode(&mut out);
    device.api_id.encode(&mut out);
    app_name.as_str().encode(&mut out);
    device.app_version.as_str().encode(&mut out);
    client.since.secs().encode(&mut out);
    client.active.secs().encode(&mut out);
    for text in ["127.0.0.1", "XX", ""] {
        text.encode(&mut out);
    }
    out
}

/// `account.resetAuthorization`: another login is ended.
pub(super) fn end_one(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let (account, own) = (request.logged_in()?, request.login_key()?);
    let hash = hash(body).ok_or_else(|| Refusal::bad("INPUT_FETCH_FAIL"))?;
    let keys = logins(request, &account);
    let meant = keys.iter().find(|key| key.key.id() == hash && hash != own.key.id());
    end(meant.ok_or_else(|| Refusal::bad("HASH_INVALID"))?);
    Ok(true.to_bytes())
}

fn hash(body: &[u8]) -> Option<i64> {
    let mut reader = Reader::new(body);
    reader.expect_id(RESET_AUTHORIZATION).ok()?;
    let hash = reader.long().ok()?;
    reader.finish("account.resetAuthorization").ok().map(|()| hash)
}

/// `auth.resetAuthorizations`: every other login is ended.
pub(super) fn end_others(request: &mut Request<'_>, _body: &[u8]) -> Answer {
    let (account, own) = (request.logged_in()?, request.login_key()?);
    logins(request, &account).iter().filter(|key| key.key.id() != own.key.id()).for_each(|key| end(key));
    Ok(true.to_bytes())
}

fn end(key: &KeyRecord) {
    key.client().login = Login::Ended(Ending::Revoked);
}
