//! Files and folders that belong to one user alone: made so from the first byte, and refused when they are not.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::error::{SessionError, io_error, malformed};

/// The largest file that is read; sessions are about a kilobyte.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// Permission bits of the group and of everybody.
#[cfg(unix)]
const OTHERS: u32 = 0o077;
/// Those that allow to put another file in the place of ours.
#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o022;
/// In such a folder (like `/tmp`) nobody replaces the files of somebody else.
#[cfg(unix)]
const STICKY: u32 = 0o1000;

/// Reads a file that nobody else can read.
///
/// # Errors
/// [`SessionError`]: missing, open to others, somebody else's, too large, no file at all.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SessionError> {
    // looked at before it is opened: the opening of a pipe would wait for its writer
    let found = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => SessionError::Missing { path: path.to_owned() },
        _ => io_error("inspect", path)(source),
    })?;
    if !found.is_file() {
        return Err(malformed(path, "it is not a file"));
    }
    check_owner(path, &found)?;
    let file = File::open(path).map_err(io_error("open", path))?;
    // once more, of what was opened: the file of that name may be another one by now
    let found = file.metadata().map_err(io_error("inspect", path))?;
    check_owner(path, &found)?;
    check_mode(path, &found, 0o600)?;
    check_neighbours(folder_of(path))?;
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut text).map_err(io_error("read", path))?;
    if u64::try_from(text.len()).is_ok_and(|len| len > MAX_FILE_BYTES) {
        return Err(malformed(path, "it is far too large"));
    }
    Ok(text)
}

/// Replaces a file as a whole: whoever looks, and whatever happens, it is the old one or the new one.
///
/// # Errors
/// [`SessionError::Io`], [`SessionError::Exposed`] for a folder in which others may replace it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), SessionError> {
    let file = write_beside(path, bytes)?;
    file.persist(path).map_err(|error| io_error("replace", path)(error.error))?;
    sync_folder(path)
}

/// Writes a file that was not there, as a whole.
///
/// # Errors
/// [`SessionError::Io`], also if the file is there; [`SessionError::Exposed`] as [`write`](fn@write).
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SessionError> {
    let file = write_beside(path, bytes)?;
    file.persist_noclobber(path).map_err(|error| io_error("create", path)(error.error))?;
    sync_folder(path)
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, SessionError> {
    let folder = folder_of(path);
    create_folder(folder)?;
    check_neighbours(folder)?;
    // tempfile opens with mode 0600
    let mut file = tempfile::Builder::new()
        .prefix(&unfinished_prefix(path))
        .tempfile_in(folder)
        .map_err(io_error("create a file in", folder))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(io_error("write", path))?;
    Ok(file)
}

/// What a process that was killed while it wrote has left beside the file. For whoever holds the lock of the file.
pub(super) fn sweep(path: &Path) {
    let prefix = unfinished_prefix(path);
    let entries = fs::read_dir(folder_of(path)).into_iter().flatten().flatten();
    for entry in
        entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()))
    {
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::info!(%error, "an unfinished file stays");
        }
    }
}

/// How the file is called until it is whole; no name of another session begins so.
fn unfinished_prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push("~");
    prefix
}

/// Makes a folder with mode 0700, and those above it that are missing.
///
/// # Errors
/// [`SessionError::Io`].
pub(super) fn create_folder(folder: &Path) -> Result<(), SessionError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(io_error("create", folder))
}

/// A folder of the program's own: made if it is missing, refused if it is not the user's alone.
///
/// # Errors
/// [`SessionError::Exposed`], [`SessionError::ForeignOwner`], [`SessionError::Io`].
pub fn demand_private_folder(folder: &Path) -> Result<(), SessionError> {
    create_folder(folder)?;
    let found = fs::metadata(folder).map_err(io_error("inspect", folder))?;
    check_owner(folder, &found)?;
    check_mode(folder, &found, 0o700)
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Makes the rename of a file survive a power cut.
fn sync_folder(path: &Path) -> Result<(), SessionError> {
    let folder = folder_of(path);
    let synced = if cfg!(unix) { File::open(folder).and_then(|folder| folder.sync_all()) } else { Ok(()) };
    synced.map_err(io_error("sync", folder))
}

#[cfg(unix)]
fn check_mode(path: &Path, found: &Metadata, wanted: u32) -> Result<(), SessionError> {
    use std::os::unix::fs::PermissionsExt;

    let mode = found.permissions().mode() & 0o777;
    let is_private = mode & OTHERS == 0;
    if is_private { Ok(()) } else { Err(SessionError::Exposed { path: path.to_owned(), mode, wanted }) }
}

#[cfg(unix)]
fn check_owner(path: &Path, found: &Metadata) -> Result<(), SessionError> {
    use std::os::unix::fs::MetadataExt;

    let owner = found.uid();
    let is_ours = owner == rustix::process::geteuid().as_raw();
    if is_ours { Ok(()) } else { Err(SessionError::ForeignOwner { path: path.to_owned(), owner }) }
}

/// A folder that the user chose may be readable, but nobody else may swap the files in it.
#[cfg(unix)]
fn check_neighbours(folder: &Path) -> Result<(), SessionError> {
    use std::os::unix::fs::PermissionsExt;

    let found = fs::metadata(folder).map_err(io_error("inspect", folder))?;
    let mode = found.permissions().mode() & 0o7777;
    let is_safe = mode & OTHERS_WRITE == 0 || mode & STICKY != 0;
    if is_safe {
        Ok(())
    } else {
        Err(SessionError::Exposed { path: folder.to_owned(), mode: mode & 0o777, wanted: 0o700 })
    }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &Metadata, _: u32) -> Result<(), SessionError> {
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &Path, _: &Metadata) -> Result<(), SessionError> {
    Ok(())
}

#[cfg(not(unix))]
fn check_neighbours(_: &Path) -> Result<(), SessionError> {
    Ok(())
}
