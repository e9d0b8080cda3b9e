//! Bytes become entries, each one checked before it is believed.

use std::io::{self, Read};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::layout::{
    ENTRY_HEAD_BYTES, End, EntryHead, HASH_BYTES, HEAD_BYTES, Kind, MAGIC, MAX_LABEL_BYTES, MAX_REPLY_BYTES,
    MAX_STORED_BYTES, MAX_TOTAL_BYTES, MAX_WINDOW_LOG, VERSION,
};
use super::{Archive, ArchiveError, Run, Stored};

/// Reads a whole archive, to its last byte.
///
/// # Errors
/// [`ArchiveError`]; nothing of a damaged archive is handed out.
pub fn read(from: impl Read) -> Result<Archive, ArchiveError> {
    let mut reader = Reader { from, whole: Sha256::new(), at_bytes: 0, entry: 0, plain_bytes: 0 };
    reader.head()?;
    let run: Run = match reader.next()? {
        (Kind::Run, label, _) => reader.label(&label)?,
        (kind, _, _) => return Err(reader.unexpected(kind)),
    };
    let mut replies = Vec::new();
    loop {
        reader.entry += 1;
        let before = reader.whole.clone();
        match reader.next()? {
            (Kind::Reply, label, body) => replies.push(Stored { about: reader.label(&label)?, body }),
            (Kind::End, label, _) => {
                let end: End = reader.label(&label)?;
                if end.entries != reader.entry || end.sha256 != hex::encode(before.finalize()) {
                    return Err(ArchiveError::Rearranged);
                }
                reader.nothing_more()?;
                return Ok(Archive { run, replies });
            }
            (kind, _, _) => return Err(reader.unexpected(kind)),
        }
    }
}

struct Reader<R> {
    from: R,
    /// Of every byte so far.
    whole: Sha256,
    at_bytes: u64,
    entry: u64,
    /// Of all bodies so far.
    plain_bytes: u64,
}

impl<R: Read> Reader<R> {
    fn head(&mut self) -> Result<(), ArchiveError> {
        let head = match self.exact::<HEAD_BYTES>() {
            Err(ArchiveError::Truncated { .. }) => return Err(ArchiveError::NotAnArchive),
            head => head?,
        };
        let (magic, version) = head.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(ArchiveError::NotAnArchive);
        }
        match version.try_into().map(u32::from_le_bytes) {
            Ok(VERSION) => Ok(()),
            Ok(got) => Err(ArchiveError::Version { got, supported: VERSION }),
            Err(_) => Err(ArchiveError::NotAnArchive),
        }
    }

    /// The next entry: kind, label, body.
    fn next(&mut self) -> Result<(Kind, Vec<u8>, Bytes), ArchiveError> {
        let entry = self.entry;
        let bytes = self.exact::<ENTRY_HEAD_BYTES>()?;
        let head = EntryHead::from_bytes(bytes);
        self.demand_limits(head)?;
        let label = self.up_to(u64::from(head.label_bytes))?;
        let stored = self.up_to(head.stored_bytes)?;
        let mut hash = Sha256::new();
        for part in [&bytes[..], &label, &stored] {
            hash.update(part);
        }
        if self.exact::<HASH_BYTES>()? != <[u8; HASH_BYTES]>::from(hash.finalize()) {
            return Err(ArchiveError::Damaged { entry });
        }
        let kind = Kind::of(head.kind).ok_or(ArchiveError::Unexpected { entry, kind: head.kind })?;
        self.plain_bytes = self.plain_bytes.saturating_add(head.plain_bytes);
        Ok((kind, label, self.body(&stored, head.plain_bytes)?))
    }

    fn demand_limits(&self, head: EntryHead) -> Result<(), ArchiveError> {
        let left = MAX_TOTAL_BYTES.saturating_sub(self.plain_bytes);
        let lengths = [
            ("label", u64::from(head.label_bytes), u64::from(MAX_LABEL_BYTES)),
            ("stored body", head.stored_bytes, MAX_STORED_BYTES),
            ("body", head.plain_bytes, MAX_REPLY_BYTES.min(left)),
        ];
        match lengths.into_iter().find(|(_, got_bytes, limit_bytes)| got_bytes > limit_bytes) {
            None => Ok(()),
            Some((what, got_bytes, limit_bytes)) => {
                Err(ArchiveError::TooLarge { entry: self.entry, what, got_bytes, limit_bytes })
            }
        }
    }

    /// Inflates a body. The buffer grows with what comes out, and no further than the stated length.
    fn body(&self, stored: &[u8], expected_bytes: u64) -> Result<Bytes, ArchiveError> {
        let wrong = |source| ArchiveError::Body { entry: self.entry, expected_bytes, source };
        if stored.is_empty() {
            return if expected_bytes == 0 { Ok(Bytes::new()) } else { Err(wrong(None)) };
        }
        let inflate = || {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?.single_frame();
            decoder.window_log_max(MAX_WINDOW_LOG)?;
            let mut plain = Vec::new();
            (&mut decoder).take(expected_bytes.saturating_add(1)).read_to_end(&mut plain)?;
            Ok((plain, decoder.finish().is_empty()))
        };
        let (plain, is_all) = inflate().map_err(|error| wrong(Some(error)))?;
        let fits = u64::try_from(plain.len()).is_ok_and(|got| got == expected_bytes);
        if fits && is_all { Ok(Bytes::from(plain)) } else { Err(wrong(None)) }
    }

    fn exact<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let bytes = self.up_to(u64::try_from(N).unwrap_or_default())?;
        bytes.try_into().map_err(|_| self.truncated())
    }

    /// So many bytes. The buffer grows with what is there.
    fn up_to(&mut self, len_bytes: u64) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::new();
        let outcome = (&mut self.from).take(len_bytes).read_to_end(&mut bytes);
        let got = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.at_bytes = self.at_bytes.saturating_add(got);
        self.whole.update(&bytes);
        outcome.map_err(|error| match error.kind() {
            // age says so of a stream that was cut
            io::ErrorKind::UnexpectedEof => self.truncated(),
            _ => ArchiveError::Io(error),
        })?;
        if got == len_bytes { Ok(bytes) } else { Err(self.truncated()) }
    }

    fn nothing_more(&mut self) -> Result<(), ArchiveError> {
        let at_bytes = self.at_bytes;
        match self.exact::<1>() {
            Ok(_) => Err(ArchiveError::Trailing { at_bytes }),
            Err(ArchiveError::Truncated { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn label<T: DeserializeOwned>(&self, text: &[u8]) -> Result<T, ArchiveError> {
        serde_json::from_slice(text).map_err(|source| ArchiveError::Label { entry: self.entry, source })
    }

    fn truncated(&self) -> ArchiveError {
        ArchiveError::Truncated { entry: self.entry, at_bytes: self.at_bytes }
    }

    fn unexpected(&self, kind: Kind) -> ArchiveError {
        ArchiveError::Unexpected { entry: self.entry, kind: kind.number() }
    }
}
