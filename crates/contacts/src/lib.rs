//! The Telegram address book: what is saved, who has an account, when they were last seen, joined into one list.
//!
//! The crate owns one hop of the project: **TL object → [`Contact`]**. It asks through [`tl_api::Invoke`] and knows no
//! socket, no file and no login; it gives rows and knows no column and no format.
//!
//! ```text
//! fetch ──► Replies ──join──► AddressBook ──rows──► Contact, Contact, …
//!                                  └──reconcile──► the proof that nobody was lost
//! ```
//!
//! * [`fetch`] asks: `contacts.getSaved`, `contacts.getContacts`, `contacts.getStatuses`. The replies stay the bytes
//!   that the server sent.
//! * [`AddressBook::join`] reads them once and decides which records are one person, by the rules in [`join`].
//! * [`AddressBook::rows`] reads again, in output order, and hands out borrowed rows.
//! * [`AddressBook::reconcile`] proves that every saved record and every contact id stands in exactly one row.
//!
//! What costs a request for each person is in [`extras`]. What else can be done with an address book is in [`operations`].
//!
//! Odd replies (an id twice, an account that is missing) lose nothing and are counted: [`Anomalies`].
//!
//! Read next: [`join`], then [`Contact`].

#![forbid(unsafe_code)]

mod anomaly;
mod contact;
mod error;
pub mod extras;
pub mod fetch;
mod hash;
mod index;
pub mod join;
pub mod operations;
mod phone;
mod position;
mod reconcile;
mod replies;

pub use crate::anomaly::Anomalies;
pub use crate::contact::{
    Confidence, Contact, Method, Person, PhoneSource, Presence, RowKey, SavedRecord, Source, Status,
};
pub use crate::error::ContactsError;
pub use crate::hash::{MAX_HASHED_IDS, contacts_hash, list_hash};
pub use crate::join::{AddressBook, Counts};
pub use crate::phone::{DigitIter, Digits, MAX_E164_DIGITS, MAX_KEY_DIGITS, MIN_E164_DIGITS, Number, Region};
pub use crate::reconcile::{Ledger, ReconcileError, Reconciled};
pub use crate::replies::Replies;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
