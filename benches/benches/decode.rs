//! `contacts.contacts` read: the three ways of `tl-codec` beside two floors and three peers, on the same bytes.
//!
//! | case | what it does |
//! |---|---|
//! | `memcpy` | copies the bytes: what no decoder can beat |
//! | `cursor` | a cursor written by hand for this type hands out what an export reads |
//! | `check` | the structure is checked, nothing is kept |
//! | `stream` | every user is handed out once, with what an export reads; its texts are checked UTF-8 |
//! | `structs` | every user is kept as a borrowed struct that gives every field; its texts are checked UTF-8 |
//! | `grammers` | grammers-tl-types: owned types with every field; what is not UTF-8 is replaced |
//! | `ferogram` | ferogram-tl-types: owned types with every field; what is not UTF-8 is replaced; trailing bytes pass |
//! | `tl_proto` | tl-proto: borrowed structs with every field, UTF-8 unchecked |
//!
//! A peer is done when its value is there: what an export reads lies in its fields, and asking for it takes no time here.

use std::hint::black_box;

use benches::cpu_time::{self, CpuTime};
use benches::read::Seen;
use benches::{borrowed, cursor, read, replies};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ferogram_tl_types::{Deserializable as _, enums as ferogram};
use grammers_tl_types::{Deserializable as _, enums as grammers};
use tl_api::enums::UserRef;

const SIZES: [usize; 2] = [10_000, 100_000];

fn users(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("users");
    for size in SIZES {
        let reply = replies::contacts_reply(size);
        assert_same_people(&reply, size);
        group.throughput(Throughput::Elements(u64::try_from(size).unwrap_or(u64::MAX)));
        let mut case = |name: &str, run: &dyn Fn(&[u8])| {
            group.bench_with_input(BenchmarkId::new(name, size), &reply, |bencher, reply| {
                bencher.iter(|| run(black_box(reply)));
            });
        };
        case("memcpy", &|reply| drop(black_box(reply.to_vec())));
        case("cursor", &|reply| _ = black_box(by_cursor(reply)));
        case("check", &|reply| drop(black_box(read::check(reply))));
        case("stream", &|reply| drop(black_box(read::stream(reply))));
        case("structs", &|reply| drop(black_box(read::structs(reply))));
        case("grammers", &|reply| drop(black_box(grammers::contacts::Contacts::from_bytes(reply))));
        case("ferogram", &|reply| drop(black_box(ferogram::contacts::Contacts::from_bytes(reply))));
        case("tl_proto", &|reply| drop(black_box(tl_proto::deserialize::<borrowed::Contacts<'_>>(reply))));
    }
    group.finish();
}

fn by_cursor(reply: &[u8]) -> Result<Seen, cursor::Fault> {
    let mut all = Seen::default();
    cursor::users(reply, |user| {
        black_box((user.flags, user.flags2, user.id, user.access_hash, user.status));
        let texts = user.texts.iter().chain([&user.lang_code]);
        all += Seen {
            text_bytes: user.usernames.text_bytes + texts.flatten().map(|text| text.len()).sum::<usize>(),
            photos: usize::from(user.has_photo),
            editable: user.usernames.editable,
            active: user.usernames.active,
        };
    })?;
    Ok(all)
}

/// The same of a peer's user; their types have the same names.
macro_rules! seen {
    ($peer:ident, $user:expr) => {{
        let mut seen = Seen::default();
        if let $peer::User::User(user) = $user {
            let texts = [&user.first_name, &user.last_name, &user.username, &user.phone, &user.lang_code];
            seen.text_bytes = texts.into_iter().flatten().map(String::len).sum();
            let photo = user.photo.as_ref().filter(|photo| !matches!(photo, $peer::UserProfilePhoto::Empty));
            seen.photos = usize::from(photo.is_some());
            for $peer::Username::Username(one) in user.usernames.iter().flatten() {
                seen.text_bytes += one.username.len();
                seen.editable += usize::from(one.editable);
                seen.active += usize::from(one.active);
            }
        }
        seen
    }};
}

/// All decoders see the same list, or the comparison means nothing.
fn assert_same_people(reply: &[u8], size: usize) {
    let ours: Vec<i64> =
        read::structs(reply).map(|(_, users)| users.iter().map(id).collect()).unwrap_or_default();
    let stream = read::stream(reply).unwrap_or_default();
    let (ids, seen): (Vec<i64>, Seen) = match grammers::contacts::Contacts::from_bytes(reply) {
        Ok(grammers::contacts::Contacts::Contacts(contacts)) => {
            let users = &contacts.users;
            (
                users.iter().map(grammers::User::id).collect(),
                users.iter().map(|user| seen!(grammers, user)).sum(),
            )
        }
        _ => Default::default(),
    };
    assert_eq!((ours.len(), &ours), (size, &ids), "the decoders disagree");
    assert_eq!(stream, seen, "the stream reads other fields");
    let (users, seen): (usize, Seen) = match ferogram::contacts::Contacts::from_bytes(reply) {
        Ok(ferogram::contacts::Contacts::Contacts(contacts)) => {
            (contacts.users.len(), contacts.users.iter().map(|user| seen!(ferogram, user)).sum())
        }
        _ => Default::default(),
    };
    assert_eq!((users, seen), (size, stream), "ferogram reads something else");
    let tl_proto =
        tl_proto::deserialize::<borrowed::Contacts<'_>>(reply).map_or(0, |read| read.users.0.len());
    assert_eq!(tl_proto, size, "tl-proto does not read the fixture");
    assert_eq!(by_cursor(reply).ok(), Some(stream), "the cursor reads other fields");
}

fn id(user: &UserRef<'_>) -> i64 {
    match user {
        UserRef::User(user) => user.id,
        UserRef::Empty(empty) => empty.id,
        _ => 0,
    }
}

criterion_group! { name = benches; config = cpu_time::criterion(); targets = users }
criterion_main!(benches);
