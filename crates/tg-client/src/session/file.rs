//! The session file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use super::state::{SESSION_VERSION, SessionState};

/// The largest file that can be a session; ours are about a kilobyte.
const MAX_SESSION_FILE_BYTES: u64 = 64 * 1024;

/// A session, in memory and (unless it was made for one run only) in a file.
///
/// Every change is on disk when [`update`](Self::update) returns.
#[derive(Debug)]
pub struct SessionStore {
    path: Option<PathBuf>,
    state: Mutex<SessionState>,
}

/// A session file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is no file.
    #[error("there is no session at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file can be read or written by others: its key may be known to them.
    #[error("{} is open to other users (mode {mode:o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not a session, or was damaged.
    #[error("{} is not a session file: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, without any of its content.
        reason: &'static str,
    },
    /// The file was written by another version of this program.
    #[error("{} has session version {got}, this program knows {SESSION_VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        got: u64,
    },
    /// The file system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl SessionStore {
    /// A session that ends with the process.
    pub fn in_memory(state: SessionState) -> Self {
        Self { path: None, state: Mutex::new(state) }
    }

    /// Reads a session.
    ///
    /// # Errors
    /// [`SessionError`]: the file is missing, readable by others, damaged, or of another version.
    pub fn open(path: &Path) -> Result<Self, SessionError> {
        let text = read(path)?;
        let state = parse(path, &text)?;
        Ok(Self { path: Some(path.to_owned()), state: Mutex::new(state) })
    }

    /// Starts a session in a new file, or in place of an older one.
    ///
    /// # Errors
    /// [`SessionError::Io`].
    pub fn create(path: &Path, state: SessionState) -> Result<Self, SessionError> {
        let store = Self { path: Some(path.to_owned()), state: Mutex::new(state) };
        store.update(|_| ())?;
        Ok(store)
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// A copy of the present state.
    pub fn state(&self) -> SessionState {
        self.lock().clone()
    }

    /// Changes the state and writes it.
    ///
    /// # Errors
    /// [`SessionError::Io`]; the state in memory is changed even then, the file is the old one.
    pub fn update(&self, change: impl FnOnce(&mut SessionState)) -> Result<(), SessionError> {
        let mut state = self.lock();
        change(&mut state);
        match &self.path {
            Some(path) => write(path, &state),
            None => Ok(()),
        }
    }

    /// Removes the file.
    ///
    /// # Errors
    /// [`SessionError::Io`].
    pub fn remove(self) -> Result<(), SessionError> {
        match self.path {
            Some(path) => fs::remove_file(&path).map_err(|source| io_error("remove", &path, source)),
            None => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> SessionError {
    SessionError::Io { action, path: path.to_owned(), source }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SessionError> {
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => SessionError::Missing { path: path.to_owned() },
        _ => io_error("open", path, source),
    })?;
    check_mode(path, &file)?;
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    file.take(MAX_SESSION_FILE_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|source| io_error("read", path, source))?;
    if u64::try_from(text.len()).is_ok_and(|len| len > MAX_SESSION_FILE_BYTES) {
        return Err(SessionError::Malformed { path: path.to_owned(), reason: "it is far too large" });
    }
    Ok(text)
}

/// The permission bits of the group and of everybody.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), SessionError> {
    use std::os::unix::fs::PermissionsExt;

    let mode =
        file.metadata().map_err(|source| io_error("inspect", path, source))?.permissions().mode() & 0o777;
    let is_private = mode & OTHERS == 0;
    if is_private { Ok(()) } else { Err(SessionError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), SessionError> {
    Ok(())
}

/// The part of a session that every version has.
#[derive(serde::Deserialize)]
struct Version {
    version: u64,
}

fn parse(path: &Path, text: &[u8]) -> Result<SessionState, SessionError> {
    // serde's own messages may quote the text, which holds the key: only the class of the error is kept
    let malformed = |error: &serde_json::Error| {
        let reason = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            serde_json::error::Category::Data => "a value is missing, unknown or of the wrong kind",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "it is not JSON",
        };
        SessionError::Malformed { path: path.to_owned(), reason }
    };
    let Version { version } = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
    if version != u64::from(SESSION_VERSION) {
        return Err(SessionError::Version { path: path.to_owned(), got: version });
    }
    serde_json::from_slice(text).map_err(|error| malformed(&error))
}

fn write(path: &Path, state: &SessionState) -> Result<(), SessionError> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    serde_json::to_writer_pretty(&mut *text, state).map_err(|error| io_error("write", path, error.into()))?;
    text.push(b'\n');
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    create_private_folder(folder).map_err(|source| io_error("create", folder, source))?;
    // tempfile opens with mode 0600
    let mut file = tempfile::Builder::new()
        .prefix(".session-")
        .tempfile_in(folder)
        .map_err(|source| io_error("create a file in", folder, source))?;
    file.write_all(&text)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|source| io_error("write", path, source))?;
    file.persist(path).map_err(|error| io_error("replace", path, error.error))?;
    sync_folder(folder).map_err(|source| io_error("sync", folder, source))
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Makes the rename itself survive a power cut.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { OpenOptions::new().read(true).open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use mtproto::crypto::AuthKey;

    use super::*;
    use crate::session::{KeyState, OpenTakeout, ServerState};

    fn state() -> SessionState {
        let mut state = SessionState::new(17, ServerState::production());
        state.key =
            Some(KeyState { auth_key: AuthKey::new(&mut [7; 256]), server_salt: -5, time_offset_secs: 3 });
        state
    }

    #[test]
    fn what_is_written_is_read_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/account.session");
        let store = SessionStore::create(&path, state()).unwrap();
        store.update(|state| state.takeout = Some(OpenTakeout { id: 9, verified: false })).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);

        let again = SessionStore::open(&path).unwrap().state();
        assert_eq!(again.takeout, Some(OpenTakeout { id: 9, verified: false }));
        assert_eq!(again.key.unwrap().auth_key.as_bytes(), &[7; 256]);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn every_prefix_of_a_file_is_refused_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("account.session");
        drop(SessionStore::create(&path, state()).unwrap());
        let text = fs::read(&path).unwrap();
        for len in 0..text.len() - 2 {
            let error = parse(&path, &text[..len]).unwrap_err();
            assert!(matches!(error, SessionError::Malformed { .. }), "{len}: {error}");
            assert!(!format!("{error:?}").contains("BwcH"), "{len}: the key is in the message");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("account.session");
        drop(SessionStore::create(&path, state()).unwrap());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SessionStore::open(&path), Err(SessionError::Exposed { mode: 0o644, .. })));
    }

    #[test]
    fn other_versions_missing_and_huge_files_have_their_own_messages() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("account.session");
        assert!(matches!(SessionStore::open(&path), Err(SessionError::Missing { .. })));
        assert!(matches!(parse(&path, br#"{"version":2}"#), Err(SessionError::Version { got: 2, .. })));
        let mut file = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
        file.write_all(&vec![b' '; 70_000]).unwrap();
        assert!(matches!(read(file.path()), Err(SessionError::Malformed { .. })));
    }
}
