//! How often a reading allocates, and how much it holds at once. No time is taken here: counting would change it.
//!
//! Each case prints one line of JSON, which `cargo xtask bench` reads:
//! `{"case":"users/stream/10000","allocations":0,"peak_bytes":0,"reply_bytes":1355000}`.
#![expect(clippy::print_stdout, reason = "a program whose output is its result")]

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use benches::{borrowed, read, replies};
use ferogram_tl_types::{Deserializable as _, enums as ferogram};
use grammers_tl_types::{Deserializable as _, enums as grammers};

const SIZE: usize = 10_000;

fn main() {
    let reply = replies::contacts_reply(SIZE);
    let case = |name: &str, run: &dyn Fn(&[u8])| {
        let AllocationInfo { count_total, bytes_max, .. } = measure(|| run(black_box(&reply)));
        println!(
            r#"{{"case":"users/{name}/{SIZE}","allocations":{count_total},"peak_bytes":{bytes_max},"reply_bytes":{}}}"#,
            reply.len()
        );
    };
    case("check", &|reply| drop(black_box(read::check(reply))));
    case("stream", &|reply| drop(black_box(read::stream(reply))));
    case("structs", &|reply| drop(black_box(read::structs(reply))));
    case("grammers", &|reply| drop(black_box(grammers::contacts::Contacts::from_bytes(reply))));
    case("ferogram", &|reply| drop(black_box(ferogram::contacts::Contacts::from_bytes(reply))));
    case("tl_proto", &|reply| drop(black_box(tl_proto::deserialize::<borrowed::Contacts<'_>>(reply))));
}
