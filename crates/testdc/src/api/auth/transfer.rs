//! A login carried to another data centre ("Working with Different Data Centers").

use tl_api::functions::auth;
use tl_api::types;
use tl_codec::Encode;

use super::complete;
use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::cloud::ExportError;

impl From<ExportError> for Refusal {
    fn from(error: ExportError) -> Self {
        Self::bad(&error.to_string())
    }
}

/// `auth.exportAuthorization`, at the account's own data centre.
pub(super) fn export(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<auth::ExportAuthorization>(body)?;
    let cloud = &request.centre.cloud;
    if query.dc_id == request.centre.identity.id || !cloud.addresses.contains_key(&query.dc_id) {
        return Err(Refusal::bad("DC_ID_INVALID"));
    }
    let bytes = cloud.exports().export(&account, query.dc_id, request.now, request.entropy);
    Ok(types::auth::ExportedAuthorization { id: account.profile.user_id, bytes }.to_bytes())
}

/// `auth.importAuthorization`, at the other one.
pub(super) fn import(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::ImportAuthorizationRef<'_>>(body)?;
    let (dc_id, key) = (request.centre.identity.id, request.login_key()?);
    let account = request.centre.cloud.exports().import(query.id, query.bytes, dc_id, request.now)?;
    Ok(complete(request, &key, account).to_bytes())
}
