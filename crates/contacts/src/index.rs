//! Pass 1: every item of the replies is read once; what the join needs of it is kept beside where it stands.

use bytes::Bytes;
use tl_api::{enums, types};
use tl_codec::{Constructor as _, Decode, DecodeError, Reader};

use crate::anomaly::Anomalies;
use crate::contact::Status;
use crate::error::ContactsError;
use crate::phone::Digits;
use crate::position::Position;
use crate::replies::{GET_CONTACTS, GET_SAVED, GET_STATUSES, Replies};

/// A reply whose items are read again by where they stand: a slice of the reply, not a copy.
#[derive(Debug, Clone)]
pub(crate) struct Items(Bytes);

/// An item of `contacts.getSaved`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedEntry {
    pub(crate) offset: Position,
    pub(crate) digits: Option<Digits>,
}

/// A contact id with all that belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PersonEntry {
    pub(crate) id: i64,
    pub(crate) mutual: bool,
    /// Where the user object stands.
    pub(crate) user: Option<Position>,
    fullness: Fullness,
    pub(crate) digits: Option<Digits>,
    /// What the list of statuses says.
    pub(crate) status: Option<Status>,
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
    /// Reads the item that starts at `offset`.
    #[expect(clippy::inline_always, reason = "an item that is handed through a call is copied at it")]
    #[inline(always)]
    pub(crate) fn read<'a, T: Decode<'a>>(&'a self, offset: Position) -> Result<T, DecodeError> {
        let offset = offset.index();
        let bytes = self.0.get(offset..).unwrap_or_default();
        T::decode(&mut Reader::new(bytes)).map_err(|error| error.shifted(offset))
    }
}

impl Index {
    /// Reads the replies: each item is checked and decoded in one pass.
    pub(crate) fn of(replies: &Replies) -> Result<Self, ContactsError> {
        let mut index = Self {
            saved_items: Items(replies.saved.body().clone()),
            user_items: Items(replies.contacts.body().clone()),
            saved: Vec::new(),
            people: Vec::new(),
            users: 0,
            statuses: 0,
            saved_count: 0,
            anomalies: Anomalies::default(),
        };
        index.read_saved(replies.saved.body()).map_err(ContactsError::reply(GET_SAVED))?;
        let is_list =
            index.read_contacts(replies.contacts.body()).map_err(ContactsError::reply(GET_CONTACTS))?;
        if !is_list {
            return Err(ContactsError::NotModified);
        }
        index.read_statuses(replies.statuses.body()).map_err(ContactsError::reply(GET_STATUSES))?;
        index.count_missing();
        Ok(index)
    }

    fn read_saved(&mut self, body: &[u8]) -> Result<(), DecodeError> {
        let mut reader = Reader::new(body);
        let mut records = reader.vector::<types::SavedPhoneContactRef<'_>>()?;
        self.saved.reserve_exact(records.left());
        while let Some(record) = records.next_at() {
            let (offset, record) = record?;
            self.saved.push(SavedEntry {
                offset: Position::of(offset),
                digits: Digits::of(record.phone.as_bytes()),
            });
        }
        reader.finish("Vector<SavedContact>")
    }

    /// Reads `contacts.Contacts`; false for `contacts.contactsNotModified`.
    fn read_contacts(&mut self, body: &[u8]) -> Result<bool, DecodeError> {
        type List = types::contacts::Contacts;
        type NotModified = types::contacts::ContactsNotModified;

        let mut reader = Reader::new(body);
        let before = reader;
        match reader.word()? {
            List::ID => {}
            NotModified::ID => return reader.finish(NotModified::NAME).map(|()| false),
            got => return Err(before.unknown_constructor("contacts.Contacts", got)),
        }
        self.read_ids(&mut reader).map_err(|error| error.in_field(List::NAME, "contacts"))?;
        self.saved_count = reader.field(List::NAME, "saved_count")?;
        self.read_users(&mut reader).map_err(|error| error.in_field(List::NAME, "users"))?;
        reader.finish(List::NAME)?;
        Ok(true)
    }

    fn read_ids(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        let contacts = reader.vector::<types::ContactRef>()?;
        let count = contacts.left();
        self.people.reserve_exact(count);
        for contact in contacts {
            let contact = contact?;
            self.people.push(PersonEntry {
                id: contact.user_id,
                mutual: contact.mutual,
                user: None,
                fullness: Fullness::Missing,
                digits: None,
                status: None,
            });
        }
        // a stable sort: of several entries with one id the first stays
        self.people.sort_by_key(|person| person.id);
        self.people.dedup_by_key(|person| person.id);
        self.anomalies.contacts_repeated = count - self.people.len();
        Ok(())
    }

    fn read_users(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut people = Finder { people: &mut self.people, next: 0 };
        let anomalies = &mut self.anomalies;
        let mut users = reader.vector::<enums::UserRef<'_>>()?;
        self.users = users.left();
        while let Some(user) = users.next_at() {
            let (offset, user) = user?;
            let (id, fullness, phone) = match &user {
                enums::UserRef::User(user) => {
                    (user.id, if user.min() { Fullness::Min } else { Fullness::Full }, user.phone)
                }
                enums::UserRef::Empty(empty) => (empty.id, Fullness::Empty, None),
                // a kind of user of a later layer: it cannot be read here, so it never comes
                _ => continue,
            };
            let Some(person) = people.find(id) else {
                anomalies.users_without_contact += 1;
                continue;
            };
            if person.fullness != Fullness::Missing {
                anomalies.users_repeated += 1;
            }
            if fullness > person.fullness {
                person.fullness = fullness;
                person.user = Some(Position::of(offset));
                person.digits = phone.and_then(|phone| Digits::of(phone.as_bytes()));
            }
        }
        Ok(())
    }

    fn read_statuses(&mut self, body: &[u8]) -> Result<(), DecodeError> {
        let mut people = Finder { people: &mut self.people, next: 0 };
        let anomalies = &mut self.anomalies;
        let mut reader = Reader::new(body);
        let mut statuses = reader.vector::<types::ContactStatusRef>()?;
        self.statuses = statuses.left();
        for status in &mut statuses {
            let status = status?;
            match people.find(status.user_id) {
                None => anomalies.statuses_without_contact += 1,
                Some(person) if person.status.is_some() => anomalies.statuses_repeated += 1,
                Some(person) => person.status = Some(Status::of(status.status)),
            }
        }
        reader.finish("Vector<ContactStatus>")
    }

    fn count_missing(&mut self) {
        let with = |wanted| self.people.iter().filter(|person| person.fullness == wanted).count();
        self.anomalies.contacts_without_user = with(Fullness::Missing);
        self.anomalies.contacts_with_empty_user = with(Fullness::Empty);
        self.anomalies.saved_without_number =
            self.saved.iter().filter(|record| record.digits.is_none()).count();
    }
}

/// People by their ids. Servers send the lists in the same order more often than not, so that the next one is looked at
/// before all are searched.
struct Finder<'p> {
    people: &'p mut [PersonEntry],
    next: usize,
}

impl Finder<'_> {
    fn find(&mut self, id: i64) -> Option<&mut PersonEntry> {
        let is_next = self.people.get(self.next).is_some_and(|person| person.id == id);
        let position = if is_next {
            self.next
        } else {
            self.people.binary_search_by_key(&id, |person| person.id).ok()?
        };
        self.next = position + 1;
        self.people.get_mut(position)
    }
}
