//! A table without one of its columns.

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};

use super::{Sink, SinkError, Written};

/// Hands on every column but one: in a folder `account_id=…` readers make that column out of the path, and a second one
/// of the same name inside of the file would be in their way.
pub(super) struct Without {
    sink: Box<dyn Sink>,
    name: &'static str,
    kept: Vec<usize>,
}

impl Without {
    pub(super) fn new(sink: Box<dyn Sink>, name: &'static str, kept: Vec<usize>) -> Self {
        Self { sink, name, kept }
    }
}

impl Sink for Without {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let batch = batch.project(&self.kept);
        self.sink.write(&batch.map_err(|source| SinkError::Columns { name: self.name, source })?)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        self.sink.finish()
    }
}

/// The positions of all columns but this one, and the schema that they make.
pub(super) fn all_but(column: &str, schema: &Schema) -> Result<(Vec<usize>, Schema), ArrowError> {
    let fields = schema.fields().iter().enumerate();
    let kept: Vec<usize> = fields.filter(|(_, field)| field.name() != column).map(|(at, _)| at).collect();
    let schema = schema.project(&kept)?;
    Ok((kept, schema))
}
