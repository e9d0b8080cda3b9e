//! One export of one account that is connected: what `export` and `demo` have in common.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tg_client::{Client, RunError, Takeout, Terms, takeout};
use tokio::sync::oneshot;

use super::arguments::{Extras, Output};
use super::extras;
use super::failure::Failure;
use super::interrupt::{Interrupt, Signal};
use super::meter::Meter;
use super::summary::{Exported, Outcome};
use crate::columns::Options;
use crate::export::{self, Fetched, Plan, Prepared, Raw, Subject};
use crate::history;
use crate::manifest::TakeoutResult;
use crate::progress::{Step, Watch};
use crate::staging::{RealDisk, Staging};

/// How long an interrupted program waits for the thread that writes to clear its folder away; it looks at the flag once
/// a batch of rows, which takes milliseconds.
const CLEARING: Duration = Duration::from_secs(10);

/// Where an export goes. Made before anything is asked of a server, so that a folder that cannot be used costs nothing.
#[derive(Debug)]
pub(super) struct Target {
    staging: Staging,
    folder: PathBuf,
    plan: Plan,
    /// An export of the same account whose users will do if nobody came or went since.
    earlier: Option<Box<Fetched>>,
    extras: Extras,
}

impl Target {
    pub(super) fn begin(folder: PathBuf, output: &Output) -> Result<Self, Failure> {
        let plan = plan(output)?;
        let staging = Staging::begin(&folder, output.force).map_err(|error| Failure::Export(error.into()))?;
        Ok(Self { staging, folder, plan, earlier: None, extras: Extras::default() })
    }

    /// In a history: the folder of an account and a day.
    pub(super) fn begin_dated(
        history: &Path,
        account_id: i64,
        at: Timestamp,
        output: &Output,
    ) -> Result<Self, Failure> {
        let day = at.to_zoned(TimeZone::UTC).date();
        let mut target = Self::begin(history::folder(history, account_id, day), output)?;
        target.plan.in_history = true;
        Ok(target)
    }

    /// With the users of an earlier export, which must be of the account that is logged in.
    pub(super) fn reusing(mut self, earlier: Option<Fetched>, client: &Client) -> Result<Self, Failure> {
        if earlier.as_ref().is_some_and(|earlier| earlier.account_id != account_id(client)) {
            let what = "--reuse-users names an export of another account".to_owned();
            return Err(Failure::Usage { what });
        }
        self.earlier = earlier.map(Box::new);
        Ok(self)
    }

    /// With what is asked beside the three lists.
    pub(super) fn with(self, extras: Extras) -> Self {
        Self { extras, ..self }
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.folder.clone()
    }
}

/// What is meant by the options for the files.
fn plan(output: &Output) -> Result<Plan, Failure> {
    let recipients = output.replies.encrypt.iter().map(|recipient| recipient.parse());
    let recipients = recipients.collect::<Result<Vec<_>, _>>().map_err(Failure::Recipient)?;
    Ok(Plan {
        columns: Options { access_hash: output.with_access_hash },
        formats: output.format.clone(),
        excel: output.excel,
        in_history: false,
        raw: match (output.replies.no_raw, recipients) {
            (true, _) => Raw::Dropped,
            (false, recipients) if recipients.is_empty() => Raw::Plain,
            (false, recipients) => Raw::Sealed(recipients),
        },
    })
}

/// Who is logged in.
pub(super) fn account_id(client: &Client) -> i64 {
    client.session().state().account.map_or(0, |account| account.user_id)
}

/// Exports: inside a takeout session that is finished however this ends.
pub(super) async fn run(
    client: &Client,
    mut target: Target,
    terms: Terms<'_>,
    meter: &Meter,
    interrupt: &Interrupt,
) -> Result<Outcome, Failure> {
    // the takeout session would let no more through than the address book
    client.restrict_to_reading(extras::methods(target.extras));
    interrupt.or(takeout::announce(client)).await?.map_err(Failure::Client)?;
    let account_id = account_id(client);
    let folder = target.folder.clone();

    let wanted = target.extras;
    let journal = extras::journal(client, account_id, wanted)?;
    meter.say("opening a takeout session");
    interrupt.ends_a_takeout_session_first();
    let (clearing, cleared) = oneshot::channel();
    let work = takeout::run(client, terms, interrupt.first(), |takeout| async move {
        let earlier = target.earlier.take();
        let subject = Subject { account_id, earlier: earlier.as_deref() };
        let mut fetched = fetch(&takeout, subject, meter).await?;
        if let Some(journal) = &journal {
            extras::ask(&takeout, &mut fetched, wanted, journal, meter).await?;
        }
        let is_asked = fetched.enriched.as_ref().is_some_and(|enriched| enriched.stopped.is_none());
        let prepared = prepare(fetched, target, meter, clearing).await?;
        meter.step(Step::Finishing);
        Ok((prepared, journal.filter(|_| is_asked)))
    });
    let finished = match work.await {
        Ok(finished) => finished,
        Err(error) => {
            // the sender goes away with the thread, or with the work that never started it
            let _ = tokio::time::timeout(CLEARING, cleared).await;
            return Err(failure(error));
        }
    };
    let result = match finished.finish_error {
        None => TakeoutResult::Finished,
        Some(_) => TakeoutResult::NotConfirmed,
    };
    let (prepared, answered) = finished.value;
    let publish = tokio::task::spawn_blocking(move || prepared.publish(result, Timestamp::now()));
    let manifest = publish.await.map_err(|_| Failure::Task)?.map_err(Failure::Export)?;
    extras::forget(answered);
    Ok(Outcome::Exported(Box::new(Exported { folder, manifest })))
}

fn failure(error: RunError<Failure, Signal>) -> Failure {
    match error {
        RunError::Open(error) => Failure::Takeout(error),
        RunError::Work(failure) => failure,
        RunError::Interrupted(signal) => Failure::Interrupted(signal),
        // a panic has said what it is already
        _ => Failure::Task,
    }
}

async fn fetch(takeout: &Takeout, subject: Subject<'_>, meter: &Meter) -> Result<Fetched, Failure> {
    let fetched = export::fetch(takeout, takeout.client(), subject, meter, &Timestamp::now).await;
    fetched.map_err(|error| Failure::Takeout(takeout::classify(error)))
}

/// Writes on a thread of its own. If this future is dropped, the thread is told to stop, and `clearing` goes away when
/// it has.
pub(super) async fn prepare(
    fetched: Fetched,
    target: Target,
    meter: &Meter,
    clearing: oneshot::Sender<()>,
) -> Result<Prepared<RealDisk>, Failure> {
    let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
    let flag = Arc::clone(&stop.0);
    let watch = meter.clone();
    let work = tokio::task::spawn_blocking(move || {
        let stopped = || flag.load(Ordering::Relaxed);
        let prepared = export::prepare(fetched, target.staging, &target.plan, &watch, &stopped);
        if stopped() {
            // nobody waits for the result: the folder is cleared away here
            drop(prepared);
            drop(clearing);
            return Err(export::ExportError::Stopped);
        }
        prepared
    });
    let prepared = work.await.map_err(|_| Failure::Task)?.map_err(Failure::Export);
    drop(stop);
    prepared
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
