//! Pass 1: every item of the replies is read once; what the join needs of it is kept beside where it stands.

use bytes::Bytes;
use tl_api::{enums, types};
use tl_codec::{Decode, DecodeError, Reader, Reply, VecRef};

use crate::anomaly::Anomalies;
use crate::error::ContactsError;
use crate::phone::Digits;
use crate::replies::{GET_CONTACTS, GET_SAVED, GET_STATUSES, Replies};

/// The items of one vector of a reply, without its head: a slice of the reply, not a copy.
#[derive(Debug, Clone)]
pub(crate) struct Items(Bytes);

/// An item of `contacts.getSaved`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedEntry {
    pub(crate) offset: usize,
    pub(crate) digits: Option<Digits>,
}

/// A contact id with all that belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PersonEntry {
    pub(crate) id: i64,
    pub(crate) mutual: bool,
    /// Where the user object stands.
    pub(crate) user: Option<usize>,
    fullness: Fullness,
    pub(crate) digits: Option<Digits>,
    /// Where the status stands.
    pub(crate) status: Option<usize>,
}

/// How much a user object says: of two with one id, the fuller is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fullness {
    Missing,
    Empty,
    Min,
    Full,
}

/// The replies, read.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) saved_items: Items,
    pub(crate) user_items: Items,
    pub(crate) status_items: Items,
    /// In the order of the reply.
    pub(crate) saved: Vec<SavedEntry>,
    /// In ascending order of their ids, each id once.
    pub(crate) people: Vec<PersonEntry>,
    pub(crate) users: usize,
    pub(crate) statuses: usize,
    /// The server's own count of the phone book.
    pub(crate) saved_count: i32,
    pub(crate) anomalies: Anomalies,
}

impl Items {
    fn of<'a, S, T: Decode<'a>>(reply: &'a Reply<S>, vector: &VecRef<'a, T>) -> Self {
        Self(reply.body().slice_ref(vector.item_bytes()))
    }

    /// Reads the item that starts at `offset`.
    pub(crate) fn read<'a, T: Decode<'a>>(&'a self, offset: usize) -> Result<T, DecodeError> {
        let bytes = self.0.get(offset..).unwrap_or_default();
        T::decode(&mut Reader::new(bytes)).map_err(|error| error.shifted(offset))
    }

    /// Reads all items, each with its offset.
    fn walk<'a, T: Decode<'a>>(&'a self, mut each: impl FnMut(usize, T)) -> Result<(), DecodeError> {
        let mut reader = Reader::new(&self.0);
        while reader.remaining() > 0 {
            let offset = reader.offset();
            each(offset, T::decode(&mut reader)?);
        }
        Ok(())
    }
}

impl Index {
    /// Reads the replies.
    pub(crate) fn of(replies: &Replies) -> Result<Self, ContactsError> {
        let saved = replies.saved.read().map_err(ContactsError::reply(GET_SAVED))?;
        let contacts = replies.contacts.read().map_err(ContactsError::reply(GET_CONTACTS))?;
        let statuses = replies.statuses.read().map_err(ContactsError::reply(GET_STATUSES))?;
        let enums::contacts::ContactsRef::Contacts(contacts) = contacts else {
            return Err(ContactsError::NotModified);
        };
        let mut index = Self {
            saved_items: Items::of(&replies.saved, &saved),
            user_items: Items::of(&replies.contacts, &contacts.users),
            status_items: Items::of(&replies.statuses, &statuses),
            saved: Vec::with_capacity(saved.len()),
            people: Vec::with_capacity(contacts.contacts.len()),
            users: contacts.users.len(),
            statuses: statuses.len(),
            saved_count: contacts.saved_count,
            anomalies: Anomalies::default(),
        };
        index.read_saved().map_err(ContactsError::reply(GET_SAVED))?;
        index.read_contacts(&contacts.contacts);
        index.read_users().map_err(ContactsError::reply(GET_CONTACTS))?;
        index.read_statuses().map_err(ContactsError::reply(GET_STATUSES))?;
        index.count_missing();
        Ok(index)
    }

    fn read_saved(&mut self) -> Result<(), DecodeError> {
        let saved = &mut self.saved;
        self.saved_items.walk(|offset, record: types::SavedPhoneContactRef<'_>| {
            saved.push(SavedEntry { offset, digits: Digits::of(record.phone.as_bytes()) });
        })
    }

    fn read_contacts(&mut self, contacts: &VecRef<'_, types::ContactRef>) {
        self.people.extend(contacts.iter().map(|contact| PersonEntry {
            id: contact.user_id,
            mutual: contact.mutual,
            user: None,
            fullness: Fullness::Missing,
            digits: None,
            status: None,
        }));
        // a stable sort: of several entries with one id the first stays
        self.people.sort_by_key(|person| person.id);
        self.people.dedup_by_key(|person| person.id);
        self.anomalies.contacts_repeated = contacts.len() - self.people.len();
    }

    fn read_users(&mut self) -> Result<(), DecodeError> {
        let (people, anomalies) = (&mut self.people, &mut self.anomalies);
        self.user_items.walk(|offset, user: enums::UserRef<'_>| {
            let (id, fullness, phone) = match &user {
                enums::UserRef::User(user) => {
                    (user.id, if user.min() { Fullness::Min } else { Fullness::Full }, user.phone)
                }
                enums::UserRef::Empty(empty) => (empty.id, Fullness::Empty, None),
                // a kind of user of a later layer: it cannot be read here, so it never comes
                _ => return,
            };
            let Some(person) = find(people, id) else {
                anomalies.users_without_contact += 1;
                return;
            };
            if person.fullness != Fullness::Missing {
                anomalies.users_repeated += 1;
            }
            if fullness > person.fullness {
                person.fullness = fullness;
                person.user = Some(offset);
                person.digits = phone.and_then(|phone| Digits::of(phone.as_bytes()));
            }
        })
    }

    fn read_statuses(&mut self) -> Result<(), DecodeError> {
        let (people, anomalies) = (&mut self.people, &mut self.anomalies);
        self.status_items.walk(|offset, status: types::ContactStatusRef| match find(people, status.user_id) {
            None => anomalies.statuses_without_contact += 1,
            Some(person) if person.status.is_some() => anomalies.statuses_repeated += 1,
            Some(person) => person.status = Some(offset),
        })
    }

    fn count_missing(&mut self) {
        let with = |wanted| self.people.iter().filter(|person| person.fullness == wanted).count();
        self.anomalies.contacts_without_user = with(Fullness::Missing);
        self.anomalies.contacts_with_empty_user = with(Fullness::Empty);
        self.anomalies.saved_without_number =
            self.saved.iter().filter(|record| record.digits.is_none()).count();
    }
}

fn find(people: &mut [PersonEntry], id: i64) -> Option<&mut PersonEntry> {
    let position = people.binary_search_by_key(&id, |person| person.id).ok()?;
    people.get_mut(position)
}
