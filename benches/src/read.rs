//! `contacts.contacts` read with `tl-codec`, in each of its ways.

use std::hint::black_box;
use std::iter::Sum;
use std::ops::AddAssign;

use tl_api::enums::{UserProfilePhotoRef, UserRef};
use tl_api::types;
use tl_api::types::contacts::ContactsRef;
use tl_codec::{Constructor as _, Decode as _, DecodeError, Reader, Str};

/// What an export reads of all users, beside the numbers that it copies: whoever sums it up has read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// The length of all texts, each of them checked.
    pub text_bytes: usize,
    /// Photos that are not `userProfilePhotoEmpty`.
    pub photos: usize,
    /// Items of `usernames` that their user can edit.
    pub editable: usize,
    /// Items of `usernames` that lead to their user.
    pub active: usize,
}

impl AddAssign for Seen {
    #[inline]
    fn add_assign(&mut self, more: Self) {
        self.text_bytes += more.text_bytes;
        self.photos += more.photos;
        self.editable += more.editable;
        self.active += more.active;
    }
}

impl Sum for Seen {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        let mut all = Self::default();
        items.for_each(|one| all += one);
        all
    }
}

/// The structure of the whole reply, and nothing kept.
///
/// # Errors
/// As [`stream`].
pub fn check(reply: &[u8]) -> Result<usize, DecodeError> {
    ContactsRef::from_bytes(reply).map(|read| read.users.len())
}

/// Every field of every user that an export reads: the columns of `takeout-export` ask for no other.
///
/// # Errors
/// [`DecodeError`] where the bytes are not what the schema says.
pub fn stream(reply: &[u8]) -> Result<Seen, DecodeError> {
    let mut reader = Reader::new(reply);
    reader.constructor(ContactsRef::ID, ContactsRef::NAME)?;
    for contact in reader.vector::<types::ContactRef>()? {
        black_box(contact?);
    }
    black_box(reader.int()?);
    let mut all = Seen::default();
    for user in reader.vector::<UserRef<'_>>()? {
        if let UserRef::User(user) = user? {
            black_box((user.flags, user.flags2, user.id, user.access_hash, user.status));
            all += seen(&user);
        }
    }
    reader.finish(ContactsRef::NAME)?;
    Ok(all)
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
            if let Some(usernames) = user.usernames() {
                length += usernames.iter().map(|one| text(one.username)).sum::<usize>();
            }
        }
        users.push(user);
    }
    reader.finish(ContactsRef::NAME)?;
    Ok((length, users))
}

#[inline]
fn seen(user: &types::UserRef<'_>) -> Seen {
    let has_photo = matches!(user.photo(), Some(UserProfilePhotoRef::UserProfilePhoto(_)));
    let mut seen = Seen { text_bytes: texts(user), photos: usize::from(has_photo), ..Seen::default() };
    if let Some(usernames) = user.usernames() {
        for one in &usernames {
            seen.text_bytes += text(one.username);
            seen.editable += usize::from(one.editable());
            seen.active += usize::from(one.active());
        }
    }
    seen
}

/// The length of the texts of a user but for `usernames`, each of them checked.
#[inline]
fn texts(user: &types::UserRef<'_>) -> usize {
    let names = [user.first_name, user.last_name, user.username, user.phone, user.lang_code()];
    names.into_iter().flatten().map(text).sum()
}

#[inline]
fn text(text: Str<'_>) -> usize {
    if text.check().is_ok() { text.as_bytes().len() } else { 0 }
}
