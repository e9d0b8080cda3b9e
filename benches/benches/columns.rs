//! From the bytes of three replies to a finished `RecordBatch` with every column of the export.
//!
//! | case | what it does |
//! |---|---|
//! | `ours` | the join of `contacts` and the columns of `takeout-export` |
//! | `grammers` | grammers' owned types, the same join, Arrow's arrays collected from them, but for columns that are null in every row and for `raw_flags` and `raw_flags2` |
//!
//! What both make is the same in every cell. Two things lie differently in memory: the words of a dictionary stand in
//! another order, and the item of a list has another name and may be null.

use std::hint::black_box;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, RecordBatch, StringArray};
use benches::cpu_time::{self, CpuTime};
use benches::{owned, replies};
use bytes::Bytes;
use contacts::{AddressBook, Replies};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use takeout_export::columns::{Columns, Frame, Options};
use tl_codec::Reply;

const SIZE: usize = 10_000;

const FRAME: Frame = Frame { account_id: 1, exported_at_micros: 3, status_observed_at_micros: 2, layer: 230 };

fn columns(criterion: &mut Criterion<CpuTime>) {
    let [saved, contacts, statuses] =
        [replies::saved_reply(SIZE), replies::contacts_reply(SIZE), replies::statuses_reply(SIZE)]
            .map(Bytes::from);
    let replies = Replies {
        saved: Reply::new(saved.clone()),
        contacts: Reply::new(contacts.clone()),
        statuses: Reply::new(statuses.clone()),
    };
    assert_same_rows(ours(&replies).as_ref(), owned::batch(&saved, &contacts, &statuses).as_ref());
    let mut group = criterion.benchmark_group("columns");
    group.throughput(Throughput::Elements(u64::try_from(SIZE).unwrap_or(u64::MAX)));
    group
        .bench_function(BenchmarkId::new("ours", SIZE), |bencher| bencher.iter(|| ours(black_box(&replies))));
    group.bench_function(BenchmarkId::new("grammers", SIZE), |bencher| {
        bencher.iter(|| owned::batch(black_box(&saved), black_box(&contacts), black_box(&statuses)));
    });
    group.finish();
}

fn ours(replies: &Replies) -> Option<RecordBatch> {
    let book = AddressBook::join(replies.clone()).ok()?;
    let mut columns = Columns::new(Options::default(), FRAME);
    columns.extend(book.rows()).ok()?;
    columns.finish().ok()
}

/// Both make the same cells, or the comparison means nothing.
fn assert_same_rows(ours: Option<&RecordBatch>, theirs: Option<&RecordBatch>) {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        assert!(ours.is_some() && theirs.is_some(), "the fixture cannot be read");
        return;
    };
    for (field, column) in ours.schema_ref().fields().iter().zip(ours.columns()) {
        let name = field.name();
        let is_left_out = name.starts_with("raw_flags") || column.null_count() == column.len();
        assert!(is_left_out || theirs.column_by_name(name).is_some(), "{name} is in ours only");
    }
    for (field, theirs) in theirs.schema_ref().fields().iter().zip(theirs.columns()) {
        let name = field.name();
        let ours = ours.column_by_name(name).map(cells);
        assert!(ours == Some(cells(theirs)), "{name} is another");
    }
}

/// The cells of a column, as they do not depend on how they are kept.
#[derive(PartialEq)]
enum Cells<'a> {
    Words(Vec<Option<&'a str>>),
    Lists(Vec<Option<ArrayRef>>),
    Plain(&'a ArrayRef),
}

fn cells(column: &ArrayRef) -> Cells<'_> {
    let words = column.as_dictionary_opt::<Int32Type>();
    if let Some(words) = words.and_then(DictionaryArray::downcast_dict::<StringArray>) {
        Cells::Words(words.into_iter().collect())
    } else if let Some(lists) = column.as_list_opt::<i32>() {
        Cells::Lists(lists.iter().collect())
    } else {
        Cells::Plain(column)
    }
}

criterion_group! { name = benches; config = cpu_time::criterion(); targets = columns }
criterion_main!(benches);
