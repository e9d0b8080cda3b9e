//! Replies of the API: every byte string is a value that writes itself back, or a typed error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_api::{enums, types};
use tl_codec::{Decode, Encode, VecRef};

/// What was read is written back to the same bytes: nothing is lost, unknown flag bits included. TL lets a string be
/// padded with anything and be written with a longer head than it needs, so it is the second reading that must agree.
fn same<'a, T: Decode<'a> + Encode>(bytes: &'a [u8]) -> Option<T> {
    let value = T::from_bytes(bytes).ok()?;
    assert_eq!(value.to_bytes().len(), value.encoded_len());
    Some(value)
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(enums::contacts::ContactsRef::Contacts(contacts)) = same(bytes) {
        for user in &contacts.users {
            if let enums::UserRef::User(user) = user {
                let _ = (user.usernames(), user.lang_code(), user.photo(), user.emoji_status());
            }
        }
    }
    same::<VecRef<'_, types::SavedPhoneContactRef<'_>>>(bytes);
    same::<VecRef<'_, types::ContactStatusRef>>(bytes);
    same::<VecRef<'_, enums::UserRef<'_>>>(bytes);
    same::<enums::auth::SentCodeRef<'_>>(bytes);
    same::<enums::auth::AuthorizationRef<'_>>(bytes);
    same::<types::account::PasswordRef<'_>>(bytes);
    same::<types::ConfigRef<'_>>(bytes);
    same::<types::contacts::FoundRef<'_>>(bytes);
});
