//! Where files come from: the file system, or in tests a disk that fills up.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use crate::sink::OutputFile;

/// Creates the files of an export.
pub trait Disk: Send {
    /// A new and empty file, readable by its owner alone.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn create(&self, path: &Path) -> io::Result<Box<dyn OutputFile>>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn OutputFile>> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Box::new(options.open(path)?))
    }
}
