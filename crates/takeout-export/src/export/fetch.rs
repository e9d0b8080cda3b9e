//! Asking, inside of the takeout session.

use contacts::{Replies, fetch as ask};
use jiff::Timestamp;
use tl_api::{Invoke, InvokeError, LAYER};

use crate::columns::Frame;
use crate::progress::{Step, Watch};

/// What time it is. An argument, so that a test can say it.
pub type Clock<'a> = &'a (dyn Fn() -> Timestamp + Sync);

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
    /// When the statuses had come.
    pub status_observed_at: Timestamp,
    /// When the last reply had come.
    pub exported_at: Timestamp,
    /// Methods that the server refused inside of the takeout session and answered outside.
    pub called_outside: Vec<&'static str>,
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

/// Asks for the saved records, the contacts and the statuses.
///
/// `contacts.getSaved` goes through `takeout` and nowhere else. The other two are documented without a takeout session:
/// if the server refuses them inside of it, they are asked `outside`.
///
/// # Errors
/// [`InvokeError`] of the first question that has no answer.
pub async fn fetch<T, O>(
    takeout: &T,
    outside: &O,
    account_id: i64,
    watch: &dyn Watch,
    now: Clock<'_>,
) -> Result<Fetched, InvokeError>
where
    T: Invoke + Sync,
    O: Invoke + Sync,
{
    let started_at = now();
    let mut called_outside = Vec::new();

    watch.step(Step::Asking { what: "the saved contacts" });
    let saved = ask::saved(takeout).await?;

    watch.step(Step::Asking { what: "the contacts" });
    let contacts = match ask::contacts(takeout, 0).await {
        Err(error) if is_refused_inside(&error) => {
            called_outside.push("contacts.getContacts");
            ask::contacts(outside, 0).await?
        }
        answer => answer?,
    };

    watch.step(Step::Asking { what: "when they were last seen" });
    let statuses = match ask::statuses(takeout).await {
        Err(error) if is_refused_inside(&error) => {
            called_outside.push("contacts.getStatuses");
            ask::statuses(outside).await?
        }
        answer => answer?,
    };

    let exported_at = now();
    Ok(Fetched {
        replies: Replies { saved, contacts, statuses },
        account_id,
        layer: LAYER,
        started_at,
        status_observed_at: exported_at,
        exported_at,
        called_outside,
    })
}

/// Whether the server says that this method has no place in a takeout session. What it says about the session itself
/// (`TAKEOUT_INVALID`) is not that, and neither is a wait (420) or a lost login (401).
fn is_refused_inside(error: &InvokeError) -> bool {
    let InvokeError::Rpc(error) = error else { return false };
    matches!(error.code, 400 | 403) && !error.name().starts_with("TAKEOUT_")
}
