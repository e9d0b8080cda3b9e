//! One run at a time, and what a dead one left can be told from what a living one needs.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{OutputError, io_error};
use super::target::create_private_folder;

/// A staging folder that is ours while this lives. The operating system lets go of it when the process dies.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// How often to try again when the folder goes away between its creation and its locking: the other run has ended.
const ATTEMPTS: usize = 3;

impl Lock {
    /// Creates `folder` if needed, and locks it. `target` is what an error names.
    pub(super) fn claim(folder: &Path, target: &Path) -> Result<Self, OutputError> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match fs::symlink_metadata(folder) {
                Err(_) => create_private_folder(folder).map_err(io_error("create", folder))?,
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Err(OutputError::NotAFolder { path: folder.to_owned() }),
            }
            let path: PathBuf = folder.join("lock");
            match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
                Ok(file) => return Self::hold(file, &path, target),
                Err(error) if error.kind() == io::ErrorKind::NotFound => last = Some((path, error)),
                Err(error) => return Err(io_error("open", &path)(error)),
            }
        }
        let (path, error) = last.unwrap_or_else(|| (folder.to_owned(), io::ErrorKind::NotFound.into()));
        Err(io_error("open", &path)(error))
    }

    fn hold(file: File, path: &Path, target: &Path) -> Result<Self, OutputError> {
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Self { file }),
            Err(fs4::TryLockError::WouldBlock) => Err(OutputError::Busy { path: target.to_owned() }),
            Err(fs4::TryLockError::Error(error)) => Err(io_error("lock", path)(error)),
        }
    }

    /// Removes what was locked, then lets go.
    pub(super) fn release_with(self, remove: impl FnOnce() -> io::Result<()>) {
        if cfg!(windows) {
            // an open file cannot be removed there
            drop(self.file);
            report(remove());
        } else {
            report(remove());
            drop(self.file);
        }
    }
}

/// Removes the staging folder of a run that died after it had moved its export away. One that a living run holds stays.
pub(super) fn clear_leftover(folder: &Path, target: &Path) {
    let is_there = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    if is_there && let Ok(lock) = Lock::claim(folder, target) {
        lock.release_with(|| fs::remove_dir_all(folder));
    }
}

fn report(outcome: io::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the staging folder could not be removed; the next run does it");
    }
}
