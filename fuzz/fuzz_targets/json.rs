//! Any JSON is an object whose bytes are read back as they were written, or a typed error: `crates/fuzz-checks/src/json.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("json", bytes));
