//! Replies out of a few words.

use bytes::Bytes;
use contacts::extras::Extras;
use contacts::{AddressBook, Contact, Replies, Source};
use tl_api::{enums, types};
use tl_codec::{Encode, Reply, encode_vector};

/// An address book as the server holds it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) saved: Vec<types::SavedPhoneContact>,
    pub(crate) contacts: Vec<types::Contact>,
    pub(crate) saved_count: i32,
    pub(crate) users: Vec<enums::User>,
    pub(crate) statuses: Vec<types::ContactStatus>,
}

impl Book {
    /// Adds a saved record.
    pub(crate) fn saved(mut self, phone: &str, first_name: &str) -> Self {
        self.saved.push(types::SavedPhoneContact {
            phone: phone.into(),
            first_name: first_name.into(),
            last_name: String::new(),
            date: 1_700_000_000,
        });
        self.saved_count += 1;
        self
    }

    /// Adds a contact with an account.
    pub(crate) fn account(self, id: i64, phone: &str, first_name: &str) -> Self {
        self.contact(id).user(account(id, phone, first_name))
    }

    /// Adds an entry of the contacts vector.
    pub(crate) fn contact(mut self, id: i64) -> Self {
        self.contacts.push(types::Contact { user_id: id, mutual: id % 2 == 0 });
        self
    }

    /// Adds a user object.
    pub(crate) fn user(mut self, user: impl Into<enums::User>) -> Self {
        self.users.push(user.into());
        self
    }

    /// Adds a status.
    pub(crate) fn status(mut self, user_id: i64, status: impl Into<enums::UserStatus>) -> Self {
        self.statuses.push(types::ContactStatus { user_id, status: status.into() });
        self
    }

    pub(crate) fn replies(&self) -> Replies {
        let contacts = types::contacts::Contacts {
            contacts: self.contacts.clone(),
            saved_count: self.saved_count,
            users: self.users.clone(),
        };
        Replies {
            saved: reply(|out| encode_vector(&self.saved, out)),
            contacts: reply(|out| contacts.encode(out)),
            statuses: reply(|out| encode_vector(&self.statuses, out)),
        }
    }

    pub(crate) fn join(&self) -> AddressBook {
        AddressBook::join(self.replies()).unwrap()
    }

    /// With what came of asking for numbers.
    pub(crate) fn join_with(&self, extras: &Extras) -> AddressBook {
        AddressBook::join_with(self.replies(), extras).unwrap()
    }
}

/// A user who shows this number; none for an empty one.
pub(crate) fn account(id: i64, phone: &str, first_name: &str) -> types::User {
    types::User {
        id,
        contact: true,
        access_hash: Some(id * 31),
        first_name: Some(first_name.into()),
        phone: (!phone.is_empty()).then(|| phone.into()),
        ..types::User::default()
    }
}

pub(crate) fn reply<S: tl_codec::Shape>(write: impl FnOnce(&mut Vec<u8>)) -> Reply<S> {
    let mut body = Vec::new();
    write(&mut body);
    Reply::new(Bytes::from(body))
}

/// A row in short: source, phone, first name as saved, user id.
pub(crate) fn short(contact: &Contact<'_>) -> (Source, String, String, Option<i64>) {
    let phone = contact.phone().unwrap_or_default();
    let name = contact.saved.map(|saved| saved.record.first_name).unwrap_or_default();
    let id = contact.person.as_ref().map(|person| person.id);
    (contact.source(), phone.to_str().unwrap().into(), name.to_str().unwrap().into(), id)
}
