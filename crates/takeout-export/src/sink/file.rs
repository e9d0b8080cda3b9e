//! The last step before the disk: bytes are counted and hashed on their way.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use sha2::{Digest, Sha256};

use super::SinkError;

/// Something that an output file can be written to.
///
/// Files are what the program uses; tests put a disk in its place that is full after so many bytes.
pub trait OutputFile: Write + Send {
    /// Returns when all that was written would survive a power cut.
    ///
    /// # Errors
    /// Whatever the file system reports late (a full disk, a lost network mount).
    fn sync(&mut self) -> io::Result<()>;
}

impl OutputFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// A file that is safe on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name in the output folder.
    pub name: &'static str,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// The rows in it.
    pub rows: u64,
    /// Characters that the format cannot carry and that stand in it as U+FFFD.
    pub replaced: u64,
}

/// Counts and hashes what is written through it.
pub struct HashingFile {
    name: &'static str,
    file: BufWriter<Box<dyn OutputFile>>,
    size_bytes: u64,
    hash: Sha256,
}

/// Few system calls without much memory.
const BUFFER_BYTES: usize = 64 * 1024;

impl HashingFile {
    /// Starts at the beginning of `file`, which will be called `name`.
    pub fn new(name: &'static str, file: Box<dyn OutputFile>) -> Self {
        Self { name, file: BufWriter::with_capacity(BUFFER_BYTES, file), size_bytes: 0, hash: Sha256::new() }
    }

    /// What the file will be called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Writes the rest and waits until it is safe. `rows` and `replaced` are what [`Written`] says of it.
    ///
    /// # Errors
    /// [`SinkError::Io`].
    pub fn finish(mut self, rows: u64, replaced: u64) -> Result<Written, SinkError> {
        let synced = self.file.flush().and_then(|()| self.file.get_mut().sync());
        synced.map_err(|source| SinkError::Io { name: self.name, source })?;
        Ok(Written {
            name: self.name,
            size_bytes: self.size_bytes,
            sha256: self.hash.finalize().into(),
            rows,
            replaced,
        })
    }
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.size_bytes = self.size_bytes.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl fmt::Debug for HashingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashingFile")
            .field("name", &self.name)
            .field("size_bytes", &self.size_bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A file in memory, with room for so many bytes.
    #[derive(Clone)]
    pub(crate) struct Memory {
        pub(crate) bytes: Arc<Mutex<Vec<u8>>>,
        pub(crate) room_bytes: usize,
    }

    impl Memory {
        pub(crate) fn with_room(room_bytes: usize) -> Self {
            Self { bytes: Arc::default(), room_bytes }
        }
    }

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut content = self.bytes.lock().unwrap();
            let room = self.room_bytes - content.len();
            if room == 0 && !bytes.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let fits = bytes.len().min(room);
            content.extend_from_slice(&bytes[..fits]);
            Ok(fits)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl OutputFile for Memory {
        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn size_and_hash_are_those_of_the_file() {
        let memory = Memory::with_room(usize::MAX);
        let mut file = HashingFile::new("x", Box::new(memory.clone()));
        for part in [b"ab".as_slice(), b"", b"c"] {
            file.write_all(part).unwrap();
        }
        let written = file.finish(1, 2).unwrap();
        assert_eq!(memory.bytes.lock().unwrap().as_slice(), b"abc");
        assert_eq!((written.name, written.size_bytes), ("x", 3));
        // FIPS 180-2, appendix B.1
        assert_eq!(
            hex::encode(written.sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_full_disk_is_noticed_at_the_latest_when_finishing() {
        let mut file = HashingFile::new("x", Box::new(Memory::with_room(2)));
        file.write_all(b"abc").unwrap();
        let SinkError::Io { name: "x", source } = file.finish(0, 0).unwrap_err() else { panic!() };
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    }
}
