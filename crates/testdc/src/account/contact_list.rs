//! What an account has in its address book, and how that changes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::blocklist::Blocklist;
use crate::book::{AddressBook, ContactEntry, Person, SavedRecord};
use crate::directory::People;

/// The address book of an account with everything that it has marked in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ContactList {
    book: AddressBook,
    #[serde(skip)]
    index_by_user: HashMap<i64, usize>,
    notes: BTreeMap<i64, String>,
    pub(crate) blocked: Blocklist,
    /// Who does not see the stories of the account.
    #[serde(default)]
    pub(crate) blocked_from_stories: Blocklist,
    top_peers_are_off: bool,
    /// Users whom `contacts.resetTopPeerRating` has taken off the list.
    without_rating: BTreeSet<i64>,
    /// Users who may see the account's number whatever its privacy settings say (`add_phone_privacy_exception`).
    phone_shown_to: BTreeSet<i64>,
}

/// The name under which somebody is saved.
#[derive(Clone, Copy)]
pub(crate) struct SavedName<'a> {
    pub(crate) first: &'a str,
    pub(crate) last: &'a str,
}

impl ContactList {
    pub(crate) fn new(book: AddressBook) -> Self {
        let mut list = Self { book, ..Self::default() };
        list.index_users();
        list
    }

    /// The list as it was kept in a file.
    pub(crate) fn restored(mut self) -> Self {
        self.index_users();
        self
    }

    pub(crate) fn book(&self) -> &AddressBook {
        &self.book
    }

    /// Somebody in the contacts.
    pub(crate) fn user(&self, id: i64) -> Option<&Person> {
        self.index_by_user.get(&id).and_then(|index| self.book.users.get(*index))
    }

    /// Somebody as this account sees them: under the saved name if they are a contact.
    pub(crate) fn see(&self, stranger: &Person) -> Person {
        self.user(stranger.id).unwrap_or(stranger).clone()
    }

    fn user_mut(&mut self, id: i64) -> Option<&mut Person> {
        self.index_by_user.get(&id).and_then(|index| self.book.users.get_mut(*index))
    }

    fn index_users(&mut self) {
        self.index_by_user =
            self.book.users.iter().enumerate().map(|(index, user)| (user.id, index)).collect();
    }

    /// Makes somebody a contact, or renames a contact. With a number the phone book gets it too.
    pub(crate) fn add(&mut self, stranger: &Person, name: SavedName<'_>, phone: &str, date: i32) {
        if self.user(stranger.id).is_none() {
            self.index_by_user.insert(stranger.id, self.book.users.len());
            self.book.users.push(stranger.clone());
            self.book.contacts.push(ContactEntry { user_id: stranger.id, mutual: false });
            self.book.statuses.push((stranger.id, stranger.status));
        }
        if let Some(user) = self.user_mut(stranger.id) {
            user.marks.contact = true;
            user.first_name = written(name.first);
            user.last_name = written(name.last);
        }
        if !phone.is_empty() {
            self.save_number(phone, name, date);
        }
    }

    /// Puts a number into the phone book, or renames it there.
    pub(crate) fn save_number(&mut self, phone: &str, name: SavedName<'_>, date: i32) {
        let known = self.book.saved.iter_mut().find(|record| record.phone == phone);
        let record = SavedRecord {
            phone: phone.to_owned(),
            first_name: name.first.to_owned(),
            last_name: name.last.to_owned(),
            date,
        };
        match known {
            Some(known) => *known = record,
            None => self.book.saved.push(record),
        }
    }

    /// Takes people out of the contacts, and their numbers out of the phone book.
    pub(crate) fn remove(&mut self, ids: &HashSet<i64>, people: &People) {
        let phones = ids.iter().filter_map(|id| people.phone_of(*id)).collect::<HashSet<_>>();
        self.book.saved.retain(|record| !phones.contains(record.phone.as_str()));
        self.book.contacts.retain(|entry| !ids.contains(&entry.user_id));
        self.book.users.retain(|user| !ids.contains(&user.id));
        self.book.statuses.retain(|(id, _)| !ids.contains(id));
        self.notes.retain(|id, _| !ids.contains(id));
        self.index_users();
    }

    /// Takes numbers out of the phone book, and the people whose they are out of the contacts.
    pub(crate) fn remove_numbers(&mut self, phones: &HashSet<&str>, people: &People) {
        let owners =
            phones.iter().filter_map(|phone| people.by_phone(phone)).map(|listing| listing.person.id);
        self.remove(&owners.collect(), people);
        self.book.saved.retain(|record| !phones.contains(record.phone.as_str()));
    }

    /// Takes the numbers without an account out of the phone book.
    pub(crate) fn reset_saved(&mut self, people: &People) {
        self.book.saved.retain(|record| people.by_phone(&record.phone).is_some());
    }

    pub(crate) fn note(&self, user_id: i64) -> Option<&str> {
        self.notes.get(&user_id).map(String::as_str)
    }

    /// Writes the note of a contact; an empty one removes it. `false`: they are no contact.
    pub(crate) fn set_note(&mut self, user_id: i64, note: &str) -> bool {
        if self.user(user_id).is_none() {
            return false;
        }
        if note.is_empty() {
            self.notes.remove(&user_id);
        } else {
            self.notes.insert(user_id, note.to_owned());
        }
        true
    }

    /// Marks these contacts, and no others, as close friends.
    pub(crate) fn set_close_friends(&mut self, ids: &HashSet<i64>) {
        for user in &mut self.book.users {
            user.marks.close_friend = ids.contains(&user.id);
        }
    }

    /// Lets somebody see the account's number, from now on and when they are no contact any more, too.
    pub(crate) fn show_phone_to(&mut self, user_id: i64) {
        self.phone_shown_to.insert(user_id);
    }

    pub(crate) fn phone_shown_to(&self) -> &BTreeSet<i64> {
        &self.phone_shown_to
    }

    /// The list of the blocked, or that of those who do not see stories.
    pub(crate) fn blocklist(&mut self, of_stories: bool) -> &mut Blocklist {
        if of_stories { &mut self.blocked_from_stories } else { &mut self.blocked }
    }

    pub(crate) fn switch_top_peers(&mut self, on: bool) {
        self.top_peers_are_off = !on;
    }

    pub(crate) fn top_peers_are_off(&self) -> bool {
        self.top_peers_are_off
    }

    pub(crate) fn reset_rating(&mut self, user_id: i64) {
        self.without_rating.insert(user_id);
    }

    /// The contacts whom the account writes to most, best first. Made up: the mutual ones, ids ascending.
    pub(crate) fn top_peers(&self) -> Vec<&Person> {
        let mutual = self.book.users.iter().filter(|user| user.marks.mutual_contact && !user.marks.deleted);
        let mut top = mutual.filter(|user| !self.without_rating.contains(&user.id)).collect::<Vec<_>>();
        top.sort_by_key(|user| user.id);
        top
    }
}

fn written(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}
