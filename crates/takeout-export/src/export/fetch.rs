//! Asking, inside of the takeout session.

use contacts::extras::{self, Extras, Resolution, Wanted};
use contacts::{AddressBook, Digits, Replies, fetch as ask};
use jiff::Timestamp;
use tl_api::{Invoke, InvokeError, LAYER, enums};
use tl_codec::{DecodeError, Reply};

use super::enrich::{GET_BIRTHDAYS, GET_FULL_USER, GET_TOP_PEERS, RESOLVE_PHONE};
use crate::archive::{Asked, Enriched, Reused, Stored};
use crate::columns::Frame;
use crate::progress::{Step, Watch};

/// What time it is. An argument, so that a test can say it.
pub type Clock<'a> = &'a (dyn Fn() -> Timestamp + Sync);

/// The method for the saved records.
pub const GET_SAVED: &str = "contacts.getSaved";
/// The method for the contacts with an account.
pub const GET_CONTACTS: &str = "contacts.getContacts";
/// The method for the statuses.
pub const GET_STATUSES: &str = "contacts.getStatuses";

/// All that an export is made of: whoever has it can write the same files again.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The replies as they came.
    pub replies: Replies,
    /// Whose address book it is.
    pub account_id: i64,
    /// The API layer of the replies.
    pub layer: i32,
    /// When the first question was asked.
    pub started_at: Timestamp,
    /// When the saved records had come.
    pub saved_received_at: Timestamp,
    /// When the contacts had come; long ago, if they were taken over from an earlier export.
    pub contacts_received_at: Timestamp,
    /// When the statuses had come.
    pub status_observed_at: Timestamp,
    /// When the last reply had come.
    pub exported_at: Timestamp,
    /// Methods that the server refused inside of the takeout session and answered outside.
    pub called_outside: Vec<String>,
    /// What was taken over from an earlier export.
    pub reused: Option<Reused>,
    /// What was asked beside the three lists.
    pub enriched: Option<Enriched>,
    /// The answers to that.
    pub answers: Vec<Stored>,
}

impl Fetched {
    /// What is the same in every row.
    pub fn frame(&self) -> Frame {
        Frame {
            account_id: self.account_id,
            exported_at_micros: self.exported_at.as_microsecond(),
            status_observed_at_micros: self.status_observed_at.as_microsecond(),
            layer: self.layer,
        }
    }
}

impl Fetched {
    /// What was asked beside the three lists, read.
    ///
    /// # Errors
    /// [`DecodeError`] if an answer cannot be read.
    pub fn extras(&self) -> Result<Extras, DecodeError> {
        let Some(enriched) = &self.enriched else { return Ok(Extras::default()) };
        let wanted = Wanted {
            notes: enriched.notes,
            birthdays: enriched.birthdays,
            phones: enriched.phones,
            top_peers: enriched.top_peers,
        };
        let mut extras = Extras::new(wanted, enriched.stopped.is_some());
        for answer in self.answers.iter().filter(|answer| answer.about.layer == LAYER) {
            let is_refused = answer.about.refusal.is_some();
            match (answer.about.method.as_str(), &answer.about.asked) {
                (RESOLVE_PHONE, Some(Asked::Phone(phone))) => {
                    let Some(digits) = Digits::of(phone.as_bytes()) else { continue };
                    let resolution = if is_refused {
                        Resolution::NotFoundOrHidden
                    } else {
                        extras::resolution(&Reply::new(answer.body.clone()))?
                    };
                    extras.add_resolution(digits, resolution);
                }
                _ if is_refused => {}
                (GET_FULL_USER, _) => extras.add_profile(&Reply::new(answer.body.clone()))?,
                (GET_BIRTHDAYS, _) => extras.add_birthdays(&Reply::new(answer.body.clone()))?,
                (GET_TOP_PEERS, _) => extras.add_top_peers(&Reply::new(answer.body.clone()))?,
                _ => {}
            }
        }
        Ok(extras)
    }
}

/// Whose address book it is, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The account.
    pub account_id: i64,
    /// An export of the same account, whose users will do if nobody came or went since.
    pub earlier: Option<&'a Fetched>,
}

/// Asks for the saved records, the contacts and the statuses.
///
/// `contacts.getSaved` goes through `takeout` and nowhere else. The other two are documented without a takeout session:
/// if the server refuses them inside of it, they are asked `outside`.
///
/// With an earlier export the server is asked whether the contacts have changed since. If it says
/// `contactsNotModified`, their ids and the number of saved records are the same, and that is all it says: names and
/// flags may have changed. The earlier reply is taken over then, and the export says so.
///
/// # Errors
/// [`InvokeError`] of the first question that has no answer.
pub async fn fetch<T, O>(
    takeout: &T,
    outside: &O,
    subject: Subject<'_>,
    watch: &dyn Watch,
    now: Clock<'_>,
) -> Result<Fetched, InvokeError>
where
    T: Invoke + Sync,
    O: Invoke + Sync,
{
    let Subject { account_id, earlier } = subject;
    let started_at = now();
    let mut called_outside = Vec::new();

    watch.step(Step::Asking { what: "the saved contacts" });
    let saved = ask::saved(takeout).await?;
    let saved_received_at = now();

    watch.step(Step::Asking { what: "the contacts" });
    let hash = earlier.map_or(0, hash_of);
    let contacts = match ask::contacts(takeout, hash).await {
        Err(error) if is_refused_inside(&error) => {
            called_outside.push(GET_CONTACTS.to_owned());
            ask::contacts(outside, hash).await?
        }
        answer => answer?,
    };
    let contacts_received_at = now();
    let taken_over = earlier.filter(|_| is_not_modified(&contacts));

    watch.step(Step::Asking { what: "when they were last seen" });
    let statuses = match ask::statuses(takeout).await {
        Err(error) if is_refused_inside(&error) => {
            called_outside.push(GET_STATUSES.to_owned());
            ask::statuses(outside).await?
        }
        answer => answer?,
    };

    let exported_at = now();
    Ok(Fetched {
        replies: Replies {
            saved,
            contacts: taken_over.map_or(contacts, |earlier| earlier.replies.contacts.clone()),
            statuses,
        },
        account_id,
        layer: LAYER,
        started_at,
        saved_received_at,
        contacts_received_at: taken_over.map_or(contacts_received_at, |earlier| earlier.contacts_received_at),
        status_observed_at: exported_at,
        exported_at,
        called_outside,
        reused: taken_over.map(|earlier| Reused {
            method: GET_CONTACTS.to_owned(),
            received_at: earlier.contacts_received_at,
        }),
        enriched: None,
        answers: Vec::new(),
    })
}

/// The hash of the contacts of an earlier export; one that cannot be read is asked for anew (hash 0).
fn hash_of(earlier: &Fetched) -> i64 {
    AddressBook::join(earlier.replies.clone()).map_or(0, |book| book.contacts_hash())
}

fn is_not_modified(contacts: &Reply<enums::contacts::Contacts>) -> bool {
    matches!(contacts.read(), Ok(enums::contacts::ContactsRef::NotModified(_)))
}

/// Whether the server says that this method has no place in a takeout session. What it says about the session itself
/// (`TAKEOUT_INVALID`) is not that, and neither is a wait (420) or a lost login (401).
fn is_refused_inside(error: &InvokeError) -> bool {
    let InvokeError::Rpc(error) = error else { return false };
    matches!(error.code, 400 | 403) && !error.name().starts_with("TAKEOUT_")
}
