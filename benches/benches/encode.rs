//! `contacts.contacts` written from owned values, by us and by grammers.

use std::hint::black_box;

use benches::cpu_time::{self, CpuTime};
use benches::replies;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use grammers_tl_types::{Deserializable as _, Serializable as _, enums as grammers};
use tl_codec::Encode as _;

const SIZE: usize = 10_000;

fn encode(criterion: &mut Criterion<CpuTime>) {
    let ours = replies::contacts(SIZE);
    let reply = ours.to_bytes();
    let Ok(theirs) = grammers::contacts::Contacts::from_bytes(&reply) else { return };
    assert_eq!(theirs.to_bytes(), reply, "both write the same bytes");
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(u64::try_from(SIZE).unwrap_or(u64::MAX)));
    group.bench_function(BenchmarkId::new("len", SIZE), |bencher| {
        bencher.iter(|| black_box(&ours).encoded_len());
    });
    group.bench_function(BenchmarkId::new("ours", SIZE), |bencher| {
        bencher.iter(|| black_box(&ours).to_bytes());
    });
    group.bench_function(BenchmarkId::new("grammers", SIZE), |bencher| {
        bencher.iter(|| black_box(&theirs).to_bytes());
    });
    group.finish();
}

criterion_group! { name = benches; config = cpu_time::criterion(); targets = encode }
criterion_main!(benches);
