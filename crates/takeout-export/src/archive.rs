//! The raw archive: the server's replies as they came, so that every file can be written again without the network.
//!
//! docs/archive.md is the contract of the container. A writer adds entries to a stream ([`Writer`]), a reader checks
//! each one before it believes it ([`read`]); [`age`] may lie around the whole ([`seal`]).
//!
//! ```text
//! head ─► run ─► reply ─► reply ─► reply ─► end          head: magic, version
//!          ╰ who, when    ╰ method, layer, time; zstd    end: how many, and the hash of all before it
//! ```
//!
//! **Invariant:** a reader allocates by what it has read, never by what a length says, and believes nothing beyond a
//! named limit.
//!
//! Read next: [`layout`], the bytes.

mod error;
pub mod layout;
mod read;
pub mod seal;
mod write;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::error::ArchiveError;
pub use self::read::read;
pub use self::write::{Writer, write};
use crate::export::{Fetched, enrich};
use crate::export::{GET_CONTACTS, GET_SAVED, GET_STATUSES};

/// What is said once of all replies: the label of the first entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// [`TOOL`](crate::manifest::TOOL).
    pub tool: String,
    /// The version of the program that wrote the archive.
    pub tool_version: String,
    /// Whose address book it is.
    pub account_id: i64,
    /// The API layer that was asked for.
    pub layer: i32,
    /// When the first question was asked.
    pub started_at: Timestamp,
    /// When the statuses had come.
    pub status_observed_at: Timestamp,
    /// When the last reply had come.
    pub exported_at: Timestamp,
    /// Methods that the server refused inside of the takeout session and answered outside.
    pub called_outside: Vec<String>,
    /// What was not fetched again but taken over from an earlier archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reused: Option<Reused>,
    /// What was asked beside the three lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enriched: Option<Enriched>,
}

/// What was asked beside the three lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option, and they are independent")]
pub struct Enriched {
    /// Notes.
    pub notes: bool,
    /// Birthdays.
    pub birthdays: bool,
    /// Whose the saved numbers are.
    pub phones: bool,
    /// Top peers.
    pub top_peers: bool,
    /// The wait that the server wanted before all was asked, like `FLOOD_WAIT_3600`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// Where users come from that were not fetched again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reused {
    /// The method whose earlier reply stands in for a `contactsNotModified`.
    pub method: String,
    /// When that reply had come.
    pub received_at: Timestamp,
}

/// What is said of one reply: the label of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The method that was asked.
    pub method: String,
    /// The API layer of the reply.
    pub layer: i32,
    /// When it had come.
    pub received_at: Timestamp,
    /// Whom or what it was asked about, where the method alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The error with which the server answered; there is no body then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// The subject of a question.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// A user, by id.
    User(i64),
    /// A number, its digits.
    Phone(String),
}

/// Without the number.
impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => f.debug_tuple("User").field(id).finish(),
            Self::Phone(_) => f.debug_tuple("Phone").field(&tl_codec::Redacted).finish(),
        }
    }
}

/// A reply as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// What is known of it.
    pub about: About,
    /// The TL object, constructor id first.
    pub body: Bytes,
}

/// The content of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// What is said once of all replies.
    pub run: Run,
    /// The replies in the order in which they were written.
    pub replies: Vec<Stored>,
}

impl Archive {
    /// The archive of an export.
    pub fn of(fetched: &Fetched) -> Self {
        let replies = &fetched.replies;
        let stored = |method: &str, received_at, body: &Bytes| Stored {
            about: About {
                method: method.to_owned(),
                layer: fetched.layer,
                received_at,
                asked: None,
                refusal: None,
            },
            body: body.clone(),
        };
        Self {
            run: Run {
                tool: crate::manifest::TOOL.to_owned(),
                tool_version: env!("CARGO_PKG_VERSION").to_owned(),
                account_id: fetched.account_id,
                layer: fetched.layer,
                started_at: fetched.started_at,
                status_observed_at: fetched.status_observed_at,
                exported_at: fetched.exported_at,
                called_outside: fetched.called_outside.clone(),
                reused: fetched.reused.clone(),
                enriched: fetched.enriched.clone(),
            },
            replies: [
                stored(GET_SAVED, fetched.saved_received_at, replies.saved.body()),
                stored(GET_CONTACTS, fetched.contacts_received_at, replies.contacts.body()),
                stored(GET_STATUSES, fetched.status_observed_at, replies.statuses.body()),
            ]
            .into_iter()
            .chain(fetched.answers.iter().cloned())
            .collect(),
        }
    }

    /// What an export is made of. Replies of methods that this version does not know are left aside.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`] without one of the three lists, [`ArchiveError::Layer`] if this program does not speak
    /// the archive's layer.
    pub fn into_fetched(self) -> Result<Fetched, ArchiveError> {
        let Self { run, mut replies } = self;
        let find = |method: &'static str| {
            let found = replies.iter().find(|stored| stored.about.method == method);
            let stored = found.ok_or(ArchiveError::Missing { method })?;
            match stored.about.layer {
                tl_api::LAYER => Ok(stored),
                got => Err(ArchiveError::Layer { got, supported: tl_api::LAYER }),
            }
        };
        let (saved, contacts, statuses) = (find(GET_SAVED)?, find(GET_CONTACTS)?, find(GET_STATUSES)?);
        let lists = contacts::Replies {
            saved: tl_codec::Reply::new(saved.body.clone()),
            contacts: tl_codec::Reply::new(contacts.body.clone()),
            statuses: tl_codec::Reply::new(statuses.body.clone()),
        };
        let (saved_received_at, contacts_received_at) = (saved.about.received_at, contacts.about.received_at);
        replies.retain(|stored| enrich::METHODS.contains(&stored.about.method.as_str()));
        Ok(Fetched {
            replies: lists,
            account_id: run.account_id,
            layer: run.layer,
            started_at: run.started_at,
            saved_received_at,
            contacts_received_at,
            status_observed_at: run.status_observed_at,
            exported_at: run.exported_at,
            called_outside: run.called_outside,
            reused: run.reused,
            enriched: run.enriched,
            answers: replies,
        })
    }
}

/// The body is the whole address book: it is not for logs.
impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("about", &self.about).field("body_bytes", &self.body.len()).finish()
    }
}

#[cfg(test)]
mod tests;
