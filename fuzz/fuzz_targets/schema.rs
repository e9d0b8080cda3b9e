//! Any text is a schema that prints itself and whose types are generated whole, or an error with its place: `crates/fuzz-checks/src/schema.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("schema", bytes));
