//! Testdc answers every request on a connection that stays, whatever its bytes: `crates/fuzz-checks/src/server.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("server", bytes));
