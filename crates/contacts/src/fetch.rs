//! The questions. Each is a function of its own, so that the caller decides which of them goes through a takeout
//! session: `contacts.getSaved` must, the other two need not.
//!
//! A reply is returned as it came; it is read by [`AddressBook::join`](crate::AddressBook::join).

use tl_api::{Invoke, InvokeError, enums, functions, types};
use tl_codec::Reply;

/// The phone book that the account's apps have uploaded (`contacts.getSaved`), people without an account included.
///
/// # Errors
/// [`InvokeError`]; outside of a takeout session the server answers `403 TAKEOUT_REQUIRED`.
pub async fn saved(
    server: &(impl Invoke + Sync + ?Sized),
) -> Result<Reply<Vec<types::SavedPhoneContact>>, InvokeError> {
    server.invoke(&functions::contacts::GetSaved {}).await
}

/// The contacts that have an account (`contacts.getContacts`).
///
/// `hash` is 0 for the full list; with [`contacts_hash`](crate::contacts_hash) of an earlier one the server may answer
/// `contactsNotModified`.
///
/// # Errors
/// [`InvokeError`].
pub async fn contacts(
    server: &(impl Invoke + Sync + ?Sized),
    hash: i64,
) -> Result<Reply<enums::contacts::Contacts>, InvokeError> {
    server.invoke(&functions::contacts::GetContacts { hash }).await
}

/// When the contacts were last seen (`contacts.getStatuses`).
///
/// # Errors
/// [`InvokeError`].
pub async fn statuses(
    server: &(impl Invoke + Sync + ?Sized),
) -> Result<Reply<Vec<types::ContactStatus>>, InvokeError> {
    server.invoke(&functions::contacts::GetStatuses {}).await
}
