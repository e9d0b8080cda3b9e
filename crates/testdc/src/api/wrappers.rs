//! What stands around a method (protocol, "Invoking API methods"): layer, introduction, order, takeout.

use tl_api::functions::{
    InitConnectionRef, InvokeAfterMsgRef, InvokeAfterMsgsRef, InvokeWithLayerRef, InvokeWithMessagesRangeRef,
    InvokeWithTakeoutRef, InvokeWithoutUpdatesRef,
};
use tl_codec::{Constructor, RawObject};

use super::request::{Request, read};
use super::{Refusal, account, layers};
use crate::keys::Device;

/// Wrappers around one call. There are seven kinds, and no reason to use one twice.
const MAX_WRAPPERS: usize = 8;

/// Takes the wrappers off a call and does what they say; what is left is the method.
///
/// # Errors
/// The refusal of a wrapper that is wrong.
pub(super) fn peel<'a>(request: &mut Request<'_>, body: &'a [u8]) -> Result<RawObject<'a>, Refusal> {
    let mut object = read::<RawObject<'a>>(body)?;
    let mut layer = None;
    for _ in 0..MAX_WRAPPERS {
        object = match object.id() {
            InvokeWithLayerRef::ID => {
                let wrapper = read::<InvokeWithLayerRef<'a>>(object.as_bytes())?;
                layer = Some(check_layer(wrapper.layer)?);
                wrapper.query
            }
            InitConnectionRef::ID => {
                let wrapper = read::<InitConnectionRef<'a>>(object.as_bytes())?;
                introduce(request, &wrapper, layer)?;
                wrapper.query
            }
            InvokeWithTakeoutRef::ID => {
                let wrapper = read::<InvokeWithTakeoutRef<'a>>(object.as_bytes())?;
                // who has no such session any more is told of the key first
                request.check_place()?;
                request.takeout = Some(account::find_takeout(request, wrapper.takeout_id)?);
                wrapper.query
            }
            // calls are done in the order in which they come, so there is nothing to wait for
            InvokeAfterMsgRef::ID => read::<InvokeAfterMsgRef<'a>>(object.as_bytes())?.query,
            InvokeAfterMsgsRef::ID => read::<InvokeAfterMsgsRef<'a>>(object.as_bytes())?.query,
            InvokeWithoutUpdatesRef::ID => {
                request.without_updates = true;
                read::<InvokeWithoutUpdatesRef<'a>>(object.as_bytes())?.query
            }
            // there are no messages
            InvokeWithMessagesRangeRef::ID => {
                read::<InvokeWithMessagesRangeRef<'a>>(object.as_bytes())?.query
            }
            _ => return Ok(object),
        };
    }
    Err(Refusal::bad("INPUT_METHOD_INVALID"))
}

/// Of what a client says of itself, so much is remembered.
const MAX_DEVICE_CHARS: usize = 128;

/// A client of a layer that is newer than this server is answered in the newest one that there is here: most of what it
/// reads will be the same, and it is told the rest by its own decoder.
fn check_layer(layer: i32) -> Result<i32, Refusal> {
    if layer > tl_api::LAYER {
        tracing::warn!(layer, answered_in = tl_api::LAYER, "a client of a layer that is not known yet");
        return Ok(tl_api::LAYER);
    }
    if layers::is_known(layer) { Ok(layer) } else { Err(Refusal::bad("CONNECTION_LAYER_INVALID")) }
}

/// `initConnection`: who the client is. The layer is remembered for the key.
fn introduce(
    request: &Request<'_>,
    wrapper: &InitConnectionRef<'_>,
    layer: Option<i32>,
) -> Result<(), Refusal> {
    let empty = [
        (wrapper.device_model.is_empty(), "CONNECTION_DEVICE_MODEL_EMPTY"),
        (wrapper.system_version.is_empty(), "CONNECTION_SYSTEM_EMPTY"),
        (wrapper.app_version.is_empty(), "CONNECTION_APP_VERSION_EMPTY"),
        (wrapper.system_lang_code.is_empty(), "CONNECTION_SYSTEM_LANG_CODE_EMPTY"),
    ];
    if wrapper.api_id <= 0 {
        return Err(Refusal::bad("CONNECTION_API_ID_INVALID"));
    }
    if let Some((_, text)) = empty.iter().find(|(is_empty, _)| *is_empty) {
        return Err(Refusal::bad(text));
    }
    let text =
        |text: tl_codec::Str<'_>| text.to_str_lossy().chars().take(MAX_DEVICE_CHARS).collect::<String>();
    let device = Device {
        api_id: wrapper.api_id,
        model: text(wrapper.device_model),
        system_version: text(wrapper.system_version),
        app_version: text(wrapper.app_version),
    };
    let mut client = request.key.client();
    client.device = device;
    client.layer = Some(layer.or(client.layer).ok_or_else(|| Refusal::bad("CONNECTION_LAYER_INVALID"))?);
    drop(client);
    request.share_device();
    Ok(())
}
