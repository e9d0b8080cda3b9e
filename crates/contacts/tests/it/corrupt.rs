//! Replies cut short and replies with a byte changed: a typed error or a whole book, never a panic.

use bytes::Bytes;
use contacts::{AddressBook, ContactsError, Replies};
use tl_api::types;
use tl_codec::Reply;

use crate::book::{Book, account};

fn sample() -> Book {
    let usernames = vec![types::Username { active: true, username: "anna".into(), ..Default::default() }];
    let rare = types::UserRare { usernames: Some(usernames), ..Default::default() };
    Book::default()
        .saved("+49 170 1234567", "Anna")
        .saved("1", "Twice")
        .saved("1", "Twice")
        .contact(1)
        .user(types::User { rare: Some(Box::new(rare)), ..account(1, "491701234567", "Anna") })
        .contact(2)
        .user(types::UserEmpty { id: 2 })
        .contact(3)
        .user(account(3, "1", "Twice"))
        .status(1, types::UserStatusRecently { by_me: true })
        .status(3, types::UserStatusOnline { expires: 1 })
}

fn with(replies: &Replies, which: usize, body: Vec<u8>) -> Replies {
    let (mut replies, body) = (replies.clone(), Bytes::from(body));
    match which {
        0 => replies.saved = Reply::new(body),
        1 => replies.contacts = Reply::new(body),
        _ => replies.statuses = Reply::new(body),
    }
    replies
}

fn bodies(replies: &Replies) -> [Vec<u8>; 3] {
    [replies.saved.body(), replies.contacts.body(), replies.statuses.body()].map(|body| body.to_vec())
}

#[test]
fn every_prefix_is_an_error_that_names_the_method() {
    let replies = sample().replies();
    let methods = ["contacts.getSaved", "contacts.getContacts", "contacts.getStatuses"];
    for (which, (body, name)) in bodies(&replies).iter().zip(methods).enumerate() {
        for len in 0..body.len() {
            let error = AddressBook::join(with(&replies, which, body[..len].to_vec())).unwrap_err();
            let ContactsError::Reply { method, source } = &error else { panic!("{error}") };
            assert_eq!(*method, name);
            assert!(source.offset() <= len, "{source}");
        }
    }
}

#[test]
fn a_changed_byte_is_an_error_or_a_book_that_reconciles() {
    let replies = sample().replies();
    let mut accepted = 0;
    for (which, body) in bodies(&replies).iter().enumerate() {
        for position in 0..body.len() {
            for change in [0x01, 0x20, 0x80, 0xff] {
                let mut broken = body.clone();
                broken[position] ^= change;
                if let Ok(book) = AddressBook::join(with(&replies, which, broken)) {
                    let proof = book.reconcile().unwrap();
                    assert_eq!(proof.rows, book.rows().count());
                    accepted += 1;
                }
            }
        }
    }
    assert!(accepted > 0, "a changed letter of a name is still a name");
}
