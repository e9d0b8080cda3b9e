//! The records that the rules look at: the two lists, and what `contacts.resolvePhone` has said of their numbers.

use std::collections::{HashMap, HashSet};

use tl_api::{enums, types};

use super::matching::{Name, Sides};
use crate::contact::Method;
use crate::extras::Extras;
use crate::index::{Index, PersonEntry};
use crate::phone::Digits;

/// Both lists.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) index: Index,
    /// Contacts that show no number, by their position, and the number that each was found by.
    found_by: HashMap<usize, Digits>,
}

impl Records {
    pub(super) fn of(index: Index, extras: &Extras) -> Self {
        let found_by = found_by(&index.people, extras);
        Self { index, found_by }
    }

    /// How the contact at this position comes by its digits.
    pub(super) fn method(&self, person: Option<usize>) -> Method {
        let is_found = person.is_some_and(|position| self.found_by.contains_key(&position));
        if is_found { Method::ResolvePhone } else { Method::UserPhone }
    }
}

/// What an account shows goes before what was said about a number. So a number that some contact shows leads to nobody
/// else, and an account that shows a number has no other. Where two numbers lead to one account, nothing tells which of
/// them is meant: it has neither.
fn found_by(people: &[PersonEntry], extras: &Extras) -> HashMap<usize, Digits> {
    let mut numbers: HashMap<usize, Option<Digits>> = HashMap::new();
    let mut shown: Option<HashSet<Digits>> = None;
    for (digits, user_id) in extras.found() {
        let Ok(position) = people.binary_search_by_key(&user_id, |person| person.id) else { continue };
        let shows_one = people.get(position).is_some_and(|person| person.digits.is_some());
        let shown = shown.get_or_insert_with(|| people.iter().filter_map(|person| person.digits).collect());
        if !shows_one && !shown.contains(&digits) {
            numbers.entry(position).and_modify(|known| *known = None).or_insert(Some(digits));
        }
    }
    numbers.into_iter().filter_map(|(position, digits)| Some((position, digits?))).collect()
}

impl Sides for Records {
    fn saved(&self) -> impl Iterator<Item = Option<Digits>> {
        self.index.saved.iter().map(|record| record.digits)
    }

    fn people(&self) -> impl Iterator<Item = Option<Digits>> {
        let people = self.index.people.iter().enumerate();
        people.map(|(position, person)| person.digits.or_else(|| self.found_by.get(&position).copied()))
    }

    fn saved_name(&self, index: usize) -> Name<'_> {
        let offset = self.index.saved.get(index).map(|entry| entry.offset);
        let items = &self.index.saved_items;
        let record = offset.map(|offset| items.read::<types::SavedPhoneContactRef<'_>>(offset));
        record
            .and_then(Result::ok)
            .map_or((b"", b""), |record| (record.first_name.as_bytes(), record.last_name.as_bytes()))
    }

    fn person_name(&self, index: usize) -> Name<'_> {
        let offset = self.index.people.get(index).and_then(|entry| entry.user);
        match offset.map(|offset| self.index.user_items.read::<enums::UserRef<'_>>(offset)) {
            Some(Ok(enums::UserRef::User(user))) => (
                user.first_name.unwrap_or_default().as_bytes(),
                user.last_name.unwrap_or_default().as_bytes(),
            ),
            _ => (b"", b""),
        }
    }
}
