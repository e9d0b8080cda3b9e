//! The flags as they were sent, and what is the same in every row.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_array::builder::Int32Builder;
use arrow_schema::{ArrowError, DataType, Field};
use contacts::Contact;

use super::Group;
use super::cell::{Time, shared};

/// `raw_flags`, `raw_flags2`, `exported_at`, `layer`.
pub(super) struct Run {
    flags: Int32Builder,
    flags2: Int32Builder,
    exported_at: Time,
    layer: Int32Builder,
    exported_at_micros: i64,
    layer_number: i32,
}

impl Run {
    pub(super) fn new(exported_at_micros: i64, layer_number: i32) -> Self {
        Self {
            flags: Int32Builder::new(),
            flags2: Int32Builder::new(),
            exported_at: Time::new("exported_at", false),
            layer: Int32Builder::new(),
            exported_at_micros,
            layer_number,
        }
    }
}

impl Group for Run {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("raw_flags", DataType::Int32, true),
            Field::new("raw_flags2", DataType::Int32, true),
            self.exported_at.field(),
            Field::new("layer", DataType::Int32, false),
        ]
    }

    fn append(&mut self, contact: &Contact<'_>) {
        let user = contact.user();
        // the 32 bits as they are: Parquet's readers know signed integers best
        self.flags.append_option(user.map(|user| user.flags.cast_signed()));
        self.flags2.append_option(user.map(|user| user.flags2.cast_signed()));
        self.exported_at.append_micros(Some(self.exported_at_micros));
        self.layer.append_value(self.layer_number);
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.extend([
            shared(self.flags.finish()),
            shared(self.flags2.finish()),
            self.exported_at.finish(),
            shared(self.layer.finish()),
        ]);
        Ok(())
    }

    fn replaced(&self, _: &mut BTreeMap<&'static str, u64>) {}
}
