//! Any bytes are a reply whose announced length is exact and all of whose parts can be read, or a typed error: `crates/fuzz-checks/src/reply.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("reply", bytes));
