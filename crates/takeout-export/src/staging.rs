//! An output folder that holds a whole export or none.
//!
//! The files of an export are written into a staging folder, made safe, checked, and only then moved to where they
//! belong:
//!
//! ```text
//! the target is not there            the target is there (empty, or with --force)
//! ────────────────────────           ────────────────────────────────────────────
//! .NAME.takeout-export-staging/      NAME/.takeout-export-staging/
//!   lock   one run at a time           lock
//!   new/ ──rename──► NAME/             new/X ──rename──► NAME/X, the manifest last
//!                                      old/X ◄──rename── NAME/X of the export that is replaced, its manifest first
//!                                      publishing       says that moving has begun
//! ```
//! The staging folder lies on the target's own file system (a target may be a mount point), so a rename never copies.
//! A folder with a manifest is a whole export: the manifest leaves first and comes last. What a crash leaves behind is
//! put back or cleared away by the next run; a staging folder that another process holds is left alone.
//!
//! Files are created with mode 0600, folders with 0700: an address book is nobody else's.

mod commit;
mod disk;
mod error;
mod lock;
mod target;

use std::fs;
use std::path::{Path, PathBuf};

pub use self::disk::{Disk, RealDisk};
pub use self::error::OutputError;
pub(crate) use self::error::io_error;
use self::lock::Lock;
use crate::format::Format;
use crate::sink::{HashingFile, OutputFile};

/// The manifest: what makes a folder an export.
pub const MANIFEST: &str = "manifest.json";
/// The rows as Parquet.
pub const PARQUET: &str = Format::Parquet.file_name();
/// The rows as CSV.
pub const CSV: &str = Format::Csv.file_name();
/// The replies as they came.
pub const ARCHIVE: &str = "archive.tkx";
/// The same, encrypted.
pub const SEALED_ARCHIVE: &str = "archive.tkx.age";

/// Every name that this program ever gives to a file in an output folder.
pub(crate) const OWN_NAMES: [&str; 13] = [
    PARQUET,
    CSV,
    Format::Jsonl.file_name(),
    Format::Arrow.file_name(),
    Format::Vcard.file_name(),
    Format::Vcard3.file_name(),
    Format::Google.file_name(),
    Format::Outlook.file_name(),
    Format::Html.file_name(),
    Format::GreenApi.file_name(),
    ARCHIVE,
    SEALED_ARCHIVE,
    MANIFEST,
];

/// The staging folder's name inside of a target; beside one, the target's name stands before it.
const STAGING: &str = ".takeout-export-staging";

/// An export on its way into its folder. Dropping it clears everything away.
#[derive(Debug)]
pub struct Staging<D = RealDisk> {
    disk: D,
    target: PathBuf,
    folder: PathBuf,
    force: bool,
    /// Held until the folder is gone.
    lock: Option<Lock>,
}

impl Staging {
    /// Prepares to write into `target`, which must be absent or empty, unless `force` allows the replacement of an
    /// earlier export in it.
    ///
    /// What a crashed run left here is put right first.
    ///
    /// # Errors
    /// [`OutputError`]: the target is not empty or not a folder, another run is at work on it, or the file system
    /// refuses.
    pub fn begin(target: &Path, force: bool) -> Result<Self, OutputError> {
        Self::begin_on(RealDisk, target, force)
    }
}

impl<D: Disk> Staging<D> {
    /// As [`begin`](Staging::begin), with the files on another disk: tests fill one up.
    ///
    /// # Errors
    /// As [`begin`](Staging::begin).
    pub fn begin_on(disk: D, target: &Path, force: bool) -> Result<Self, OutputError> {
        let folder = target::staging_folder(target)?;
        let lock = Lock::claim(&folder, target)?;
        let staging = Self { disk, target: target.to_owned(), folder, force, lock: Some(lock) };
        commit::recover(&staging.folder, target)?;
        let beside = target::beside(target);
        if staging.folder != beside {
            lock::clear_leftover(&beside, target);
        }
        staging.clear_inside()?;
        target::check(target, force)?;
        for inner in [commit::NEW, commit::OLD] {
            let path = staging.folder.join(inner);
            target::create_private_folder(&path).map_err(io_error("create", &path))?;
        }
        Ok(staging)
    }

    /// Where the export will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Starts a file of the export.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn create(&self, name: &'static str) -> Result<HashingFile, OutputError> {
        let path = self.path_of(name);
        let file: Box<dyn OutputFile> = self.disk.create(&path).map_err(io_error("create", &path))?;
        Ok(HashingFile::new(name, file))
    }

    /// Where a file of the export lies until it is published.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(commit::NEW).join(name)
    }

    /// Moves the files to where they belong: all of them, or on an error none.
    ///
    /// # Errors
    /// [`OutputError`]; the target is as it was before.
    pub fn publish(self) -> Result<(), OutputError> {
        commit::publish(&self.folder, &self.target, self.force)
    }

    fn clear_inside(&self) -> Result<(), OutputError> {
        for inner in [commit::NEW, commit::OLD] {
            let path = self.folder.join(inner);
            match fs::remove_dir_all(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(io_error("clear", &path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl<D> Drop for Staging<D> {
    fn drop(&mut self) {
        if commit::is_unfinished(&self.folder) {
            // moving failed and so did putting back: what is in here is all that is left of the earlier export
            tracing::error!(folder = %self.folder.display(), "left in place, the next run puts it right");
            return;
        }
        if let Some(lock) = self.lock.take() {
            lock.release_with(|| fs::remove_dir_all(&self.folder));
        }
    }
}

#[cfg(test)]
mod tests;
