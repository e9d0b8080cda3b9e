//! The moves that turn a staged export into the export, and back if they break off in the middle.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::{OutputError, io_error};
use super::target::{self, own_files, parent};
use super::{MANIFEST, OWN_NAMES};

/// Inside of the staging folder: the export to come.
pub(super) const NEW: &str = "new";
/// Inside of the staging folder: what was moved out of its way.
pub(super) const OLD: &str = "old";
/// Inside of the staging folder: there while files are being moved. Its lines are the names of the new files.
const PUBLISHING: &str = "publishing";

/// Every step of moving and putting back; tests break off between two of them.
type Rename<'a> = &'a mut dyn FnMut(&Path, &Path) -> io::Result<()>;

/// Moves the staged files into the target, whole or not at all.
pub(super) fn publish(staging: &Path, target: &Path, force: bool) -> Result<(), OutputError> {
    let new = staging.join(NEW);
    sync_folder(&new).map_err(io_error("sync", &new))?;
    if staging.parent() == Some(target) {
        target::check(target, force)?;
        let outcome = replace(staging, target, &mut |from, to| fs::rename(from, to));
        if outcome.is_err() {
            put_back(staging, target, &mut |from, to| fs::rename(from, to))?;
        }
        return outcome;
    }
    // a folder that came into being since then is replaced if it is empty, and refused by the system if it is not
    fs::rename(&new, target).map_err(|error| match error.kind() {
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
            OutputError::NotEmpty { path: target.to_owned() }
        }
        _ => io_error("create", target)(error),
    })?;
    sync_folder(parent(target)).map_err(io_error("sync", parent(target)))
}

/// Puts right what a run that died left in the middle of [`publish`].
pub(super) fn recover(staging: &Path, target: &Path) -> Result<(), OutputError> {
    if is_unfinished(staging) {
        tracing::warn!(
            "an earlier export was interrupted while its files were being moved; putting it right"
        );
        put_back(staging, target, &mut |from, to| fs::rename(from, to))?;
    }
    Ok(())
}

/// Whether files were being moved when the last run ended.
pub(super) fn is_unfinished(staging: &Path) -> bool {
    staging.join(PUBLISHING).exists()
}

/// The old export out, manifest first; the new one in, manifest last.
fn replace(staging: &Path, target: &Path, rename: Rename<'_>) -> Result<(), OutputError> {
    let (new, old) = (staging.join(NEW), staging.join(OLD));
    let mut leaving = own_files(target)?;
    leaving.sort_by_key(|name| *name != MANIFEST);
    let mut coming: Vec<_> = OWN_NAMES.into_iter().filter(|name| new.join(name).exists()).collect();
    coming.sort_by_key(|name| *name == MANIFEST);

    announce(staging, &coming)?;
    for name in leaving {
        step(rename, &target.join(name), &old.join(name))?;
    }
    for name in coming {
        step(rename, &new.join(name), &target.join(name))?;
    }
    sync_folder(target).map_err(io_error("sync", target))?;
    finish(staging)
}

/// The target as it was before [`replace`], or as it is after if that had come to its end.
fn put_back(staging: &Path, target: &Path, rename: Rename<'_>) -> Result<(), OutputError> {
    let (new, old) = (staging.join(NEW), staging.join(OLD));
    let path = staging.join(PUBLISHING);
    let names = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        names => names.map_err(io_error("read", &path))?,
    };
    // the manifest is the last to come, so with it everything is there
    let is_complete = target.join(MANIFEST).exists() && !new.join(MANIFEST).exists();
    if !is_complete {
        for name in OWN_NAMES.into_iter().filter(|name| names.lines().any(|line| line == *name)) {
            let arrived = !new.join(name).exists() && target.join(name).exists();
            if arrived {
                step(rename, &target.join(name), &new.join(name))?;
            }
        }
        for name in OWN_NAMES.into_iter().filter(|name| old.join(name).exists()) {
            step(rename, &old.join(name), &target.join(name))?;
        }
        sync_folder(target).map_err(io_error("sync", target))?;
    }
    finish(staging)
}

fn step(rename: Rename<'_>, from: &Path, to: &Path) -> Result<(), OutputError> {
    rename(from, to).map_err(io_error("move a file to", to))
}

fn announce(staging: &Path, names: &[&str]) -> Result<(), OutputError> {
    let path: PathBuf = staging.join(PUBLISHING);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)
        .map_err(io_error("create", &path))?;
    file.write_all(names.join("\n").as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_folder(staging))
        .map_err(io_error("write", &path))
}

fn finish(staging: &Path) -> Result<(), OutputError> {
    let path = staging.join(PUBLISHING);
    fs::remove_file(&path).map_err(io_error("remove", &path))
}

/// Makes renames inside of a folder survive a power cut. Other systems than Unix have no such call.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { OpenOptions::new().read(true).open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests;
