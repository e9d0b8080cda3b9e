//! What can be wrong with bytes, values and JSON.

use core::fmt;

use thiserror::Error;
use tl_codec::limits::MAX_DEPTH;
use tl_codec::{DecodeError, ErrorKind};

/// Bytes that are not the object that the schema says, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    kind: ErrorKind,
    offset: usize,
    path: Vec<Segment>,
}

/// One step of the way to a place in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A constructor, method or type.
    Type(String),
    /// A field.
    Field(String),
    /// An item of a vector.
    Item(usize),
}

impl ReadError {
    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// At which byte.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The way to it, outermost first.
    pub fn path(&self) -> impl Iterator<Item = &Segment> {
        self.path.iter().rev()
    }

    pub(crate) fn within(mut self, segment: Segment) -> Self {
        self.path.push(segment);
        self
    }
}

impl From<DecodeError> for ReadError {
    fn from(error: DecodeError) -> Self {
        Self { kind: error.kind(), offset: error.offset(), path: Vec::new() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, &self.path)?;
        write!(f, "{} at offset {:#x}", self.kind, self.offset)
    }
}

impl core::error::Error for ReadError {}

/// A value that cannot be written, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    fault: Fault,
    path: Vec<Segment>,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A field that must be there has no value.
    #[error("the field has no value")]
    Missing,
    /// The value is of another type.
    #[error("{expected} expected, {found} found")]
    Type {
        /// The type of the schema.
        expected: String,
        /// What the value is.
        found: String,
    },
    /// Some fields of a bit have a value and others have none.
    #[error("the field has no value, but another one on the same bit of {word} has")]
    HalfPresent {
        /// The word of flags.
        word: String,
    },
    /// Longer than TL can say.
    #[error("{len} bytes do not fit into a string")]
    TooLong {
        /// The length.
        len: usize,
    },
    /// Values lie deeper inside each other than a reader goes.
    #[error("more than {MAX_DEPTH} values inside each other")]
    TooDeep,
    /// The bytes of an unknown object are no whole words, of which the first is its id.
    #[error("a raw object of {len} bytes: it needs whole words, the first one its id")]
    RawLen {
        /// The length.
        len: usize,
    },
    /// The bytes of an object that is not unknown, so that they would be read as its fields.
    #[error("a raw object with the id of {name}, which the schema has")]
    KnownRaw {
        /// The constructor or method of that id.
        name: String,
    },
    /// A body that is not as long as the field before it says.
    #[error("{len} bytes, but the length before it says {announced}")]
    BodyLen {
        /// What the field says.
        announced: i32,
        /// The length.
        len: usize,
    },
}

impl WriteError {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, path: Vec::new() }
    }

    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// The way to it, outermost first.
    pub fn path(&self) -> impl Iterator<Item = &Segment> {
        self.path.iter().rev()
    }

    pub(crate) fn within(mut self, segment: Segment) -> Self {
        self.path.push(segment);
        self
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, &self.path)?;
        write!(f, "{}", self.fault)
    }
}

impl core::error::Error for WriteError {}

/// JSON that is no object of the schema. The place is a path like `contacts.contacts.users[17].phone`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonError {
    /// An object without `"_"`, the name of its constructor.
    #[error("{place}: an object needs its constructor's name as \"_\"")]
    NoName {
        /// Where.
        place: String,
    },
    /// A constructor that the schema does not have.
    #[error("{place}: the schema has no {name}")]
    UnknownName {
        /// Where.
        place: String,
        /// The name.
        name: String,
    },
    /// A field that the constructor does not have.
    #[error("{place}: {name} has no such field")]
    UnknownField {
        /// Where.
        place: String,
        /// The constructor.
        name: String,
    },
    /// A value of another type.
    #[error("{place}: {expected} expected")]
    Type {
        /// Where.
        place: String,
        /// The type of the schema.
        expected: String,
    },
}

/// `contacts.contacts → users[17] → user → phone: `
fn write_path(f: &mut fmt::Formatter<'_>, innermost_first: &[Segment]) -> fmt::Result {
    let mut first = true;
    for segment in innermost_first.iter().rev() {
        match segment {
            Segment::Item(index) => write!(f, "[{index}]")?,
            Segment::Type(name) | Segment::Field(name) if first => f.write_str(name)?,
            Segment::Type(name) | Segment::Field(name) => write!(f, " → {name}")?,
        }
        first = false;
    }
    if first { Ok(()) } else { f.write_str(": ") }
}
