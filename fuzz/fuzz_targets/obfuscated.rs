//! The same inside an obfuscated stream, with and without a proxy's secret: `crates/fuzz-checks/src/obfuscated.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("obfuscated", bytes));
