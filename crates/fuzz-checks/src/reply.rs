//! Replies of the API: every byte string is a value that announces its exact length, or a typed error.

use bytes::Bytes;
use tl_api::{enums, functions as f, types};
use tl_codec::{Decode, DecodeError, Encode, Function, Reader, Reply, Shape, Str, VecRef};

use crate::walk::Walk;

/// TL lets a string be padded with anything and be written with a longer head than it needs, so that the bytes may
/// differ: it is the announced length that must be right, and the second reading that must agree.
fn same<'a, T: Decode<'a> + Encode + Walk>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    let value = T::from_bytes(bytes)?;
    assert_eq!(value.to_bytes().len(), value.encoded_len());
    value.walk();
    Ok(value)
}

/// The answer to a request, owned, is what the bytes are.
fn answers<F: Function>(bytes: &[u8])
where
    for<'a> <F::Reply as Shape>::Ref<'a>: Encode + Walk + PartialEq,
{
    let reply: Reply<F::Reply> = Reply::new(Bytes::copy_from_slice(bytes));
    assert_eq!(reply.body(), bytes);
    match (reply.read(), same::<<F::Reply as Shape>::Ref<'_>>(bytes)) {
        (Ok(owned), Ok(borrowed)) => assert!(owned.to_bytes() == borrowed.to_bytes()),
        (owned, borrowed) => assert_eq!(owned.err(), borrowed.err()),
    }
}

pub(crate) fn check(bytes: &[u8]) {
    answers::<f::contacts::GetContacts>(bytes);
    answers::<f::contacts::GetSaved>(bytes);
    answers::<f::contacts::GetStatuses>(bytes);
    answers::<f::contacts::ImportContacts>(bytes);
    answers::<f::users::GetUsers>(bytes);
    answers::<f::account::GetPassword>(bytes);
    let _ = same::<enums::UserRef<'_>>(bytes);
    let _ = same::<enums::auth::SentCodeRef<'_>>(bytes);
    let _ = same::<enums::auth::AuthorizationRef<'_>>(bytes);
    let _ = same::<enums::auth::LoginTokenRef<'_>>(bytes);
    let _ = same::<types::ConfigRef<'_>>(bytes);
    let _ = same::<types::contacts::FoundRef<'_>>(bytes);
    streamed::<Str<'_>>(bytes);
    streamed::<types::SavedPhoneContactRef<'_>>(bytes);
    streamed::<types::ContactStatusRef>(bytes);
    streamed::<enums::UserRef<'_>>(bytes);
}

/// The streaming reader gives what the vector gives, and finds a fault where the vector finds one.
fn streamed<'a, T: Decode<'a> + Walk + PartialEq + core::fmt::Debug>(bytes: &'a [u8]) {
    let mut reader = Reader::new(bytes);
    let mut again = Reader::new(bytes);
    match (VecRef::<T>::decode(&mut reader), again.vector::<T>()) {
        (Ok(items), Ok(stream)) => {
            let streamed = stream.map(|item| item.expect("an item")).inspect(Walk::walk);
            assert!(streamed.eq(items.iter()));
            assert_eq!(again.offset(), reader.offset());
        }
        (Err(fault), Ok(mut stream)) => {
            let found = stream.find_map(Result::err).expect("the vector's fault");
            assert_eq!((found.kind(), found.offset()), (fault.kind(), fault.offset()));
        }
        (items, stream) => assert_eq!(items.map(drop), stream.map(drop)),
    }
}

/// Objects, and the answers that are vectors.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let saved = |first_name: &str, date| types::SavedPhoneContact {
        phone: "15550100".into(),
        first_name: first_name.into(),
        last_name: "Lovelace".into(),
        date,
    };
    let statuses = [
        enums::UserStatus::from(types::UserStatusEmpty),
        types::UserStatusOnline { expires: 7 }.into(),
        types::UserStatusOffline { was_online: 8 }.into(),
        types::UserStatusRecently { by_me: true }.into(),
        types::UserStatusLastWeek { by_me: false }.into(),
    ];
    let statuses =
        statuses.into_iter().zip(1..).map(|(status, user_id)| types::ContactStatus { user_id, status });
    let vectors = [
        vec![saved("Ada", 5), saved(&"x".repeat(254), 6), saved("", 7)].to_bytes(),
        statuses.collect::<Vec<_>>().to_bytes(),
        Vec::<types::ContactStatus>::new().to_bytes(),
        vec![String::from("Ada"), String::from("Grace")].to_bytes(),
    ];
    crate::seeds::telethon().into_iter().chain(vectors).collect()
}
