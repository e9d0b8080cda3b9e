//! The flags as they were sent, and what is the same in every row.

use std::collections::BTreeMap;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Int32Array, TimestampMicrosecondArray};
use arrow_schema::{ArrowError, DataType, Field};

use super::cell::{Numbers, Time, UTC, shared};
use super::rows::Rows;
use super::{Group, Replaced};

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

    fn reserve(&mut self, rows: usize) {
        self.flags.reserve(rows);
        self.flags2.reserve(rows);
    }

    fn append(&mut self, rows: &Rows<'_, '_>) {
        let users = rows.users.iter();
        // the 32 bits as they are: Parquet's readers know signed integers best
        let flags = users.clone().map(|user| user.map_or(0, |user| user.flags.cast_signed()));
        self.flags.append_where(&rows.has_user, flags);
        let flags2 = users.map(|user| user.map_or(0, |user| user.flags2.cast_signed()));
        self.flags2.append_where(&rows.has_user, flags2);
        self.rows += rows.contacts.len();
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

    fn replaced(&self, _: &mut BTreeMap<&'static str, Replaced>) {}
}
