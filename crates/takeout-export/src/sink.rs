//! Record batches become files.
//!
//! A sink gets the rows batch by batch and never holds more than one row group of them. It knows nothing of contacts:
//! the schema of the batches is all that it looks at. What it writes depends on the batches alone, so that the same
//! replies always give the same bytes.
//!
//! | sink | file | buffers |
//! |---|---|---|
//! | [`ParquetSink`] | `contacts.parquet` | one row group ([`MAX_ROW_GROUP_ROWS`](parquet::MAX_ROW_GROUP_ROWS)) |
//! | [`CsvSink`] | `contacts.csv` | 64 KiB |
//! | [`JsonlSink`] | `contacts.jsonl` | 64 KiB |
//! | [`ArrowSink`] | `contacts.arrow` | 64 KiB |
//! | `people` | vCard, Google, Outlook, HTML, GREEN-API | 64 KiB |
//!
//! The first four write every column and know none by name. The others write what an address book knows of a person:
//! `person` finds it in the columns, and each `Form` says how it is written.
//!
//! Read next: `file`, which all of them write through.

pub mod arrow;
pub(crate) mod cell;
pub mod csv;
pub mod file;
mod green_api;
mod html;
pub mod jsonl;
mod open;
pub mod parquet;
mod people;
pub(crate) mod person;
mod rolodex;
mod vcard;
mod without;

use std::io;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

pub use self::arrow::ArrowSink;
pub use self::csv::CsvSink;
pub use self::file::{HashingFile, OutputFile, Written};
pub use self::jsonl::JsonlSink;
pub(crate) use self::open::{Opening, open};
pub use self::parquet::ParquetSink;
pub(crate) use self::person::People;

/// One output file in the making.
pub trait Sink {
    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// [`SinkError`]; the file is of no use then.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError>;

    /// Writes what is still buffered and what belongs at the end, and makes the file safe on disk.
    ///
    /// # Errors
    /// [`SinkError`]; the file is of no use then.
    fn finish(self: Box<Self>) -> Result<Written, SinkError>;
}

/// An output file cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file system refused.
    #[error("cannot write {name}")]
    Io {
        /// The file's name.
        name: &'static str,
        /// Why not: no space left, for example.
        source: io::Error,
    },
    /// The Parquet writer refused.
    #[error("cannot write {name}")]
    Parquet {
        /// The file's name.
        name: &'static str,
        /// Why.
        source: ::parquet::errors::ParquetError,
    },
    /// The Arrow writer refused.
    #[error("cannot write {name}")]
    Arrow {
        /// The file's name.
        name: &'static str,
        /// Why.
        source: ArrowError,
    },
    /// The columns of a batch do not fit together. It is a mistake in this program.
    #[error("the columns of {name} do not fit together")]
    Columns {
        /// The file's name.
        name: &'static str,
        /// Which and why.
        source: ArrowError,
    },
}

#[cfg(test)]
mod tests;
