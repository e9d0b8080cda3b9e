//! The API: methods, and the wrappers around them.
//!
//! **Owns** what a call means: [`answer`] takes the body of one call and gives the object of its `rpc_result`. A file is
//! a family of methods. **Must not know** sessions, frames or sockets.
//!
//! Layers: methods are written for layer 230; `layers.rs` stands between them and clients of older ones.
//!
//! Read next: `wrappers.rs`, then `request.rs`, then the family that you look for.

mod account;
pub(crate) mod auth;
mod constant;
mod contacts;
mod help;
mod langpack;
mod layers;
mod messages;
mod peers;
mod refusal;
mod request;
mod spoil;
pub(crate) mod updates;
mod upload;
mod users;
mod wire_forms;
mod wrappers;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use tl_codec::Encode;

use crate::centre::DataCentre;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::keys::KeyRecord;
use crate::packed::{GZIP_PACKED, inflate};
pub(crate) use refusal::Refusal;
use request::{Access, Method, Request};

/// `rpc_error#2144ca19 error_code:int error_message:string = RpcError`
const RPC_ERROR: u32 = 0x2144_ca19;

/// The name under which calls go that hold no known method.
pub(crate) const UNKNOWN_METHOD: &str = "unknown";

/// What becomes of a call.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) method: &'static str,
    /// The object inside `rpc_result`, not packed yet.
    pub(crate) object: Vec<u8>,
    /// How long the answer is held back.
    pub(crate) delay: Option<Duration>,
    /// Whether the client wants to be told on this session what happens.
    pub(crate) takes_updates: bool,
}

/// Answers a call that came over this connection.
pub(crate) fn answer(
    centre: &Arc<DataCentre>,
    key: &Arc<KeyRecord>,
    connection: u64,
    body: &[u8],
    entropy: &mut Entropy,
) -> Answered {
    let mut request = Request::new(centre, key, connection, entropy);
    if let Some(login_key) = &request.login_key {
        login_key.client().active = request.now;
    }
    let peeled = wrappers::peel(&mut request, body);
    let peeled = peeled.and_then(|call| unpack(call.as_bytes())).map(layers::modernise);
    let method = peeled.as_ref().ok().and_then(|call| find(call));
    let name = method.map_or(UNKNOWN_METHOD, |method| method.name);
    let outcome = peeled.and_then(|call| {
        scripted_refusal(&mut request, name).map_or(Ok(()), Err)?;
        let method = method.ok_or_else(|| Refusal::bad("INPUT_METHOD_INVALID"))?;
        request.check_access(method.access)?;
        if method.access == Access::LoggedIn {
            request.check_place()?;
        }
        request.check_home(method)?;
        request.check_frozen(method)?;
        (method.call)(&mut request, &call)
    });
    let object = match outcome {
        Ok(object) => {
            let layer = key.client().layer.unwrap_or(tl_api::LAYER);
            layers::age(spoil::spoil(centre, request.account().as_deref(), name, object), layer)
        }
        Err(refusal) => {
            tracing::debug!(method = name, %refusal);
            refusal.to_object()
        }
    };
    let delay = centre.faults.take(|fault| {
        if let Fault::Delay { method, by } = fault { method.matches(name).then_some(*by) } else { None }
    });
    Answered { method: name, object, delay, takes_updates: !request.without_updates }
}

/// A call that is packed inside of its wrappers, as `TDLib` packs them; a packed message was unpacked before.
fn unpack(call: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    if !call.starts_with(&GZIP_PACKED.to_le_bytes()) {
        return Ok(Cow::Borrowed(call));
    }
    inflate(call).map(Cow::Owned).ok_or_else(|| Refusal::bad("INPUT_FETCH_FAIL"))
}

/// Every method, by family.
const FAMILIES: [&[Method]; 14] = [
    account::METHODS,
    auth::METHODS,
    constant::METHODS,
    contacts::METHODS,
    contacts::block::METHODS,
    contacts::change::METHODS,
    contacts::find::METHODS,
    contacts::marks::METHODS,
    help::METHODS,
    langpack::METHODS,
    messages::METHODS,
    updates::METHODS,
    upload::METHODS,
    users::METHODS,
];

fn find(call: &[u8]) -> Option<&'static Method> {
    let id = u32::from_le_bytes(*call.first_chunk()?);
    FAMILIES.into_iter().flatten().find(|method| method.id == id)
}

/// Whether a server knows a method of this name.
pub(crate) fn knows(name: &str) -> bool {
    FAMILIES.into_iter().flatten().any(|method| method.name == name)
}

/// What the script says in place of the method.
fn scripted_refusal(request: &mut Request<'_>, name: &str) -> Option<Refusal> {
    let taken_over = request.centre.faults.take(|fault| {
        if let Fault::TakeoutTakenOver { method } = fault { method.matches(name).then_some(()) } else { None }
    });
    if taken_over.is_some() {
        account::take_over(request);
        return account::recheck_takeout(request).err();
    }
    let is_wrapped = request.takeout.is_some();
    request.centre.faults.take(|fault| {
        let is_meant = fault.method().is_some_and(|method| method.matches(name));
        if is_meant { Refusal::scripted(fault, is_wrapped) } else { None }
    })
}

impl Refusal {
    fn to_object(&self) -> Vec<u8> {
        let mut out = RPC_ERROR.to_bytes();
        self.code.encode(&mut out);
        self.text.encode(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_readme_lists_every_method_and_no_other() {
        let rows = include_str!("../README.md").lines().filter_map(|line| {
            let (family, methods) = line.strip_prefix("| `")?.split_once(".` | ")?;
            Some(methods.split('`').skip(1).step_by(2).map(move |method| format!("{family}.{method}")))
        });
        let listed = rows.flatten().collect::<BTreeSet<_>>();
        let served = FAMILIES.into_iter().flatten().map(|method| method.name.to_owned()).collect();
        assert_eq!(listed, served);
    }
}
