//! No bytes open but those that the key sealed; what opens keeps every rule: `crates/fuzz-checks/src/envelope.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("envelope", bytes));
