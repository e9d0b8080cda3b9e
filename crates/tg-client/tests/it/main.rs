//! The client against a data centre that shares no protocol code with it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod faults;
mod files;
mod login;
mod patience;
mod proxies;
mod read_only;
mod redirects;
mod takeout;
mod world;
