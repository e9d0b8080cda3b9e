//! What to do about a file that is none of ours, not whole, or closed.

use std::io;

use crate::archive::{ArchiveError, seal};
use crate::read::ReadError;

/// The next step after an archive that cannot be used.
pub(super) fn archive_advice(error: &ArchiveError) -> Option<String> {
    let advice = match error {
        ArchiveError::Encrypted => "name the file with your key: --identity FILE",
        _ if seal::is_key_problem(error) => {
            "name the file with the key that the archive was encrypted for: --identity FILE"
        }
        ArchiveError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            "name the archive, or a folder that has one; an export with --no-raw has none"
        }
        ArchiveError::Io(_) => return None,
        _ => "take the archive from a backup; a damaged one is not used in part",
    };
    Some(advice.to_owned())
}

/// The next step after a file or folder without rows that can be read.
pub(super) fn read_advice(error: &ReadError) -> Option<String> {
    match error {
        ReadError::Archive(error) => archive_advice(error),
        ReadError::Form | ReadError::Nothing => {
            Some("name an export that has one of them, or one of the two itself".to_owned())
        }
        _ => None,
    }
}
