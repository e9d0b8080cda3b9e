//! `takeout-export convert`: the files of an export once more, from its archive.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::arguments::Convert;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::job::{self, Target};
use super::meter::Meter;
use super::summary::{Exported, Outcome};
use crate::archive::seal;
use crate::export::Fetched;
use crate::manifest::TakeoutResult;
use crate::staging::{ARCHIVE, SEALED_ARCHIVE};

/// Reads the archive and writes; nothing is asked of anybody.
pub(super) async fn run(convert: Convert, meter: &Meter, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    meter.say("reading the archive");
    let fetched = blocking(move || read(&convert.archive, convert.identity.as_deref())).await?;
    let target = match (convert.place.out, convert.place.history) {
        (Some(folder), _) => Target::begin(folder, &convert.output)?,
        (None, history) => {
            let history = history.unwrap_or_default();
            Target::begin_dated(&history, fetched.account_id, fetched.exported_at, &convert.output)?
        }
    };
    let folder = target.folder();
    let (clearing, cleared) = oneshot::channel();
    let prepared = match interrupt.or(job::prepare(fetched, target, meter, clearing)).await {
        Ok(prepared) => prepared?,
        Err(failure) => {
            // the folder is cleared away when the sender is gone
            let _ = cleared.await;
            return Err(failure);
        }
    };
    let publish =
        move || prepared.publish(TakeoutResult::FromArchive, Timestamp::now()).map_err(Failure::Export);
    let manifest = blocking(publish).await?;
    Ok(Outcome::Exported(Box::new(Exported { folder, manifest })))
}

/// What an export was made of, from its archive.
pub(super) fn read(given: &Path, identity: Option<&Path>) -> Result<Fetched, Failure> {
    let path = archive_path(given);
    let fetched = seal::open(&path, identity).and_then(crate::archive::Archive::into_fetched);
    fetched.map_err(|source| Failure::Archive { path, source })
}

/// The archive that is meant: the file itself, or the one in the folder.
fn archive_path(given: &Path) -> PathBuf {
    if !given.is_dir() {
        return given.to_owned();
    }
    let sealed = given.join(SEALED_ARCHIVE);
    if sealed.exists() { sealed } else { given.join(ARCHIVE) }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Task)?
}
