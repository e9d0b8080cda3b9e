//! Parquet: for DuckDB, pandas, Polars, Spark and everything else that reads columns.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::{HashingFile, Sink, SinkError, Written};

/// Rows in a row group: what the writer holds in memory before it writes.
///
/// A reader can skip a group by its statistics, so groups should be few; one of this size holds most address books
/// whole and stays below ten megabytes in memory.
pub const MAX_ROW_GROUP_ROWS: usize = 65_536;

/// Writes one Parquet file: zstd, dictionaries, statistics for each page, and the given key-value metadata.
pub struct ParquetSink {
    name: &'static str,
    writer: ArrowWriter<HashingFile>,
}

impl ParquetSink {
    /// Starts the file.
    ///
    /// # Errors
    /// [`SinkError::Parquet`] if the schema has no Parquet form or the file cannot be written.
    pub fn new(
        file: HashingFile,
        schema: SchemaRef,
        metadata: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SinkError> {
        let name = file.name();
        let error = |source| SinkError::Parquet { name, source };
        let metadata = metadata.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
        let properties = properties(metadata).map_err(error)?;
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(error)?;
        Ok(Self { name, writer })
    }

    fn error(&self, source: ParquetError) -> SinkError {
        SinkError::Parquet { name: self.name, source }
    }
}

fn properties(metadata: Vec<KeyValue>) -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        // in the form that readers parse; no time and no host, so that equal rows give equal files
        .set_created_by(
            concat!("takeout-export version ", env!("CARGO_PKG_VERSION"), " (build parquet-rs)").into(),
        )
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(MAX_ROW_GROUP_ROWS))
        .set_key_value_metadata(Some(metadata))
        .build())
}

impl Sink for ParquetSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        self.writer.write(batch).map_err(|source| self.error(source))
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let name = self.name;
        let file = self.writer.into_inner().map_err(|source| SinkError::Parquet { name, source })?;
        file.finish()
    }
}

impl fmt::Debug for ParquetSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetSink").field("name", &self.name).finish_non_exhaustive()
    }
}
