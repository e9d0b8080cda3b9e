//! Why a session cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::state::SESSION_VERSION;

/// A session file, or the key that it is encrypted to, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is no file.
    #[error("there is no session at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file or folder is open to others: what is in it may be known to them, or theirs.
    #[error("{} is open to other users (mode {mode:o})", path.display())]
    Exposed {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The permission bits that it should have.
        wanted: u32,
    },
    /// The file or folder belongs to another user, who can read and replace it.
    #[error("{} belongs to another user (uid {owner})", path.display())]
    ForeignOwner {
        /// The file or folder.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// The file is not what it should be, or was damaged.
    #[error("{} is damaged or no session file: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, without any of its content.
        reason: &'static str,
    },
    /// The file was written by a newer version of this program.
    #[error("{} has session version {got}, this program knows {SESSION_VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        got: u64,
    },
    /// Another process holds the session. Two that use one key at once make the server end it for both.
    #[error("{} is in use by another process{}", path.display(), pid_text(*pid))]
    InUse {
        /// The file.
        path: PathBuf,
        /// The process, if it could be told.
        pid: Option<u32>,
    },
    /// The file is encrypted, and no identity was given.
    #[error("{} is encrypted", path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
    },
    /// The file is encrypted to another identity, or the part of it that names the identity is damaged.
    #[error("{} is encrypted for another key than the one of this data folder, or damaged", path.display())]
    WrongIdentity {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open the identity.
    #[error("the passphrase does not open {}: it is wrong, or the file is damaged", path.display())]
    WrongPassphrase {
        /// The file of the identity.
        path: PathBuf,
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

pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SessionError {
    move |source| SessionError::Io { action, path: path.to_owned(), source }
}

pub(super) fn malformed(path: &Path, reason: &'static str) -> SessionError {
    SessionError::Malformed { path: path.to_owned(), reason }
}

fn pid_text(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}
