//! Integration tests: one binary. `client` is a client made of bytes, which can break every rule.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helper functions too"
)]

mod admin;
mod book;
mod bounds;
mod carriers;
mod client;
mod codes;
mod crowd;
mod dcs;
#[cfg(all(unix, feature = "cli"))]
mod descriptors;
mod faults;
mod framing;
mod harness;
mod hostile;
mod http_faults;
mod key_exchange;
mod layers;
mod limits;
mod login;
mod logins;
mod many;
mod mtproxy;
mod named_faults;
mod obfuscated;
mod operations;
mod password;
#[cfg(all(unix, feature = "cli"))]
mod program;
mod pushed;
mod qr;
mod readme;
mod served;
mod sessions;
mod stopped;
mod store;
mod takeout;
mod waits;
