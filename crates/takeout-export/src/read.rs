//! The rows of an export, read back from wherever they stand: a Parquet file, an archive, or a folder with either.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use contacts::{AddressBook, ContactsError};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use tl_codec::DecodeError;

use crate::archive::layout::MAGIC;
use crate::archive::{Archive, ArchiveError, seal};
use crate::columns::{Columns, Options};
use crate::export::{BATCH_ROWS, Fetched};
use crate::staging::{ARCHIVE, PARQUET, SEALED_ARCHIVE};

/// What a Parquet file starts with.
const PARQUET_MAGIC: &[u8; 4] = b"PAR1";

/// The longest beginning of the files that are read here.
const LONGEST_MAGIC_BYTES: u64 = 32;

/// Rows, and where they were found.
#[derive(Debug)]
pub struct Table {
    /// The file that they were read from.
    pub path: PathBuf,
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
}

/// There are no rows to be read here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file system refused.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    /// A folder with neither a Parquet file nor an archive.
    #[error("there is neither {PARQUET} nor {ARCHIVE} in the folder")]
    Nothing,
    /// It is neither a Parquet file nor an archive.
    #[error("the file is neither the Parquet file nor the archive of an export")]
    Form,
    /// It is no Parquet file, or not a whole one.
    #[error("the Parquet file cannot be read")]
    Parquet(#[from] ParquetError),
    /// It is no archive, or not a whole one.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The replies of the archive are not an address book.
    #[error(transparent)]
    Contacts(#[from] ContactsError),
    /// A row of the archive cannot be read.
    #[error("a row cannot be read from its reply")]
    Row(#[from] DecodeError),
    /// The columns are not those of an export.
    #[error("the columns are not those of an export")]
    Columns(#[from] ArrowError),
}

/// The file with the rows: the one that was named, or in a folder the Parquet file, or else the archive.
pub fn find(given: &Path) -> PathBuf {
    if !given.is_dir() {
        return given.to_owned();
    }
    let candidates = [PARQUET, ARCHIVE, SEALED_ARCHIVE].map(|name| given.join(name));
    candidates.into_iter().find(|path| path.is_file()).unwrap_or_else(|| given.to_owned())
}

/// Whether a file begins as a Parquet file or an archive does, encrypted or not.
pub fn is_table(path: &Path) -> bool {
    start(path).is_ok_and(|start| is_known(&start))
}

fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(LONGEST_MAGIC_BYTES).read_to_end(&mut start)?;
    Ok(start)
}

fn is_known(start: &[u8]) -> bool {
    let starts: [&[u8]; 3] = [PARQUET_MAGIC, &MAGIC, seal::AGE_MAGIC];
    starts.iter().any(|magic| start.starts_with(magic))
}

/// Reads rows. `identity` opens an encrypted archive.
///
/// # Errors
/// [`ReadError`].
pub fn table(given: &Path, identity: Option<&Path>) -> Result<Table, ReadError> {
    let path = find(given);
    if path.is_dir() {
        return Err(ReadError::Nothing);
    }
    let start = start(&path)?;
    if !is_known(&start) {
        return Err(ReadError::Form);
    }
    let (schema, batches) = if start.starts_with(PARQUET_MAGIC) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path)?)?;
        let schema = SchemaRef::clone(reader.schema());
        (schema, reader.with_batch_size(BATCH_ROWS).build()?.collect::<Result<Vec<_>, _>>()?)
    } else {
        rows_of(&seal::open(&path, identity).and_then(Archive::into_fetched)?)?
    };
    Ok(Table { path, schema, batches })
}

/// The rows that an export would write.
fn rows_of(fetched: &Fetched) -> Result<(SchemaRef, Vec<RecordBatch>), ReadError> {
    let extras = fetched.extras()?;
    let book = AddressBook::join_with(fetched.replies.clone(), &extras)?;
    let mut columns = Columns::with_extras(Options::default(), fetched.frame(), extras);
    let mut batches = Vec::new();
    let mut rows = book.rows();
    loop {
        columns.extend(rows.by_ref().take(BATCH_ROWS))?;
        batches.push(columns.finish()?);
        if rows.len() == 0 {
            break;
        }
    }
    Ok((columns.schema(), batches))
}
