//! The other two vectors of an address book, read item by item: `contacts.getSaved` and `contacts.getStatuses`.

use std::hint::black_box;

use benches::cpu_time::{self, CpuTime};
use benches::replies;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use grammers_tl_types::{Deserializable as _, enums as grammers};
use tl_api::types;
use tl_codec::{DecodeError, Reader};

const SIZE: usize = 10_000;

fn vectors(criterion: &mut Criterion<CpuTime>) {
    let elements = Throughput::Elements(u64::try_from(SIZE).unwrap_or(u64::MAX));

    let reply = replies::saved_reply(SIZE);
    assert!(saved(&reply).is_ok_and(|length| length > SIZE), "the fixture cannot be read");
    let mut group = criterion.benchmark_group("saved");
    group.throughput(elements.clone());
    group.bench_function(BenchmarkId::new("stream", SIZE), |bencher| {
        bencher.iter(|| saved(black_box(&reply)));
    });
    group.bench_function(BenchmarkId::new("grammers", SIZE), |bencher| {
        bencher.iter(|| Vec::<grammers::SavedContact>::from_bytes(black_box(&reply)));
    });
    group.finish();

    let reply = replies::statuses_reply(SIZE);
    assert_eq!(statuses(&reply).map(|statuses| statuses.len()), Ok(SIZE));
    let mut group = criterion.benchmark_group("statuses");
    group.throughput(elements);
    group.bench_function(BenchmarkId::new("structs", SIZE), |bencher| {
        bencher.iter(|| statuses(black_box(&reply)));
    });
    group.bench_function(BenchmarkId::new("grammers", SIZE), |bencher| {
        bencher.iter(|| Vec::<grammers::ContactStatus>::from_bytes(black_box(&reply)));
    });
    group.finish();
}

/// The length of all texts, each of them checked.
fn saved(reply: &[u8]) -> Result<usize, DecodeError> {
    let mut reader = Reader::new(reply);
    let mut length = 0;
    for record in reader.vector::<types::SavedPhoneContactRef<'_>>()? {
        let record = record?;
        black_box(record.date);
        for text in [record.phone, record.first_name, record.last_name] {
            length += if text.check().is_ok() { text.as_bytes().len() } else { 0 };
        }
    }
    reader.finish("Vector<SavedContact>")?;
    Ok(length)
}

/// All statuses kept, as grammers keeps them.
fn statuses(reply: &[u8]) -> Result<Vec<types::ContactStatusRef>, DecodeError> {
    let mut reader = Reader::new(reply);
    let stream = reader.vector()?;
    let mut statuses = Vec::with_capacity(stream.left());
    for status in stream {
        statuses.push(status?);
    }
    reader.finish("Vector<ContactStatus>")?;
    Ok(statuses)
}

criterion_group! { name = benches; config = cpu_time::criterion(); targets = vectors }
criterion_main!(benches);
