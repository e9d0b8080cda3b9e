//! The yes-or-no columns: null where there is no user object to ask.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::BooleanBuilder;
use arrow_schema::{DataType, Field};
use contacts::Contact;
use tl_api::enums::UserProfilePhotoRef;
use tl_api::types::UserRef;

/// Reads the answer from a row.
type Read = fn(&Contact<'_>) -> Option<bool>;

/// The flags that stand behind the names, in order. All are bits of `user`, except for two: `is_mutual` is
/// `contact.mutual` (the server keeps the two apart, and so do we), and `has_photo` is not only whether `user.photo` was
/// sent, as what was sent may be `userProfilePhotoEmpty`.
pub(super) const AFTER_NAMES: [(&str, Read); 14] = [
    ("is_contact", |row| row.user().map(UserRef::contact)),
    ("is_mutual", |row| row.person.as_ref().map(|person| person.mutual)),
    ("user_mutual_flag", |row| row.user().map(UserRef::mutual_contact)),
    ("is_close_friend", |row| row.user().map(UserRef::close_friend)),
    ("is_deleted", |row| row.user().map(UserRef::deleted)),
    ("is_bot", |row| row.user().map(UserRef::bot)),
    ("is_self", |row| row.user().map(UserRef::self_)),
    ("is_premium", |row| row.user().map(UserRef::premium)),
    ("is_verified", |row| row.user().map(UserRef::verified)),
    ("is_scam", |row| row.user().map(UserRef::scam)),
    ("is_fake", |row| row.user().map(UserRef::fake)),
    ("is_support", |row| row.user().map(UserRef::support)),
    ("is_restricted", |row| row.user().map(UserRef::restricted)),
    ("has_photo", |row| row.user().map(has_photo)),
];

fn has_photo(user: &UserRef<'_>) -> bool {
    matches!(user.photo(), Some(UserProfilePhotoRef::UserProfilePhoto(_)))
}

/// One column.
pub(super) struct Flag {
    name: &'static str,
    read: Read,
    builder: BooleanBuilder,
}

impl Flag {
    pub(super) fn new(name: &'static str, read: Read) -> Self {
        Self { name, read, builder: BooleanBuilder::new() }
    }

    pub(super) fn is_min() -> Self {
        Self::new("is_min", |row| row.user().map(UserRef::min))
    }

    pub(super) fn field(&self) -> Field {
        Field::new(self.name, DataType::Boolean, true)
    }

    pub(super) fn append(&mut self, row: &Contact<'_>) {
        self.builder.append_option((self.read)(row));
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}
