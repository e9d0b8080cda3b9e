//! One process at a time uses a session: a server that sees one key in two places at once ends it
//! (`AUTH_KEY_DUPLICATED`).
//!
//! The lock is on a file beside the session, because the session itself is replaced with every change. The operating
//! system lets go of it when the process dies, however it dies.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::error::{SessionError, io_error};

/// How often to try again when the file goes away between its opening and its locking: the other process has ended.
const ATTEMPTS: usize = 5;
/// The longest process number there is has ten digits.
const MAX_PID_DIGITS: u64 = 10;

/// A session that is ours while this lives.
#[derive(Debug)]
pub struct SessionLock {
    path: PathBuf,
    // closed after the file is removed, so that nobody locks a file that is about to go
    _file: File,
}

impl SessionLock {
    /// Takes the session.
    ///
    /// # Errors
    /// [`SessionError::InUse`], with the process that holds it where that can be told; [`SessionError::Io`].
    pub fn claim(session: &Path) -> Result<Self, SessionError> {
        let path = lock_path(session);
        for _ in 0..ATTEMPTS {
            let file = open(&path).map_err(io_error("lock", &path))?;
            match fs4::FileExt::try_lock(&file) {
                Ok(()) if is_still(&path, &file) => return Self::sign(path, file),
                Ok(()) => {}
                Err(fs4::TryLockError::WouldBlock) => {
                    return Err(SessionError::InUse { path: session.to_owned(), pid: holder(file) });
                }
                Err(fs4::TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
            }
        }
        Err(SessionError::InUse { path: session.to_owned(), pid: None })
    }

    /// Writes down who holds it.
    fn sign(path: PathBuf, mut file: File) -> Result<Self, SessionError> {
        let signed = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        signed.map_err(io_error("lock", &path))?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for SessionLock {
    fn drop(&mut self) {
        // one that stays does no harm: it is not locked any more
        let _removed = fs::remove_file(&self.path);
    }
}

/// The file beside a session that is locked.
fn lock_path(session: &Path) -> PathBuf {
    let mut name = session.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    session.with_file_name(name)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Whether the file of this name is the one that was locked: its former holder removes it.
#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;

    match (fs::metadata(path), file.metadata()) {
        (Ok(named), Ok(locked)) => (named.dev(), named.ino()) == (locked.dev(), locked.ino()),
        _ => false,
    }
}

/// A file that is open is not removed there.
#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> bool {
    true
}

fn holder(file: File) -> Option<u32> {
    let mut text = String::new();
    // one byte more than counts: the beginning of something longer is no number of a process
    let len = file.take(MAX_PID_DIGITS + 1).read_to_string(&mut text).ok()?;
    if u64::try_from(len).ok()? > MAX_PID_DIGITS { None } else { text.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_the_other_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("session");
        let first = SessionLock::claim(&session).unwrap();
        let error = SessionLock::claim(&session).unwrap_err();
        assert!(matches!(error, SessionError::InUse { pid: Some(pid), .. } if pid == std::process::id()));
        drop(first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        drop(SessionLock::claim(&session).unwrap());
    }

    #[test]
    fn what_a_dead_process_left_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("session");
        fs::write(lock_path(&session), "4711").unwrap();
        drop(SessionLock::claim(&session).unwrap());
    }

    #[test]
    fn however_many_race_one_wins_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("session");
        let inside = std::sync::atomic::AtomicUsize::new(0);
        let race = || {
            for _ in 0..200 {
                if let Ok(lock) = SessionLock::claim(&session) {
                    assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                    inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    drop(lock);
                }
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(race))));
    }
}
