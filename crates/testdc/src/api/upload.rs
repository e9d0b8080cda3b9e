//! `upload.*`: files, of which there are none.

use super::Refusal;
use super::request::{Access, Answer, Method, Request};

pub(super) const METHODS: &[Method] =
    &[Method { id: 0xbe53_35be, name: "upload.getFile", access: Access::LoggedIn, call: get_file }];

/// The photos of this server's people have ids and no pictures.
fn get_file(_request: &mut Request<'_>, _body: &[u8]) -> Answer {
    Err(Refusal::bad("FILE_ID_INVALID"))
}
