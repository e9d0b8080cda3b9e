//! Reads and writes any TL object by its schema, without generated code.
//!
//! It is slow and simple, and made in another way than the generated types: the tests hold those against it. It also
//! turns objects into JSON and back.
//!
//! ```
//! use tl_dynamic::Dynamic;
//! use tl_schema::Schema;
//!
//! let schema = Schema::parse("contact#145ade0b user_id:long mutual:Bool = Contact;")?;
//! let dynamic = Dynamic::new(&schema)?;
//! let bytes = [0x0b, 0xde, 0x5a, 0x14, 5, 0, 0, 0, 0, 0, 0, 0, 0xb5, 0x75, 0x72, 0x99];
//!
//! let contact = dynamic.read(&bytes)?;
//! assert_eq!(contact.to_json().to_string(), r#"{"_":"contact","user_id":"5","mutual":true}"#);
//! assert_eq!(dynamic.write(&contact)?, bytes);
//!
//! let error = dynamic.read(&bytes[..14]).unwrap_err();
//! assert_eq!(error.to_string(), "contact → mutual: 2 bytes short at offset 0xc");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | TL | [`Object::to_json`] |
//! |---|---|
//! | object | `{"_": "user", …}`, fields by name in the order of the declaration; absent ones are left out |
//! | `int`, `#` | number |
//! | `long` | string of decimal digits: most readers of JSON keep only 53 bits of a number. [`Dynamic::from_json`] takes numbers too |
//! | `double` | number, or `{"bits": "7ff8000000000000"}` for what JSON has no number for |
//! | `string` | string, or `{"not_utf8": "61ff"}` with the bytes in hexadecimal |
//! | `bytes`, `int128`, `int256` | string of hexadecimal digits |
//! | `Bool`, `true` | `true`, `false` |
//! | object that the schema does not have | `{"raw": "…"}` in hexadecimal |
//!
//! An object may stand in another one without the outer schema knowing it: a message of the protocol holds objects of the
//! API. [`Dynamic::and`] adds the schema that does. `bytes:int … body:Object` is the length of the body (`message`).

#![forbid(unsafe_code)]

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod body;
mod error;
mod json;
mod json_read;
pub mod limits;
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
    others: Vec<Index<'s>>,
}

impl<'s> Dynamic<'s> {
    /// Takes a schema.
    ///
    /// # Errors
    /// As [`Index::new`]: ids that are not those of the text, names that are not declared.
    pub fn new(schema: &'s Schema) -> Result<Self, SchemaError> {
        Ok(Self { index: Index::new(schema)?, others: Vec::new() })
    }

    /// Takes another schema for what those before it do not have: objects by themselves, and inside others where any
    /// object may stand (`Object`, `!X`). Fields of a named type keep to the schema in which they stand.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn and(mut self, schema: &'s Schema) -> Result<Self, SchemaError> {
        self.others.push(Index::new(schema)?);
        Ok(self)
    }

    /// The schema by name; the first one, if there are several.
    pub fn index(&self) -> &Index<'s> {
        &self.index
    }

    /// All schemas, in the order in which they were given.
    pub fn schemas(&self) -> impl Iterator<Item = &'s Schema> + use<'_, 's> {
        self.indexes().map(Index::schema)
    }

    /// The constructor or else the method of that name, like `contacts.getSaved`, in the first schema that has one.
    pub fn declaration(&self, name: &str) -> Option<&'s Declaration> {
        self.indexes().find_map(|index| named(index, name))
    }

    /// The constructor or method with that id, in the first schema that has one.
    pub fn by_id(&self, id: u32) -> Option<&'s Declaration> {
        self.indexes().find_map(|index| index.by_id(id))
    }

    fn indexes(&self) -> impl Iterator<Item = &Index<'s>> + use<'_, 's> {
        core::iter::once(&self.index).chain(&self.others)
    }

    /// The schema in which a declaration stands.
    fn home(&self, declaration: &'s Declaration) -> &Index<'s> {
        let id = declaration.wire_id();
        let has = |index: &&Index<'s>| index.by_id(id).is_some_and(|found| core::ptr::eq(found, declaration));
        self.indexes().find(has).unwrap_or(&self.index)
    }
}

/// The constructor or else the method of that name.
fn named<'s>(index: &Index<'s>, name: &str) -> Option<&'s Declaration> {
    let (namespace, ident) = match name.split_once('.') {
        Some((namespace, ident)) => (Some(namespace.to_owned()), ident),
        None => (None, name),
    };
    let name = Name { namespace, ident: ident.to_owned() };
    index.constructor(&name).or_else(|| index.function(&name))
}
