//! Values to bytes.

use tl_codec::limits::MAX_BYTES_LEN;
use tl_codec::{Encode, VECTOR, bit};
use tl_schema::Wire;
use tl_schema::ast::{Declaration, Field, FieldKind};

use crate::Dynamic;
use crate::error::{Fault, Segment, WriteError};
use crate::object::{Object, Value};

impl<'s> Dynamic<'s> {
    /// Writes an object, its constructor id first.
    ///
    /// Bits of flag words that the schema names follow from the fields that have a value; the others are written as
    /// the object has them.
    ///
    /// # Errors
    /// [`WriteError`] for a mandatory field without a value, a value of another type, a string that is too long, and
    /// fields on one bit of which only some have a value.
    pub fn write(&self, object: &Object<'s>) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        self.write_boxed_object(object, &mut out)?;
        Ok(out)
    }

    /// Writes the answer to a method.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_reply(&self, method: &'s Declaration, value: &Value<'s>) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        let wire = self.index().wire(method, &method.result).unwrap_or(Wire::Object);
        self.write_value(&wire, value, &mut out)?;
        Ok(out)
    }

    fn write_boxed_object(&self, object: &Object<'s>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        object.declaration().wire_id().encode(out);
        self.write_bare_object(object, out)
    }

    fn write_bare_object(&self, object: &Object<'s>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let declaration = object.declaration();
        for (field, value) in declaration.fields.iter().zip(object.values()) {
            self.write_field(object, field, value.as_ref(), out).map_err(|error| {
                let name = field.name.clone().unwrap_or_default();
                error.within(Segment::Field(name)).within(Segment::Type(object.name()))
            })?;
        }
        Ok(())
    }

    fn write_field(
        &self,
        object: &Object<'s>,
        field: &'s Field,
        value: Option<&Value<'s>>,
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let FieldKind::Value { flag, ty } = &field.kind else {
            word(object, field, value)?.encode(out);
            return Ok(());
        };
        match (flag, value) {
            (_, Some(value)) => {
                let wire = self.index().wire(object.declaration(), ty).unwrap_or(Wire::Object);
                self.write_value(&wire, value, out)
            }
            (None, None) => Err(WriteError::new(Fault::Missing)),
            (Some(flag), None) => {
                let is_half = named_bits(object, &flag.word) & bit(true, flag.bit.into()) != 0;
                if is_half {
                    return Err(WriteError::new(Fault::HalfPresent { word: flag.word.clone() }));
                }
                Ok(())
            }
        }
    }

    fn write_value(&self, wire: &Wire<'s>, value: &Value<'s>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match (wire, value) {
            (Wire::Int, Value::Int(value)) => value.encode(out),
            (Wire::Long, Value::Long(value)) => value.encode(out),
            (Wire::Double, Value::Double(value)) => value.encode(out),
            (Wire::Int128, Value::Int128(value)) => value.encode(out),
            (Wire::Int256, Value::Int256(value)) => value.encode(out),
            (Wire::Bool, Value::Bool(value)) => value.encode(out),
            (Wire::True, Value::True) => {}
            (Wire::String, Value::String(bytes)) | (Wire::Bytes, Value::Bytes(bytes)) => {
                if bytes.len() > MAX_BYTES_LEN {
                    return Err(WriteError::new(Fault::TooLong { len: bytes.len() }));
                }
                bytes.encode(out);
            }
            (Wire::Vector { is_bare, item }, Value::Vector(items)) => {
                self.write_vector(*is_bare, item, items, out)?;
            }
            (Wire::Boxed(ty), Value::Object(object)) if object.declaration().result.name == **ty => {
                self.write_boxed_object(object, out)?;
            }
            (Wire::Bare(found), Value::Object(object)) if object.declaration().name == found.name => {
                self.write_bare_object(object, out)?;
            }
            (Wire::Object, Value::Object(object)) => self.write_boxed_object(object, out)?,
            (Wire::Object, Value::Raw(bytes)) => out.extend_from_slice(bytes),
            _ => return Err(WriteError::new(wrong_type(wire, value))),
        }
        Ok(())
    }

    fn write_vector(
        &self,
        is_bare: bool,
        item: &Wire<'s>,
        items: &[Value<'s>],
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        if !is_bare {
            VECTOR.encode(out);
        }
        // more items than this do not fit into memory
        u32::try_from(items.len()).unwrap_or(u32::MAX).encode(out);
        for (index, value) in items.iter().enumerate() {
            self.write_value(item, value, out).map_err(|error| error.within(Segment::Item(index)))?;
        }
        Ok(())
    }
}

/// A word of flags: the bits that fields depend on, computed; the others as the object has them.
fn word(object: &Object<'_>, field: &Field, value: Option<&Value<'_>>) -> Result<u32, WriteError> {
    let given = match value {
        None => 0,
        Some(Value::Word(bits)) => *bits,
        Some(other) => {
            let fault = Fault::Type { expected: "#".to_owned(), found: format!("{other:?}") };
            return Err(WriteError::new(fault));
        }
    };
    let name = field.name.as_deref().unwrap_or_default();
    let known = flags_of(object.declaration(), name).fold(0, |bits, (_, flag)| bits | bit(true, flag));
    Ok(given & !known | named_bits(object, name))
}

/// The bits of the word `name` that the fields with a value set.
fn named_bits(object: &Object<'_>, name: &str) -> u32 {
    flags_of(object.declaration(), name)
        .filter(|(at, _)| matches!(object.values().get(*at), Some(Some(_))))
        .fold(0, |bits, (_, flag)| bits | bit(true, flag))
}

/// Index and bit of the fields that depend on the word `name`.
fn flags_of<'d>(declaration: &'d Declaration, name: &'d str) -> impl Iterator<Item = (usize, u32)> + 'd {
    declaration.fields.iter().enumerate().filter_map(move |(at, field)| match &field.kind {
        FieldKind::Value { flag: Some(flag), .. } if flag.word == name => Some((at, u32::from(flag.bit))),
        _ => None,
    })
}

fn wrong_type(wire: &Wire<'_>, value: &Value<'_>) -> Fault {
    let expected = match wire {
        Wire::Boxed(ty) => ty.to_string(),
        Wire::Bare(found) => found.name.to_string(),
        other => format!("{other:?}").to_lowercase(),
    };
    let found = match value {
        Value::Object(object) => object.name(),
        Value::Vector(_) => "a vector".to_owned(),
        other => format!("{other:?}"),
    };
    Fault::Type { expected, found }
}
