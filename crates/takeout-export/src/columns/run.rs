//! The flags as they were sent, and what is the same in every row.

use std::collections::BTreeMap;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Int32Array, TimestampMicrosecondArray};
use arrow_schema::{ArrowError, DataType, Field};
use contacts::Contact;

use super::Group;
use super::cell::{Numbers, Time, UTC, shared};

/// `raw_flags`, `raw_flags2`, `exported_at`, `layer`.
pub(super) struct Run {
    flags: Numbers<Int32Type>,
    flags2: Numbers<Int32Type>,
    exported_at_micros: i64,
    layer: i32,
    rows: usize,
}

impl Run {
    pub(super) fn new(exported_at_micros: i64, layer: i32) -> Self {
        Self { flags: Numbers::default(), flags2: Numbers::default(), exported_at_micros, layer, rows: 0 }
    }
}

impl Group for Run {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("raw_flags", DataType::Int32, true),
            Field::new("raw_flags2", DataType::Int32, true),
            Time::new("exported_at", false).field(),
            Field::new("layer", DataType::Int32, false),
        ]
    }

    fn append(&mut self, contact: &Contact<'_>) {
        let user = contact.user();
        // the 32 bits as they are: Parquet's readers know signed integers best
        self.flags.append(user.map(|user| user.flags.cast_signed()));
        self.flags2.append(user.map(|user| user.flags2.cast_signed()));
        self.rows += 1;
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let exported_at = TimestampMicrosecondArray::from_value(self.exported_at_micros, rows);
        columns.extend([
            shared(self.flags.finish()?),
            shared(self.flags2.finish()?),
            shared(exported_at.with_timezone(UTC)),
            shared(Int32Array::from_value(self.layer, rows)),
        ]);
        Ok(())
    }

    fn replaced(&self, _: &mut BTreeMap<&'static str, u64>) {}
}
