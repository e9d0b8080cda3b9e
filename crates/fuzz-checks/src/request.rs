//! Requests as a server reads them.

use tl_api::functions as f;
use tl_codec::{Decode, Encode};

pub(crate) fn check(bytes: &[u8]) {
    let mut bytes = bytes;
    // as many wrappers as there are, as a server takes them off
    while let Some(inner) = unwrapped(bytes) {
        assert!(inner.len() < bytes.len());
        bytes = inner;
    }
    same::<f::auth::SendCodeRef<'_>>(bytes);
    same::<f::auth::SignInRef<'_>>(bytes);
    same::<f::auth::CheckPasswordRef<'_>>(bytes);
    same::<f::auth::BindTempAuthKeyRef<'_>>(bytes);
    same::<f::users::GetUsersRef<'_>>(bytes);
    same::<f::contacts::ImportContactsRef<'_>>(bytes);
    same::<f::contacts::AddContactRef<'_>>(bytes);
    same::<f::contacts::DeleteByPhonesRef<'_>>(bytes);
}

fn same<'a, T: Decode<'a> + Encode>(bytes: &'a [u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes().len(), value.encoded_len());
    }
}

fn unwrapped(bytes: &[u8]) -> Option<&[u8]> {
    let query = f::InvokeWithLayerRef::from_bytes(bytes).map(|outer| outer.query);
    let query = query.or_else(|_| f::InitConnectionRef::from_bytes(bytes).map(|outer| outer.query));
    let query = query.or_else(|_| f::InvokeWithTakeoutRef::from_bytes(bytes).map(|outer| outer.query));
    let query = query.or_else(|_| f::InvokeWithoutUpdatesRef::from_bytes(bytes).map(|outer| outer.query));
    let query = query.or_else(|_| f::InvokeAfterMsgsRef::from_bytes(bytes).map(|outer| outer.query));
    query.ok().map(|query| query.as_bytes())
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let takeout = f::InvokeWithTakeout { takeout_id: 5, query: f::contacts::GetSaved };
    let init = f::InitConnection { api_id: 1, query: takeout, ..Default::default() };
    let wrapped = f::InvokeWithLayer { layer: tl_api::LAYER, query: init };
    crate::seeds::telethon().into_iter().chain([wrapped.to_bytes()]).collect()
}
