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
//!
//! [For Excel](Flavour::Excel) the file starts with a byte order mark, without which Excel takes UTF-8 for the code page
//! of the system, and an apostrophe stands in front of texts that it would take for a formula. That changes the texts,
//! so it is done on wish only.

use std::fmt;
use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use csv::{ByteRecord, Terminator, Writer, WriterBuilder};

use super::cell::Cells;
use super::{HashingFile, Sink, SinkError, Written};

/// For whom the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavour {
    /// For programs: nothing is changed.
    #[default]
    Plain,
    /// For Excel: byte order mark and formula guard.
    Excel,
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// What a spreadsheet takes for the beginning of a formula, if it is the first character of a cell (OWASP, "CSV
/// Injection").
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes one CSV file.
pub struct CsvSink {
    name: &'static str,
    writer: Writer<HashingFile>,
    record: ByteRecord,
    cell: String,
    flavour: Flavour,
    rows: u64,
}

impl CsvSink {
    /// Starts the file with its header.
    ///
    /// # Errors
    /// [`SinkError::Io`].
    pub fn new(mut file: HashingFile, schema: &Schema, flavour: Flavour) -> Result<Self, SinkError> {
        let name = file.name();
        if flavour == Flavour::Excel {
            file.write_all(BYTE_ORDER_MARK).map_err(|source| SinkError::Io { name, source })?;
        }
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(file);
        let header = schema.fields().iter().map(|field| field.name());
        writer.write_record(header).map_err(|error| io_error(name, error))?;
        Ok(Self { name, writer, record: ByteRecord::new(), cell: String::new(), flavour, rows: 0 })
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
                let text = column.text(row, &mut self.cell);
                if self.flavour == Flavour::Excel && column.is_text() && text.starts_with(FORMULA_STARTS) {
                    self.record.push_field(format!("'{text}").as_bytes());
                } else {
                    self.record.push_field(text.as_bytes());
                }
            }
            self.writer.write_byte_record(&self.record).map_err(|error| io_error(self.name, error))?;
            self.rows += 1;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let name = self.name;
        let file = self.writer.into_inner();
        let file = file.map_err(|error| SinkError::Io { name, source: error.into_error() })?;
        file.finish(self.rows, 0)
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
