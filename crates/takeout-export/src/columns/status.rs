//! When the person was last seen.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType, Field};
use contacts::Presence;

use super::cell::{Answers, Time, Word, shared};
use super::rows::Rows;
use super::{Group, Replaced};

/// `status`, `status_at`, `status_by_me`, `status_observed_at`.
pub(super) struct Statuses {
    presence: Word,
    at: Time,
    by_me: Answers,
    observed_at: Time,
    observed_at_micros: i64,
}

impl Statuses {
    pub(super) fn new(observed_at_micros: i64) -> Self {
        Self {
            presence: Word::new::<Presence>("status", false),
            at: Time::new("status_at", true),
            by_me: Answers::default(),
            observed_at: Time::new("status_observed_at", true),
            observed_at_micros,
        }
    }
}

impl Group for Statuses {
    fn fields(&self) -> Vec<Field> {
        vec![
            self.presence.field(),
            self.at.field(),
            Field::new("status_by_me", DataType::Boolean, true),
            self.observed_at.field(),
        ]
    }

    fn reserve(&mut self, rows: usize) {
        self.presence.reserve(rows);
        self.at.reserve(rows);
        self.by_me.reserve(rows);
        self.observed_at.reserve(rows);
    }

    fn append(&mut self, rows: &Rows<'_, '_>) {
        let statuses = rows.people.iter().map(|person| person.status);
        self.presence.append(statuses.clone().map(|status| Some(status.presence)));
        self.at.append_unix(statuses.clone().map(|status| status.at));
        self.by_me.append(statuses.map(|status| status.by_me));
        let observed_at = rows.has_person.iter().map(|is_there| is_there.then_some(self.observed_at_micros));
        self.observed_at.append_micros(observed_at);
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.extend([
            self.presence.finish()?,
            self.at.finish()?,
            shared(self.by_me.finish()),
            self.observed_at.finish()?,
        ]);
        Ok(())
    }

    fn replaced(&self, _: &mut BTreeMap<&'static str, Replaced>) {}
}
