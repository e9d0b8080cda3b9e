//! `contacts.contacts` read with `tl-codec`, in each of its ways.

use std::hint::black_box;

use tl_api::enums::UserRef;
use tl_api::types;
use tl_api::types::contacts::ContactsRef;
use tl_codec::{Constructor as _, Decode as _, DecodeError, Reader, Str};

/// The structure of the whole reply, and nothing kept.
///
/// # Errors
/// As [`stream`].
pub fn check(reply: &[u8]) -> Result<usize, DecodeError> {
    ContactsRef::from_bytes(reply).map(|read| read.users.len())
}

/// The length of all texts that an export reads, each of them checked.
///
/// # Errors
/// [`DecodeError`] where the bytes are not what the schema says.
pub fn stream(reply: &[u8]) -> Result<usize, DecodeError> {
    let mut reader = Reader::new(reply);
    reader.constructor(ContactsRef::ID, ContactsRef::NAME)?;
    for contact in reader.vector::<types::ContactRef>()? {
        black_box(contact?);
    }
    black_box(reader.int()?);
    let mut length = 0;
    for user in reader.vector::<UserRef<'_>>()? {
        if let UserRef::User(user) = user? {
            black_box((user.flags, user.flags2, user.id, user.access_hash, user.status));
            length += texts(&user);
        }
    }
    reader.finish(ContactsRef::NAME)?;
    Ok(length)
}

/// Every user as a borrowed struct that gives every field, with the length of its texts, each of them checked.
///
/// # Errors
/// As [`stream`].
pub fn structs(reply: &[u8]) -> Result<(usize, Vec<UserRef<'_>>), DecodeError> {
    let mut reader = Reader::new(reply);
    reader.constructor(ContactsRef::ID, ContactsRef::NAME)?;
    for contact in reader.vector::<types::ContactRef>()? {
        black_box(contact?);
    }
    black_box(reader.int()?);
    let stream = reader.vector::<UserRef<'_>>()?;
    let mut users = Vec::with_capacity(stream.left());
    let mut length = 0;
    for user in stream {
        let user = user?;
        if let UserRef::User(user) = &user {
            length += texts(user);
        }
        users.push(user);
    }
    reader.finish(ContactsRef::NAME)?;
    Ok((length, users))
}

/// The length of all texts of a user, each of them checked.
#[inline]
fn texts(user: &types::UserRef<'_>) -> usize {
    let names = [user.first_name, user.last_name, user.username, user.phone, user.lang_code()];
    let mut length = names.into_iter().flatten().map(text).sum();
    if let Some(usernames) = user.usernames() {
        length += usernames.iter().map(|one| text(one.username)).sum::<usize>();
    }
    length
}

#[inline]
fn text(text: Str<'_>) -> usize {
    if text.check().is_ok() { text.as_bytes().len() } else { 0 }
}
