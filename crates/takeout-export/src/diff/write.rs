//! Changes as a Parquet file.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::Change;
use crate::export::ExportError;
use crate::sink::{HashingFile, ParquetSink, Sink};
use crate::staging::{Disk, RealDisk, io_error};

/// What the file is called in messages.
const NAME: &str = "the changes";

/// Writes a row for each change: `change`, `row_id`, `user_id`, and name and phone before and after.
///
/// # Errors
/// [`ExportError`]; the file must not be there yet.
pub fn write_parquet(changes: &[Change], path: &Path) -> Result<(), ExportError> {
    let batch = batch(changes)?;
    let file = RealDisk.create(path).map_err(io_error("create", path))?;
    let file = HashingFile::new(NAME, file);
    let mut sink = Box::new(ParquetSink::new(file, batch.schema(), [], changes.len())?);
    sink.write(&batch)?;
    sink.finish()?;
    Ok(())
}

fn batch(changes: &[Change]) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let texts = |read: fn(&Change) -> Option<&str>| -> ArrayRef {
        Arc::new(changes.iter().map(read).collect::<StringArray>())
    };
    let user_ids: Int64Array = changes.iter().map(|change| change.user_id).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("change", texts(|change| Some(change.change.as_str())), false),
        ("row_id", texts(|change| Some(&change.row_id)), false),
        ("user_id", Arc::new(user_ids), true),
        ("name_before", texts(|change| change.name_before.as_deref()), true),
        ("name_after", texts(|change| change.name_after.as_deref()), true),
        ("phone_before", texts(|change| change.phone_before.as_deref()), true),
        ("phone_after", texts(|change| change.phone_after.as_deref()), true),
    ])
}
