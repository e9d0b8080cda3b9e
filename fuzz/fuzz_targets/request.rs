//! Requests as a server reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_api::functions as f;
use tl_codec::Decode;

fuzz_target!(|bytes: &[u8]| {
    let _ = f::InvokeWithLayerRef::from_bytes(bytes);
    let _ = f::InitConnectionRef::from_bytes(bytes);
    let _ = f::InvokeAfterMsgsRef::from_bytes(bytes);
    let _ = f::auth::SendCodeRef::from_bytes(bytes);
    let _ = f::auth::CheckPasswordRef::from_bytes(bytes);
    let _ = f::users::GetUsersRef::from_bytes(bytes);
    let _ = f::contacts::ImportContactsRef::from_bytes(bytes);
});
