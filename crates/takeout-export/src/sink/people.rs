//! Files that hold people and not columns: one form each, one sink for all.

use std::fmt;
use std::io::Write;

use arrow_array::RecordBatch;

use super::person::{People, Person};
use super::{HashingFile, Sink, SinkError, Written};

/// How a person is written down.
pub(super) trait Form {
    /// What stands before the first one.
    fn head(&self, page: &mut Page);
    /// Writes a person, unless the form has no place for such a one; says whether it did.
    fn person(&mut self, person: &Person<'_>, page: &mut Page) -> bool;
    /// What stands behind the last one.
    fn tail(&self, page: &mut Page);
}

/// Text on its way into a file, and how much of it could not be said.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The text.
    pub(super) text: String,
    /// Characters that became U+FFFD.
    pub(super) replaced: u64,
}

impl Page {
    /// The text, with U+FFFD for each character that `is_bad`.
    pub(super) fn clean<'a>(
        &mut self,
        text: &'a str,
        is_bad: impl Fn(char) -> bool + Copy,
    ) -> std::borrow::Cow<'a, str> {
        let bad = text.chars().filter(|character| is_bad(*character)).count();
        if bad == 0 {
            return text.into();
        }
        self.replaced += u64::try_from(bad).unwrap_or(u64::MAX);
        text.replace(is_bad, "\u{fffd}").into()
    }
}

/// Writes people in one form.
pub(super) struct PeopleSink<F> {
    file: HashingFile,
    form: F,
    page: Page,
    rows: u64,
}

impl<F: Form> PeopleSink<F> {
    /// Starts the file.
    ///
    /// # Errors
    /// [`SinkError::Io`].
    pub(super) fn new(file: HashingFile, form: F) -> Result<Self, SinkError> {
        let mut sink = Self { file, form, page: Page::default(), rows: 0 };
        sink.form.head(&mut sink.page);
        sink.flush()?;
        Ok(sink)
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        let name = self.file.name();
        self.file.write_all(self.page.text.as_bytes()).map_err(|source| SinkError::Io { name, source })?;
        self.page.text.clear();
        Ok(())
    }
}

impl<F: Form> Sink for PeopleSink<F> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let name = self.file.name();
        let people = People::of(batch).map_err(|source| SinkError::Columns { name, source })?;
        for person in people.iter() {
            self.rows += u64::from(self.form.person(&person, &mut self.page));
            self.flush()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written, SinkError> {
        self.form.tail(&mut self.page);
        self.flush()?;
        self.file.finish(self.rows, self.page.replaced)
    }
}

impl<F> fmt::Debug for PeopleSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeopleSink").field("name", &self.file.name()).finish_non_exhaustive()
    }
}
