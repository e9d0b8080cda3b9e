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
#[cfg(all(feature = "test-util", feature = "web"))]
mod carriers;
mod clocks;
mod crypto_vectors;
#[cfg(feature = "test-util")]
mod driver;
#[cfg(feature = "test-util")]
mod driver_keys;
mod envelopes;
mod exactly_once;
#[cfg(feature = "test-util")]
mod fake_tls;
mod frames;
mod handshake_rules;
mod handshakes;
mod hostile;
mod http_waits;
mod limits;
#[cfg(feature = "test-util")]
mod logs;
mod pairs;
mod primes;
#[cfg(feature = "test-util")]
mod proxies;
mod randomness;
#[cfg(feature = "test-util")]
mod reconnection;
mod recorded;
mod script;
mod server;
mod sessions;
#[cfg(feature = "test-util")]
mod stopped_clock;
mod sweeps;
mod temporary_keys;
#[cfg(feature = "test-util")]
mod unasked;
#[cfg(feature = "test-util")]
mod unread;
mod vector_file;
mod world;
