//! From the replies to files that are safe in the staging folder.

use std::io::Write;

use contacts::{AddressBook, ReconcileError};
use jiff::Timestamp;

use super::describe::{self, Tally};
use super::error::ExportError;
use super::fetch::Fetched;
use super::verify;
use crate::columns::{Columns, Options};
use crate::manifest::{File, Manifest, TakeoutResult};
use crate::progress::{Step, Watch};
use crate::sink::{CsvSink, ParquetSink, Sink};
use crate::staging::{CSV, Disk, MANIFEST, PARQUET, Staging};

/// Rows that go to the sinks at once: large enough for columns, small enough for a cache.
const BATCH_ROWS: usize = 8_192;

/// Whether to go on; asked once a batch.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// An export that is written and checked, and not in its place yet. Dropping it clears it away.
#[derive(Debug)]
pub struct Prepared<D: Disk> {
    staging: Staging<D>,
    manifest: Manifest,
}

/// Joins, proves, writes and reads back. It blocks, so an async program gives it a thread.
///
/// # Errors
/// [`ExportError`]; the staging folder is gone then.
pub fn prepare<D: Disk>(
    fetched: &Fetched,
    staging: Staging<D>,
    options: Options,
    watch: &dyn Watch,
    stop: Stop<'_>,
) -> Result<Prepared<D>, ExportError> {
    watch.step(Step::Joining);
    let book = AddressBook::join(fetched.replies.clone())?;
    let proof = book.reconcile()?;
    tracing::info!(
        saved = proof.saved,
        contacts = proof.contacts,
        joined = proof.joined,
        rows = proof.rows,
        "everybody stands in exactly one row"
    );

    let mut columns = Columns::new(options, fetched.frame());
    let mut manifest = describe::manifest(fetched, &book, &columns.schema());
    let mut sinks: Vec<Box<dyn Sink>> = vec![
        Box::new(ParquetSink::new(
            staging.create(PARQUET)?,
            columns.schema(),
            describe::metadata(&manifest),
        )?),
        Box::new(CsvSink::new(staging.create(CSV)?, &columns.schema())?),
    ];
    let tally = write_rows(&book, &mut columns, &mut sinks, watch, stop)?;
    describe::complete(&mut manifest, tally, columns.replaced());

    watch.step(Step::Checking);
    for sink in sinks {
        let written = sink.finish()?;
        let rows = verify::rows_on_disk(&staging.path_of(written.name), &written)?;
        if rows != proof.rows {
            let mismatch = ReconcileError::RowCount { name: written.name, expected: proof.rows, got: rows };
            return Err(mismatch.into());
        }
        manifest.files.push(File::of(&written, manifest.counts.rows));
    }
    Ok(Prepared { staging, manifest })
}

fn write_rows(
    book: &AddressBook,
    columns: &mut Columns,
    sinks: &mut [Box<dyn Sink>],
    watch: &dyn Watch,
    stop: Stop<'_>,
) -> Result<Tally, ExportError> {
    let total = book.counts().rows;
    let mut tally = Tally::default();
    let mut done = 0;
    let mut rows = book.rows().peekable();
    while let Some(contact) = rows.next() {
        let contact = contact.map_err(ReconcileError::from)?;
        tally.add(&contact);
        columns.append(&contact);
        if columns.rows() == BATCH_ROWS || rows.peek().is_none() {
            if stop() {
                return Err(ExportError::Stopped);
            }
            done += columns.rows();
            let batch = columns.finish()?;
            for sink in &mut *sinks {
                sink.write(&batch)?;
            }
            watch.step(Step::Writing { rows: done, total });
        }
    }
    Ok(tally)
}

impl<D: Disk> Prepared<D> {
    /// Writes the manifest and moves everything to where it belongs. Returns what the manifest says.
    ///
    /// # Errors
    /// [`ExportError`]; the target is as it was before.
    pub fn publish(mut self, takeout: TakeoutResult, written_at: Timestamp) -> Result<Manifest, ExportError> {
        self.manifest.takeout.result = takeout;
        self.manifest.times.written_at = written_at.to_string();
        if takeout == TakeoutResult::NotConfirmed {
            let warning = "the server did not confirm the end of the takeout session; the next run ends it";
            self.manifest.warnings.push(warning.to_owned());
        }
        let text = self.manifest.to_text()?;
        let mut file = self.staging.create(MANIFEST)?;
        let name = file.name();
        file.write_all(text.as_bytes()).map_err(|source| crate::sink::SinkError::Io { name, source })?;
        file.finish()?;
        self.staging.publish()?;
        Ok(self.manifest)
    }
}
