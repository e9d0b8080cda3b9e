//! Reading back what was written: the same bytes, and as many rows as were proven.
//!
//! Each file is counted by a reader of its format, not by what its writer says.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use arrow_ipc::reader::FileReader;
use contacts::ReconcileError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use sha2::{Digest, Sha256};

use crate::archive;
use crate::export::ExportError;
use crate::format::Format;
use crate::sink::Written;
use crate::staging::{ARCHIVE, OutputError, io_error};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) size_bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// Checks a file against what the sink says it wrote: the bytes, and the rows that a reader of its format finds.
pub(crate) fn demand_written(path: &Path, written: &Written) -> Result<(), ExportError> {
    let damaged = || OutputError::Damaged { path: path.to_owned() };
    let found = fingerprint(path).map_err(io_error("read", path))?;
    if found != (Fingerprint { size_bytes: written.size_bytes, sha256: written.sha256 }) {
        return Err(damaged().into());
    }
    // an archive that nobody but its recipients can read has no rows to count here
    let Some(rows) = rows(path, written.name) else { return Ok(()) };
    demand_rows(written.name, written.rows, rows.map_err(|Unreadable| damaged())?)?;
    Ok(())
}

/// The rows of a file are as many as were proven.
pub(crate) fn demand_rows(name: &'static str, expected: u64, got: u64) -> Result<(), ReconcileError> {
    let count = |rows| usize::try_from(rows).unwrap_or(usize::MAX);
    if got == expected {
        return Ok(());
    }
    Err(ReconcileError::RowCount { name, expected: count(expected), got: count(got) })
}

/// Size and SHA-256.
pub(crate) fn fingerprint(path: &Path) -> io::Result<Fingerprint> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    let mut size_bytes = 0;
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(Fingerprint { size_bytes, sha256: hash.finalize().into() }),
            len => {
                hash.update(chunk.get(..len).unwrap_or_default());
                size_bytes += u64::try_from(len).unwrap_or_default();
            }
        }
    }
}

/// A file is not of its format.
#[derive(Debug)]
pub(crate) struct Unreadable;

/// The rows of a file, by its name; `None` if such a file has none that can be counted.
pub(crate) fn rows(path: &Path, name: &str) -> Option<Result<u64, Unreadable>> {
    if name == ARCHIVE {
        return Some(archive_rows(path));
    }
    let format = Format::ALL.into_iter().find(|format| format.file_name() == name)?;
    let Ok(file) = File::open(path) else { return Some(Err(Unreadable)) };
    let rows = match format {
        Format::Parquet => parquet_rows(file),
        Format::Arrow => arrow_rows(file),
        Format::Csv | Format::Google | Format::Outlook => csv_rows(file),
        Format::Jsonl => jsonl_rows(file),
        Format::Vcard | Format::Vcard3 => lines(file, "BEGIN:VCARD"),
        Format::Html => html_rows(file),
        Format::GreenApi => array_len(&mut serde_json::Deserializer::from_reader(BufReader::new(file))),
    };
    Some(rows.ok_or(Unreadable))
}

fn archive_rows(path: &Path) -> Result<u64, Unreadable> {
    let archive = archive::seal::open(path, None).map_err(|_| Unreadable)?;
    let fetched = archive.into_fetched().map_err(|_| Unreadable)?;
    let extras = fetched.extras().map_err(|_| Unreadable)?;
    let book = contacts::AddressBook::join_with(fetched.replies, &extras).map_err(|_| Unreadable)?;
    u64::try_from(book.counts().rows).map_err(|_| Unreadable)
}

fn parquet_rows(file: File) -> Option<u64> {
    let reader = SerializedFileReader::new(file).ok()?;
    u64::try_from(reader.metadata().file_metadata().num_rows()).ok()
}

fn arrow_rows(file: File) -> Option<u64> {
    let mut rows = 0;
    for batch in FileReader::try_new_buffered(file, None).ok()? {
        rows += u64::try_from(batch.ok()?.num_rows()).ok()?;
    }
    Some(rows)
}

fn csv_rows(file: File) -> Option<u64> {
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).ok()? {
        rows += 1;
    }
    Some(rows)
}

fn jsonl_rows(file: File) -> Option<u64> {
    let mut rows = 0;
    for object in serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter::<IgnoredAny>() {
        object.ok()?;
        rows += 1;
    }
    Some(rows)
}

fn lines(file: File, wanted: &str) -> Option<u64> {
    let mut rows = 0;
    for line in BufReader::new(file).lines() {
        rows += u64::from(line.ok()? == wanted);
    }
    Some(rows)
}

/// The rows stand in the page as one JSON array.
fn html_rows(file: File) -> Option<u64> {
    const START: &str = "id=\"rows\">";
    let mut reader = BufReader::new(file);
    let mut line = String::new();
    let mut at = 0;
    while reader.read_line(&mut line).ok()? > 0 {
        if let Some(found) = line.find(START) {
            let start = at + u64::try_from(found + START.len()).ok()?;
            reader.seek(io::SeekFrom::Start(start)).ok()?;
            return array_len(&mut serde_json::Deserializer::from_reader(reader));
        }
        at += u64::try_from(line.len()).ok()?;
        line.clear();
    }
    None
}

/// How many items an array has, none of them kept.
fn array_len<R: Read>(json: &mut serde_json::Deserializer<serde_json::de::IoRead<R>>) -> Option<u64> {
    struct Counter;

    impl<'de> Visitor<'de> for Counter {
        type Value = u64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
            let mut len = 0;
            while items.next_element::<IgnoredAny>()?.is_some() {
                len += 1;
            }
            Ok(len)
        }
    }

    json.deserialize_seq(Counter).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staging::{CSV, PARQUET};

    fn written(name: &'static str, content: &[u8], rows: u64) -> Written {
        Written {
            name,
            size_bytes: content.len().try_into().unwrap(),
            sha256: Sha256::digest(content).into(),
            rows,
            replaced: 0,
        }
    }

    #[test]
    fn a_file_that_changed_since_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CSV);
        let content = b"name\r\n\"two\r\nlines\"\r\nplain\r\n";
        std::fs::write(&path, content).unwrap();
        demand_written(&path, &written(CSV, content, 2)).unwrap();
        let others =
            [written(CSV, &content[1..], 2), written(CSV, b"name\r\n\"two\r\nlines\"\r\nplaim\r\n", 2)];
        for other in others {
            let damaged = demand_written(&path, &other).unwrap_err();
            assert!(matches!(damaged, ExportError::Output(OutputError::Damaged { .. })));
        }
        let lost = demand_written(&path, &written(CSV, content, 3)).unwrap_err();
        assert!(matches!(
            lost,
            ExportError::Reconcile(ReconcileError::RowCount { name: CSV, expected: 3, got: 2 })
        ));
        let missing = demand_written(&folder.path().join("x"), &written(CSV, b"", 0));
        assert!(matches!(missing, Err(ExportError::Output(OutputError::Io { .. }))));
    }

    #[test]
    fn what_no_reader_can_read_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        for name in Format::ALL.map(Format::file_name).into_iter().chain([ARCHIVE]) {
            let path = folder.path().join(name);
            // cut, empty, and not UTF-8
            for content in [&b"PAR1"[..], b"{\"a\":", b"id=\"rows\">[1,", b"\xff,\xff\n\xff"] {
                std::fs::write(&path, content).unwrap();
                let found = demand_written(&path, &written(name, content, 1));
                let is_csv = Path::new(name).extension().is_some_and(|ending| ending == "csv");
                assert!(found.is_err() || is_csv, "{name}: {content:?}");
            }
        }
        let path = folder.path().join(PARQUET);
        std::fs::write(&path, "PAR1").unwrap();
        assert!(demand_written(&path, &written(PARQUET, b"PAR1", 0)).is_err());
    }
}
