//! Arrow IPC, the file form (Arrow Columnar Format, "IPC File Format"): what a program maps into memory and uses as it
//! lies there. Not compressed, for that reason.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema};

use super::{HashingFile, Sink, SinkError, Written};

/// Writes one Arrow IPC file.
pub struct ArrowSink {
    name: &'static str,
    writer: FileWriter<HashingFile>,
    rows: u64,
}

impl ArrowSink {
    /// Starts the file.
    ///
    /// # Errors
    /// [`SinkError::Arrow`].
    pub fn new(file: HashingFile, schema: &Schema) -> Result<Self, SinkError> {
        let name = file.name();
        let writer = FileWriter::try_new(file, schema).map_err(|source| SinkError::Arrow { name, source })?;
        Ok(Self { name, writer, rows: 0 })
    }

    fn error(&self) -> impl FnOnce(ArrowError) -> SinkError + use<> {
        let name = self.name;
        move |source| SinkError::Arrow { name, source }
    }
}

impl Sink for ArrowSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        self.writer.write(batch).map_err(self.error())?;
        self.rows += u64::try_from(batch.num_rows()).unwrap_or_default();
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let error = self.error();
        let Self { writer, rows, .. } = *self;
        // writes the footer first
        writer.into_inner().map_err(error)?.finish(rows, 0)
    }
}

impl fmt::Debug for ArrowSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowSink").field("name", &self.name).finish_non_exhaustive()
    }
}
