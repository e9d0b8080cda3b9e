//! Replies that do not fit together.

/// What was odd in the replies, counted. None of it loses a record, and none of it stops a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anomalies {
    /// Entries of the contacts vector whose id had come before; the first one counts.
    pub contacts_repeated: usize,
    /// Contact ids without a user object: their rows have an id and nothing else of the account.
    pub contacts_without_user: usize,
    /// Contact ids whose user object is `userEmpty`: as above.
    pub contacts_with_empty_user: usize,
    /// User objects whose id had come before; the fuller one counts (`user`, `user` with `min`, `userEmpty`), of equals
    /// the first.
    pub users_repeated: usize,
    /// User objects that belong to no contact id. They are not contacts, and have no row.
    pub users_without_contact: usize,
    /// Statuses whose id had come before; the first one counts.
    pub statuses_repeated: usize,
    /// Statuses that belong to no contact id.
    pub statuses_without_contact: usize,
    /// Saved records whose phone has no digits, or more than [`MAX_KEY_DIGITS`](crate::MAX_KEY_DIGITS): nothing can be
    /// joined to them.
    pub saved_without_number: usize,
}

impl Anomalies {
    /// Whether all was in order.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
