//! Entries become bytes.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::layout::{End, EntryHead, Kind, MAGIC, VERSION};
use super::{About, Archive, Run};

/// zstd's own default: what is gained above it is not worth the time.
const LEVEL: i32 = 3;

/// Writes an archive entry by entry. One that is not [finished](Self::finish) is not whole, and no reader takes it.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
    whole: Sha256,
    entries: u64,
}

impl<W: Write> Writer<W> {
    /// Starts with the head and the entry that says whose it is.
    ///
    /// # Errors
    /// Whatever `to` says.
    pub fn begin(to: W, run: &Run) -> io::Result<Self> {
        let mut writer = Self { to, whole: Sha256::new(), entries: 0 };
        writer.put(&MAGIC)?;
        writer.put(&VERSION.to_le_bytes())?;
        writer.entry(Kind::Run, run, &[])?;
        Ok(writer)
    }

    /// Adds a reply.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn reply(&mut self, about: &About, body: &[u8]) -> io::Result<()> {
        self.entry(Kind::Reply, about, body)
    }

    /// Writes the end.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn finish(mut self) -> io::Result<W> {
        let end = End { entries: self.entries, sha256: hex::encode(self.whole.clone().finalize()) };
        self.entry(Kind::End, &end, &[])?;
        Ok(self.to)
    }

    fn entry(&mut self, kind: Kind, label: &impl Serialize, body: &[u8]) -> io::Result<()> {
        let label = serde_json::to_vec(label)?;
        let stored = if body.is_empty() { Vec::new() } else { zstd::encode_all(body, LEVEL)? };
        let head = EntryHead {
            kind: kind.number(),
            label_bytes: u32::try_from(label.len()).map_err(io::Error::other)?,
            stored_bytes: u64::try_from(stored.len()).map_err(io::Error::other)?,
            plain_bytes: u64::try_from(body.len()).map_err(io::Error::other)?,
        };
        let mut hash = Sha256::new();
        for part in [&head.to_bytes()[..], &label, &stored] {
            hash.update(part);
            self.put(part)?;
        }
        self.put(&hash.finalize())?;
        self.entries += 1;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.whole.update(bytes);
        self.to.write_all(bytes)
    }
}

/// Writes a whole archive.
///
/// # Errors
/// Whatever `to` says.
pub fn write<W: Write>(archive: &Archive, to: W) -> io::Result<W> {
    let mut writer = Writer::begin(to, &archive.run)?;
    for stored in &archive.replies {
        writer.reply(&stored.about, &stored.body)?;
    }
    writer.finish()
}
