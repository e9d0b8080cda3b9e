//! The join: which saved record and which contact are one person.
//!
//! Rows = saved ∪ contacts. Two records can be one person only if the digits of their phones are equal
//! ([`Digits`](crate::Digits)):
//!
//! 1. One saved record and one account have these digits, and nobody else: one row, [`Confidence::Exact`], whatever
//!    the names are.
//! 2. In any other crowd with the same digits, pairs whose first and last names are equal to the byte, not both empty,
//!    and unique on both sides are one row each, exact too. All the rest stay separate rows,
//!    [`Confidence::Ambiguous`]. All rows of the crowd share a [`group`](Contact::group).
//! 3. Everybody else is a row alone. Names alone never match; a saved record whose owner hides the number stays
//!    `saved`, and the owner stays `contact`, unless `contacts.resolvePhone` has said whose the number is.
//!
//! Who shows no number and was found by one has its digits; the rules are the same for them.
//!
//! So every saved record stands in exactly one row, and so does every contact id. The order of the rows is that of the
//! saved records as the server sent them, each with its account; then the accounts without one, by ascending id.

mod matching;
mod records;

use self::matching::Match;
use self::records::Records;
use crate::anomaly::Anomalies;
use crate::contact::{Confidence, Contact, Method, Person, RowKey, SavedRecord, Status};
use crate::error::ContactsError;
use crate::extras::Extras;
use crate::hash::contacts_hash;
use crate::index::{Index, PersonEntry};
use crate::position::Position;
use crate::reconcile::{Ledger, ReconcileError, Reconciled};
use crate::replies::Replies;
use tl_api::enums;
use tl_codec::DecodeError;

/// The joined address book.
///
/// It owns the replies; [`rows`](Self::rows) borrows from it. `Send`, so that the work can be done away from the
/// threads that serve connections.
#[derive(Debug)]
pub struct AddressBook {
    replies: Replies,
    records: Records,
    rows: Vec<Row>,
}

/// How many there are of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Items of `contacts.getSaved`.
    pub saved: usize,
    /// The server's own count of them (`saved_count` of `contacts.contacts`); another number than `saved` is worth a
    /// warning and nothing more.
    pub saved_count: i32,
    /// Different ids in the contacts vector.
    pub contacts: usize,
    /// User objects.
    pub users: usize,
    /// Items of `contacts.getStatuses`.
    pub statuses: usize,
    /// Rows.
    pub rows: usize,
}

/// A row before it is read: positions in the index.
#[derive(Debug, Clone, Copy)]
struct Row {
    saved: Option<Position>,
    person: Option<Position>,
    group: Option<i32>,
    ordinal: Position,
}

impl AddressBook {
    /// Joins the replies. The time grows with `n log n`; a hundred thousand contacts take a fraction of a second.
    ///
    /// # Errors
    /// [`ContactsError`] if a reply cannot be read or is not a list.
    pub fn join(replies: Replies) -> Result<Self, ContactsError> {
        Self::join_with(replies, &Extras::default())
    }

    /// Joins the replies, with whose the numbers are that were asked for (`contacts.resolvePhone`).
    ///
    /// # Errors
    /// As [`join`](Self::join).
    pub fn join_with(replies: Replies, extras: &Extras) -> Result<Self, ContactsError> {
        let records = Records::of(Index::of(&replies)?, extras);
        let rows = arrange(&records);
        Ok(Self { replies, records, rows })
    }

    /// The rows in output order, read from the replies one by one.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Result<Contact<'_>, DecodeError>> + '_ {
        self.rows.iter().map(|row| self.read(row))
    }

    /// Proves that every saved record and every contact id stands in exactly one row.
    ///
    /// # Errors
    /// [`ReconcileError`] says who is missing or doubled; [`ReconcileError::Reply`] if a row cannot be read.
    pub fn reconcile(&self) -> Result<Reconciled, ReconcileError> {
        let mut ledger = Ledger::of(&self.replies)?;
        for contact in self.rows() {
            ledger.record(&contact?)?;
        }
        ledger.finish()
    }

    /// How many there are of what.
    pub fn counts(&self) -> Counts {
        let index = &self.records.index;
        Counts {
            saved: index.saved.len(),
            saved_count: index.saved_count,
            contacts: index.people.len(),
            users: index.users,
            statuses: index.statuses,
            rows: self.rows.len(),
        }
    }

    /// What was odd in the replies.
    pub fn anomalies(&self) -> Anomalies {
        self.records.index.anomalies
    }

    /// The hash by which the server knows this list of contacts (`hash` of `contacts.getContacts`).
    pub fn contacts_hash(&self) -> i64 {
        let index = &self.records.index;
        contacts_hash(index.saved_count, index.people.iter().map(|person| person.id))
    }

    /// The replies that the rows are read from.
    pub fn replies(&self) -> &Replies {
        &self.replies
    }

    fn read(&self, row: &Row) -> Result<Contact<'_>, DecodeError> {
        let index = &self.records.index;
        let saved_entry =
            row.saved.and_then(|position| Some((position.index(), index.saved.get(position.index())?)));
        let saved = match saved_entry {
            Some((position, entry)) => {
                Some(SavedRecord { index: position, record: index.saved_items.read(entry.offset)? })
            }
            None => None,
        };
        let person_entry = row.person.and_then(|position| index.people.get(position.index()));
        let person = person_entry.map(|entry| index.person(entry)).transpose()?;
        let digits = match saved_entry {
            Some((_, entry)) => entry.digits,
            None => person_entry.and_then(|entry| entry.digits),
        };
        let (method, confidence) = match (&saved, &person) {
            (Some(_), Some(_)) => (self.records.method(row.person.map(Position::index)), Confidence::Exact),
            _ if row.group.is_some() => (Method::None, Confidence::Ambiguous),
            _ => (Method::None, Confidence::None),
        };
        let key = match &person {
            Some(person) => RowKey::User(person.id),
            None => RowKey::Phone { digits, ordinal: row.ordinal.index() },
        };
        Ok(Contact { saved, person, method, confidence, group: row.group, digits, key })
    }
}

impl Index {
    fn person(&self, entry: &PersonEntry) -> Result<Person<'_>, DecodeError> {
        let user = match entry.user {
            Some(offset) => match self.user_items.read(offset)? {
                enums::UserRef::User(user) => Some(user),
                _ => None,
            },
            None => None,
        };
        let status = match entry.status {
            Some(fresh) => fresh,
            // the status inside the user object is as old as the list of contacts, which is seconds
            None => user.and_then(|user| user.status).map_or(Status::UNKNOWN, Status::of),
        };
        Ok(Person { id: entry.id, mutual: entry.mutual, user, status })
    }
}

/// Puts the rows in order and numbers the groups as they appear.
fn arrange(records: &Records) -> Vec<Row> {
    let index = &records.index;
    let found = matching::find(records);
    let mut numbers = Numbers::default();
    let mut without_digits = 0;
    let pairs = found.saved.iter().filter(|found| found.partner.is_some()).count();
    let mut rows = Vec::with_capacity(index.saved.len() + index.people.len() - pairs);
    for (position, (entry, found)) in index.saved.iter().zip(&found.saved).enumerate() {
        let mut ordinal = found.ordinal;
        if entry.digits.is_none() {
            ordinal = Position::of(without_digits);
            without_digits += 1;
        }
        let group = numbers.number(found);
        rows.push(Row { saved: Some(Position::of(position)), person: found.partner, group, ordinal });
    }
    for (position, found) in found.people.iter().enumerate().filter(|(_, found)| found.partner.is_none()) {
        let person = Some(Position::of(position));
        rows.push(Row { saved: None, person, group: numbers.number(found), ordinal: Position::default() });
    }
    rows
}

/// Group numbers in the order in which the rows show them.
#[derive(Debug, Default)]
struct Numbers {
    seen: Vec<Option<i32>>,
    last: i32,
}

impl Numbers {
    fn number(&mut self, found: &Match) -> Option<i32> {
        let group = found.group?.index();
        if self.seen.len() <= group {
            self.seen.resize(group + 1, None);
        }
        let slot = self.seen.get_mut(group)?;
        if slot.is_none() {
            // there are fewer groups than the items of a vector, whose count is an int
            self.last = self.last.saturating_add(1);
            *slot = Some(self.last);
        }
        *slot
    }
}
