//! Why an output folder cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// The output folder cannot be used or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// There is something in the folder, and nothing said that it may be replaced.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file has the name of one of ours, but no manifest of ours names it: it is somebody else's.
    #[error("{} was not written by this program, so it is not replaced", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The path is that of a file.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// Another run is at work on the same folder.
    #[error("another export is being written to {}", path.display())]
    Busy {
        /// The folder.
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
    /// A file is not what was written.
    #[error("{} does not hold what was written to it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    move |source| OutputError::Io { action, path: path.to_owned(), source }
}
