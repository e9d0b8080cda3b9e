//! What a book is made of.

use std::fmt;

use serde::{Deserialize, Serialize};
use tl_codec::Redacted;

/// The owner of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The owner's user id.
    pub user_id: i64,
    /// What others (and the owner) quote to address the owner.
    pub access_hash: i64,
    /// Digits, without `+`.
    pub phone: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// Everything that one account sees of the world, each list in the order of the wire.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBook {
    /// `contacts.getSaved`: the phone book, people without an account included.
    pub saved: Vec<SavedRecord>,
    /// `contacts.getContacts`: the contacts vector.
    pub contacts: Vec<ContactEntry>,
    /// `contacts.getContacts`: the users vector, in an order of its own.
    pub users: Vec<Person>,
    /// `contacts.getStatuses`: user ids and their presence, in an order of its own; deleted accounts are absent.
    pub statuses: Vec<(i64, Status)>,
    /// The numbers of the accounts, shown or hidden, and whose they are. On no wire: it is how people are found by
    /// `contacts.importContacts` and `contacts.resolvePhone`.
    pub numbers: Vec<(String, i64)>,
}

/// `savedPhoneContact#1142bd56`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRecord {
    /// Digits as the server keeps them.
    pub phone: String,
    /// First name, possibly empty.
    pub first_name: String,
    /// Last name, possibly empty.
    pub last_name: String,
    /// Unix seconds; 0 is possible.
    pub date: i32,
}

/// `contact#145ade0b`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEntry {
    /// Whose entry this is.
    pub user_id: i64,
    /// Whether the other side has the account's number too.
    pub mutual: bool,
}

/// `user#b1b8cc83`, as far as the server fills it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// User id.
    pub id: i64,
    /// What the account must quote to address this user.
    pub access_hash: i64,
    /// First name as the account sees it.
    pub first_name: Option<String>,
    /// Last name as the account sees it.
    pub last_name: Option<String>,
    /// The only username, if there is exactly one.
    pub username: Option<String>,
    /// Several usernames; `username` is absent then.
    pub usernames: Vec<Username>,
    /// Digits, if the account may see them.
    pub phone: Option<String>,
    /// IETF language tag; a bot's or support account's.
    pub lang_code: Option<String>,
    /// Profile photo.
    pub photo: Option<Photo>,
    /// Presence.
    pub status: Status,
    /// The flags.
    pub marks: Marks,
    /// `emoji_status` document id.
    pub emoji_status: Option<i64>,
    /// `color` index.
    pub color: Option<i32>,
    /// `stories_max_id`.
    pub story_id: Option<i32>,
}

/// The yes-or-no fields of `user`.
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag bit of the schema")]
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks {
    /// The account itself.
    pub is_self: bool,
    /// In the account's contacts.
    pub contact: bool,
    /// Both have each other.
    pub mutual_contact: bool,
    /// The account was deleted.
    pub deleted: bool,
    /// A bot.
    pub bot: bool,
    /// Verified by Telegram.
    pub verified: bool,
    /// Not shown on some platforms.
    pub restricted: bool,
    /// Reported as scam.
    pub scam: bool,
    /// Reported as fake.
    pub fake: bool,
    /// Telegram's support.
    pub support: bool,
    /// Pays for Premium.
    pub premium: bool,
    /// Marked as close friend by the account.
    pub close_friend: bool,
}

/// `username#b4073647`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Username {
    /// Without `@`.
    pub username: String,
    /// Can be edited by its owner.
    pub editable: bool,
    /// In use.
    pub active: bool,
}

/// `userProfilePhoto#82d1f706`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Photo id.
    pub photo_id: i64,
    /// The few bytes of a blurred preview.
    pub stripped_thumb: Option<Vec<u8>>,
    /// A moving one exists.
    pub has_video: bool,
    /// Where the file lies.
    pub dc_id: i32,
}

/// `UserStatus`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Status {
    /// Nothing is known.
    #[default]
    Empty,
    /// Online until this unix time.
    Online(i32),
    /// Last seen at this unix time.
    Offline(i32),
    /// Within three days.
    Recently {
        /// Hidden because of the account's own privacy rules.
        by_me: bool,
    },
    /// Within seven days.
    LastWeek {
        /// As above.
        by_me: bool,
    },
    /// Within a month.
    LastMonth {
        /// As above.
        by_me: bool,
    },
}

// Names, phones and access hashes stay out of `Debug`: they would reach a log sooner or later.

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for AddressBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressBook")
            .field("saved", &self.saved)
            .field("contacts", &self.contacts)
            .field("users", &self.users)
            .field("statuses", &self.statuses)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SavedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedRecord")
            .field("phone", &Redacted)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).field("marks", &self.marks).finish_non_exhaustive()
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Username").field("active", &self.active).finish_non_exhaustive()
    }
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Photo").field("photo_id", &self.photo_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = [
            (self.is_self, "self"),
            (self.contact, "contact"),
            (self.mutual_contact, "mutual_contact"),
            (self.deleted, "deleted"),
            (self.bot, "bot"),
            (self.verified, "verified"),
            (self.restricted, "restricted"),
            (self.scam, "scam"),
            (self.fake, "fake"),
            (self.support, "support"),
            (self.premium, "premium"),
            (self.close_friend, "close_friend"),
        ];
        f.debug_set().entries(set.iter().filter(|(on, _)| *on).map(|(_, name)| name)).finish()
    }
}
