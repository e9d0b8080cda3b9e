//! One row: a person as far as the replies know them.

use core::fmt;
use core::hint::select_unpredictable;

use tl_api::{enums, types};
use tl_codec::Str;

use crate::phone::Digits;

/// One person of the address book: a saved record, a contact, or both in one.
///
/// It borrows from the replies; texts are the server's bytes and not checked to be UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'a> {
    /// What the phone book says.
    pub saved: Option<SavedRecord<'a>>,
    /// What Telegram says about the account.
    pub person: Option<Person<'a>>,
    /// How the two came together.
    pub method: Method,
    /// How sure that is.
    pub confidence: Confidence,
    /// A number that all rows with the same digits share, if there is more than one saved record or more than one
    /// account with them. Counted from 1 in the order of the rows.
    pub group: Option<i32>,
    /// The digits of [`phone`](Self::phone).
    pub digits: Option<Digits>,
    /// What the row is called, in this export and in the next.
    pub key: RowKey,
}

/// An item of `contacts.getSaved`.
#[derive(Debug, Clone, Copy)]
pub struct SavedRecord<'a> {
    /// Its position in the reply.
    pub index: usize,
    /// The record.
    pub record: types::SavedPhoneContactRef<'a>,
}

/// An item of the contacts vector, with what else is known of the account.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The user's id.
    pub id: i64,
    /// `contact.mutual`: whether they have this account in their contacts too.
    pub mutual: bool,
    /// The user object, unless it is missing or `userEmpty`.
    pub user: Option<types::UserRef<'a>>,
    /// When they were last seen.
    pub status: Status,
}

/// Which list a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// `contacts.getSaved` alone.
    Saved,
    /// `contacts.getContacts` alone.
    Contact,
    /// Both.
    Both,
}

/// How a saved record and a contact were found to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The account shows the saved number.
    UserPhone,
    /// The account, a contact, shows no number, and `contacts.resolvePhone` named it when asked for the saved one.
    ResolvePhone,
    /// They were not: the row is one of the two alone.
    None,
}

/// How sure it is that the row is one person, and all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// One saved record and one account belong together.
    Exact,
    /// Several records have the number of this one, and nothing tells which of them belong together.
    Ambiguous,
    /// There was nothing to join.
    None,
}

/// Where [`Contact::phone`] comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneSource {
    /// Only the phone book has it.
    Saved,
    /// Only the account shows it.
    User,
    /// Both.
    Both,
}

/// When somebody was last seen, as exactly as they allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// `userStatusOnline`; [`Status::at`] says until when.
    Online,
    /// `userStatusOffline`; [`Status::at`] says since when.
    Offline,
    /// `userStatusRecently`: within three days.
    Recently,
    /// `userStatusLastWeek`.
    LastWeek,
    /// `userStatusLastMonth`.
    LastMonth,
    /// `userStatusEmpty`: longer ago, or never.
    Empty,
    /// No status was sent, or one of a kind that this layer does not have.
    Unknown,
}

/// A status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Its kind.
    pub presence: Presence,
    /// The time that belongs to it, in Unix seconds.
    pub at: Option<i32>,
    /// Whether the exact time is hidden only because this account hides its own. Known for the vague kinds alone.
    pub by_me: Option<bool>,
}

impl Status {
    /// No status was sent.
    pub const UNKNOWN: Self = Self { presence: Presence::Unknown, at: None, by_me: None };

    pub(crate) fn of(status: enums::UserStatusRef) -> Self {
        use enums::UserStatusRef as Kind;

        let vague = |presence, by_me| Self { presence, at: None, by_me: Some(by_me) };
        match status {
            Kind::Online(online) => {
                Self { presence: Presence::Online, at: Some(online.expires), by_me: None }
            }
            Kind::Offline(offline) => {
                Self { presence: Presence::Offline, at: Some(offline.was_online), by_me: None }
            }
            Kind::Recently(recently) => vague(Presence::Recently, recently.by_me()),
            Kind::LastWeek(week) => vague(Presence::LastWeek, week.by_me()),
            Kind::LastMonth(month) => vague(Presence::LastMonth, month.by_me()),
            Kind::Empty(_) => Self { presence: Presence::Empty, at: None, by_me: None },
            _ => Self::UNKNOWN,
        }
    }
}

/// A row's name: the same person has the same one in every export of the account.
///
/// Its text (`Display`) is `u:` and the user's id, or for a row without an account `p:` and the digits of the saved
/// number, with `:2`, `:3`, … for the second and third record with these digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A row with an account.
    User(i64),
    /// A row without.
    Phone {
        /// The digits of the saved number, if it has any that make a key.
        digits: Option<Digits>,
        /// How many saved records with the same digits come before this one.
        ordinal: usize,
    },
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "u:{id}"),
            Self::Phone { digits, ordinal } => {
                f.write_str("p:")?;
                digits.map_or(Ok(()), |digits| write!(f, "{digits}"))?;
                if *ordinal > 0 { write!(f, ":{}", ordinal + 1) } else { Ok(()) }
            }
        }
    }
}

impl RowKey {
    /// Puts its text (`Display`) behind what is there. For a column of them: this is several times as fast.
    pub fn append_to(&self, text: &mut Vec<u8>) {
        match self {
            Self::User(id) => {
                text.extend_from_slice(b"u:");
                text.extend_from_slice(itoa::Buffer::new().format(*id).as_bytes());
            }
            Self::Phone { digits, ordinal } => {
                text.extend_from_slice(b"p:");
                if let Some(digits) = digits {
                    digits.append_to(text);
                }
                if *ordinal > 0 {
                    text.push(b':');
                    text.extend_from_slice(itoa::Buffer::new().format(ordinal + 1).as_bytes());
                }
            }
        }
    }
}

impl<'a> Contact<'a> {
    /// Which list the row comes from.
    pub fn source(&self) -> Source {
        match (&self.saved, &self.person) {
            (Some(_), Some(_)) => Source::Both,
            (Some(_), None) => Source::Saved,
            (None, _) => Source::Contact,
        }
    }

    /// The account's user object.
    pub fn user(&self) -> Option<&types::UserRef<'a>> {
        self.person.as_ref().and_then(|person| person.user.as_ref())
    }

    /// The number in the phone book.
    pub fn saved_phone(&self) -> Option<Str<'a>> {
        self.saved.as_ref().map(|saved| saved.record.phone)
    }

    /// The number that the account shows.
    pub fn user_phone(&self) -> Option<Str<'a>> {
        self.user().and_then(|user| user.phone)
    }

    /// The person's number as the server sent it: the saved one, or the account's where none is saved. Never empty.
    pub fn phone(&self) -> Option<Str<'a>> {
        let saved = self.saved_phone().unwrap_or_default();
        let shown = self.user_phone().unwrap_or_default();
        written(Some(select_unpredictable(saved.is_empty(), shown, saved)))
    }

    /// Where the number comes from.
    pub fn phone_source(&self) -> Option<PhoneSource> {
        match (written(self.saved_phone()), written(self.user_phone())) {
            (Some(_), Some(_)) => Some(PhoneSource::Both),
            (Some(_), None) => Some(PhoneSource::Saved),
            (None, Some(_)) => Some(PhoneSource::User),
            (None, None) => None,
        }
    }
}

fn written(text: Option<Str<'_>>) -> Option<Str<'_>> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_keys_are_told_apart_and_have_no_number_in_debug_output() {
        let digits = Digits::of(b"+49 170 1234567");
        let phone = |ordinal| RowKey::Phone { digits, ordinal };
        for (key, expected) in [
            (RowKey::User(-7), "u:-7"),
            (phone(0), "p:491701234567"),
            (phone(1), "p:491701234567:2"),
            (RowKey::Phone { digits: None, ordinal: 2 }, "p::3"),
        ] {
            let mut text = b"before ".to_vec();
            key.append_to(&mut text);
            assert_eq!((key.to_string(), text), (expected.to_owned(), format!("before {expected}").into()));
        }
        assert!(!format!("{:?}", phone(0)).contains("4917"));
    }
}
