//! What the phone book says.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_array::types::Int32Type;
use arrow_schema::{ArrowError, DataType, Field};

use super::cell::{NAME_BYTES, Numbers, Text, Time, shared};
use super::rows::Rows;
use super::{Group, Replaced};

/// `saved_first_name`, `saved_last_name`, `saved_at`, `saved_at_unix`.
pub(super) struct Saved {
    first_name: Text,
    last_name: Text,
    at: Time,
    at_unix: Numbers<Int32Type>,
}

impl Saved {
    pub(super) fn new() -> Self {
        Self {
            first_name: Text::new("saved_first_name"),
            last_name: Text::new("saved_last_name"),
            at: Time::new("saved_at", true),
            at_unix: Numbers::default(),
        }
    }
}

impl Group for Saved {
    fn fields(&self) -> Vec<Field> {
        vec![
            self.first_name.field(),
            self.last_name.field(),
            self.at.field(),
            Field::new("saved_at_unix", DataType::Int32, true),
        ]
    }

    fn reserve(&mut self, rows: usize) {
        self.first_name.reserve(rows, NAME_BYTES);
        self.last_name.reserve(rows, NAME_BYTES);
        self.at.reserve(rows);
        self.at_unix.reserve(rows);
    }

    fn append(&mut self, rows: &Rows<'_, '_>) {
        let is_saved = rows.has_saved.iter().copied();
        let records = rows.saved.iter();
        self.first_name.append_where(is_saved.clone(), records.clone().map(|record| record.first_name));
        self.last_name.append_where(is_saved, records.clone().map(|record| record.last_name));
        // where there is no record, the date is not known either
        self.at.append_unix(records.clone().map(|record| Some(record.date)));
        self.at_unix.append_where(&rows.has_saved, records.map(|record| record.date));
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.extend([
            self.first_name.finish()?,
            self.last_name.finish()?,
            self.at.finish()?,
            shared(self.at_unix.finish()?),
        ]);
        Ok(())
    }

    fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>) {
        self.first_name.replaced(counts);
        self.last_name.replaced(counts);
    }
}
