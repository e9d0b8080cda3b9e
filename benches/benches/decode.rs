//! `contacts.contacts` decoded: ours beside grammers-tl-types, on the same bytes.
//!
//! - `floor/memcpy` copies the bytes: what no decoder can beat.
//! - `ours/check` reads the reply: the structure of every user is checked, nothing is kept.
//! - `ours/structs` keeps every user as a borrowed struct in a `Vec`.
//! - `ours/columns` reads what an export reads: every name, phone and username as checked UTF-8, id and status.
//! - `grammers/owned` builds grammers' owned types.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use grammers_tl_types::{Deserializable as _, enums as grammers};
use tl_api::enums::UserRef;
use tl_api::types::contacts::ContactsRef;
use tl_codec::{Decode as _, Str};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tl/contacts.contacts");
    for size in SIZES {
        let reply = benches::contacts_reply(size);
        assert_same_people(&reply, size);
        group.throughput(Throughput::Bytes(u64::try_from(reply.len()).unwrap_or(u64::MAX)));
        group.sample_size(if size >= 100_000 { 20 } else { 60 });
        group.bench_with_input(BenchmarkId::new("floor/memcpy", size), &reply, |bencher, reply| {
            let mut copy = vec![0; reply.len()];
            bencher.iter(|| black_box(&mut copy).copy_from_slice(black_box(reply)));
        });
        group.bench_with_input(BenchmarkId::new("ours/check", size), &reply, |bencher, reply| {
            bencher.iter(|| ContactsRef::from_bytes(black_box(reply)).map(|read| read.users.len()));
        });
        group.bench_with_input(BenchmarkId::new("ours/structs", size), &reply, |bencher, reply| {
            bencher.iter(|| {
                ContactsRef::from_bytes(black_box(reply)).map(|read| read.users.iter().collect::<Vec<_>>())
            });
        });
        group.bench_with_input(BenchmarkId::new("ours/columns", size), &reply, |bencher, reply| {
            bencher.iter(|| columns(black_box(reply)));
        });
        group.bench_with_input(BenchmarkId::new("grammers/owned", size), &reply, |bencher, reply| {
            bencher.iter(|| grammers::contacts::Contacts::from_bytes(black_box(reply)));
        });
    }
    group.finish();
}

/// The bytes of all texts, so that no text goes unread.
fn columns(reply: &[u8]) -> usize {
    let Ok(read) = ContactsRef::from_bytes(reply) else { return 0 };
    let text = |text: Option<Str<'_>>| text.and_then(|text| text.to_str().ok()).map_or(0, str::len);
    let length = |user: UserRef<'_>| match user {
        UserRef::User(user) => {
            black_box((user.id, user.status));
            text(user.first_name) + text(user.last_name) + text(user.username) + text(user.phone)
        }
        UserRef::Empty(_) | _ => 0,
    };
    read.users.iter().map(length).sum()
}

/// Both decoders see the same list, or the comparison means nothing.
fn assert_same_people(reply: &[u8], size: usize) {
    let ours = ContactsRef::from_bytes(reply).map(|read| read.users.iter().map(|user| id(&user)).collect());
    let ours: Vec<i64> = ours.unwrap_or_default();
    let theirs: Vec<i64> = match grammers::contacts::Contacts::from_bytes(reply) {
        Ok(grammers::contacts::Contacts::Contacts(contacts)) => {
            contacts.users.iter().map(grammers::User::id).collect()
        }
        _ => Vec::new(),
    };
    assert_eq!((ours.len(), &ours), (size, &theirs), "the decoders disagree");
}

fn id(user: &UserRef<'_>) -> i64 {
    match user {
        UserRef::User(user) => user.id,
        UserRef::Empty(empty) => empty.id,
        _ => 0,
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
