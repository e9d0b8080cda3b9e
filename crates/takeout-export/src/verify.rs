//! Whether a folder still holds what was written to it: every file that the manifest names, by size, SHA-256 and rows.

use std::fs;
use std::io;
use std::path::Path;

use crate::check;
use crate::manifest::{File, Manifest, TOOL};
use crate::staging::{MANIFEST, OWN_NAMES};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the folder says of itself.
    pub manifest: Manifest,
    /// Each file, and what is wrong with it.
    pub files: Vec<(String, Option<Fault>)>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is gone.
    #[error("is missing")]
    Missing,
    /// It cannot be read.
    #[error("cannot be read")]
    Unreadable,
    /// Its size is another.
    #[error("has another size: it was cut or changed")]
    Size,
    /// Its SHA-256 is another.
    #[error("has another SHA-256: it was changed")]
    Sha256,
    /// It has another number of rows than the manifest says; the two do not belong together.
    #[error("has another number of rows than the manifest says")]
    Rows,
    /// No export writes a file of this name.
    #[error("is not a name that an export gives to a file")]
    Name,
}

/// The folder is not an export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no manifest, or it cannot be read.
    #[error("cannot read {MANIFEST}")]
    Io(#[from] io::Error),
    /// The manifest is not one of ours, or damaged.
    #[error("{MANIFEST} is not the manifest of an export")]
    Manifest(#[from] serde_json::Error),
    /// The manifest is that of another program.
    #[error("{MANIFEST} is that of another program")]
    Foreign,
}

impl Verified {
    /// Whether all is as it was written.
    pub fn is_whole(&self) -> bool {
        self.files.iter().all(|(_, fault)| fault.is_none())
    }
}

/// Reads the manifest and holds every file against it.
///
/// # Errors
/// [`VerifyError`] if there is no manifest to hold them against. A file that does not fit is no error but what was found.
pub fn verify(folder: &Path) -> Result<Verified, VerifyError> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(folder.join(MANIFEST))?)?;
    if manifest.tool != TOOL {
        return Err(VerifyError::Foreign);
    }
    let files = manifest.files.iter().map(|file| (file.name.clone(), fault(folder, file))).collect();
    Ok(Verified { manifest, files })
}

fn fault(folder: &Path, file: &File) -> Option<Fault> {
    // a manifest is a text that anybody can change: it leads to no path but our own
    if !OWN_NAMES.contains(&file.name.as_str()) {
        return Some(Fault::Name);
    }
    let path = folder.join(&file.name);
    let found = match check::fingerprint(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(Fault::Missing),
        Err(_) => return Some(Fault::Unreadable),
    };
    if found.size_bytes != file.size_bytes {
        return Some(Fault::Size);
    }
    if hex::encode(found.sha256) != file.sha256 {
        return Some(Fault::Sha256);
    }
    match check::rows(&path, &file.name) {
        Some(Err(_)) => Some(Fault::Unreadable),
        Some(Ok(rows)) if rows != file.rows => Some(Fault::Rows),
        _ => None,
    }
}
