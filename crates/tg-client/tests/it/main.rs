//! The client against a data centre that shares no protocol code with it.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod faults;
mod login;
mod proxies;
mod read_only;
mod redirects;
mod takeout;
mod world;
