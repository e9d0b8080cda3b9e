//! `contacts.contacts` written from owned values, by us and by grammers, and its users from what was read: borrowed
//! structs here, owned ones there.

use std::hint::black_box;

use benches::cpu_time::{self, CpuTime};
use benches::replies;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use grammers_tl_types::{Deserializable as _, Serializable as _, enums as grammers};
use tl_api::enums;
use tl_codec::{Decode as _, DecodeError, Encode as _, Reader};

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
    let Ok(read) = users(&reply) else { return };
    let grammers::contacts::Contacts::Contacts(theirs) = theirs else { return };
    assert_eq!(theirs.users.to_bytes(), read.to_bytes(), "both write the same users");
    group.bench_function(BenchmarkId::new("borrowed", SIZE), |bencher| {
        bencher.iter(|| black_box(&read).to_bytes());
    });
    group.bench_function(BenchmarkId::new("grammers_users", SIZE), |bencher| {
        bencher.iter(|| black_box(&theirs.users).to_bytes());
    });
    group.finish();
}

/// The users of a reply, one by one, as somebody holds them who picks among them.
fn users(reply: &[u8]) -> Result<Vec<enums::UserRef<'_>>, DecodeError> {
    match enums::contacts::ContactsRef::decode(&mut Reader::new(reply))? {
        enums::contacts::ContactsRef::Contacts(contacts) => Ok(contacts.users.iter().collect()),
        _ => Ok(Vec::new()),
    }
}

criterion_group! { name = benches; config = cpu_time::criterion(); targets = encode }
criterion_main!(benches);
