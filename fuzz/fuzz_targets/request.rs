//! Any bytes are a request, or a typed error; the wrappers hand on what they wrap: `crates/fuzz-checks/src/request.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("request", bytes));
