//! JSON Lines: an object a row, for `jq` and everything that reads line by line (jsonlines.org: UTF-8, `\n`).
//!
//! Every column stands in every object, in order. Null is `null`; times are RFC 3339 in UTC; lists are arrays of objects.
//! Numbers are JSON numbers: a reader that keeps them as doubles loses the last digits of `access_hash`, which takes all
//! 64 bits.

use std::fmt;
use std::io::Write;

use arrow_array::RecordBatch;

use super::cell::{Cells, push_json_text};
use super::{HashingFile, Sink, SinkError, Written};

/// Writes one JSON Lines file.
pub struct JsonlSink {
    file: HashingFile,
    line: String,
    rows: u64,
}

impl JsonlSink {
    /// Starts the file.
    pub fn new(file: HashingFile) -> Self {
        Self { file, line: String::new(), rows: 0 }
    }
}

impl Sink for JsonlSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let name = self.file.name();
        let schema = batch.schema();
        let mut columns = Vec::with_capacity(batch.num_columns());
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            let mut key = String::from(if columns.is_empty() { "{" } else { "," });
            push_json_text(&mut key, field.name());
            key.push(':');
            columns.push((key, Cells::of(column).map_err(|source| SinkError::Columns { name, source })?));
        }
        for row in 0..batch.num_rows() {
            self.line.clear();
            for (key, column) in &columns {
                self.line.push_str(key);
                column.push_json(row, &mut self.line);
            }
            self.line.push_str("}\n");
            self.file.write_all(self.line.as_bytes()).map_err(|source| SinkError::Io { name, source })?;
            self.rows += 1;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        self.file.finish(self.rows, 0)
    }
}

impl fmt::Debug for JsonlSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonlSink").field("name", &self.file.name()).finish_non_exhaustive()
    }
}
