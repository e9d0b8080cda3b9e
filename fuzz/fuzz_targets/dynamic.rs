//! The reader by schema and the generated types agree; what was read is written and read again: `crates/fuzz-checks/src/dynamic.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("dynamic", bytes));
