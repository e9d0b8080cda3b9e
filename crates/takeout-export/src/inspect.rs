//! What stands in the rows, counted: for somebody who wants to know what a file is before opening it.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{ArrowError, DataType};

use crate::read::Table;
use crate::sink::cell::Cells;

/// How many rows there are of what.
pub type Tally = BTreeMap<String, u64>;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Rows in all.
    pub rows: u64,
    /// Name, type, and how many rows have none.
    pub columns: Vec<(String, String, u64)>,
    /// Rows by `source`.
    pub by_source: Tally,
    /// Rows by `status`.
    pub by_status: Tally,
    /// Rows by the country of their number (`phone_region`); those without stand under `none`.
    pub by_country: Tally,
    /// The first rows, as many as were asked for: the columns that have a value, as text.
    pub preview: Vec<Vec<(String, String)>>,
}

/// Counts, and takes the first `preview_rows` out.
///
/// # Errors
/// [`ArrowError`] if a column has a type that no column of an export has.
pub fn inspect(table: &Table, preview_rows: usize) -> Result<Inspection, ArrowError> {
    let mut found = Inspection {
        rows: 0,
        columns: columns(table),
        by_source: Tally::new(),
        by_status: Tally::new(),
        by_country: Tally::new(),
        preview: Vec::new(),
    };
    for batch in &table.batches {
        found.rows += u64::try_from(batch.num_rows()).unwrap_or_default();
        for (name, tally) in [("source", &mut found.by_source), ("status", &mut found.by_status)] {
            batch.column_by_name(name).into_iter().for_each(|column| count_words(column, tally));
        }
        if let Some(column) = batch.column_by_name("phone_region") {
            count_texts(column, &mut found.by_country);
        }
        let wanted = preview_rows.saturating_sub(found.preview.len()).min(batch.num_rows());
        let schema = batch.schema();
        let cells = batch.columns().iter().map(Cells::of).collect::<Result<Vec<_>, _>>()?;
        for row in 0..wanted {
            let texts =
                schema.fields().iter().zip(&cells).map(|(field, cells)| {
                    (field.name().clone(), cells.text(row, &mut String::new()).to_owned())
                });
            found.preview.push(texts.filter(|(_, text)| !text.is_empty()).collect());
        }
    }
    Ok(found)
}

fn columns(table: &Table) -> Vec<(String, String, u64)> {
    let nulls = |at: usize| -> usize {
        table.batches.iter().filter_map(|batch| batch.columns().get(at)).map(Array::null_count).sum()
    };
    let fields = table.schema.fields().iter().enumerate();
    let describe = |(at, field): (usize, &arrow_schema::FieldRef)| {
        (field.name().clone(), type_name(field.data_type()), u64::try_from(nulls(at)).unwrap_or_default())
    };
    fields.map(describe).collect()
}

/// The type in the words of docs/output.md.
fn type_name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::Dictionary(..) => "STRING".to_owned(),
        DataType::Timestamp(..) => "TIMESTAMP".to_owned(),
        DataType::List(_) => "LIST".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}

fn count_words(column: &ArrayRef, tally: &mut Tally) {
    let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() else { return };
    let Some(words) = dictionary.values().as_string_opt::<i32>() else { return };
    for key in dictionary.keys().iter().flatten().filter_map(|key| usize::try_from(key).ok()) {
        *tally.entry(words.value(key).to_owned()).or_default() += 1;
    }
}

fn count_texts(column: &ArrayRef, tally: &mut Tally) {
    for text in column.as_string_opt::<i32>().into_iter().flatten() {
        *tally.entry(text.unwrap_or("none").to_owned()).or_default() += 1;
    }
}
