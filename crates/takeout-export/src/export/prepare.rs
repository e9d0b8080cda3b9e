//! From the replies to files that are safe in the staging folder.

use std::io::Write;

use contacts::{AddressBook, ReconcileError};
use jiff::Timestamp;

use super::describe::{self, Tally};
use super::error::ExportError;
use super::fetch::Fetched;
use super::plan::{Plan, Raw};
use crate::archive::{Archive, seal};
use crate::check;
use crate::columns::Columns;
use crate::manifest::{File, Manifest, TakeoutResult};
use crate::progress::{Step, Watch};
use crate::sink::csv::Flavour;
use crate::sink::{self, Opening, Sink, SinkError, Written};
use crate::staging::{ARCHIVE, Disk, MANIFEST, SEALED_ARCHIVE, Staging};

/// Rows that go to the sinks at once: large enough for columns, small enough for a cache.
pub(crate) const BATCH_ROWS: usize = 2_048;

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
/// It takes the replies, to let go of each part as soon as nothing is written from it any more.
///
/// # Errors
/// [`ExportError`]; the staging folder is gone then.
pub fn prepare<D: Disk>(
    fetched: Fetched,
    staging: Staging<D>,
    plan: &Plan,
    watch: &dyn Watch,
    stop: Stop<'_>,
) -> Result<Prepared<D>, ExportError> {
    watch.step(Step::Joining);
    let extras = fetched.extras().map_err(ReconcileError::from)?;
    let book = AddressBook::join_with(fetched.replies.clone(), &extras)?;
    let proof = book.reconcile()?;
    tracing::info!(
        saved = proof.saved,
        contacts = proof.contacts,
        joined = proof.joined,
        rows = proof.rows,
        "everybody stands in exactly one row"
    );

    let mut columns = Columns::with_extras(plan.columns, fetched.frame(), extras);
    let mut manifest = describe::manifest(&fetched, &book, &columns.schema());
    let opening = Opening {
        schema: columns.schema(),
        metadata: describe::metadata(&manifest),
        rows: proof.rows,
        flavour: if plan.excel { Flavour::Excel } else { Flavour::Plain },
        in_history: plan.in_history,
    };
    let formats = plan.distinct_formats();
    let mut sinks: Vec<Box<dyn Sink>> = Vec::with_capacity(formats.len());
    for format in &formats {
        sinks.push(sink::open(*format, staging.create(format.file_name())?, &opening)?);
    }
    let tally = write_rows(&book, &mut columns, &mut sinks, watch, stop)?;
    describe::complete(&mut manifest, tally, columns.replaced());
    drop((columns, book));

    watch.step(Step::Checking);
    for (format, sink) in formats.into_iter().zip(sinks) {
        let written = sink.finish()?;
        let expected = if format.is_accounts_only() { proof.contacts } else { proof.rows };
        check::demand_rows(written.name, u64::try_from(expected).unwrap_or(u64::MAX), written.rows)?;
        keep(&staging, &mut manifest, &written)?;
    }
    // the replies are gone when the archive is read back: the largest two things are never held at once
    if let Some(written) = write_archive(fetched, &staging, plan, manifest.counts.rows)? {
        keep(&staging, &mut manifest, &written)?;
    }
    Ok(Prepared { staging, manifest })
}

/// Reads a file back and lists it.
fn keep<D: Disk>(
    staging: &Staging<D>,
    manifest: &mut Manifest,
    written: &Written,
) -> Result<(), ExportError> {
    check::demand_written(&staging.path_of(written.name), written)?;
    manifest.files.push(File::of(written));
    Ok(())
}

/// The replies themselves, from which all the other files can be written again.
fn write_archive<D: Disk>(
    fetched: Fetched,
    staging: &Staging<D>,
    plan: &Plan,
    rows: u64,
) -> Result<Option<Written>, ExportError> {
    let (name, recipients) = match &plan.raw {
        Raw::Dropped => return Ok(None),
        Raw::Plain => (ARCHIVE, &[][..]),
        Raw::Sealed(recipients) => (SEALED_ARCHIVE, recipients.as_slice()),
    };
    let file = staging.create(name)?;
    let file = seal::write_for(recipients, &Archive::of(&fetched), file);
    drop(fetched);
    let file = file.map_err(|source| SinkError::Io { name, source })?;
    Ok(Some(file.finish(rows, 0)?))
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
    let mut rows = book.rows().inspect(|row| row.iter().for_each(|contact| tally.add(contact)));
    while rows.len() > 0 {
        columns.extend(rows.by_ref().take(BATCH_ROWS)).map_err(ReconcileError::from)?;
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
        file.write_all(text.as_bytes()).map_err(|source| SinkError::Io { name, source })?;
        file.finish(0, 0)?;
        self.staging.publish()?;
        Ok(self.manifest)
    }
}
