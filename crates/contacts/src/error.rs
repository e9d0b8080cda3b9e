//! What can be wrong with replies.

use tl_codec::DecodeError;

/// Replies are not an address book.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactsError {
    /// A reply is not what the schema says.
    #[error("the answer to {method} cannot be read")]
    Reply {
        /// The method that was asked.
        method: &'static str,
        /// What is wrong, and where.
        source: DecodeError,
    },
    /// `contacts.contactsNotModified` as the answer to a request for the full list (`hash` 0).
    #[error("the server says that the contacts have not changed, although the full list was asked for")]
    NotModified,
}

impl ContactsError {
    pub(crate) fn reply(method: &'static str) -> impl FnOnce(DecodeError) -> Self {
        move |source| Self::Reply { method, source }
    }
}
