//! All usernames of an account: `LIST<STRUCT<username, editable, active>>`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use tl_api::types;
use tl_codec::VecRef;

use crate::columns::Replaced;
use crate::columns::cell::Text;

/// The name of the column.
const NAME: &str = "usernames";

/// One column. A null list means that the server sent none; the single `username` stands in a column of its own.
pub(super) struct Usernames {
    username: Text,
    editable: BooleanBuilder,
    active: BooleanBuilder,
    /// How many items each row has; `None` for a null.
    lengths: Vec<Option<usize>>,
    /// Rows that were finished in earlier batches.
    rows_before: usize,
}

impl Usernames {
    pub(super) fn new() -> Self {
        Self {
            username: Text::new(NAME),
            editable: BooleanBuilder::new(),
            active: BooleanBuilder::new(),
            lengths: Vec::new(),
            rows_before: 0,
        }
    }

    pub(super) fn field() -> Field {
        Field::new(NAME, DataType::List(item()), true)
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.lengths.reserve(rows);
    }

    pub(super) fn append<'a>(
        &mut self,
        rows: impl Iterator<Item = Option<VecRef<'a, types::UsernameRef<'a>>>>,
    ) {
        for usernames in rows {
            self.lengths.push(usernames.as_ref().map(VecRef::len));
            let Some(usernames) = usernames else { continue };
            self.username.append(usernames.iter().map(|username| Some(username.username)));
            for username in &usernames {
                self.editable.append_value(username.editable());
                self.active.append_value(username.active());
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let items_before = self.username.finished_rows();
        let columns: Vec<ArrayRef> =
            vec![self.username.finish()?, Arc::new(self.editable.finish()), Arc::new(self.active.finish())];
        let lengths = std::mem::take(&mut self.lengths);
        let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|len| len.unwrap_or_default()));
        // an item's row is the last one that begins at it or before it
        let begins_by = |start: &i32, item| usize::try_from(*start).is_ok_and(|start| start <= item);
        self.username.rename_rows(items_before, |item| {
            let rows = offsets.partition_point(|start| begins_by(start, item - items_before));
            self.rows_before + rows.saturating_sub(1)
        });
        self.rows_before += lengths.len();
        let nulls = lengths.iter().map(Option::is_some).collect::<NullBuffer>();
        let items = StructArray::try_new(members(), columns, None)?;
        Ok(Arc::new(ListArray::try_new(item(), offsets, Arc::new(items), Some(nulls))?))
    }

    pub(super) fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>) {
        self.username.replaced(counts);
    }
}

fn members() -> Fields {
    Fields::from(vec![
        Field::new("username", DataType::Utf8, false),
        Field::new("editable", DataType::Boolean, false),
        Field::new("active", DataType::Boolean, false),
    ])
}

/// Parquet's own name for the item of a list is `element` (LogicalTypes.md, "Lists").
fn item() -> FieldRef {
    Arc::new(Field::new("element", DataType::Struct(members()), false))
}

#[cfg(test)]
mod tests {
    use tl_codec::{Decode, Encode};

    use super::*;

    /// A row whose users have these names; the first letter of one that begins with `!` is broken on its way.
    fn row(names: &[&str]) -> Vec<u8> {
        let items =
            names.iter().map(|name| types::Username { username: (*name).to_owned(), ..Default::default() });
        let mut bytes = items.collect::<Vec<_>>().to_bytes();
        bytes.iter_mut().filter(|byte| **byte == b'!').for_each(|byte| *byte = 0xff);
        bytes
    }

    #[test]
    fn a_broken_name_is_known_by_the_row_of_the_user_and_not_by_its_own_place() {
        let mut column = Usernames::new();
        let batches = [
            vec![row(&["a", "b"]), row(&[]), row(&["c", "!d"])],
            vec![row(&["!e"]), row(&[]), row(&["!f", "!g"])],
        ];
        for batch in &batches {
            column.append(batch.iter().map(|bytes| Some(VecRef::from_bytes(bytes).unwrap())).chain([None]));
            column.finish().unwrap();
        }
        let mut counts = BTreeMap::new();
        column.replaced(&mut counts);
        assert_eq!(counts[NAME], Replaced { characters: 4, rows: vec![2, 4, 6, 6] });
    }
}
