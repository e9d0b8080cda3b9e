//! All usernames of an account: `LIST<STRUCT<username, editable, active>>`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use tl_api::types;
use tl_codec::VecRef;

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
}

impl Usernames {
    pub(super) fn new() -> Self {
        Self {
            username: Text::new(NAME),
            editable: BooleanBuilder::new(),
            active: BooleanBuilder::new(),
            lengths: Vec::new(),
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
        let columns: Vec<ArrayRef> =
            vec![self.username.finish()?, Arc::new(self.editable.finish()), Arc::new(self.active.finish())];
        let lengths = std::mem::take(&mut self.lengths);
        let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|len| len.unwrap_or_default()));
        let nulls = lengths.iter().map(Option::is_some).collect::<NullBuffer>();
        let items = StructArray::try_new(members(), columns, None)?;
        Ok(Arc::new(ListArray::try_new(item(), offsets, Arc::new(items), Some(nulls))?))
    }

    pub(super) fn replaced(&self, counts: &mut BTreeMap<&'static str, u64>) {
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
