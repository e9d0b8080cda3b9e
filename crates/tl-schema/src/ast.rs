//! The syntax tree of a `.tl` file.
//!
//! It keeps what the text says and nothing more: names are not resolved, ids are as written. Every node that can be
//! wrong later has its [`Position`].

use core::fmt;

/// A place in a `.tl` file; both numbers start at one, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A whole `.tl` file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// The layer, from a comment `// LAYER 230`.
    pub layer: Option<u32>,
    /// The declarations in the order of the file.
    pub declarations: Vec<Declaration>,
}

/// Which half of a schema a declaration stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Constructors: `---types---`, and the start of a file.
    Types,
    /// Methods: `---functions---`.
    Functions,
}

/// A name with its namespace: `auth.sentCode`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// What stands before the dot.
    pub namespace: Option<String>,
    /// What stands behind it.
    pub ident: String,
}

impl Name {
    /// Whether the name is one of a bare thing: a constructor, a built-in like `int`, or a type variable `t`.
    pub fn is_lower(&self) -> bool {
        self.ident.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
    }

    /// Whether it is `ident` without a namespace.
    pub fn is(&self, ident: &str) -> bool {
        self.namespace.is_none() && self.ident == ident
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}.")?;
        }
        f.write_str(&self.ident)
    }
}

/// One declaration: `name#id fields = Result;`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Where its name stands.
    pub position: Position,
    /// Constructor or method.
    pub section: Section,
    /// Its name.
    pub name: Name,
    /// The id, if it is written.
    pub id: Option<u32>,
    /// `{X:Type}`
    pub generics: Vec<Generic>,
    /// What is written on the wire, in order.
    pub fields: Vec<Field>,
    /// What stands behind `=`.
    pub result: Type,
    /// `int ? = Int;`: known to the codec, its form is not written in TL.
    pub is_builtin: bool,
}

/// An implicit argument: `{X:Type}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generic {
    /// The variable.
    pub name: String,
    /// Its kind, always `Type` in Telegram's schemas.
    pub kind: String,
}

/// One item of a declaration's left side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where it starts.
    pub position: Position,
    /// Its name; a repetition and the `#` before it have none.
    pub name: Option<String>,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// `#`: a word of flag bits, or the count of the repetition that follows.
    Word,
    /// `int`, `flags.3?string`
    Value {
        /// The bit that says whether the field is there.
        flag: Option<Flag>,
        /// The type.
        ty: Type,
    },
    /// `[ t ]`, `4*[ int ]`
    Repetition {
        /// How often; without it, as often as the `#` before it says.
        count: Option<u32>,
        /// What is repeated.
        fields: Vec<Field>,
    },
}

/// `flags.3`: a bit of an earlier word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The word's field name.
    pub word: String,
    /// The bit, 0 to 31.
    pub bit: u8,
}

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// Where it starts.
    pub position: Position,
    /// `!X`: any function whose result is `X`.
    pub is_function: bool,
    /// `%T`: the bare form of `T`.
    pub is_bare: bool,
    /// The name.
    pub name: Name,
    /// `<A, B>`, or the words behind the name.
    pub arguments: Vec<Self>,
}

impl Declaration {
    /// Whether `name` is a variable of the declaration and no type of the schema.
    pub fn is_variable(&self, name: &Name) -> bool {
        name.namespace.is_none() && self.generics.iter().any(|generic| generic.name == name.ident)
    }
}
