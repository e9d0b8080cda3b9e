//! Replies of the API: every byte string is a value that announces its exact length, or a typed error.

use tl_api::{enums, types};
use tl_codec::{Decode, Encode, Reader, Str, VecRef};

/// TL lets a string be padded with anything and be written with a longer head than it needs, so that the bytes may
/// differ: it is the announced length that must be right, and the second reading that must agree.
fn same<'a, T: Decode<'a> + Encode>(bytes: &'a [u8]) -> Option<T> {
    let value = T::from_bytes(bytes).ok()?;
    assert_eq!(value.to_bytes().len(), value.encoded_len());
    Some(value)
}

pub(crate) fn check(bytes: &[u8]) {
    if let Some(enums::contacts::ContactsRef::Contacts(contacts)) = same(bytes) {
        assert_eq!(contacts.users.iter().count(), contacts.users.len());
        contacts.users.iter().for_each(walk);
    }
    if let Some(user) = same::<enums::UserRef<'_>>(bytes) {
        walk(user);
    }
    same::<VecRef<'_, types::SavedPhoneContactRef<'_>>>(bytes);
    same::<VecRef<'_, types::ContactStatusRef>>(bytes);
    same::<VecRef<'_, enums::UserRef<'_>>>(bytes);
    same::<enums::auth::SentCodeRef<'_>>(bytes);
    same::<enums::auth::AuthorizationRef<'_>>(bytes);
    same::<enums::auth::LoginTokenRef<'_>>(bytes);
    same::<types::account::PasswordRef<'_>>(bytes);
    same::<types::ConfigRef<'_>>(bytes);
    same::<types::contacts::FoundRef<'_>>(bytes);
    same::<types::contacts::ImportedContactsRef<'_>>(bytes);
    streamed(bytes);
}

/// Everything behind the hot fields was checked, so that it can be read.
fn walk(user: enums::UserRef<'_>) {
    let enums::UserRef::User(user) = user else { return };
    let _ = (user.photo(), user.emoji_status(), user.color(), user.lang_code(), user.bot_active_users());
    for name in user.usernames().iter().flatten() {
        let _ = (name.username.to_str_lossy(), name.editable(), name.active());
    }
    assert_eq!(user.to_bytes().len(), user.encoded_len());
}

/// The streaming reader gives what the vector gives.
fn streamed(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let Ok(texts) = VecRef::<Str<'_>>::decode(&mut reader) else { return };
    let mut again = Reader::new(bytes);
    let stream = again.vector::<Str<'_>>().expect("a vector");
    assert!(stream.map(|text| text.expect("an item")).eq(texts.iter()));
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    crate::seeds::telethon()
}
