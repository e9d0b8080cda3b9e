//! The yes-or-no columns: null where there is no user object to ask.

use std::mem;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use arrow_schema::{DataType, Field};
use contacts::Person;
use tl_api::enums::UserProfilePhotoRef;
use tl_api::types::UserRef;

use crate::columns::cell::{Validity, bits};
use crate::columns::rows::Rows;

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

    pub(super) fn reserve(&mut self, rows: usize) {
        self.words.reserve(rows);
        self.user.reserve(rows);
        self.person.reserve(rows);
    }

    pub(super) fn append(&mut self, rows: &Rows<'_, '_>) {
        self.words.extend(rows.people.iter().zip(&rows.users).map(|(person, user)| word(person, *user)));
        self.user.append(rows.has_user.iter().copied());
        self.person.append(rows.has_person.iter().copied());
    }

    /// The columns in the order of the flags.
    pub(super) fn finish(&mut self) -> [ArrayRef; FLAGS.len()] {
        let words = mem::take(&mut self.words);
        let (user, person) = (self.user.finish(), self.person.finish());
        let mut bit = 0;
        FLAGS.each_ref().map(|(_, answer)| -> ArrayRef {
            let values = bits(&words, |word| word >> bit & 1 == 1);
            bit += 1;
            let nulls = match answer {
                OfUser(_) => &user,
                OfPerson(_) => &person,
            };
            Arc::new(BooleanArray::new(values, nulls.clone()))
        })
    }
}

/// The flags of a row, the first one in the lowest bit.
fn word(person: &Person<'_>, user: Option<&UserRef<'_>>) -> u16 {
    FLAGS.iter().rev().fold(0, |word, (_, answer)| {
        let is_set = match answer {
            OfUser(read) => user.is_some_and(read),
            OfPerson(read) => read(person),
        };
        word << 1 | u16::from(is_set)
    })
}

fn field(name: &str) -> Field {
    Field::new(name, DataType::Boolean, true)
}
