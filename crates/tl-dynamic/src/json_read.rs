//! JSON to values: the way back of [`json`](crate::json).

use serde_json::Value as Json;
use tl_schema::ast::{Declaration, Field, FieldKind};
use tl_schema::{Index, Wire};

use crate::error::JsonError;
use crate::object::{Object, Value};
use crate::write::is_of;
use crate::{Dynamic, named};

impl<'s> Dynamic<'s> {
    /// Makes an object from the JSON that [`Object::to_json`] gives.
    ///
    /// Bits of flag words need not be given; a field that is `null` or missing has no value.
    ///
    /// # Errors
    /// [`JsonError`] with the place of what the schema does not have.
    pub fn from_json(&self, json: &Json) -> Result<Object<'s>, JsonError> {
        Taking { dynamic: self, index: self.index() }.any_object(json, String::new())
    }
}

/// What the reading of JSON carries along.
#[derive(Clone, Copy)]
struct Taking<'d, 's> {
    dynamic: &'d Dynamic<'s>,
    /// The schema of the object that is being made.
    index: &'d Index<'s>,
}

impl<'s> Taking<'_, 's> {
    /// An object of any schema.
    fn any_object(self, json: &Json, place: String) -> Result<Object<'s>, JsonError> {
        self.object(json, place, |name| self.dynamic.declaration(name))
    }

    /// An object of the schema of what it stands in: others may have the same name.
    fn own_object(self, json: &Json, place: String) -> Result<Object<'s>, JsonError> {
        self.object(json, place, |name| named(self.index, name))
    }

    fn object(
        self,
        json: &Json,
        place: String,
        find: impl FnOnce(&str) -> Option<&'s Declaration>,
    ) -> Result<Object<'s>, JsonError> {
        let Some(name) = json.get("_").and_then(Json::as_str) else {
            return Err(JsonError::NoName { place });
        };
        let Some(declaration) = find(name) else {
            return Err(JsonError::UnknownName { place, name: name.to_owned() });
        };
        let index = self.dynamic.home(declaration);
        Self { index, ..self }.fields_of(declaration, json, &join(&place, name))
    }

    fn fields_of(
        self,
        declaration: &'s Declaration,
        json: &Json,
        place: &str,
    ) -> Result<Object<'s>, JsonError> {
        let mut object = Object::new(declaration);
        for (key, json) in json.as_object().into_iter().flatten() {
            if key == "_" || json.is_null() {
                continue;
            }
            let place = join(place, key);
            let name = || declaration.name.to_string();
            let field = declaration.fields.iter().find(|field| field.name.as_ref() == Some(key));
            let Some(field) = field else {
                return Err(JsonError::UnknownField { place, name: name() });
            };
            if let Some(value) = self.field_of(declaration, field, json, place)? {
                object.set(key, value);
            }
        }
        Ok(object)
    }

    fn field_of(
        self,
        owner: &'s Declaration,
        field: &'s Field,
        json: &Json,
        place: String,
    ) -> Result<Option<Value<'s>>, JsonError> {
        let FieldKind::Value { ty, .. } = &field.kind else {
            let bits = json.as_u64().and_then(|bits| u32::try_from(bits).ok());
            return bits.map(Value::Word).map(Some).ok_or_else(|| wrong(place, "#"));
        };
        let wire = self.index.wire(owner, ty).unwrap_or(Wire::Object);
        if wire == Wire::True && *json == Json::Bool(false) {
            return Ok(None);
        }
        self.value_of(&wire, json, place).map(Some)
    }

    fn value_of(self, wire: &Wire<'s>, json: &Json, place: String) -> Result<Value<'s>, JsonError> {
        let (value, expected) = match wire {
            Wire::Vector { item, .. } => return self.items_of(item, json, &place),
            Wire::Boxed(ty) => {
                let object = self.own_object(json, place.clone())?;
                let fits = is_of(self.index, ty, &object);
                (fits.then_some(Value::Object(object)), ty.to_string())
            }
            Wire::Bare(found) => {
                let object = self.own_object(json, place.clone())?;
                let fits = core::ptr::eq(object.declaration(), *found);
                (fits.then_some(Value::Object(object)), found.name.to_string())
            }
            Wire::Int => (int(json).map(Value::Int), "int".to_owned()),
            Wire::Long => (long(json).map(Value::Long), "long".to_owned()),
            Wire::Double => (double(json).map(Value::Double), "double".to_owned()),
            Wire::Int128 => (array(json).map(Value::Int128), "int128".to_owned()),
            Wire::Int256 => (array(json).map(Value::Int256), "int256".to_owned()),
            Wire::Bool => (json.as_bool().map(Value::Bool), "Bool".to_owned()),
            Wire::True => ((*json == Json::Bool(true)).then_some(Value::True), "true".to_owned()),
            Wire::String => (text(json).map(Value::String), "string".to_owned()),
            Wire::Bytes => (json.as_str().and_then(unhex).map(Value::Bytes), "bytes".to_owned()),
            _ => match json.get("raw").and_then(Json::as_str).and_then(unhex) {
                Some(bytes) => (Some(Value::Raw(bytes)), String::new()),
                None => return self.any_object(json, place).map(Value::Object),
            },
        };
        value.ok_or(JsonError::Type { place, expected })
    }

    fn items_of(self, item: &Wire<'s>, json: &Json, place: &str) -> Result<Value<'s>, JsonError> {
        let Some(items) = json.as_array() else {
            return Err(wrong(place.to_owned(), "vector"));
        };
        items
            .iter()
            .enumerate()
            .map(|(index, json)| self.value_of(item, json, format!("{place}[{index}]")))
            .collect::<Result<_, _>>()
            .map(Value::Vector)
    }
}

fn wrong(place: String, expected: &str) -> JsonError {
    JsonError::Type { place, expected: expected.to_owned() }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn int(json: &Json) -> Option<i32> {
    i32::try_from(json.as_i64()?).ok()
}

fn long(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.parse().ok())
}

fn double(json: &Json) -> Option<f64> {
    json.as_f64().or_else(|| u64::from_str_radix(json.get("bits")?.as_str()?, 16).ok().map(f64::from_bits))
}

fn text(json: &Json) -> Option<Vec<u8>> {
    match json.as_str() {
        Some(text) => Some(text.as_bytes().to_vec()),
        None => unhex(json.get("not_utf8")?.as_str()?),
    }
}

fn array<const N: usize>(json: &Json) -> Option<[u8; N]> {
    unhex(json.as_str()?)?.try_into().ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
