//! The three answers that an address book is made of.

use tl_api::{enums, types};
use tl_codec::Reply;

/// The replies as the server sent them: cheap to clone, `Send`, and borrowed from by every row.
#[derive(Debug, Clone)]
pub struct Replies {
    /// `contacts.getSaved`: the phone book, people without an account included. Only inside a takeout session.
    pub saved: Reply<Vec<types::SavedPhoneContact>>,
    /// `contacts.getContacts`: the contacts that have an account.
    pub contacts: Reply<enums::contacts::Contacts>,
    /// `contacts.getStatuses`: when they were last seen.
    pub statuses: Reply<Vec<types::ContactStatus>>,
}

pub(crate) const GET_SAVED: &str = "contacts.getSaved";
pub(crate) const GET_CONTACTS: &str = "contacts.getContacts";
pub(crate) const GET_STATUSES: &str = "contacts.getStatuses";
