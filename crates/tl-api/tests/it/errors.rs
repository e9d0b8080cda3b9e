//! Errors say where.

use tl_api::{enums, types};
use tl_codec::{Decode, Encode, ErrorKind, PathSegment};

use crate::book;

#[test]
fn the_path_leads_to_the_field() {
    let book = book::contacts(18);
    let phone_at = {
        // the last user again, without what stands behind the phone
        let mut cut = book.clone();
        let Some(enums::User::User(user)) = cut.users.last_mut() else { panic!() };
        (user.photo, user.status, user.rare) = (None, None, None);
        cut.encoded_len() - 12
    };
    let bytes = book.to_bytes();
    let error = types::contacts::ContactsRef::from_bytes(&bytes[..phone_at + 4]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("contacts.contacts → users[17] → user → phone: 8 bytes short at offset {phone_at:#x}")
    );
}

#[test]
fn an_unknown_constructor_is_named_by_the_type_that_was_expected() {
    let mut bytes = book::contacts(1).to_bytes();
    let user_at = 4 + 8 + 16 + 4 + 8;
    bytes[user_at..user_at + 4].copy_from_slice(&0x215c_4438_u32.to_le_bytes());
    let error = types::contacts::ContactsRef::from_bytes(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownConstructor { got: 0x215c_4438 });
    assert_eq!(
        error.to_string(),
        "contacts.contacts → users[0] → User: unknown constructor 0x215c4438 at offset 0x28"
    );
}

#[test]
fn the_only_constructor_is_named_too() {
    let error = types::NearestDcRef::from_bytes(&[1, 2, 3, 4]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongConstructor { expected: 0x8e1a_1775, got: 0x0403_0201 });
    assert_eq!(error.path().next(), Some(PathSegment::Type("nearestDc")));
}

#[test]
fn a_field_behind_an_accessor_is_checked_with_its_owner() {
    let bytes = book::user(1).to_bytes();
    let error = types::UserRef::from_bytes(&bytes[..bytes.len() - 4]).unwrap_err();
    assert_eq!(error.path().last(), Some(PathSegment::Field("bot_active_users")));
}

#[test]
fn bytes_behind_a_reply_are_an_error() {
    let mut bytes = book::contacts(1).to_bytes();
    bytes.extend_from_slice(&[0; 4]);
    let error = types::contacts::ContactsRef::from_bytes(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Trailing { trailing_bytes: 4 });
}
