//! Cut and broken replies: a typed error or a value all of whose parts can be read, never a panic.

use tl_api::{enums, types};
use tl_codec::{Decode, Encode};

use crate::book;

/// Reads everything that can be read.
fn walk(bytes: &[u8]) -> bool {
    let contacts = types::contacts::ContactsRef::from_bytes(bytes);
    if let Ok(found) = contacts {
        assert_eq!(found.contacts.iter().count(), found.contacts.len());
        assert_eq!(found.users.iter().count(), found.users.len(), "an item that was checked cannot be read");
        for user in &found.users {
            let enums::UserRef::User(user) = user else { continue };
            let _ = (user.photo(), user.emoji_status(), user.linked_community_id(), user.color());
            for name in user.usernames().iter().flatten() {
                let _ = name.username.to_str_lossy();
            }
        }
    }
    let others = [
        types::ConfigRef::from_bytes(bytes).is_ok(),
        enums::auth::SentCodeRef::from_bytes(bytes).is_ok(),
        types::account::PasswordRef::from_bytes(bytes).is_ok(),
    ];
    contacts.is_ok() || others.contains(&true)
}

fn replies() -> [Vec<u8>; 4] {
    let config = types::Config {
        dc_options: vec![types::DcOption { secret: Some(vec![7; 17]), ..Default::default() }; 3],
        reactions_default: Some(types::ReactionEmoji { emoticon: "👍".into() }.into()),
        autoupdate_url_prefix: Some("x".repeat(254)),
        ..Default::default()
    };
    let sent = types::auth::SentCode {
        type_: types::auth::SentCodeTypeApp { length: 5 }.into(),
        phone_code_hash: "hash".into(),
        timeout: Some(60),
        ..Default::default()
    };
    let algo = types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow {
        salt1: vec![1; 8],
        salt2: vec![2; 16],
        g: 3,
        p: vec![3; 256],
    };
    let password = types::account::Password {
        has_password: true,
        current_algo: Some(algo.clone().into()),
        srp_b: Some(vec![4; 256]),
        srp_id: Some(5),
        new_algo: algo.into(),
        ..Default::default()
    };
    [book::contacts(3).to_bytes(), config.to_bytes(), sent.to_bytes(), password.to_bytes()]
}

#[test]
fn whole_replies_are_read() {
    assert!(replies().iter().all(|bytes| walk(bytes)));
}

#[test]
fn every_prefix_is_an_error() {
    for bytes in replies() {
        for cut in 0..bytes.len() {
            assert!(!walk(&bytes[..cut]), "{cut} of {}", bytes.len());
        }
    }
}

#[test]
fn any_value_of_any_byte_is_survived() {
    for bytes in replies() {
        let mut broken = bytes.clone();
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xfd, 0xfe, 0xff, !bytes[at]] {
                broken[at] = value;
                walk(&broken);
            }
            broken[at] = bytes[at];
        }
    }
}
