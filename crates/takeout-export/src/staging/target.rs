//! What stands at the output path, and what of it is ours.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{OutputError, io_error};
use super::{MANIFEST, OWN_NAMES, STAGING};
use crate::manifest;

/// Where to stage for this target: inside of it if it is there, else beside it. Creates the folders above it.
pub(super) fn staging_folder(target: &Path) -> Result<PathBuf, OutputError> {
    match fs::metadata(target) {
        Ok(found) if found.is_dir() => return Ok(target.join(STAGING)),
        Ok(_) => return Err(OutputError::NotAFolder { path: target.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(io_error("look at", target)(error)),
    }
    let above = parent(target);
    fs::create_dir_all(above).map_err(io_error("create", above))?;
    Ok(beside(target))
}

/// The staging folder of a target that is not there.
pub(super) fn beside(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(STAGING);
    parent(target).join(name)
}

/// The folder above; a bare name lies in the working directory.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Whether an export may be put here.
pub(super) fn check(target: &Path, force: bool) -> Result<(), OutputError> {
    let names = match entries(target) {
        Err(OutputError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        names => names?,
    };
    if !force && !names.is_empty() {
        return Err(OutputError::NotEmpty { path: target.to_owned() });
    }
    own_files(target).map(|_| ())
}

/// The files of the export that stands in this folder, the manifest among them.
///
/// A file is ours if its name is one that we give and the manifest of an export names it. Anything else that is in the
/// way is an error.
pub(super) fn own_files(target: &Path) -> Result<Vec<&'static str>, OutputError> {
    let listed = match fs::read(target.join(MANIFEST)) {
        Ok(text) => manifest::listed_files(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(io_error("read", &target.join(MANIFEST))(error)),
    };
    let mut own = Vec::new();
    for name in OWN_NAMES {
        let path = target.join(name);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error("look at", &path)(error)),
            Ok(found) => {
                let is_listed =
                    |files: &Vec<String>| name == MANIFEST || files.iter().any(|file| file == name);
                if !found.is_file() || !listed.as_ref().is_some_and(is_listed) {
                    return Err(OutputError::Foreign { path });
                }
                own.push(name);
            }
        }
    }
    Ok(own)
}

/// The names in a folder, our staging folder left out.
pub(super) fn entries(target: &Path) -> Result<Vec<std::ffi::OsString>, OutputError> {
    let list = fs::read_dir(target).map_err(io_error("read", target))?;
    let names = list.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>();
    let mut names = names.map_err(io_error("read", target))?;
    names.retain(|name| name != STAGING);
    Ok(names)
}

pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
