//! `contacts.*`: the address book.
//!
//! This file answers what an export asks. The operations have files of their own.

pub(super) mod block;
pub(super) mod change;
pub(super) mod find;
pub(super) mod marks;

use tl_api::enums::contacts::Contacts;
use tl_api::functions::contacts;
use tl_api::types;
use tl_codec::{Constructor, Encode, encode_vector};

use super::Refusal;
use super::request::{Access, Answer, Method, Request, read};
use super::wire_forms::{saved_contact, status, user};
use crate::book::AddressBook;

pub(super) const METHODS: &[Method] = &[
    Method {
        id: contacts::GetSaved::ID,
        name: contacts::GetSaved::NAME,
        access: Access::LoggedIn,
        call: get_saved,
    },
    Method {
        id: contacts::GetContacts::ID,
        name: contacts::GetContacts::NAME,
        access: Access::LoggedIn,
        call: get_contacts,
    },
    Method {
        id: contacts::GetStatuses::ID,
        name: contacts::GetStatuses::NAME,
        access: Access::LoggedIn,
        call: get_statuses,
    },
    Method {
        id: contacts::GetContactIDs::ID,
        name: contacts::GetContactIDs::NAME,
        access: Access::LoggedIn,
        call: get_contact_ids,
    },
];

/// The most contacts that go into a hash (tdlib).
const MAX_HASHED_CONTACTS: usize = 100_000;

/// `contacts.getSaved`: only inside a takeout session that was opened for contacts.
fn get_saved(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<contacts::GetSaved>(body)?;
    if !request.takeout.is_some_and(|takeout| takeout.with_contacts) {
        return Err(Refusal::forbidden("TAKEOUT_REQUIRED"));
    }
    let list = account.contact_list();
    let records = list.book().saved.iter().map(saved_contact).collect::<Vec<_>>();
    Ok(vector(&records))
}

fn get_contacts(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::GetContacts>(body)?;
    let list = account.contact_list();
    if query.hash != 0 && query.hash == contacts_hash(list.book()) {
        return Ok(Contacts::NotModified(types::contacts::ContactsNotModified).to_bytes());
    }
    Ok(all_contacts(list.book()).to_bytes())
}

fn all_contacts(book: &AddressBook) -> Contacts {
    let contact =
        |entry: &crate::book::ContactEntry| types::Contact { user_id: entry.user_id, mutual: entry.mutual };
    Contacts::Contacts(types::contacts::Contacts {
        contacts: book.contacts.iter().map(contact).collect(),
        saved_count: i32::try_from(book.saved.len()).unwrap_or(i32::MAX),
        users: book.users.iter().map(|person| tl_api::enums::User::User(user(person))).collect(),
    })
}

/// The hash over `saved_count` and the ids of the contacts, in ascending order ("Pagination", "Hash generation"). The
/// account's own id counts if its number is among the contacts.
fn contacts_hash(book: &AddressBook) -> i64 {
    let mut ids = book.contacts.iter().map(|entry| entry.user_id.cast_unsigned()).collect::<Vec<_>>();
    ids.sort_unstable();
    ids.truncate(MAX_HASHED_CONTACTS);
    let saved_count = u64::try_from(book.saved.len()).unwrap_or(u64::MAX);
    hash_list(std::iter::once(saved_count).chain(ids))
}

fn hash_list(numbers: impl IntoIterator<Item = u64>) -> i64 {
    let hash = numbers.into_iter().fold(0_u64, |mut hash, number| {
        hash ^= hash >> 21;
        hash ^= hash << 35;
        hash ^= hash >> 4;
        hash.wrapping_add(number)
    });
    hash.cast_signed()
}

fn get_statuses(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<contacts::GetStatuses>(body)?;
    let list = account.contact_list();
    let statuses = list
        .book()
        .statuses
        .iter()
        .map(|&(user_id, known)| types::ContactStatus { user_id, status: status(known) })
        .collect::<Vec<_>>();
    Ok(vector(&statuses))
}

/// `contacts.getContactIDs`: a method from the time of 32-bit ids; others come back as 0.
fn get_contact_ids(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<contacts::GetContactIDs>(body)?;
    let list = account.contact_list();
    let ids = list.book().contacts.iter().map(|entry| i32::try_from(entry.user_id).unwrap_or(0));
    Ok(ids.collect::<Vec<_>>().as_slice().to_bytes())
}

fn vector<T: Encode>(items: &[T]) -> Vec<u8> {
    let mut out = Vec::with_capacity(tl_codec::vector_len(items));
    encode_vector(items, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn lists_are_hashed_as_published() {
        for case in vectors::list_hashes() {
            let numbers = case.numbers("ids").into_iter().map(i64::cast_unsigned);
            assert_eq!(hash_list(numbers).to_string(), case.text("hash_i64"));
        }
    }
}
