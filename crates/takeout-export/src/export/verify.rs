//! Reading back what was written: the same bytes, and as many rows as were proven.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use sha2::{Digest, Sha256};

use crate::sink::Written;
use crate::staging::{OutputError, PARQUET, io_error};

/// Checks a file against what the sink says it wrote, and counts its rows with a reader.
pub(super) fn rows_on_disk(path: &Path, written: &Written) -> Result<usize, OutputError> {
    let mut file = File::open(path).map_err(io_error("open", path))?;
    let (size_bytes, sha256) = digest(&mut file).map_err(io_error("read", path))?;
    let damaged = || OutputError::Damaged { path: path.to_owned() };
    if size_bytes != written.size_bytes || sha256 != written.sha256 {
        return Err(damaged());
    }
    let file = File::open(path).map_err(io_error("open", path))?;
    let rows = if written.name == PARQUET { parquet_rows(file) } else { csv_rows(file) };
    rows.ok_or_else(damaged)
}

fn digest(file: &mut File) -> io::Result<(u64, [u8; 32])> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    let mut size_bytes = 0;
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((size_bytes, hash.finalize().into())),
            len => {
                hash.update(chunk.get(..len).unwrap_or_default());
                size_bytes += u64::try_from(len).unwrap_or_default();
            }
        }
    }
}

fn parquet_rows(file: File) -> Option<usize> {
    let reader = SerializedFileReader::new(file).ok()?;
    usize::try_from(reader.metadata().file_metadata().num_rows()).ok()
}

fn csv_rows(file: File) -> Option<usize> {
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).ok()? {
        rows += 1;
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staging::CSV;

    fn written(name: &'static str, content: &[u8]) -> Written {
        Written {
            name,
            size_bytes: content.len().try_into().unwrap(),
            sha256: Sha256::digest(content).into(),
        }
    }

    #[test]
    fn a_file_that_changed_since_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CSV);
        let content = b"name\r\n\"two\r\nlines\"\r\nplain\r\n";
        std::fs::write(&path, content).unwrap();
        assert_eq!(rows_on_disk(&path, &written(CSV, content)).unwrap(), 2);
        for other in [&content[1..], b"name\r\n\"two\r\nlines\"\r\nplaim\r\n"] {
            let damaged = rows_on_disk(&path, &written(CSV, other)).unwrap_err();
            assert!(matches!(damaged, OutputError::Damaged { .. }));
        }
    }

    #[test]
    fn what_no_reader_can_read_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PARQUET);
        std::fs::write(&path, "PAR1").unwrap();
        assert!(matches!(rows_on_disk(&path, &written(PARQUET, b"PAR1")), Err(OutputError::Damaged { .. })));
        assert!(matches!(
            rows_on_disk(&folder.path().join("x"), &written(CSV, b"")),
            Err(OutputError::Io { .. })
        ));
    }
}
