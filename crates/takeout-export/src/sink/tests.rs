//! Both sinks on the same batch.

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::builder::{BooleanBuilder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Fields};

use super::file::tests::Memory;
use super::*;

/// One column of each type that the output has, with a null in each and everything that breaks a careless writer.
fn batch() -> RecordBatch {
    let texts = [Some("plain"), None, Some("a,b \"q\"\r\nnext\n"), Some("=1+1\0\u{1f33b}")];
    let words: DictionaryArray<Int32Type> =
        [Some("both"), None, Some("saved"), Some("both")].into_iter().collect();
    let times = [Some(1_719_748_800_000_000), None, Some(1), Some(-1_000_000)];
    let columns: [(&str, ArrayRef); 7] = [
        ("text", Arc::new(StringArray::from(texts.to_vec()))),
        ("word", Arc::new(words)),
        ("int", Arc::new(Int32Array::from(vec![Some(-1), None, Some(0), Some(i32::MAX)]))),
        ("long", Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(0), Some(1)]))),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true)]))),
        ("time", Arc::new(TimestampMicrosecondArray::from(times.to_vec()).with_timezone("UTC"))),
        ("list", lists()),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

fn lists() -> ArrayRef {
    let members = Fields::from(vec![
        Field::new("username", DataType::Utf8, true),
        Field::new("active", DataType::Boolean, true),
    ]);
    let builders: Vec<Box<dyn arrow_array::builder::ArrayBuilder>> =
        vec![Box::new(StringBuilder::new()), Box::new(BooleanBuilder::new())];
    let mut lists = ListBuilder::new(StructBuilder::new(members, builders));
    for (name, active) in [(Some("a\"b"), Some(true)), (None, None)] {
        lists.values().field_builder::<StringBuilder>(0).unwrap().append_option(name);
        lists.values().field_builder::<BooleanBuilder>(1).unwrap().append_option(active);
        lists.values().append(true);
    }
    lists.append(true);
    lists.append(false);
    lists.append(true);
    lists.append(true);
    Arc::new(lists.finish())
}

fn csv_sink(memory: &Memory) -> Result<Box<dyn Sink>, SinkError> {
    let file = HashingFile::new("rows.csv", Box::new(memory.clone()));
    Ok(Box::new(CsvSink::new(file, &batch().schema(), csv::Flavour::Plain)?))
}

fn parquet_sink(memory: &Memory) -> Result<Box<dyn Sink>, SinkError> {
    let file = HashingFile::new("rows.parquet", Box::new(memory.clone()));
    let metadata = [("layer".to_owned(), "230".to_owned())];
    Ok(Box::new(ParquetSink::new(file, batch().schema(), metadata, 5)?))
}

type Open = fn(&Memory) -> Result<Box<dyn Sink>, SinkError>;

fn written(open: Open, room_bytes: usize) -> Result<Vec<u8>, SinkError> {
    let memory = Memory::with_room(room_bytes);
    let mut sink = open(&memory)?;
    sink.write(&batch())?;
    sink.write(&batch().slice(0, 1))?;
    let written = sink.finish()?;
    let bytes = memory.bytes.lock().unwrap().clone();
    assert_eq!(written.size_bytes, u64::try_from(bytes.len()).unwrap());
    Ok(bytes)
}

#[test]
fn csv_is_what_rfc_4180_says() {
    let text = String::from_utf8(written(csv_sink, usize::MAX).unwrap()).unwrap();
    let expected = concat!(
        "text,word,int,long,flag,time,list\r\n",
        "plain,both,-1,-9223372036854775808,true,2024-06-30T12:00:00Z,",
        r#""[{""username"":""a\""b"",""active"":true},{""username"":null,""active"":null}]""#,
        "\r\n,,,,,,\r\n",
        "\"a,b \"\"q\"\"\r\nnext\n\",saved,0,0,false,1970-01-01T00:00:00.000001Z,[]\r\n",
        "=1+1\0\u{1f33b},both,2147483647,1,true,1969-12-31T23:59:59Z,[]\r\n",
        "plain,both,-1,-9223372036854775808,true,2024-06-30T12:00:00Z,",
        r#""[{""username"":""a\""b"",""active"":true},{""username"":null,""active"":null}]""#,
        "\r\n",
    );
    assert_eq!(text, expected);
}

#[test]
fn parquet_gives_back_the_rows_and_the_metadata() {
    let bytes = written(parquet_sink, usize::MAX).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert!(metadata.created_by().unwrap().starts_with("takeout-export version "));
    let pairs = metadata.key_value_metadata().unwrap();
    assert!(pairs.iter().any(|pair| pair.key == "layer" && pair.value.as_deref() == Some("230")));
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let rows = arrow_select_concat(&batches);
    assert_eq!(rows, [batch(), batch().slice(0, 1)].map(|rows| format!("{rows:?}")).join(""));
}

/// The rows as text, split where they were written: the reader makes one batch of them.
fn arrow_select_concat(batches: &[RecordBatch]) -> String {
    let [all] = batches else { panic!("{} batches", batches.len()) };
    [all.slice(0, 4), all.slice(4, 1)].map(|rows| format!("{rows:?}")).join("")
}

const SINKS: [Open; 2] = [csv_sink, parquet_sink];

#[test]
fn the_same_rows_give_the_same_bytes() {
    for open in SINKS {
        assert_eq!(written(open, usize::MAX).unwrap(), written(open, usize::MAX).unwrap());
    }
}

#[test]
fn a_disk_that_fills_up_anywhere_is_an_error() {
    for open in SINKS {
        let size = written(open, usize::MAX).unwrap().len();
        for room_bytes in (0..size).step_by(97).chain([size - 1]) {
            assert!(written(open, room_bytes).is_err(), "{room_bytes} of {size}");
        }
        assert!(written(open, size).is_ok());
    }
}
