//! Any text is a proxy or an error, and neither says a secret in its texts: `crates/fuzz-checks/src/proxy_link.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::check("proxy_link", bytes));
