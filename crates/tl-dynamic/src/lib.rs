//! Reads and writes any TL object by its schema, without generated code.

mod error;
mod json;
mod json_read;
mod object;
mod read;
mod write;

pub use crate::error::{Fault, JsonError, ReadError, Segment, WriteError};
pub use crate::object::{Object, Value};

use tl_schema::ast::{Declaration, Name};
use tl_schema::{Index, Schema, SchemaError};

/// A schema, ready to read and write its objects.
#[derive(Debug, Clone)]
pub struct Dynamic<'s> {
    index: Index<'s>,
}

impl<'s> Dynamic<'s> {
    /// Takes a schema.
    ///
    /// # Errors
    /// As [`Index::new`]: ids that are not those of the text, names that are not declared.
    pub fn new(schema: &'s Schema) -> Result<Self, SchemaError> {
        Ok(Self { index: Index::new(schema)? })
    }

    /// The schema by name.
    pub fn index(&self) -> &Index<'s> {
        &self.index
    }

    /// The constructor or else the method of that name, like `contacts.getSaved`.
    pub fn declaration(&self, name: &str) -> Option<&'s Declaration> {
        let (namespace, ident) = match name.split_once('.') {
            Some((namespace, ident)) => (Some(namespace.to_owned()), ident),
            None => (None, name),
        };
        let name = Name { namespace, ident: ident.to_owned() };
        self.index.constructor(&name).or_else(|| self.index.function(&name))
    }
}
