//! What can be wrong with a schema.

use thiserror::Error;

use crate::ast::Position;

/// A `.tl` file that cannot be used, with the place in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{position}: {kind}")]
pub struct SchemaError {
    /// Where.
    pub position: Position,
    /// What.
    pub kind: SchemaErrorKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SchemaErrorKind {
    /// The text is not TL.
    #[error("{expected} expected, {found} found")]
    Syntax {
        /// What could stand here.
        expected: &'static str,
        /// What stands here, shortened.
        found: String,
    },
    /// The id is not the CRC32 of the declaration.
    #[error("{name} is declared with id {declared:08x}, but its text has the id {computed:08x}")]
    IdMismatch {
        /// The declaration.
        name: String,
        /// The id behind its name.
        declared: u32,
        /// The CRC32 of its normal form.
        computed: u32,
    },
    /// Two declarations of one name in one section.
    #[error("{name} was declared at {first} already")]
    DuplicateName {
        /// The name.
        name: String,
        /// Where it was declared first.
        first: Position,
    },
    /// Two declarations of one id.
    #[error("{name} has the id {id:08x} of {other}")]
    DuplicateId {
        /// The later one.
        name: String,
        /// The earlier one.
        other: String,
        /// Their id.
        id: u32,
    },
    /// A declaration with a name that the codec has built in, and another form than it has there.
    #[error("{name} is built into the codec, and not as {form}")]
    NotCodecForm {
        /// The name.
        name: String,
        /// The declaration.
        form: String,
    },
    /// Two fields of one name.
    #[error("{owner} has two fields {field}")]
    DuplicateField {
        /// The declaration.
        owner: String,
        /// The field.
        field: String,
    },
    /// A type that nothing constructs.
    #[error("{owner} uses {ty}, which is not declared")]
    UnknownType {
        /// The declaration.
        owner: String,
        /// The type.
        ty: String,
    },
    /// `flags.3?…` without `flags:#` before it.
    #[error("{owner}.{field} depends on {word}, which is no word of flags before it")]
    UnknownFlags {
        /// The declaration.
        owner: String,
        /// The field.
        field: String,
        /// The word.
        word: String,
    },
    /// A form that TL knows and this compiler does not.
    #[error("{owner}: {form} is not supported")]
    Unsupported {
        /// The declaration.
        owner: String,
        /// The form.
        form: String,
    },
    /// An opaque value where nothing says how long it is.
    #[error(
        "{owner}.{field} holds {ty}, which stays opaque: a boxed value has no length of its own, so it can be \
         opaque only as a whole result"
    )]
    OpaqueInside {
        /// The declaration.
        owner: String,
        /// The field.
        field: String,
        /// The opaque type.
        ty: String,
    },
    /// Two things of the schema that would have one Rust name.
    #[error("{name} and {other} have the same Rust name {rust}")]
    NameClash {
        /// The later one.
        name: String,
        /// The earlier one.
        other: String,
        /// The Rust name.
        rust: String,
    },
    /// A name of which no Rust name can be made.
    #[error("{name} gives no Rust name: `{rust}` is none")]
    NoRustName {
        /// The name.
        name: String,
        /// What it would be.
        rust: String,
    },
    /// A name that generated code needs for something else.
    #[error("{name} would have the Rust name {rust}, which generated code needs for something else")]
    TakenName {
        /// The name.
        name: String,
        /// The Rust name.
        rust: String,
    },
    /// A constructor or method of which no value can be written.
    #[error("{name} has no value: each would contain another one without end, or be longer than 2 GiB")]
    NoValue {
        /// The declaration.
        name: String,
    },
    /// A cold field that must be there.
    #[error("{owner}.{field} is mandatory, so it cannot stand behind an accessor: name it hot")]
    ColdMandatory {
        /// The declaration.
        owner: String,
        /// The field.
        field: String,
    },
    /// A word of flags behind a cold field, whose bits would have to be known before.
    #[error(
        "{owner}.{word} is a word of flags behind fields that stand behind accessors: name all before it hot"
    )]
    ColdWord {
        /// The declaration.
        owner: String,
        /// The word.
        word: String,
    },
    /// Cold fields where nothing borrows: there is nothing to read on demand.
    #[error(
        "{owner} is made of numbers alone, so none of its fields can stand behind an accessor: name all hot"
    )]
    NothingToBorrow {
        /// The declaration.
        owner: String,
    },
    /// A name in the plan that the schema does not have.
    #[error("the plan names {name}, which the schema does not have")]
    NotInSchema {
        /// The name or pattern.
        name: String,
    },
}

impl SchemaErrorKind {
    pub(crate) fn at(self, position: Position) -> SchemaError {
        SchemaError { position, kind: self }
    }
}
