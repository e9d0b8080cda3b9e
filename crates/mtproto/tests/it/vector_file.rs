//! Reading `tests/vectors/*.json`.

use serde_json::Value;

/// A vector file, by its name without the extension.
pub(crate) fn open(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The text of a field.
pub(crate) fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("no text in field {field}"))
}

/// The bytes of a field in hex.
pub(crate) fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    hex::decode(text(vector, field)).unwrap()
}

/// The `N` bytes of a field in hex.
pub(crate) fn array<const N: usize>(vector: &Value, field: &str) -> [u8; N] {
    bytes(vector, field).try_into().unwrap()
}

/// The number of a field, written as text.
pub(crate) fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(vector: &Value, field: &str) -> T {
    text(vector, field).parse().unwrap()
}

/// The items of a list.
pub(crate) fn list<'a>(vector: &'a Value, field: &str) -> &'a [Value] {
    vector[field].as_array().unwrap_or_else(|| panic!("no list in field {field}"))
}
