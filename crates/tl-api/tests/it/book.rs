//! A contact list, as a server would send it.

use tl_api::types::{self, Contact, RestrictionReason, User, UserEmpty, Username};
use tl_api::{LAYER, enums};
use tl_codec::{Decode, Encode, Str};

// a vector of 100,000 of them is walked through: a struct of 568 bytes costs page faults
const _: () = assert!(size_of::<types::UserRef<'_>>() <= 160);

/// A user with every kind of field.
pub(crate) fn user(id: i64) -> User {
    User {
        contact: true,
        mutual_contact: true,
        id,
        access_hash: Some(0x1122_3344_5566_7788),
        first_name: Some("Имя".into()),
        last_name: Some("O'Neil, \"Jr\"\n".into()),
        phone: Some("9996621234".into()),
        photo: Some(
            types::UserProfilePhoto {
                photo_id: 5,
                stripped_thumb: Some(vec![1; 40]),
                dc_id: 2,
                ..Default::default()
            }
            .into(),
        ),
        status: Some(types::UserStatusOffline { was_online: 1_700_000_000 }.into()),
        rare: Some(Box::new(types::UserRare {
            restriction_reason: Some(vec![RestrictionReason::default()]),
            lang_code: Some("de".into()),
            usernames: Some(vec![Username { active: true, username: "first".into(), ..Default::default() }]),
            bot_active_users: Some(3),
            ..Default::default()
        })),
        ..Default::default()
    }
}

/// `contacts.contacts` with so many users.
pub(crate) fn contacts(count: i64) -> types::contacts::Contacts {
    types::contacts::Contacts {
        contacts: (0..count).map(|user_id| Contact { user_id, mutual: user_id % 2 == 0 }).collect(),
        saved_count: 7,
        users: (0..count)
            .map(|id| if id % 5 == 4 { UserEmpty { id }.into() } else { user(id).into() })
            .collect(),
    }
}

#[test]
fn every_field_is_reached() {
    let bytes = user(9).to_bytes();
    let read = types::UserRef::from_bytes(&bytes).unwrap();
    assert_eq!((read.id, read.access_hash), (9, Some(0x1122_3344_5566_7788)));
    assert_eq!(read.first_name.unwrap(), "Имя");
    assert_eq!(read.username, None);
    assert!(read.contact() && read.mutual_contact() && !read.deleted() && read.restricted());
    assert!(matches!(
        read.status,
        Some(enums::UserStatusRef::Offline(types::UserStatusOffline { was_online: 1_700_000_000 }))
    ));
    let Some(enums::UserProfilePhotoRef::UserProfilePhoto(photo)) = read.photo() else { panic!() };
    assert_eq!((photo.photo_id, photo.stripped_thumb, photo.dc_id), (5, Some([1_u8; 40].as_slice()), 2));
    assert_eq!(read.lang_code(), Some(Str::from("de")));
    assert_eq!(read.bot_active_users(), Some(3));
    assert_eq!(read.emoji_status(), None);
    let usernames: Vec<_> = read.usernames().unwrap().iter().collect();
    assert_eq!(usernames[0].username, "first");
    assert!(usernames[0].active() && !usernames[0].editable());
    assert_eq!(read.to_bytes(), bytes);
}

#[test]
fn a_list_is_read_where_it_lies() {
    let bytes = enums::contacts::Contacts::from(contacts(20)).to_bytes();
    let enums::contacts::ContactsRef::Contacts(read) = Decode::from_bytes(&bytes).unwrap() else { panic!() };
    assert_eq!((read.contacts.len(), read.saved_count, read.users.len()), (20, 7, 20));
    assert!(read.contacts.iter().all(|contact| contact.mutual == (contact.user_id % 2 == 0)));
    let ids = read.users.iter().map(|user| match user {
        enums::UserRef::User(user) => user.id,
        enums::UserRef::Empty(user) => user.id,
        _ => panic!(),
    });
    assert!(ids.eq(0..20));
    // a name is a part of the bytes, not a copy
    let Some(enums::UserRef::User(first)) = read.users.iter().next() else { panic!() };
    assert!(bytes.as_ptr_range().contains(&first.first_name.unwrap().as_bytes().as_ptr()));
}

#[test]
fn the_layer_is_the_schemas() {
    assert_eq!(LAYER, 230);
}
