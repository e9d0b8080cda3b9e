//! The export from the first question to the finished folder.
//!
//! It comes in three parts, because a takeout session may be finished with success only when everything is safe:
//!
//! 1. [`fetch`] asks, inside of the takeout session, and [`enrich`](mod@enrich) asks what costs a request each, if that
//!    is wanted.
//! 2. [`prepare`] joins, proves, writes into the staging folder and reads back; still inside of it, but on a thread that
//!    may block.
//! 3. [`Prepared::publish`] writes the manifest, which says how the takeout session ended, and moves the files to where
//!    they belong.
//!
//! If any of it fails or is interrupted, the staging folder goes away and the target is as it was.

mod describe;
pub mod enrich;
mod error;
mod fetch;
mod plan;
mod prepare;

#[cfg(feature = "cli")]
pub(crate) use self::describe::account_sha256;
pub use self::error::ExportError;
pub use self::fetch::{Clock, Fetched, GET_CONTACTS, GET_SAVED, GET_STATUSES, Subject, fetch};
pub use self::plan::{Plan, Raw};
pub(crate) use self::prepare::BATCH_ROWS;
pub use self::prepare::{Prepared, Stop, prepare};
pub use crate::columns::Options;
