//! The files of an export, read back: cells as text, and `None` for a null.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A row of either file.
pub(crate) struct Row {
    columns: Arc<[String]>,
    cells: Vec<Option<String>>,
}

impl Row {
    #[track_caller]
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column);
        self.cells[at.unwrap_or_else(|| panic!("no column {column}"))].as_deref()
    }

    #[track_caller]
    pub(crate) fn number(&self, column: &str) -> Option<i64> {
        self.text(column).map(|text| text.parse().unwrap())
    }

    #[track_caller]
    pub(crate) fn flag(&self, column: &str) -> Option<bool> {
        self.text(column).map(|text| text.parse().unwrap())
    }

    /// The same row as a CSV file tells it, where null and the empty text are one.
    pub(crate) fn cells_without_nulls(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.as_deref().unwrap_or_default())
    }
}

/// The rows of `contacts.parquet` in this folder.
#[track_caller]
pub(crate) fn read_parquet(folder: &Path) -> Vec<Row> {
    let file = File::open(folder.join("contacts.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let columns: Arc<[String]> =
            batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| Row { columns: Arc::clone(&columns), cells: cells(&batch, row) }),
        );
    }
    rows
}

/// The rows of `contacts.csv` in this folder.
#[track_caller]
pub(crate) fn read_csv(folder: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("contacts.csv")).unwrap();
    let columns: Arc<[String]> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::Result<csv::StringRecord>| Row {
        columns: Arc::clone(&columns),
        cells: record.unwrap().iter().map(|cell| Some(cell.to_owned())).collect(),
    };
    reader.records().map(row).collect()
}

fn cells(batch: &RecordBatch, row: usize) -> Vec<Option<String>> {
    let cell = |column: &Arc<dyn Array>| (!column.is_null(row)).then(|| text(column.as_ref(), row));
    batch.columns().iter().map(cell).collect()
}

fn text(column: &dyn Array, row: usize) -> String {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            Timestamp::from_microsecond(micros).unwrap().to_string()
        }
        DataType::Dictionary(..) => {
            let words = column.as_dictionary::<Int32Type>();
            let key = usize::try_from(words.keys().value(row)).unwrap();
            words.values().as_any().downcast_ref::<StringArray>().unwrap().value(key).to_owned()
        }
        DataType::List(_) => usernames(&column.as_list::<i32>().value(row)),
        other => panic!("a column of type {other}"),
    }
}

/// The items as JSON text.
fn usernames(items: &Arc<dyn Array>) -> String {
    let items = items.as_struct();
    let item = |row| {
        serde_json::json!({
            "username": items.column(0).as_string::<i32>().value(row),
            "editable": items.column(1).as_boolean().value(row),
            "active": items.column(2).as_boolean().value(row),
        })
    };
    (0..items.len()).map(item).collect::<serde_json::Value>().to_string()
}
