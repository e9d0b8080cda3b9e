//! Bytes to values.

use tl_codec::{Decode, ErrorKind, Reader, VECTOR, is_set};
use tl_schema::Wire;
use tl_schema::ast::{Declaration, Field, FieldKind, Name, Type};

use crate::Dynamic;
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
        let Some(declaration) = self.index().by_id(id) else {
            return Err(before.error(ErrorKind::UnknownConstructor { got: id }).into());
        };
        let object = self.read_fields(declaration, &mut reader)?;
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
        let value = self.read_value(method, &method.result, &mut reader)?;
        finish(reader)?;
        Ok(value)
    }

    /// The fields of a declaration, without its id.
    fn read_fields(
        &self,
        declaration: &'s Declaration,
        reader: &mut Reader<'_>,
    ) -> Result<Object<'s>, ReadError> {
        let mut values: Vec<Option<Value<'s>>> = Vec::with_capacity(declaration.fields.len());
        for field in &declaration.fields {
            let value = self.read_field(declaration, field, &values, reader).map_err(|error| {
                let name = field.name.clone().unwrap_or_default();
                error.within(Segment::Field(name)).within(Segment::Type(declaration.name.to_string()))
            })?;
            values.push(value);
        }
        Ok(Object::with_values(declaration, values))
    }

    fn read_field(
        &self,
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
            FieldKind::Value { ty, .. } => self.read_value(owner, ty, reader).map(Some),
            // the index has refused declarations with repetitions
            FieldKind::Repetition { .. } => Ok(None),
        }
    }

    fn read_value(
        &self,
        owner: &'s Declaration,
        ty: &'s Type,
        reader: &mut Reader<'_>,
    ) -> Result<Value<'s>, ReadError> {
        // the index has resolved every type of the schema before
        let wire = self.index().wire(owner, ty).unwrap_or(Wire::Object);
        self.read_wire_value(&wire, reader)
    }

    fn read_wire_value(&self, wire: &Wire<'s>, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
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
            Wire::Vector { is_bare, item } => self.read_vector(*is_bare, item, reader)?,
            Wire::Boxed(ty) => self.read_boxed(ty, reader)?,
            Wire::Bare(found) => Value::Object(reader.nested(|inner| self.read_fields(found, inner))?),
            _ => self.read_any(reader)?,
        })
    }

    fn read_vector(
        &self,
        is_bare: bool,
        item: &Wire<'s>,
        reader: &mut Reader<'_>,
    ) -> Result<Value<'s>, ReadError> {
        if !is_bare {
            reader.expect_id(VECTOR)?;
        }
        let count = reader.count(min_len(item))?;
        let mut items = Vec::with_capacity(count);
        for index in 0..count {
            let value = reader
                .nested(|inner| self.read_wire_value(item, inner))
                .map_err(|error: ReadError| error.within(Segment::Item(index)))?;
            items.push(value);
        }
        Ok(Value::Vector(items))
    }

    /// One of the constructors of a type.
    fn read_boxed(&self, ty: &'s Name, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
        let before = *reader;
        let id = reader.word()?;
        let constructors = self.index().constructors_of(ty);
        let found = constructors.iter().find(|one| one.wire_id() == id);
        match (found, constructors) {
            (Some(found), _) => reader.nested(|inner| self.read_fields(found, inner)).map(Value::Object),
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

    /// Any object: a query, or something that the schema does not know and that has no length of its own.
    fn read_any(&self, reader: &mut Reader<'_>) -> Result<Value<'s>, ReadError> {
        let before = *reader;
        let id = reader.word()?;
        if let Some(found) = self.index().by_id(id) {
            return reader.nested(|inner| self.read_fields(found, inner)).map(Value::Object);
        }
        reader.take_rest();
        Ok(Value::Raw(reader.since(&before).to_vec()))
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

/// The fewest bytes of a vector's item: enough to refuse a count that nothing can fulfil.
fn min_len(item: &Wire<'_>) -> usize {
    match item {
        Wire::Long | Wire::Double => 8,
        Wire::Int128 => 16,
        Wire::Int256 => 32,
        // a bare constructor may have no fields at all
        Wire::Bare(_) | Wire::True => 0,
        _ => 4,
    }
}

fn finish(reader: Reader<'_>) -> Result<(), ReadError> {
    Ok(reader.finish("value")?)
}
