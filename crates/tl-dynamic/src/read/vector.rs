//! Vectors: no count is believed further than the bytes behind it, or a stated limit, can bear.

use tl_codec::{ErrorKind, Reader, VECTOR};
use tl_schema::Wire;
use tl_schema::ast::{Declaration, Field, FieldKind};

use super::Reading;
use crate::error::{ReadError, Segment};
use crate::limits::{MAX_EMPTY_ITEMS, MAX_RESERVED_ITEMS};
use crate::object::Value;

/// How many bare constructors are looked into for the least length of an item. Beyond that the length is taken for less than
/// it is, which is safe; it ends declarations that hold themselves.
const MAX_MEASURED: usize = 64;

impl<'s> Reading<'_, 's> {
    pub(super) fn vector(
        self,
        is_bare: bool,
        item: &Wire<'s>,
        reader: &mut Reader<'_>,
    ) -> Result<Value<'s>, ReadError> {
        if !is_bare {
            reader.expect_id(VECTOR)?;
        }
        let mut measurable = MAX_MEASURED;
        let count = match self.min_len(item, &mut measurable) {
            0 => self.count_of_empty(reader)?,
            min_len => reader.count(min_len)?,
        };
        // an item in memory is ten times as long as its least bytes, and vectors stand in vectors: they grow as they are read
        let mut items = Vec::with_capacity(count.min(MAX_RESERVED_ITEMS));
        for index in 0..count {
            let value = reader
                .nested(|inner| self.value(item, inner))
                .map_err(|error: ReadError| error.within(Segment::Item(index)))?;
            items.push(value);
        }
        Ok(Value::Vector(items))
    }

    /// The count of items that may take no bytes at all, so that no bytes bound it.
    fn count_of_empty(self, reader: &mut Reader<'_>) -> Result<usize, ReadError> {
        let before = *reader;
        let count = reader.word()?;
        let all = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(self.empty_items.get());
        if all > MAX_EMPTY_ITEMS {
            let kind = ErrorKind::VectorTooLong { count, remaining_bytes: reader.remaining() };
            return Err(before.error(kind).into());
        }
        Ok(all - self.empty_items.replace(all))
    }

    /// The fewest bytes of an item: enough to refuse a count that nothing can fulfil.
    fn min_len(self, item: &Wire<'s>, measurable: &mut usize) -> usize {
        match item {
            Wire::Long | Wire::Double | Wire::Vector { is_bare: false, .. } => 8,
            Wire::Int128 => 16,
            Wire::Int256 => 32,
            Wire::True => 0,
            Wire::Bare(found) => {
                let Some(left) = measurable.checked_sub(1) else { return 0 };
                *measurable = left;
                found.fields.iter().map(|field| self.min_field_len(found, field, measurable)).sum()
            }
            _ => 4,
        }
    }

    fn min_field_len(self, owner: &'s Declaration, field: &'s Field, measurable: &mut usize) -> usize {
        match &field.kind {
            FieldKind::Word => 4,
            FieldKind::Value { flag: None, ty } => {
                let wire = self.index.wire(owner, ty).unwrap_or(Wire::Object);
                self.min_len(&wire, measurable)
            }
            FieldKind::Value { flag: Some(_), .. } | FieldKind::Repetition { .. } => 0,
        }
    }
}
