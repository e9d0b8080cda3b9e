//! Values as JSON; the crate's documentation has the table.

use serde_json::{Map, Value as Json, json};

use crate::object::{Object, Value};

impl Object<'_> {
    /// The object as JSON, in the form that the crate's documentation states.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("_".to_owned(), Json::from(self.name()));
        for (name, value) in self.fields() {
            map.insert(name.to_owned(), value.to_json());
        }
        Json::Object(map)
    }
}

impl Value<'_> {
    /// The value as JSON, as [`Object::to_json`].
    pub fn to_json(&self) -> Json {
        match self {
            Self::Word(bits) => Json::from(*bits),
            Self::Int(value) => Json::from(*value),
            Self::Long(value) => Json::from(value.to_string()),
            Self::Double(value) => double(*value),
            Self::Int128(bytes) => Json::from(hex(bytes)),
            Self::Int256(bytes) => Json::from(hex(bytes)),
            Self::Bool(value) => Json::from(*value),
            Self::True => Json::from(true),
            Self::String(bytes) => match core::str::from_utf8(bytes) {
                Ok(text) => Json::from(text),
                Err(_) => json!({ "not_utf8": hex(bytes) }),
            },
            Self::Bytes(bytes) => Json::from(hex(bytes)),
            Self::Vector(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(object) => object.to_json(),
            Self::Raw(bytes) => json!({ "raw": hex(bytes) }),
        }
    }
}

fn double(value: f64) -> Json {
    serde_json::Number::from_f64(value)
        .map_or_else(|| json!({ "bits": format!("{:016x}", value.to_bits()) }), Json::Number)
}

fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // writing into a String cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}
