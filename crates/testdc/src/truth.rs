//! What a server serves, as JSON: the yardstick of every export.

use serde::Serialize;

use crate::book::{AddressBook, ContactEntry, Person, Profile, SavedRecord, Status};

/// Everything that a client can learn about one account, in the order of the wire.
///
/// It is written by `testdc serve --truth-out FILE` and compared with what clients export.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Truth {
    /// The seed of the generator.
    pub seed: u64,
    /// Whose book it is.
    pub account: AccountTruth,
    /// `saved_count` of `contacts.contacts`.
    pub saved_count: usize,
    /// `contacts.getSaved`.
    pub saved: Vec<SavedTruth>,
    /// The contacts vector of `contacts.getContacts`.
    pub contacts: Vec<ContactTruth>,
    /// The users vector of `contacts.getContacts`.
    pub users: Vec<UserTruth>,
    /// `contacts.getStatuses`.
    pub statuses: Vec<StatusTruth>,
}

/// The account itself.
#[derive(Clone, Serialize, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields have the schema's names and meanings")]
pub struct AccountTruth {
    pub user_id: i64,
    pub phone: String,
    pub first_name: String,
    pub last_name: String,
    pub has_password: bool,
}

/// A saved record.
#[derive(Clone, Serialize, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields have the schema's names and meanings")]
pub struct SavedTruth {
    pub phone: String,
    pub first_name: String,
    pub last_name: String,
    pub date: i32,
}

/// An entry of the contacts vector.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields have the schema's names and meanings")]
pub struct ContactTruth {
    pub user_id: i64,
    pub mutual: bool,
}

/// A user.
#[derive(Clone, Serialize, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields have the schema's names and meanings")]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag bit of the schema")]
pub struct UserTruth {
    pub id: i64,
    pub access_hash: i64,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub usernames: Vec<UsernameTruth>,
    pub phone: Option<String>,
    pub contact: bool,
    pub mutual_contact: bool,
    pub deleted: bool,
    pub bot: bool,
    pub verified: bool,
    pub restricted: bool,
    pub scam: bool,
    pub fake: bool,
    pub support: bool,
    pub premium: bool,
    pub close_friend: bool,
    pub lang_code: Option<String>,
    pub photo: bool,
}

/// One of several usernames.
#[derive(Clone, Serialize, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields have the schema's names and meanings")]
pub struct UsernameTruth {
    pub username: String,
    pub editable: bool,
    pub active: bool,
}

/// A presence.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusTruth {
    /// Whose.
    pub user_id: i64,
    /// `online`, `offline`, `recently`, `last_week`, `last_month` or `empty`.
    pub status: &'static str,
    /// Unix time: the end of being online, or when last seen.
    pub at: Option<i32>,
    /// Hidden because of the account's own privacy rules.
    pub by_me: bool,
}

impl Truth {
    /// Writes down what `owner` will be served.
    pub fn new(seed: u64, owner: &Profile, has_password: bool, book: &AddressBook) -> Self {
        Self {
            seed,
            account: AccountTruth {
                user_id: owner.user_id,
                phone: owner.phone.clone(),
                first_name: owner.first_name.clone(),
                last_name: owner.last_name.clone(),
                has_password,
            },
            saved_count: book.saved.len(),
            saved: book.saved.iter().map(SavedTruth::from).collect(),
            contacts: book.contacts.iter().map(ContactTruth::from).collect(),
            users: book.users.iter().map(UserTruth::from).collect(),
            statuses: book
                .statuses
                .iter()
                .map(|&(user_id, status)| StatusTruth::new(user_id, status))
                .collect(),
        }
    }

    /// The truth as JSON text.
    ///
    /// # Errors
    /// None in practice: no map key is anything but a string.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

impl From<&SavedRecord> for SavedTruth {
    fn from(record: &SavedRecord) -> Self {
        Self {
            phone: record.phone.clone(),
            first_name: record.first_name.clone(),
            last_name: record.last_name.clone(),
            date: record.date,
        }
    }
}

impl From<&ContactEntry> for ContactTruth {
    fn from(entry: &ContactEntry) -> Self {
        Self { user_id: entry.user_id, mutual: entry.mutual }
    }
}

impl From<&Person> for UserTruth {
    fn from(person: &Person) -> Self {
        let usernames = person.usernames.iter().map(|name| UsernameTruth {
            username: name.username.clone(),
            editable: name.editable,
            active: name.active,
        });
        Self {
            id: person.id,
            access_hash: person.access_hash,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            username: person.username.clone(),
            usernames: usernames.collect(),
            phone: person.phone.clone(),
            contact: person.marks.contact,
            mutual_contact: person.marks.mutual_contact,
            deleted: person.marks.deleted,
            bot: person.marks.bot,
            verified: person.marks.verified,
            restricted: person.marks.restricted,
            scam: person.marks.scam,
            fake: person.marks.fake,
            support: person.marks.support,
            premium: person.marks.premium,
            close_friend: person.marks.close_friend,
            lang_code: person.lang_code.clone(),
            photo: person.photo.is_some(),
        }
    }
}

impl StatusTruth {
    fn new(user_id: i64, status: Status) -> Self {
        let (status, at, by_me) = match status {
            Status::Empty => ("empty", None, false),
            Status::Online(expires) => ("online", Some(expires), false),
            Status::Offline(was_online) => ("offline", Some(was_online), false),
            Status::Recently { by_me } => ("recently", None, by_me),
            Status::LastWeek { by_me } => ("last_week", None, by_me),
            Status::LastMonth { by_me } => ("last_month", None, by_me),
        };
        Self { user_id, status, at, by_me }
    }
}

// `Debug` without names, phones and access hashes.

impl std::fmt::Debug for AccountTruth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountTruth").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SavedTruth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SavedTruth").field("date", &self.date).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for UserTruth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserTruth").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for UsernameTruth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsernameTruth").field("active", &self.active).finish_non_exhaustive()
    }
}
