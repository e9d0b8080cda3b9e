//! Some rows, as the columns read them.

use std::hint::select_unpredictable;

use contacts::{Contact, Person, Status};
use tl_api::types::{SavedPhoneContactRef, UserRef};
use tl_codec::{DecodeBare as _, Reader, Str};

/// Rows whose missing parts are stood in for.
///
/// Who has no account, and who is not in the phone book, no processor can foresee; a column that asked in each row would
/// wait for the wrong guesses. So it is asked once a row, here, and a column reads what the stand-in says where nobody is,
/// beside [`has_saved`](Self::has_saved) and its like.
pub(super) struct Rows<'r, 'a> {
    pub(super) contacts: &'r [Contact<'a>],
    /// What the phone book says: empty texts where it says nothing.
    pub(super) saved: Vec<&'r SavedPhoneContactRef<'a>>,
    pub(super) has_saved: Vec<bool>,
    /// The contacts: nobody, of whom nothing is known, where there is none.
    pub(super) people: Vec<&'r Person<'a>>,
    pub(super) has_person: Vec<bool>,
    /// The accounts: one without a field where there is none.
    pub(super) users: Vec<Option<&'r UserRef<'a>>>,
    pub(super) has_user: Vec<bool>,
}

/// Who stands in.
pub(super) struct StandIns {
    saved: SavedPhoneContactRef<'static>,
    person: Person<'static>,
    user: Option<UserRef<'static>>,
}

impl StandIns {
    pub(super) fn new() -> Self {
        let none = Str::new(b"");
        Self {
            saved: SavedPhoneContactRef { phone: none, first_name: none, last_name: none, date: 0 },
            person: Person { id: 0, mutual: false, user: None, status: Status::UNKNOWN },
            // two words of flags, none of which is set, and an id
            user: UserRef::decode_bare(&mut Reader::new(&[0; 16])).ok(),
        }
    }

    pub(super) fn fill<'r, 'a>(&'r self, contacts: &'r [Contact<'a>]) -> Rows<'r, 'a> {
        let saved = contacts.iter().map(|row| row.saved.as_ref().map(|saved| &saved.record));
        let people = contacts.iter().map(|row| row.person.as_ref());
        let users = contacts.iter().map(Contact::user);
        Rows {
            contacts,
            has_saved: saved.clone().map(|saved| saved.is_some()).collect(),
            saved: saved.map(|saved| or(saved, &self.saved)).collect(),
            has_person: people.clone().map(|person| person.is_some()).collect(),
            people: people.map(|person| or(person, &self.person)).collect(),
            has_user: users.clone().map(|user| user.is_some()).collect(),
            users: users.map(|user| select_unpredictable(user.is_some(), user, self.user.as_ref())).collect(),
        }
    }
}

fn or<'r, T>(there: Option<&'r T>, stand_in: &'r T) -> &'r T {
    select_unpredictable(there.is_some(), there.unwrap_or(stand_in), stand_in)
}
