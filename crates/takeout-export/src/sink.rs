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
//!
//! Read next: `file`, which all of them write through.

pub mod csv;
pub mod file;
pub mod parquet;

use std::io;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

pub use self::csv::CsvSink;
pub use self::file::{HashingFile, OutputFile, Written};
pub use self::parquet::ParquetSink;

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
