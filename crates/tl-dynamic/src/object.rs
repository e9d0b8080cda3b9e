//! Objects as values.

use core::fmt;

use tl_schema::ast::Declaration;

/// A constructor or method with the values of its fields.
///
/// The fields stand in the order of the declaration; one that is not on the wire (its flag bit is not set) has no
/// value. `Debug` shows names of fields and no texts: objects hold names, phone numbers and keys.
#[derive(Clone)]
pub struct Object<'s> {
    declaration: &'s Declaration,
    values: Vec<Option<Value<'s>>>,
}

/// The value of a field.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'s> {
    /// `#`: flag bits, with those that the schema does not name.
    Word(u32),
    /// `int`
    Int(i32),
    /// `long`
    Long(i64),
    /// `double`
    Double(f64),
    /// `int128`
    Int128([u8; 16]),
    /// `int256`
    Int256([u8; 32]),
    /// `Bool`
    Bool(bool),
    /// `true`: the bit is set.
    True,
    /// `string`, which may not be UTF-8.
    String(Vec<u8>),
    /// `bytes`
    Bytes(Vec<u8>),
    /// `Vector<T>` or `vector<T>`
    Vector(Vec<Self>),
    /// A value of a type of the schema, or a query inside a wrapper.
    Object(Object<'s>),
    /// An object that the schema does not know, up to the end of the bytes; its constructor id first.
    Raw(Vec<u8>),
}

impl<'s> Object<'s> {
    /// An object without any values yet; words of flags are zero.
    pub fn new(declaration: &'s Declaration) -> Self {
        Self { declaration, values: vec![None; declaration.fields.len()] }
    }

    pub(crate) fn with_values(declaration: &'s Declaration, values: Vec<Option<Value<'s>>>) -> Self {
        Self { declaration, values }
    }

    /// The declaration.
    pub fn declaration(&self) -> &'s Declaration {
        self.declaration
    }

    /// The name in the schema, like `contacts.contacts`.
    pub fn name(&self) -> String {
        self.declaration.name.to_string()
    }

    /// The value of a field; `None` if it is not on the wire or the declaration has no such field.
    pub fn field(&self, name: &str) -> Option<&Value<'s>> {
        self.values.get(self.position(name)?)?.as_ref()
    }

    /// Gives a field a value. Returns whether the declaration has such a field.
    ///
    /// The bits of flag words need not be given: they follow from the fields that have a value.
    pub fn set(&mut self, name: &str, value: Value<'s>) -> bool {
        match self.position(name).and_then(|at| self.values.get_mut(at)) {
            Some(place) => {
                *place = Some(value);
                true
            }
            None => false,
        }
    }

    /// The fields that are on the wire, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&'s str, &Value<'s>)> {
        let names = self.declaration.fields.iter().map(|field| field.name.as_deref().unwrap_or_default());
        names.zip(&self.values).filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }

    /// The values in the order of the declaration.
    pub(crate) fn values(&self) -> &[Option<Value<'s>>] {
        &self.values
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.declaration.fields.iter().position(|field| field.name.as_deref() == Some(name))
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.declaration.wire_id() == other.declaration.wire_id() && self.values == other.values
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(&self.name());
        for (name, value) in self.fields() {
            shown.field(name, value);
        }
        shown.finish()
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(bits) => write!(f, "{bits:#x}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::True => f.write_str("true"),
            Self::Int(_) => f.write_str("int"),
            Self::Long(_) => f.write_str("long"),
            Self::Double(_) => f.write_str("double"),
            Self::Int128(_) => f.write_str("int128"),
            Self::Int256(_) => f.write_str("int256"),
            Self::String(text) => write!(f, "string({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "bytes({} bytes)", bytes.len()),
            Self::Vector(items) => f.debug_list().entries(items).finish(),
            Self::Object(object) => object.fmt(f),
            Self::Raw(bytes) => write!(f, "object({} bytes)", bytes.len()),
        }
    }
}
