//! No answer but the server's own leads to a key: `crates/fuzz-checks/src/handshake.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("handshake", bytes));
