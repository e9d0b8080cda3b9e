//! Any order of calls and any message of the server: no call is answered twice, what is sent keeps the rules: `crates/fuzz-checks/src/session.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("session", bytes));
