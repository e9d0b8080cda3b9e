//! Values to bytes.

use tl_codec::limits::{MAX_BYTES_LEN, MAX_DEPTH};
use tl_codec::{Encode, VECTOR, bit};
use tl_schema::ast::{Declaration, Field, FieldKind, Name};
use tl_schema::{Index, Wire};

use crate::Dynamic;
use crate::body::announced_len;
use crate::error::{Fault, Segment, WriteError};
use crate::object::{Object, Value};

impl<'s> Dynamic<'s> {
    /// Writes an object, its constructor id first. What is written can be read.
    ///
    /// Bits of flag words that the schema names follow from the fields that have a value; the others are written as
    /// the object has them.
    ///
    /// # Errors
    /// [`WriteError`] with the place; its [`Fault`] says what is wrong.
    pub fn write(&self, object: &Object<'s>) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        Writing::new(self, object.declaration()).boxed_object(object, &mut out)?;
        Ok(out)
    }

    /// Writes the answer to a method.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_reply(&self, method: &'s Declaration, value: &Value<'s>) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        let writing = Writing::new(self, method);
        let wire = writing.index.wire(method, &method.result).unwrap_or(Wire::Object);
        writing.value(&wire, value, &mut out)?;
        Ok(out)
    }
}

/// What a writing carries along.
#[derive(Clone, Copy)]
struct Writing<'d, 's> {
    dynamic: &'d Dynamic<'s>,
    /// The schema of the object that is being written.
    index: &'d Index<'s>,
    /// How many values are open around it, counted as the reader counts them.
    depth: u16,
}

impl<'d, 's> Writing<'d, 's> {
    fn new(dynamic: &'d Dynamic<'s>, declaration: &'s Declaration) -> Self {
        Self { dynamic, index: dynamic.home(declaration), depth: 0 }
    }

    /// Inside a value.
    fn nested(self) -> Result<Self, WriteError> {
        if self.depth == MAX_DEPTH {
            return Err(WriteError::new(Fault::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn boxed_object(self, object: &Object<'s>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        object.declaration().wire_id().encode(out);
        self.bare_object(object, out)
    }

    fn bare_object(self, object: &Object<'s>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        for at in 0..object.values().len() {
            self.field(object, at, out)?;
        }
        Ok(())
    }

    fn field(self, object: &Object<'s>, at: usize, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let declaration = object.declaration();
        let (before, rest) = object.values().split_at_checked(at).unwrap_or_default();
        let (Some(field), Some(value)) = (declaration.fields.get(at), rest.first()) else { return Ok(()) };
        let start = out.len();
        let written = self.field_value(object, field, value.as_ref(), out).and_then(|is_any| {
            match announced_len(declaration, before).filter(|_| is_any) {
                Some(announced) => same_len(announced, out.len() - start),
                None => Ok(()),
            }
        });
        written.map_err(|error| {
            let name = field.name.clone().unwrap_or_default();
            error.within(Segment::Field(name)).within(Segment::Type(object.name()))
        })
    }

    /// Writes a field; whether any object may stand there.
    fn field_value(
        self,
        object: &Object<'s>,
        field: &'s Field,
        value: Option<&Value<'s>>,
        out: &mut Vec<u8>,
    ) -> Result<bool, WriteError> {
        let FieldKind::Value { flag, ty } = &field.kind else {
            word(object, field, value)?.encode(out);
            return Ok(false);
        };
        match (flag, value) {
            (_, Some(value)) => {
                let wire = self.index.wire(object.declaration(), ty).unwrap_or(Wire::Object);
                self.value(&wire, value, out)?;
                Ok(wire == Wire::Object)
            }
            (None, None) => Err(WriteError::new(Fault::Missing)),
            (Some(flag), None) => {
                let is_half = named_bits(object, &flag.word) & bit(true, flag.bit.into()) != 0;
                if is_half {
                    return Err(WriteError::new(Fault::HalfPresent { word: flag.word.clone() }));
                }
                Ok(false)
            }
        }
    }

    fn value(self, wire: &Wire<'s>, value: &Value<'s>, out: &mut Vec<u8>) -> Result<(), WriteError> {
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
                self.vector(*is_bare, item, items, out)?;
            }
            (Wire::Boxed(ty), Value::Object(object)) if is_of(self.index, ty, object) => {
                self.nested()?.boxed_object(object, out)?;
            }
            (Wire::Bare(found), Value::Object(object)) if core::ptr::eq(object.declaration(), *found) => {
                self.nested()?.bare_object(object, out)?;
            }
            (Wire::Object, Value::Object(object)) => {
                let index = self.dynamic.home(object.declaration());
                Self { index, ..self }.nested()?.boxed_object(object, out)?;
            }
            (Wire::Object, Value::Raw(bytes)) => self.raw(bytes, out)?,
            _ => return Err(WriteError::new(wrong_type(wire, value))),
        }
        Ok(())
    }

    fn vector(
        self,
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
            let written = self.nested().and_then(|inside| inside.value(item, value, out));
            written.map_err(|error| error.within(Segment::Item(index)))?;
        }
        Ok(())
    }

    /// An object that no schema has, as it stands.
    fn raw(self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
        let id = bytes.first_chunk().map(|id| u32::from_le_bytes(*id));
        let fault = match id.map(|id| self.dynamic.by_id(id)) {
            Some(Some(found)) => Fault::KnownRaw { name: found.name.to_string() },
            Some(None) if bytes.len().is_multiple_of(4) => {
                out.extend_from_slice(bytes);
                return Ok(());
            }
            _ => Fault::RawLen { len: bytes.len() },
        };
        Err(WriteError::new(fault))
    }
}

/// Whether an object is one of the constructors of the type `ty` of the schema.
pub(crate) fn is_of(index: &Index<'_>, ty: &Name, object: &Object<'_>) -> bool {
    index.constructors_of(ty).iter().any(|one| core::ptr::eq(*one, object.declaration()))
}

/// A body has the length that stands before it.
fn same_len(announced: i32, len: usize) -> Result<(), WriteError> {
    if usize::try_from(announced) == Ok(len) {
        return Ok(());
    }
    Err(WriteError::new(Fault::BodyLen { announced, len }))
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
