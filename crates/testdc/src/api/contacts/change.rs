//! What changes the address book.

use std::collections::HashSet;

use tl_api::functions::contacts;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode, encode_vector};

use super::super::Refusal;
use super::super::peers::{find_user, seen};
use super::super::request::{Access, Answer, Method, Request, read};
use crate::account::SavedName;
use crate::fault::Fault;
use crate::limits::{MAX_CONTACTS_IN_IMPORT, MAX_NAME_CHARS, MAX_NOTE_CHARS};

/// `updates#74ae4240 updates:Vector<Update> users:Vector<User> chats:Vector<Chat> date:int seq:int = Updates`
const UPDATES: u32 = 0x74ae_4240;

pub(in super::super) const METHODS: &[Method] = &[
    method(contacts::ImportContactsRef::ID, contacts::ImportContactsRef::NAME, import),
    method(contacts::AddContactRef::ID, contacts::AddContactRef::NAME, add),
    method(contacts::AcceptContactRef::ID, contacts::AcceptContactRef::NAME, accept),
    method(contacts::DeleteContactsRef::ID, contacts::DeleteContactsRef::NAME, delete),
    method(contacts::DeleteByPhonesRef::ID, contacts::DeleteByPhonesRef::NAME, delete_by_phones),
    method(contacts::ResetSaved::ID, contacts::ResetSaved::NAME, reset_saved),
    method(contacts::UpdateContactNoteRef::ID, contacts::UpdateContactNoteRef::NAME, update_note),
];

/// The pause that a server wants which takes no more contacts for now.
const IMPORT_PAUSE_SECS: u32 = 86_400;

const fn method(id: u32, name: &'static str, call: fn(&mut Request<'_>, &[u8]) -> Answer) -> Method {
    Method { id, name, access: Access::LoggedIn, call }
}

/// Everybody is saved; who has an account becomes a contact. What is too much for one call is to be sent again.
fn import(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::ImportContactsRef<'_>>(body)?;
    let limit = import_limit(request)?;
    let people = request.centre.cloud.directory.lock();
    let mut book = account.contact_list();
    let mut answer = types::contacts::ImportedContacts::default();
    let mut found = HashSet::new();
    for (position, contact) in query.contacts.iter().enumerate() {
        if position >= limit {
            answer.retry_contacts.push(contact.client_id);
            continue;
        }
        let (first, last) = (contact.first_name.to_str_lossy(), contact.last_name.to_str_lossy());
        let name = SavedName { first: cut(&first, MAX_NAME_CHARS), last: cut(&last, MAX_NAME_CHARS) };
        let phone = digits(&contact.phone.to_str_lossy());
        if phone.is_empty() {
            continue;
        }
        let Some(listing) = people.by_phone(&phone) else {
            book.save_number(&phone, name, request.now.secs());
            if let Some(importers) = importers(&phone) {
                let client_id = contact.client_id;
                answer.popular_invites.push(types::PopularContact { client_id, importers });
            }
            continue;
        };
        let user_id = listing.person.id;
        book.add(&listing.person, name, &phone, request.now.secs());
        if let Some(note) = contact.note {
            book.set_note(user_id, cut(&note.text.to_str_lossy(), MAX_NOTE_CHARS));
        }
        answer.imported.push(types::ImportedContact { user_id, client_id: contact.client_id });
        if found.insert(user_id) {
            answer.users.push(seen(&account, &book, listing));
        }
    }
    Ok(answer.to_bytes())
}

/// How many contacts a call may bring.
fn import_limit(request: &Request<'_>) -> Result<usize, Refusal> {
    let scripted = request
        .centre
        .faults
        .take(|fault| if let Fault::ImportLimit { contacts } = fault { Some(*contacts) } else { None });
    match scripted {
        Some(0) => Err(Refusal::flood(IMPORT_PAUSE_SECS)),
        scripted => Ok(scripted.unwrap_or(MAX_CONTACTS_IN_IMPORT)),
    }
}

/// How many others have saved a number without an account. Made up: every number that ends in 7 is popular.
fn importers(phone: &str) -> Option<i32> {
    phone.strip_suffix('7').map(|rest| 3 + i32::from(rest.ends_with('7')) * 5)
}

/// Adds somebody who is known by id; without a number the phone book does not get them.
fn add(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::AddContactRef<'_>>(body)?;
    let first = query.first_name.to_str_lossy();
    if first.is_empty() {
        return Err(Refusal::bad("CONTACT_NAME_EMPTY"));
    }
    let last = query.last_name.to_str_lossy();
    let people = request.centre.cloud.directory.lock();
    let listing = find_user(&people, &query.id, "CONTACT_ID_INVALID")?;
    let mut book = account.contact_list();
    let name = SavedName { first: cut(&first, MAX_NAME_CHARS), last: cut(&last, MAX_NAME_CHARS) };
    book.add(&listing.person, name, &digits(&query.phone.to_str_lossy()), request.now.secs());
    if query.add_phone_privacy_exception() {
        book.show_phone_to(listing.person.id);
    }
    if let Some(note) = query.note {
        book.set_note(listing.person.id, cut(&note.text.to_str_lossy(), MAX_NOTE_CHARS));
    }
    Ok(updates(&[seen(&account, &book, listing)], request.now.secs()))
}

/// Adds somebody under the name that they go by.
fn accept(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::AcceptContactRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let listing = find_user(&people, &query.id, "CONTACT_ID_INVALID")?;
    let mut book = account.contact_list();
    if book.user(listing.person.id).is_some() {
        return Err(Refusal::bad("CONTACT_REQ_MISSING"));
    }
    let person = &listing.person;
    let name = SavedName {
        first: person.first_name.as_deref().unwrap_or_default(),
        last: person.last_name.as_deref().unwrap_or_default(),
    };
    book.add(person, name, person.phone.as_deref().unwrap_or_default(), request.now.secs());
    Ok(updates(&[seen(&account, &book, listing)], request.now.secs()))
}

fn delete(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::DeleteContactsRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let mut book = account.contact_list();
    let listings =
        query.id.iter().filter_map(|input| find_user(&people, &input, "").ok()).collect::<Vec<_>>();
    book.remove(&listings.iter().map(|listing| listing.person.id).collect(), &people);
    let users = listings.iter().map(|listing| seen(&account, &book, listing)).collect::<Vec<_>>();
    Ok(updates(&users, request.now.secs()))
}

fn delete_by_phones(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::DeleteByPhonesRef<'_>>(body)?;
    let phones = query.phones.iter().map(|phone| digits(&phone.to_str_lossy())).collect::<Vec<_>>();
    let people = request.centre.cloud.directory.lock();
    account.contact_list().remove_numbers(&phones.iter().map(String::as_str).collect(), &people);
    Ok(true.to_bytes())
}

fn reset_saved(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<contacts::ResetSaved>(body)?;
    let people = request.centre.cloud.directory.lock();
    account.contact_list().reset_saved(&people);
    Ok(true.to_bytes())
}

fn update_note(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::UpdateContactNoteRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let listing = find_user(&people, &query.id, "CONTACT_ID_INVALID")?;
    let note = query.note.text.to_str_lossy();
    if !account.contact_list().set_note(listing.person.id, cut(&note, MAX_NOTE_CHARS)) {
        return Err(Refusal::bad("CONTACT_MISSING"));
    }
    Ok(true.to_bytes())
}

/// `updates` that bring nothing but people.
fn updates(users: &[enums::User], date: i32) -> Vec<u8> {
    let none: [enums::Chat; 0] = [];
    let mut out = UPDATES.to_bytes();
    encode_vector(&none, &mut out);
    encode_vector(users, &mut out);
    encode_vector(&none, &mut out);
    date.encode(&mut out);
    0_i32.encode(&mut out);
    out
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// The first so many characters.
fn cut(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!((cut("añb", 2), cut("añb", 3), cut("", 2)), ("añ", "añb", ""));
    }

    #[test]
    fn numbers_that_end_in_seven_are_popular() {
        assert_eq!((importers("4912"), importers("4917"), importers("4977")), (None, Some(3), Some(8)));
    }
}
