//! Parquet: for DuckDB, pandas, Polars, Spark and everything else that reads columns.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::{HashingFile, Sink, SinkError, Written};

/// Rows in a row group: what the writer holds in memory before it writes.
///
/// A reader can skip a group by its statistics, so groups should be few; one of this size holds most address books
/// whole.
pub const MAX_ROW_GROUP_ROWS: usize = 32_768;

/// Rows in a page: each column keeps the values of its page until the page is full.
const MAX_PAGE_ROWS: usize = 8_192;

/// Each column has a compressor of its own until its row group is written. On pages of this size level 3 fills tables of
/// 384 KiB in each, level 1 of 32 KiB, and the files are equally small.
const ZSTD_LEVEL: i32 = 1;

/// Columns that somebody looks up one value in: a bloom filter says where it is not.
const LOOKED_UP: [&str; 2] = ["user_id", "phone"];

/// Columns in which hardly any value comes twice. A dictionary of them is as large as the column: it costs the writer
/// memory (a megabyte a column, and as much to look it up) and time, and is thrown away when it is full.
const DISTINCT: [&str; 11] = [
    "row_id",
    "phone",
    "phone_e164",
    "saved_phone",
    "user_phone",
    "saved_at",
    "saved_at_unix",
    "user_id",
    "access_hash",
    "username",
    "status_at",
];

/// Writes one Parquet file: zstd, dictionaries where values repeat, statistics and an index of the pages, bloom filters for
/// what is looked up, and the given key-value metadata.
pub struct ParquetSink {
    name: &'static str,
    writer: ArrowWriter<HashingFile>,
    rows: u64,
}

impl ParquetSink {
    /// Starts the file. `rows_expected` is what the bloom filters are made for.
    ///
    /// # Errors
    /// [`SinkError::Parquet`] if the schema has no Parquet form or the file cannot be written.
    pub fn new(
        file: HashingFile,
        schema: SchemaRef,
        metadata: impl IntoIterator<Item = (String, String)>,
        rows_expected: usize,
    ) -> Result<Self, SinkError> {
        let name = file.name();
        let error = |source| SinkError::Parquet { name, source };
        let metadata = metadata.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
        let properties = properties(metadata, rows_expected).map_err(error)?;
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(error)?;
        Ok(Self { name, writer, rows: 0 })
    }

    fn error(&self, source: ParquetError) -> SinkError {
        SinkError::Parquet { name: self.name, source }
    }
}

fn properties(metadata: Vec<KeyValue>, rows_expected: usize) -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder();
    // a filter is as large as it is made for, whatever then goes in
    let distinct = u64::try_from(rows_expected.clamp(1, MAX_ROW_GROUP_ROWS)).unwrap_or(u64::MAX);
    for column in LOOKED_UP {
        let column = ColumnPath::from(column);
        builder = builder
            .set_column_bloom_filter_enabled(column.clone(), true)
            .set_column_bloom_filter_max_ndv(column, distinct);
    }
    for column in DISTINCT {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    Ok(builder
        // in the form that readers parse; no time and no host, so that equal rows give equal files
        .set_created_by(
            concat!("takeout-export version ", env!("CARGO_PKG_VERSION"), " (build parquet-rs)").into(),
        )
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_data_page_row_count_limit(MAX_PAGE_ROWS)
        .set_max_row_group_row_count(Some(MAX_ROW_GROUP_ROWS))
        .set_key_value_metadata(Some(metadata))
        .build())
}

impl Sink for ParquetSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        self.writer.write(batch).map_err(|source| self.error(source))?;
        self.rows += u64::try_from(batch.num_rows()).unwrap_or_default();
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let name = self.name;
        let file = self.writer.into_inner().map_err(|source| SinkError::Parquet { name, source })?;
        file.finish(self.rows, 0)
    }
}

impl fmt::Debug for ParquetSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetSink").field("name", &self.name).finish_non_exhaustive()
    }
}
