//! From a seed to an address book.

use std::collections::HashSet;

use super::phones::Phones;
use super::{
    AddressBook, Case, ContactEntry, Dice, Marks, Person, Profile, SavedRecord, Status, cases, names,
};

/// How large a book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookSize {
    /// Entries of the contacts vector: people with an account.
    pub contacts: usize,
    /// Saved records whose number has no account.
    pub saved_only: usize,
}

/// The unix time at which every book is observed: 2026-01-01 00:00 UTC. The clock has no say in a book.
pub(super) const NOW: i32 = 1_767_225_600;

/// The first books that Telegram knew: 2013-08-14.
const EARLIEST: i32 = 1_376_438_400;

/// From this many contacts on a book holds every [`Case`].
const ALL_CASES_FROM: usize = 40;

/// A contact while it is made.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) person: Person,
    pub(super) saved: Vec<SavedRecord>,
    pub(super) mutual: bool,
    pub(super) is_owner: bool,
    /// The name belongs to a case and stays.
    pub(super) keeps_name: bool,
}

impl Draft {
    /// Changes the name on both sides, as an address book does: the user's name *is* the saved one (field "names").
    pub(super) fn rename(&mut self, (first, last): (String, String)) {
        self.rename_saved(&first, &last);
        self.person.first_name = Some(first).filter(|name| !name.is_empty());
        self.person.last_name = Some(last).filter(|name| !name.is_empty());
    }

    pub(super) fn rename_saved(&mut self, first: &str, last: &str) {
        for record in &mut self.saved {
            first.clone_into(&mut record.first_name);
            last.clone_into(&mut record.last_name);
        }
    }

    pub(super) fn date_saved(&mut self, date: i32) {
        for record in &mut self.saved {
            record.date = date;
        }
    }
}

/// Makes the address book of the account `owner`.
///
/// The same arguments give the same book on every machine and in every version of this crate.
pub fn generate(seed: u64, size: BookSize, owner: &Profile) -> AddressBook {
    let mut dice = Dice::new(seed, *b"people\0\0");
    let mut phones = Phones::without(&owner.phone);
    let mut drafts = (0..size.contacts).map(|_| ordinary(&mut dice, &mut phones)).collect::<Vec<_>>();
    deal_cases(seed, &mut drafts);
    deal_names(seed, &mut drafts);
    for draft in drafts.iter_mut().filter(|draft| draft.is_owner) {
        become_owner(draft, owner);
    }
    make_ids_unique(&mut drafts, owner.user_id);
    let strangers = strangers(seed, size.saved_only, &mut phones);
    assemble(seed, drafts, strangers)
}

/// A contact that no exporter would trip over.
fn ordinary(dice: &mut Dice, phones: &mut Phones) -> Draft {
    let name = names::ordinary(dice);
    let phone = phones.next(dice);
    let mutual = dice.chance(60);
    let person = Person {
        id: user_id(dice),
        access_hash: access_hash(dice),
        username: dice.chance(40).then(|| format!("user_{:x}", dice.below(1 << 40))),
        phone: Some(phone.clone()),
        photo: dice.chance(60).then(|| {
            let with_thumb = dice.chance(95);
            cases::photo(dice, with_thumb)
        }),
        status: status(dice),
        marks: Marks {
            contact: true,
            mutual_contact: mutual,
            premium: dice.chance(8),
            close_friend: dice.chance(3),
            ..Marks::default()
        },
        color: dice.chance(10).then(|| i32::try_from(dice.below(21)).unwrap_or(0)),
        story_id: dice.chance(10).then(|| i32::try_from(dice.between(1, 900)).unwrap_or(1)),
        ..Person::default()
    };
    let record = SavedRecord { phone, first_name: String::new(), last_name: String::new(), date: date(dice) };
    let mut draft = Draft { person, saved: vec![record], mutual, is_owner: false, keeps_name: false };
    draft.rename(name);
    match dice.below(100) {
        0..8 => draft.saved.clear(),
        8..22 => draft.person.phone = None,
        22..32 => {
            draft.person.phone = None;
            draft.saved.clear();
        }
        _ => {}
    }
    draft
}

/// Gives the awkward names to the first contacts: all of them in a large book, some in a small one.
fn deal_names(seed: u64, drafts: &mut [Draft]) {
    let mut dice = Dice::new(seed, *b"names\0\0\0");
    let mut awkward = names::AWKWARD;
    dice.shuffle(&mut awkward);
    let room = room_for_awkward(drafts.len());
    let open = drafts.iter_mut().take(room).filter(|draft| !draft.keeps_name);
    for (draft, (first, last)) in open.zip(awkward) {
        draft.rename((first.to_owned(), last.to_owned()));
    }
}

/// Makes the first contacts awkward ones.
fn deal_cases(seed: u64, drafts: &mut [Draft]) {
    let mut dice = Dice::new(seed, *b"cases\0\0\0");
    let mut cases = Case::ALL;
    dice.shuffle(&mut cases);
    let room = room_for_awkward(drafts.len());
    let mut awkward = drafts.iter_mut().take(room);
    for case in cases {
        let Some(draft) = awkward.next() else { break };
        make_plain(draft, &mut dice);
        draft.keeps_name = case.is_about_name();
        let mut next = if case.takes_two() { awkward.next() } else { None };
        if let Some(next) = next.as_deref_mut() {
            make_plain(next, &mut dice);
        }
        case.apply(draft, next, &mut dice);
    }
}

/// The state that a [`Case`] starts from: number shown and saved once, no marks but `contact`.
fn make_plain(draft: &mut Draft, dice: &mut Dice) {
    let phone = draft.person.phone.clone().or_else(|| draft.saved.first().map(|record| record.phone.clone()));
    // a contact that lost both in the draw gets a number of a plan that no other one uses
    let phone = phone.unwrap_or_else(|| format!("999{:011}", dice.below(100_000_000_000)));
    draft.person.phone = Some(phone.clone());
    let marks = Marks { contact: true, mutual_contact: draft.mutual, ..Marks::default() };
    draft.person.marks = marks;
    draft.saved = vec![SavedRecord {
        phone,
        first_name: draft.person.first_name.clone().unwrap_or_default(),
        last_name: draft.person.last_name.clone().unwrap_or_default(),
        date: date(dice),
    }];
}

fn room_for_awkward(contacts: usize) -> usize {
    if contacts >= ALL_CASES_FROM { ALL_CASES_FROM } else { contacts / 2 }
}

/// The account's own number among its contacts: then its id is part of the contact hash as well.
fn become_owner(draft: &mut Draft, owner: &Profile) {
    draft.person.id = owner.user_id;
    draft.person.access_hash = owner.access_hash;
    draft.person.phone = Some(owner.phone.clone());
    draft.person.marks.is_self = true;
    draft.person.marks.mutual_contact = true;
    draft.mutual = true;
    for record in &mut draft.saved {
        record.phone.clone_from(&owner.phone);
    }
    draft.rename((owner.first_name.clone(), owner.last_name.clone()));
}

/// Saved numbers without an account.
fn strangers(seed: u64, count: usize, phones: &mut Phones) -> Vec<SavedRecord> {
    let mut dice = Dice::new(seed, *b"saved\0\0\0");
    let mut records = (0..count)
        .map(|_| {
            let (first_name, last_name) = names::ordinary(&mut dice);
            SavedRecord { phone: phones.next(&mut dice), first_name, last_name, date: date(&mut dice) }
        })
        .collect::<Vec<_>>();
    let awkward = [
        ("112", "Emergency", ""),
        ("00442071838750", "Leading", "Zeros"),
        ("123456789012345", "Fifteen", "Digits"),
        ("", "No number", "at all"),
    ];
    // a small book keeps to numbers that a person could call
    if count >= 2 * awkward.len() {
        for (record, (phone, first, last)) in records.iter_mut().zip(awkward) {
            phone.clone_into(&mut record.phone);
            first.clone_into(&mut record.first_name);
            last.clone_into(&mut record.last_name);
        }
        if let Some([.., one, two]) = records.get_mut(..) {
            two.phone.clone_from(&one.phone);
            one.date = 0;
        }
    }
    records
}

/// No two users share an id, and none has the owner's but the owner.
fn make_ids_unique(drafts: &mut [Draft], owner_id: i64) {
    let mut taken = HashSet::from([owner_id]);
    for draft in drafts.iter_mut().filter(|draft| !draft.is_owner) {
        while !taken.insert(draft.person.id) {
            draft.person.id += 1;
        }
    }
}

/// Puts each list of the book into an order of its own: nothing may be joined by position.
fn assemble(seed: u64, drafts: Vec<Draft>, strangers: Vec<SavedRecord>) -> AddressBook {
    let mut dice = Dice::new(seed, *b"orders\0\0");
    let mut book = AddressBook { saved: strangers, ..AddressBook::default() };
    for draft in drafts {
        let person = draft.person;
        book.contacts.push(ContactEntry { user_id: person.id, mutual: draft.mutual });
        if !person.marks.deleted {
            book.statuses.push((person.id, person.status));
        }
        let number = person.phone.as_ref().or_else(|| draft.saved.first().map(|record| &record.phone));
        if let Some(number) = number.filter(|number| !number.is_empty() && !person.marks.deleted) {
            book.numbers.push((number.clone(), person.id));
        }
        book.saved.extend(draft.saved);
        book.users.push(person);
    }
    dice.shuffle(&mut book.saved);
    dice.shuffle(&mut book.contacts);
    dice.shuffle(&mut book.users);
    dice.shuffle(&mut book.statuses);
    book
}

fn user_id(dice: &mut Dice) -> i64 {
    // accounts made since 2021 have ids beyond 31 bits
    let (low, high) = if dice.chance(60) { (10_000, 2_147_483_647) } else { (2_147_483_648, 8_400_000_000) };
    dice.between(low, high).cast_signed()
}

pub(crate) fn access_hash(dice: &mut Dice) -> i64 {
    (dice.word() | 1).cast_signed()
}

fn date(dice: &mut Dice) -> i32 {
    let span = NOW.abs_diff(EARLIEST);
    EARLIEST.saturating_add_unsigned(u32::try_from(dice.below(span.into())).unwrap_or(0))
}

fn status(dice: &mut Dice) -> Status {
    let by_me = dice.chance(30);
    match dice.below(100) {
        0..3 => Status::Online(NOW + 300),
        3..45 => Status::Offline(date(dice)),
        45..75 => Status::Recently { by_me },
        75..85 => Status::LastWeek { by_me },
        85..95 => Status::LastMonth { by_me },
        _ => Status::Empty,
    }
}
