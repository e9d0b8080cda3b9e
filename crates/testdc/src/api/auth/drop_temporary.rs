//! `auth.dropTempAuthKeys`: temporary keys that a client no longer needs end before their time.

use tl_api::functions::auth;
use tl_codec::Encode;

use crate::api::request::{Answer, Request, read};

/// Every temporary key that stands for the client's permanent one is forgotten, but for those that the client names.
pub(super) fn drop_temporary(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::DropTempAuthKeysRef<'_>>(body)?;
    let permanent = request.login_key()?.key.id();
    let keys = &request.centre.keys;
    for key in keys.all() {
        let id = key.key.id();
        let is_bound = key.client().bound_to == Some(permanent);
        if is_bound && !query.except_auth_keys.iter().any(|kept| kept == id) {
            keys.remove(id);
        }
    }
    Ok(true.to_bytes())
}
