//! What changes the address book.

use core::fmt;

use tl_api::{Invoke, InvokeError, functions, types};
use tl_codec::Redacted;

use super::Who;

/// How many people or numbers go into one call of [`delete`] and [`delete_by_phones`].
const BATCH: usize = 100;

/// Under which name, and how, somebody becomes a contact.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// First name; must not be empty.
    pub first_name: String,
    /// Last name, possibly empty.
    pub last_name: String,
    /// Number for the phone book; without one the contact is not in `contacts.getSaved`.
    pub phone: String,
    /// A note that only this account sees.
    pub note: Option<String>,
    /// Whether they may see our number (`add_phone_privacy_exception`). [`needs_phone_exception`] says when the
    /// server asks for it.
    pub shows_our_phone: bool,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("name", &Redacted)
            .field("phone", &Redacted)
            .field("shows_our_phone", &self.shows_our_phone)
            .finish_non_exhaustive()
    }
}

pub(super) fn text(text: &str) -> types::TextWithEntities {
    types::TextWithEntities { text: text.to_owned(), entities: Vec::new() }
}

/// Whether they see our number only if we allow it (`peerSettings.need_contacts_exception`): then
/// [`Entry::shows_our_phone`] is to be set, after the user was told.
///
/// # Errors
/// [`InvokeError`]; `400 PEER_ID_INVALID`.
pub async fn needs_phone_exception(
    server: &(impl Invoke + Sync + ?Sized),
    who: Who,
) -> Result<bool, InvokeError> {
    let reply = server.invoke(&functions::messages::GetPeerSettings { peer: who.input_peer() }).await?;
    Ok(reply.read()?.settings.need_contacts_exception())
}

/// Makes somebody a contact who is known by id, or renames a contact (`contacts.addContact`).
///
/// # Errors
/// [`InvokeError`]; `400 CONTACT_NAME_EMPTY`, `400 CONTACT_ID_INVALID`.
pub async fn add(server: &(impl Invoke + Sync + ?Sized), who: Who, entry: &Entry) -> Result<(), InvokeError> {
    let query = functions::contacts::AddContact {
        add_phone_privacy_exception: entry.shows_our_phone,
        id: who.input_user(),
        first_name: entry.first_name.clone(),
        last_name: entry.last_name.clone(),
        phone: entry.phone.clone(),
        note: entry.note.as_deref().map(text),
    };
    server.invoke(&query).await?.read()?;
    Ok(())
}

/// Makes a contact of somebody who has us in theirs, under the name that they go by (`contacts.acceptContact`).
///
/// # Errors
/// [`InvokeError`]; `400 CONTACT_REQ_MISSING`.
pub async fn accept(server: &(impl Invoke + Sync + ?Sized), who: Who) -> Result<(), InvokeError> {
    server.invoke(&functions::contacts::AcceptContact { id: who.input_user() }).await?.read()?;
    Ok(())
}

/// Takes people out of the contacts, with their numbers (`contacts.deleteContacts`).
///
/// # Errors
/// [`InvokeError`] of the first batch of 100 that fails; the ones before it are done.
pub async fn delete(server: &(impl Invoke + Sync + ?Sized), people: &[Who]) -> Result<(), InvokeError> {
    for batch in people.chunks(BATCH) {
        let id = batch.iter().map(|who| who.input_user()).collect();
        server.invoke(&functions::contacts::DeleteContacts { id }).await?.read()?;
    }
    Ok(())
}

/// Takes numbers out of the phone book, with the contacts whose they are (`contacts.deleteByPhones`).
///
/// # Errors
/// [`InvokeError`] of the first batch of 100 that fails; the ones before it are done.
pub async fn delete_by_phones(
    server: &(impl Invoke + Sync + ?Sized),
    phones: &[String],
) -> Result<(), InvokeError> {
    for batch in phones.chunks(BATCH) {
        server.invoke(&functions::contacts::DeleteByPhones { phones: batch.to_vec() }).await?.read()?;
    }
    Ok(())
}

/// Deletes every saved number without an account (`contacts.resetSaved`). Nothing brings them back but an export.
///
/// # Errors
/// [`InvokeError`].
pub async fn reset_saved(server: &(impl Invoke + Sync + ?Sized)) -> Result<(), InvokeError> {
    server.invoke(&functions::contacts::ResetSaved {}).await?.read()?;
    Ok(())
}

/// Writes the note of a contact; an empty one removes it (`contacts.updateContactNote`).
///
/// # Errors
/// [`InvokeError`]; `400 CONTACT_MISSING`.
pub async fn update_note(
    server: &(impl Invoke + Sync + ?Sized),
    who: Who,
    note: &str,
) -> Result<(), InvokeError> {
    let query = functions::contacts::UpdateContactNote { id: who.input_user(), note: text(note) };
    server.invoke(&query).await?.read()?;
    Ok(())
}
