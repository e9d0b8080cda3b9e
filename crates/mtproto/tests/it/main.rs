//! The integration tests of `mtproto`: published and recorded vectors, hostile input, two ends joined in virtual time,
//! and the tokio driver over loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its support code too"
)]

mod bad_msg;
mod crypto_vectors;
#[cfg(feature = "tokio")]
mod driver;
#[cfg(feature = "tokio")]
mod driver_keys;
mod envelopes;
mod exactly_once;
mod frames;
mod handshake_rules;
mod handshakes;
mod hostile;
#[cfg(feature = "tokio")]
mod logs;
mod pairs;
mod primes;
#[cfg(feature = "tokio")]
mod proxies;
mod recorded;
mod script;
mod server;
mod sessions;
mod sweeps;
mod temporary_keys;
mod vector_file;
mod world;
