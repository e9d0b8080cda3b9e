//! Contacts become record batches: the columns of the output, in their order.
//!
//! A row goes from the reply's bytes into Arrow's buffers; nothing on the way owns a name or a phone. What a column
//! means, and when it is null, stands in docs/output.md; here is how it is filled. The columns of one subject are
//! one group, and a batch is the groups one after the other.
//!
//! | group | columns |
//! |---|---|
//! | `key` | `row_id` … `match_group` |
//! | `phone` | `phone` … `user_phone` |
//! | `saved` | `saved_first_name` … `saved_at_unix` |
//! | `user` | `user_id` … `lang_code` |
//! | `status` | `status` … `status_observed_at` |
//! | `run` | `raw_flags` … `layer` |
//! | `extra` | `note` … `top_inline_bot`: null unless it was asked for |
//!
//! Rows come a few dozen at a time, and each column takes its cells out of all of them before the next one does: a column
//! is then a short loop, in which the processor works at several rows at once.
//!
//! Read next: `cell`, the builders that the groups are made of.

mod cell;
mod extra;
mod key;
mod label;
mod phone;
mod rows;
mod run;
mod saved;
mod status;
mod user;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use contacts::Contact;
use contacts::extras::Extras;

pub use self::label::Label;
use self::rows::{Rows, StandIns};

/// The version of the columns: raised when one changes its name, type or meaning, not when one is added at the end.
pub const SCHEMA_VERSION: u32 = 2;

/// What is true of every row of an export. It comes from the run that fetched, so that the same replies give the same
/// rows whenever they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Whose address book it is.
    pub account_id: i64,
    /// When the last reply had come, in microseconds since 1970.
    pub exported_at_micros: i64,
    /// When the statuses had come, in microseconds since 1970.
    pub status_observed_at_micros: i64,
    /// The API layer of the replies.
    pub layer: i32,
}

/// Which columns there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// `access_hash`: with it and the account's session one can write to the user, so it is left out unless asked for.
    pub access_hash: bool,
}

/// What is not UTF-8 in the texts of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replaced {
    /// How many characters were put in its place, each a U+FFFD.
    pub characters: u64,
    /// The first rows in which it stands, from 0 on, of all batches; at most [`MAX_NAMED_ROWS`].
    pub rows: Vec<usize>,
}

/// How many rows of a column are named that hold what is not UTF-8.
pub const MAX_NAMED_ROWS: usize = 100;

/// How many rows go to the columns at once: they are in the processor's nearest cache when the last column reads them.
const ROWS_AT_ONCE: usize = 64;

/// Columns of one subject.
trait Group {
    /// Their names and types, in order.
    fn fields(&self) -> Vec<Field>;
    /// Makes room for so many rows more, where it is known how much they take.
    fn reserve(&mut self, rows: usize);
    /// Adds rows to each.
    fn append(&mut self, rows: &Rows<'_, '_>);
    /// Takes the rows out, in the order of the fields; the group starts again empty.
    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError>;
    /// Adds what was replaced in each of its texts since the start.
    fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>);
}

/// Builds batches out of contacts.
pub struct Columns {
    groups: Vec<Box<dyn Group + Send>>,
    schema: SchemaRef,
    stand_ins: StandIns,
    rows: usize,
}

impl Columns {
    /// Empty columns, for replies beside which nothing was asked.
    pub fn new(options: Options, frame: Frame) -> Self {
        Self::with_extras(options, frame, Extras::default())
    }

    /// Empty columns.
    pub fn with_extras(options: Options, frame: Frame, extras: Extras) -> Self {
        let groups: Vec<Box<dyn Group + Send>> = vec![
            Box::new(key::Keys::new(frame.account_id)),
            Box::new(phone::Phones::new()),
            Box::new(saved::Saved::new()),
            Box::new(user::Users::new(options.access_hash)),
            Box::new(status::Statuses::new(frame.status_observed_at_micros)),
            Box::new(run::Run::new(frame.exported_at_micros, frame.layer)),
            Box::new(extra::ExtraColumns::new(extras)),
        ];
        let fields: Vec<Field> = groups.iter().flat_map(|group| group.fields()).collect();
        Self { groups, schema: Arc::new(Schema::new(fields)), stand_ins: StandIns::new(), rows: 0 }
    }

    /// The columns' names and types.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Rows since the last [`finish`](Self::finish).
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds rows.
    pub fn append(&mut self, contacts: &[Contact<'_>]) {
        for some in contacts.chunks(ROWS_AT_ONCE) {
            let rows = self.stand_ins.fill(some);
            for group in &mut self.groups {
                group.append(&rows);
            }
        }
        self.rows += contacts.len();
    }

    /// Adds rows that are read one after the other.
    ///
    /// # Errors
    /// The first one of `contacts`; which of the rows before it are there is not said.
    pub fn extend<'a, E>(
        &mut self,
        mut contacts: impl Iterator<Item = Result<Contact<'a>, E>>,
    ) -> Result<(), E> {
        let (rows, _) = contacts.size_hint();
        for group in &mut self.groups {
            group.reserve(rows);
        }
        let mut some = Vec::with_capacity(ROWS_AT_ONCE);
        loop {
            for contact in contacts.by_ref().take(ROWS_AT_ONCE) {
                some.push(contact?);
            }
            if some.is_empty() {
                return Ok(());
            }
            self.append(&some);
            some.clear();
        }
    }

    /// Takes the rows out as a batch; the next row starts a new one.
    ///
    /// # Errors
    /// [`ArrowError`] if the columns do not fit the schema: a mistake in this module, not in the input.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = Vec::with_capacity(self.schema.fields().len());
        for group in &mut self.groups {
            group.finish(&mut columns)?;
        }
        self.rows = 0;
        RecordBatch::try_new(self.schema(), columns)
    }

    /// What was replaced by U+FFFD, by column; only columns in which there was any.
    pub fn replaced(&self) -> BTreeMap<&'static str, Replaced> {
        let mut counts = BTreeMap::new();
        for group in &self.groups {
            group.replaced(&mut counts);
        }
        counts.retain(|_, replaced| replaced.characters > 0);
        counts
    }
}

impl std::fmt::Debug for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Columns").field("rows", &self.rows).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
