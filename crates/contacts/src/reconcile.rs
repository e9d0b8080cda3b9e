//! The proof that a list of rows is the whole address book, and nobody twice.
//!
//! It is made from the replies and the rows alone, without a look at how the join came to its rows.

use tl_api::enums;
use tl_codec::DecodeError;

use crate::contact::Contact;
use crate::error::ContactsError;
use crate::replies::{GET_CONTACTS, GET_SAVED, Replies};

/// What has to appear, and whether it has.
#[derive(Debug)]
pub struct Ledger {
    saved: Vec<bool>,
    /// Ascending, each id once.
    contacts: Vec<(i64, bool)>,
    rows: usize,
    joined: usize,
}

/// The proof: these many of each, and each exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// Saved records.
    pub saved: usize,
    /// Contact ids.
    pub contacts: usize,
    /// Rows that are both.
    pub joined: usize,
    /// Rows: `saved + contacts - joined`.
    pub rows: usize,
}

/// The rows are not the address book.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// A saved record stands in two rows.
    #[error("saved record {index} stands in a second row, row {row}")]
    SavedTwice {
        /// Its position in `contacts.getSaved`.
        index: usize,
        /// The second row.
        row: usize,
    },
    /// A contact id stands in two rows.
    #[error("row {row} has a contact id that another row has too")]
    ContactTwice {
        /// The second row.
        row: usize,
    },
    /// A row names a saved record or a contact id that the server did not send.
    #[error("row {row} has a source that the server did not send")]
    Invented {
        /// The row.
        row: usize,
    },
    /// A row with neither a saved record nor a contact id.
    #[error("row {row} has no source")]
    Empty {
        /// The row.
        row: usize,
    },
    /// Sources without a row.
    #[error("{saved} saved records and {contacts} contacts have no row")]
    Missing {
        /// Saved records.
        saved: usize,
        /// Contact ids.
        contacts: usize,
    },
    /// The output holds another number of rows than was proven.
    #[error("{name} holds {got} rows instead of {expected}")]
    RowCount {
        /// The output.
        name: &'static str,
        /// The rows that were proven.
        expected: usize,
        /// The rows that were found.
        got: usize,
    },
    /// A row cannot be read from its reply.
    #[error("a row cannot be read from its reply")]
    Row(#[from] DecodeError),
    /// A reply cannot be read.
    #[error(transparent)]
    Reply(#[from] ContactsError),
}

impl Ledger {
    /// Lists what has to appear.
    ///
    /// # Errors
    /// [`ContactsError`] if a reply cannot be read.
    pub fn of(replies: &Replies) -> Result<Self, ContactsError> {
        let saved = replies.saved.read().map_err(ContactsError::reply(GET_SAVED))?;
        let contacts = replies.contacts.read().map_err(ContactsError::reply(GET_CONTACTS))?;
        let enums::contacts::ContactsRef::Contacts(contacts) = contacts else {
            return Err(ContactsError::NotModified);
        };
        let mut ids: Vec<(i64, bool)> =
            contacts.contacts.iter().map(|contact| (contact.user_id, false)).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Self { saved: vec![false; saved.len()], contacts: ids, rows: 0, joined: 0 })
    }

    /// Takes a row to the account.
    ///
    /// # Errors
    /// [`ReconcileError`] if one of its sources was there before, is unknown, or is missing.
    pub fn record(&mut self, contact: &Contact<'_>) -> Result<(), ReconcileError> {
        let row = self.rows;
        self.rows += 1;
        if let Some(saved) = &contact.saved {
            let index = saved.index;
            let seen = self.saved.get_mut(index).ok_or(ReconcileError::Invented { row })?;
            if std::mem::replace(seen, true) {
                return Err(ReconcileError::SavedTwice { index, row });
            }
        }
        if let Some(person) = &contact.person {
            let position = self.contacts.binary_search_by_key(&person.id, |entry| entry.0);
            let entry = position.ok().and_then(|position| self.contacts.get_mut(position));
            let (_, seen) = entry.ok_or(ReconcileError::Invented { row })?;
            if std::mem::replace(seen, true) {
                return Err(ReconcileError::ContactTwice { row });
            }
        }
        match (&contact.saved, &contact.person) {
            (None, None) => return Err(ReconcileError::Empty { row }),
            (Some(_), Some(_)) => self.joined += 1,
            _ => {}
        }
        Ok(())
    }

    /// Closes the account.
    ///
    /// # Errors
    /// [`ReconcileError::Missing`] if a source has no row.
    pub fn finish(self) -> Result<Reconciled, ReconcileError> {
        let saved = self.saved.iter().filter(|seen| !**seen).count();
        let contacts = self.contacts.iter().filter(|(_, seen)| !*seen).count();
        if saved > 0 || contacts > 0 {
            return Err(ReconcileError::Missing { saved, contacts });
        }
        Ok(Reconciled {
            saved: self.saved.len(),
            contacts: self.contacts.len(),
            joined: self.joined,
            rows: self.rows,
        })
    }
}
