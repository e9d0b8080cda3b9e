//! Any split of a byte stream gives the same frames, for each of the four kinds: `crates/fuzz-checks/src/frame.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("frame", bytes));
