//! What can go wrong between the replies and the folder.

use arrow_schema::ArrowError;
use contacts::{ContactsError, ReconcileError};

use crate::archive::ArchiveError;
use crate::sink::SinkError;
use crate::staging::OutputError;

/// An export was not made. Nothing of it is left, and what was in the folder before is still there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The replies are not an address book.
    #[error(transparent)]
    Contacts(#[from] ContactsError),
    /// The rows are not the whole address book: a mistake in this program, noticed in time.
    #[error("the rows do not add up to the address book")]
    Reconcile(#[from] ReconcileError),
    /// A file cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The folder cannot be used.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The archive does not read back as it was written.
    #[error("the archive does not read back as it was written")]
    Archive(#[from] ArchiveError),
    /// The columns do not fit their schema: a mistake in this program.
    #[error("the columns do not fit their schema")]
    Columns(#[from] ArrowError),
    /// The manifest has no text form: a mistake in this program.
    #[error("the manifest cannot be written")]
    Manifest(#[from] serde_json::Error),
    /// Somebody said stop.
    #[error("stopped before the export was complete")]
    Stopped,
}
