//! CSV: for spreadsheets and scripts (RFC 4180: a header, commas, CRLF, quotes where needed; UTF-8 without a BOM).
//!
//! | column | cell |
//! |---|---|
//! | null | empty |
//! | text | as it is |
//! | number | decimal |
//! | boolean | `true` or `false` |
//! | timestamp | RFC 3339 in UTC, like `2024-06-30T12:00:00Z` |
//! | list | JSON text, like `[{"username":"a","editable":true,"active":true}]` |
//!
//! An empty text and a null are the same cell; the Parquet file tells them apart.

mod cell;

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use csv::{ByteRecord, Terminator, Writer, WriterBuilder};

use self::cell::Cells;
use super::{HashingFile, Sink, SinkError, Written};

/// Writes one CSV file.
pub struct CsvSink {
    name: &'static str,
    writer: Writer<HashingFile>,
    record: ByteRecord,
    cell: String,
}

impl CsvSink {
    /// Starts the file with its header.
    ///
    /// # Errors
    /// [`SinkError::Io`].
    pub fn new(file: HashingFile, schema: &Schema) -> Result<Self, SinkError> {
        let name = file.name();
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(file);
        let header = schema.fields().iter().map(|field| field.name());
        writer.write_record(header).map_err(|error| io_error(name, error))?;
        Ok(Self { name, writer, record: ByteRecord::new(), cell: String::new() })
    }
}

impl Sink for CsvSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let columns = batch
            .columns()
            .iter()
            .map(Cells::of)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|source| SinkError::Columns { name: self.name, source })?;
        for row in 0..batch.num_rows() {
            self.record.clear();
            for column in &columns {
                self.cell.clear();
                self.record.push_field(column.text(row, &mut self.cell).as_bytes());
            }
            self.writer.write_byte_record(&self.record).map_err(|error| io_error(self.name, error))?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let name = self.name;
        let file = self.writer.into_inner();
        let file = file.map_err(|error| SinkError::Io { name, source: error.into_error() })?;
        file.finish()
    }
}

fn io_error(name: &'static str, error: csv::Error) -> SinkError {
    SinkError::Io { name, source: error.into() }
}

impl fmt::Debug for CsvSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvSink").field("name", &self.name).finish_non_exhaustive()
    }
}
