//! The yes-or-no columns: null where there is no user object to ask.

use std::mem;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Field};
use contacts::{Contact, Person};
use tl_api::enums::UserProfilePhotoRef;
use tl_api::types::UserRef;

use crate::columns::cell::Validity;

/// Who gives the answer.
enum Answer {
    User(fn(&UserRef<'_>) -> bool),
    Person(fn(&Person<'_>) -> bool),
}

use Answer::{Person as OfPerson, User as OfUser};

/// The flags in order; the names stand behind the first one. All are bits of `user`, except for two: `is_mutual` is
/// `contact.mutual` (the server keeps the two apart, and so do we), and `has_photo` is not only whether `user.photo` was
/// sent, as what was sent may be `userProfilePhotoEmpty`.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of one UserRef<'a> is not one for all"
)]
const FLAGS: [(&str, Answer); 15] = [
    ("is_min", OfUser(|user| user.min())),
    ("is_contact", OfUser(|user| user.contact())),
    ("is_mutual", OfPerson(|person| person.mutual)),
    ("user_mutual_flag", OfUser(|user| user.mutual_contact())),
    ("is_close_friend", OfUser(|user| user.close_friend())),
    ("is_deleted", OfUser(|user| user.deleted())),
    ("is_bot", OfUser(|user| user.bot())),
    ("is_self", OfUser(|user| user.self_())),
    ("is_premium", OfUser(|user| user.premium())),
    ("is_verified", OfUser(|user| user.verified())),
    ("is_scam", OfUser(|user| user.scam())),
    ("is_fake", OfUser(|user| user.fake())),
    ("is_support", OfUser(|user| user.support())),
    ("is_restricted", OfUser(|user| user.restricted())),
    ("has_photo", OfUser(has_photo)),
];

fn has_photo(user: &UserRef<'_>) -> bool {
    matches!(user.photo(), Some(UserProfilePhotoRef::UserProfilePhoto(_)))
}

/// All of them: a word a row until the end, when each bit of the words becomes a column.
#[derive(Default)]
pub(super) struct Flags {
    words: Vec<u16>,
    user: Validity,
    person: Validity,
}

impl Flags {
    pub(super) fn is_min_field() -> Field {
        field("is_min")
    }

    pub(super) fn other_fields() -> impl Iterator<Item = Field> {
        FLAGS.iter().skip(1).map(|(name, _)| field(name))
    }

    pub(super) fn append(&mut self, row: &Contact<'_>) {
        let (person, user) = (row.person.as_ref(), row.user());
        let word = FLAGS.iter().rev().fold(0, |word, (_, answer)| {
            let is_set = match answer {
                OfUser(read) => user.is_some_and(read),
                OfPerson(read) => person.is_some_and(read),
            };
            word << 1 | u16::from(is_set)
        });
        self.words.push(word);
        self.user.append(user.is_some());
        self.person.append(person.is_some());
    }

    /// The columns in the order of the flags.
    pub(super) fn finish(&mut self) -> [ArrayRef; FLAGS.len()] {
        let words = mem::take(&mut self.words);
        let (user, person) = (self.user.finish(), self.person.finish());
        let mut bit = 0;
        FLAGS.each_ref().map(|(_, answer)| -> ArrayRef {
            let is_set = |row: usize| words.get(row).is_some_and(|word| word >> bit & 1 == 1);
            let values = BooleanBuffer::collect_bool(words.len(), is_set);
            bit += 1;
            let nulls = match answer {
                OfUser(_) => &user,
                OfPerson(_) => &person,
            };
            Arc::new(BooleanArray::new(values, nulls.clone()))
        })
    }
}

fn field(name: &str) -> Field {
    Field::new(name, DataType::Boolean, true)
}
