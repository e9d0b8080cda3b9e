//! Bytes to values.

mod vector;

use core::cell::Cell;

use tl_codec::{Decode, ErrorKind, Reader, is_set};
use tl_schema::ast::{Declaration, Field, FieldKind, Name};
use tl_schema::{Index, Wire};

use crate::Dynamic;
use crate::body::announced_len;
use crate::error::{ReadError, Segment};
use crate::object::{Object, Value};

impl<'s> Dynamic<'s> {
    /// Reads a boxed object, a constructor or a method, that fills `bytes`.
    ///
    /// # Errors
    /// [`ReadError`] with offset and path; unknown flag bits are no error.
    pub fn read(&self, bytes: &[u8]) -> Result<Object<'s>, ReadError> {
        let mut reader = Reader::new(bytes);
        let before = reader;
        let id = reader.word()?;
        let Some(declaration) = self.by_id(id) else {
            return Err(before.error(ErrorKind::UnknownConstructor { got: id }).into());
        };
        let empty_items = Cell::new(0);
        let object = Reading::new(self, declaration, &empty_items).fields(declaration, &mut reader)?;
        finish(reader)?;
        Ok(object)
    }

    /// Reads the answer to a method: a value of the type behind its `=` that fills `bytes`.
    ///
    /// For a wrapper (`invokeWithLayer`) that is any object.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_reply(&self, method: &'s Declaration, bytes: &[u8]) -> Result<Value<'s>, ReadError> {
        let mut reader = Reader::new(bytes);
        let empty_items = Cell::new(0);
        let reading = Reading::new(self, method, &empty_items);
        // the index has resolved every type of the schema before
        let wire = reading.index.wire(method, &method.result).unwrap_or(Wire::Object);
        let value = reading.value(&wire, &mut reader)?;
        finish(reader)?;
        Ok(value)
    }
}

/// What a reading carries along.
#[derive(Clone, Copy)]
struct Reading<'d, 's> {
    dynamic: &'d Dynamic<'s>,
    /// The schema of the object that is being read.
    index: &'d Index<'s>,
    /// The items that took no bytes, so far and in all.
    empty_items: &'d Cell<usize>,
}

impl<'d, 's> Reading<'d, 's> {
    fn new(dynamic: &'d Dynamic<'s>, declaration: &'s Declaration, empty_items: &'d Cell<usize>) -> Self {
        Self { dynamic, index: dynamic.home(declaration), empty_items }
    }

    /// The fields of a declaration, without its id.
    fn fields(self, declaration: &'s Declaration, reader: &mut Reader<'_>) -> Result<Object<'s>, ReadError> {
        let mut values: Vec<Option<Value<'s>>> = Vec::with_capacity(declaration.fields.len());
        for field in &declaration.fields {
            let value = self.field(declaration, field, &values, reader).map_err(|error| {
                let name = field.name.clone().unwrap_or_default();
                error.within(Segment::Field(name)).within(Segment::Type(declaration.name.to_string()))
            })?;
            values.push(value);
        }
        Ok(Object::with_values(declaration, values))
    }

    fn field(
        self,
        owner: &'s Declaration,
        field: &'s Field,
        before: &[Option<Value<'s>>],
        reader: &mut Reader<'_>,
    ) -> Result<Option<Value<'s>>, ReadError> {
        match &field.kind {
            FieldKind::Word => Ok(Some(Value::Word(reader.word()?))),
            FieldKind::Value { flag: Some(flag), .. }
                if !is_set(word(owner, before, &flag.word), flag.bit.into()) =>
            {
                Ok(None)
            }
            FieldKind::Value { ty, .. } => {
                let wire = self.index.wire(owner, ty).unwrap_or(Wire::Object);
                match announced_len(owner, before).filter(|_| wire == Wire::Object) {
                    Some(len_bytes) => self.body(len_bytes, reader),
                    None => self.value(&wire, reader),
                }
                .map(Some)
            }
            // the index has refused declarations with repetitions
            FieldKind::Repetition { .. } => Ok(None),
        }
    }

    fn value(self, wire: &Wire<'s>, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
        Ok(match wire {
            Wire::Int => Value::Int(reader.int()?),
            Wire::Long => Value::Long(reader.long()?),
            Wire::Double => Value::Double(f64::decode(reader)?),
            Wire::Int128 => Value::Int128(reader.array()?),
            Wire::Int256 => Value::Int256(reader.array()?),
            Wire::Bool => Value::Bool(bool::decode(reader)?),
            Wire::True => Value::True,
            Wire::String => Value::String(reader.bytes()?.to_vec()),
            Wire::Bytes => Value::Bytes(reader.bytes()?.to_vec()),
            Wire::Vector { is_bare, item } => self.vector(*is_bare, item, reader)?,
            Wire::Boxed(ty) => self.boxed(ty, reader)?,
            Wire::Bare(found) => Value::Object(reader.nested(|inner| self.fields(found, inner))?),
            _ => self.any(reader)?,
        })
    }

    /// One of the constructors of a type.
    fn boxed(self, ty: &'s Name, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
        let before = *reader;
        let id = reader.word()?;
        let constructors = self.index.constructors_of(ty);
        let found = constructors.iter().find(|one| one.wire_id() == id);
        match (found, constructors) {
            (Some(found), _) => reader.nested(|inner| self.fields(found, inner)).map(Value::Object),
            (None, [only]) => {
                let kind = ErrorKind::WrongConstructor { expected: only.wire_id(), got: id };
                Err(ReadError::from(before.error(kind)).within(Segment::Type(only.name.to_string())))
            }
            (None, _) => {
                let error = before.error(ErrorKind::UnknownConstructor { got: id });
                Err(ReadError::from(error).within(Segment::Type(ty.to_string())))
            }
        }
    }

    /// Any object that fills the next `len_bytes`. A negative length is longer than anything.
    fn body(self, len_bytes: i32, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
        let len_bytes = usize::try_from(len_bytes.cast_unsigned()).unwrap_or(usize::MAX);
        let mut body = reader.part(len_bytes)?;
        let value = self.any(&mut body)?;
        finish(body)?;
        Ok(value)
    }

    /// Any object: a query, or something that no schema knows and that has no length of its own.
    fn any(self, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
        let before = *reader;
        let id = reader.word()?;
        if let Some(found) = self.dynamic.by_id(id) {
            let inside = Self::new(self.dynamic, found, self.empty_items);
            return reader.nested(|inner| inside.fields(found, inner)).map(Value::Object);
        }
        reader.take_rest();
        let bytes = reader.since(&before);
        match bytes.len().next_multiple_of(4) - bytes.len() {
            0 => Ok(Value::Raw(bytes.to_vec())),
            // whatever it is, it consists of whole words
            missing_bytes => Err(reader.error(ErrorKind::Short { missing_bytes }).into()),
        }
    }
}

/// The value of an earlier word of flags.
fn word(owner: &Declaration, before: &[Option<Value<'_>>], name: &str) -> u32 {
    let at = owner.fields.iter().position(|field| field.name.as_deref() == Some(name));
    match at.and_then(|at| before.get(at)) {
        Some(Some(Value::Word(bits))) => *bits,
        _ => 0,
    }
}

fn finish(reader: Reader<'_>) -> Result<(), ReadError> {
    Ok(reader.finish("value")?)
}
