//! Values as JSON and back.
//!
//! | TL | JSON |
//! |---|---|
//! | object | `{"_": "user", …}`, fields by name in the order of the declaration; absent ones are left out |
//! | `int`, `#` | number |
//! | `long` | string of decimal digits: most readers of JSON keep only 53 bits of a number. A number is accepted |
//! | `double` | number, or `{"bits": "7ff8000000000000"}` for what JSON has no number for |
//! | `string` | string, or `{"not_utf8": "ff00"}` with the bytes in hexadecimal |
//! | `bytes`, `int128`, `int256` | string of hexadecimal digits |
//! | `true` | `true` |
//! | object that the schema does not know | `{"raw": "…"}` in hexadecimal |

use serde_json::{Map, Value as Json, json};

use crate::object::{Object, Value};

impl Object<'_> {
    /// The object as JSON, in the form that the module's documentation states.
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
