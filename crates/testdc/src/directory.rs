//! Everybody with an account, whoever has them in their contacts.
//!
//! **Owns** who can be found, and by what: number, username or id. **Must not know** what an account calls them; that is
//! in its [`ContactList`](crate::account::ContactList).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::book::{AddressBook, Marks, Person};

/// Everybody with an account.
#[derive(Debug, Default)]
pub(crate) struct Directory(Mutex<People>);

#[derive(Debug, Default)]
pub(crate) struct People {
    by_id: HashMap<i64, Listing>,
    id_by_phone: HashMap<String, i64>,
    id_by_username: HashMap<String, i64>,
}

/// Somebody, as people see them who do not have them in their contacts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listing {
    pub(crate) person: Person,
    /// The number of the account, shown or not.
    phone: Option<String>,
}

impl Listing {
    /// Whether the account lets everybody find it by its number. A made-up person with an even id does, and everybody
    /// who shows the number.
    fn is_found_by_phone(&self) -> bool {
        self.person.phone.is_some() || self.person.id % 2 == 0
    }

    /// Whether a contact of theirs sees our number only if we allow it (`need_contacts_exception`).
    pub(crate) fn needs_phone_exception(&self) -> bool {
        self.person.phone.is_none()
    }
}

/// The birthday that somebody shows, if they show one: day, month and perhaps year. It follows from the id.
pub(crate) fn birthday(user_id: i64) -> Option<(i32, i32, Option<i32>)> {
    if user_id % 3 != 0 {
        return None;
    }
    let pick = |divisor: i64, count: i64| i32::try_from((user_id / divisor).rem_euclid(count)).unwrap_or(0);
    let year = (user_id % 2 == 0).then(|| 1950 + pick(7, 55));
    Some((1 + pick(11, 28), 1 + pick(13, 12), year))
}

impl Directory {
    /// The owners of these accounts. Whom their books know is added when somebody looks at the book.
    pub(crate) fn of<'a>(accounts: impl IntoIterator<Item = &'a Account>) -> Self {
        let mut people = People::default();
        for account in accounts {
            let owner = &account.profile;
            people.add(
                Person {
                    id: owner.user_id,
                    access_hash: owner.access_hash,
                    first_name: Some(owner.first_name.clone()),
                    last_name: Some(owner.last_name.clone()),
                    phone: Some(owner.phone.clone()),
                    ..Person::default()
                },
                Some(owner.phone.clone()),
            );
        }
        Self(Mutex::new(people))
    }

    /// Everybody, as a file keeps them: ids ascending.
    pub(crate) fn kept(&self) -> Vec<Listing> {
        let mut listings = self.lock().by_id.values().cloned().collect::<Vec<_>>();
        listings.sort_by_key(|listing| listing.person.id);
        listings
    }

    /// Everybody whom a file has kept, as it knows them.
    pub(crate) fn restore(&self, listings: Vec<Listing>) {
        let mut people = self.lock();
        for Listing { person, phone } in listings {
            people.add(person, phone);
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, People> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    pub(crate) fn add_book(&mut self, book: &AddressBook) {
        let phones = book.numbers.iter().map(|(phone, id)| (*id, phone.clone())).collect::<HashMap<_, _>>();
        for person in &book.users {
            self.add(person.clone(), phones.get(&person.id).cloned());
        }
    }

    fn add(&mut self, mut person: Person, phone: Option<String>) {
        // what an account marks is its own affair
        person.marks = Marks {
            contact: false,
            mutual_contact: false,
            close_friend: false,
            is_self: false,
            ..person.marks
        };
        let names = person.username.iter().chain(person.usernames.iter().map(|name| &name.username));
        for name in names {
            self.id_by_username.insert(name.to_lowercase(), person.id);
        }
        if let Some(phone) = &phone {
            self.id_by_phone.insert(phone.clone(), person.id);
        }
        self.by_id.insert(person.id, Listing { person, phone });
    }

    /// Somebody, asked for with the access hash that goes with the id.
    pub(crate) fn find(&self, id: i64, access_hash: i64) -> Option<&Listing> {
        self.by_id(id).filter(|listing| listing.person.access_hash == access_hash)
    }

    pub(crate) fn by_id(&self, id: i64) -> Option<&Listing> {
        self.by_id.get(&id)
    }

    /// Whose account has this number.
    pub(crate) fn by_phone(&self, phone: &str) -> Option<&Listing> {
        self.id_by_phone.get(phone).and_then(|id| self.by_id(*id))
    }

    /// Whose account has this number, as far as they let others find them by it.
    pub(crate) fn resolve_phone(&self, phone: &str) -> Option<&Listing> {
        self.by_phone(phone).filter(|listing| listing.is_found_by_phone())
    }

    pub(crate) fn by_username(&self, username: &str) -> Option<&Listing> {
        self.id_by_username.get(&username.to_lowercase()).and_then(|id| self.by_id(*id))
    }

    /// Everybody with a username that starts with `prefix`, ids ascending.
    pub(crate) fn with_username_prefix(&self, prefix: &str) -> Vec<&Listing> {
        let prefix = prefix.to_lowercase();
        let names = self.id_by_username.iter().filter(|(name, _)| name.starts_with(&prefix));
        let mut ids = names.map(|(_, id)| *id).collect::<Vec<_>>();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.by_id(id)).collect()
    }

    /// The number of an account, shown or not.
    pub(crate) fn phone_of(&self, id: i64) -> Option<&str> {
        self.by_id(id).and_then(|listing| listing.phone.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::entropy::Entropy;

    fn account() -> Account {
        Account::new(&Config { contacts: 200, ..Config::default() }, &mut Entropy::from_seed(1))
    }

    #[test]
    fn hidden_numbers_lead_to_their_accounts_and_strangers_to_nobody() {
        let account = account();
        let directory = Directory::of([&account]);
        account.wake(&directory);
        let people = directory.lock();
        let list = account.contact_list();
        let hidden = list
            .book()
            .numbers
            .iter()
            .filter(|(_, id)| list.user(*id).is_some_and(|person| person.phone.is_none()));
        let ids =
            hidden.map(|(phone, id)| (people.by_phone(phone).unwrap().person.id, *id)).collect::<Vec<_>>();
        assert!(ids.len() > 5 && ids.iter().all(|(found, id)| found == id), "{}", ids.len());
        assert!(ids.iter().any(|(_, id)| people.resolve_phone(people.phone_of(*id).unwrap()).is_none()));
        assert!(people.by_phone("112").is_none());
    }

    #[test]
    fn the_directory_has_no_marks_of_one_account() {
        let account = account();
        let directory = Directory::of([&account]);
        account.wake(&directory);
        let people = directory.lock();
        assert!(people.by_id.values().all(|listing| !listing.person.marks.contact));
        assert_eq!(people.by_phone("9996621234").unwrap().person.id, account.profile.user_id);
    }

    #[test]
    fn birthdays_are_dates() {
        let shown = (0..3_000).filter_map(birthday).collect::<Vec<_>>();
        assert_eq!(shown.len(), 1_000);
        assert!(shown.iter().all(|(day, month, _)| (1..=28).contains(day) && (1..=12).contains(month)));
        assert!(shown.iter().any(|(.., year)| year.is_none()));
    }
}
