//! What costs a request each, where it was asked for.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_schema::{ArrowError, DataType, Field};
use contacts::extras::{Birthday, Extra, Extras, Ratings, Resolution};

use super::cell::{Numbers, Text, Word, shared};
use super::label::Outcome;
use super::rows::Rows;
use super::{Group, Replaced};

/// `note`, the birthday, what came of asking whose a number is, the ratings.
pub(super) struct ExtraColumns {
    extras: Extras,
    note: Text,
    birthday: [Numbers<Int32Type>; 3],
    outcome: Word,
    resolved_user_id: Numbers<Int64Type>,
    ratings: [Numbers<Float64Type>; 3],
    /// Rows of which nothing was asked, and which are not in the columns yet.
    unasked: usize,
}

const BIRTHDAY: [&str; 3] = ["birthday_day", "birthday_month", "birthday_year"];
const RATINGS: [&str; 3] = ["top_correspondent", "top_phone_call", "top_inline_bot"];

impl ExtraColumns {
    pub(super) fn new(extras: Extras) -> Self {
        Self {
            extras,
            note: Text::new("note"),
            birthday: Default::default(),
            outcome: Word::new::<Outcome>("resolve_outcome", true),
            resolved_user_id: Numbers::default(),
            ratings: Default::default(),
            unasked: 0,
        }
    }

    fn append_unasked(&mut self) {
        let rows = std::mem::take(&mut self.unasked);
        self.note.append_nulls(rows);
        self.birthday.iter_mut().for_each(|column| column.append_nulls(rows));
        self.outcome.append_nulls(rows);
        self.resolved_user_id.append_nulls(rows);
        self.ratings.iter_mut().for_each(|column| column.append_nulls(rows));
    }
}

impl Group for ExtraColumns {
    fn fields(&self) -> Vec<Field> {
        let mut fields = vec![self.note.field()];
        fields.extend(BIRTHDAY.map(|name| Field::new(name, DataType::Int32, true)));
        fields.push(self.outcome.field());
        fields.push(Field::new("resolved_user_id", DataType::Int64, true));
        fields.extend(RATINGS.map(|name| Field::new(name, DataType::Float64, true)));
        fields
    }

    /// Mostly nothing was asked, and then all rows are added at once.
    fn reserve(&mut self, _: usize) {}

    fn append(&mut self, rows: &Rows<'_, '_>) {
        let contacts = rows.contacts;
        if self.extras.is_empty() {
            self.unasked += contacts.len();
            return;
        }
        let extras: Vec<Extra<'_>> = contacts.iter().map(|row| self.extras.of(row)).collect();
        let rows = extras.iter();
        self.note.append(rows.clone().map(|row| row.note));
        let parts: [fn(Birthday) -> Option<i32>; 3] =
            [|date| Some(date.day), |date| Some(date.month), |date| date.year];
        for (column, part) in self.birthday.iter_mut().zip(parts) {
            column.append(rows.clone().map(|row| part(row.birthday?)));
        }
        self.outcome.append(rows.clone().map(|row| row.resolution.map(Outcome::of)));
        self.resolved_user_id.append(rows.clone().map(|row| match row.resolution {
            Some(Resolution::Found(user_id)) => Some(user_id),
            _ => None,
        }));
        let ratings: [fn(&Ratings) -> Option<f64>; 3] =
            [|of| of.correspondents, |of| of.phone_calls, |of| of.inline_bots];
        for (column, rating) in self.ratings.iter_mut().zip(ratings) {
            column.append(rows.clone().map(|row| rating(&row.ratings)));
        }
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        self.append_unasked();
        columns.push(self.note.finish()?);
        for column in &mut self.birthday {
            columns.push(shared(column.finish()?));
        }
        columns.push(self.outcome.finish()?);
        columns.push(shared(self.resolved_user_id.finish()?));
        for column in &mut self.ratings {
            columns.push(shared(column.finish()?));
        }
        Ok(())
    }

    fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>) {
        self.note.replaced(counts);
    }
}
