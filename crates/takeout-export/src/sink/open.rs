//! From the name of a format to a sink that writes it.

use arrow_schema::SchemaRef;

use super::csv::Flavour;
use super::green_api::GreenApi;
use super::html::Html;
use super::people::PeopleSink;
use super::rolodex::{Google, Outlook};
use super::vcard::{Vcard, Version};
use super::without::{self, Without};
use super::{ArrowSink, CsvSink, HashingFile, JsonlSink, ParquetSink, Sink, SinkError};
use crate::format::Format;

/// The column that a history says in its path.
const IN_PATH: &str = "account_id";

/// What the sinks need to know before the first row.
pub(crate) struct Opening {
    pub(crate) schema: SchemaRef,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) rows: usize,
    pub(crate) flavour: Flavour,
    pub(crate) in_history: bool,
}

/// Starts a file.
pub(crate) fn open(format: Format, file: HashingFile, opening: &Opening) -> Result<Box<dyn Sink>, SinkError> {
    Ok(match format {
        Format::Parquet | Format::Csv | Format::Jsonl | Format::Arrow => return table(format, file, opening),
        Format::Vcard => Box::new(PeopleSink::new(file, Vcard::new(Version::V4))?),
        Format::Vcard3 => Box::new(PeopleSink::new(file, Vcard::new(Version::V3))?),
        Format::Google => Box::new(PeopleSink::new(file, Google)?),
        Format::Outlook => Box::new(PeopleSink::new(file, Outlook)?),
        Format::Html => Box::new(PeopleSink::new(file, Html::default())?),
        Format::GreenApi => Box::new(PeopleSink::new(file, GreenApi::default())?),
    })
}

fn table(format: Format, file: HashingFile, opening: &Opening) -> Result<Box<dyn Sink>, SinkError> {
    let name = file.name();
    if !opening.in_history {
        return columns(format, file, SchemaRef::clone(&opening.schema), opening);
    }
    let (kept, schema) =
        without::all_but(IN_PATH, &opening.schema).map_err(|source| SinkError::Columns { name, source })?;
    let sink = columns(format, file, schema.into(), opening)?;
    Ok(Box::new(Without::new(sink, name, kept)))
}

fn columns(
    format: Format,
    file: HashingFile,
    schema: SchemaRef,
    opening: &Opening,
) -> Result<Box<dyn Sink>, SinkError> {
    Ok(match format {
        Format::Csv => Box::new(CsvSink::new(file, &schema, opening.flavour)?),
        Format::Jsonl => Box::new(JsonlSink::new(file)),
        Format::Arrow => Box::new(ArrowSink::new(file, &schema)?),
        _ => Box::new(ParquetSink::new(file, schema, opening.metadata.clone(), opening.rows)?),
    })
}
