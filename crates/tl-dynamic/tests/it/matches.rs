//! A typed value held, field by field and by the fields' names, against what the schema's reader made of its bytes.

use std::cell::Cell;

use tl_codec::{Bare, BareVecRef, Decode, Lazy, RawBytes, RawObject, Str, VecRef};
use tl_dynamic::{Dynamic, Object, Value};
use tl_schema::ast::{Field, FieldKind};

/// What a value is held against.
pub(crate) struct Against<'s> {
    pub(crate) dynamic: Dynamic<'s>,
}

/// A part of a typed value.
pub(crate) trait Matches {
    /// Whether it is the value. A field that differs panics with its name.
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool;

    /// Whether it is what a field reads as that is not on the wire.
    fn is_absent(&self) -> bool {
        false
    }
}

/// The fields of one object, of which every one must be asked for.
pub(crate) struct Fields<'o> {
    against: &'o Against<'o>,
    object: &'o Object<'o>,
    is_owned: bool,
    left: Cell<usize>,
}

impl Against<'_> {
    /// The fields that an owned form has: all but the words of flags.
    pub(crate) fn owned<'o>(&'o self, name: &str, value: &'o Value<'o>) -> Fields<'o> {
        self.fields(name, value, true)
    }

    /// The fields that a borrowed form has.
    pub(crate) fn borrowed<'o>(&'o self, name: &str, value: &'o Value<'o>) -> Fields<'o> {
        self.fields(name, value, false)
    }

    fn fields<'o>(&'o self, name: &str, value: &'o Value<'o>, is_owned: bool) -> Fields<'o> {
        let Value::Object(object) = value else { panic!("{name} stands where the schema reads {value:?}") };
        assert_eq!(object.name(), name);
        let fields = &object.declaration().fields;
        let count = fields.iter().filter(|field| !is_owned || field.kind != FieldKind::Word).count();
        Fields { against: self, object, is_owned, left: Cell::new(count) }
    }
}

impl Fields<'_> {
    /// The field of that Rust name is the schema's.
    pub(crate) fn holds(&self, rust: &str, typed: &dyn Matches) {
        self.left.set(self.left.get() - 1);
        let declaration = self.object.declaration();
        let found = declaration.fields.iter().find(|field| is_called(field, rust));
        let field = found.unwrap_or_else(|| panic!("{} has no field {rust}", declaration.name));
        let name = field.name.as_deref().unwrap_or_default();
        let is_same = match self.object.field(name) {
            Some(value) => typed.matches(self.against, value),
            None => typed.is_absent(),
        };
        // an owned field that is left out is written all the same when another one sets the bit of both
        let is_written_for_another = self.is_owned && typed.is_absent() && self.shares_its_bit(field);
        assert!(is_same || is_written_for_another, "{}.{name}", declaration.name);
    }

    fn shares_its_bit(&self, field: &Field) -> bool {
        let bit = |field: &Field| match &field.kind {
            FieldKind::Value { flag, .. } => flag.clone(),
            _ => None,
        };
        let fields = self.object.declaration().fields.iter();
        bit(field).is_some() && fields.filter(|other| bit(other) == bit(field)).count() > 1
    }
}

impl Drop for Fields<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.left.get(), 0, "fields of {} that the type does not have", self.object.name());
        }
    }
}

/// Rust's name of a field is the schema's in snake case, with `_` behind a word of the language.
fn is_called(field: &Field, rust: &str) -> bool {
    let letters = |name: &str| name.replace('_', "").to_lowercase();
    field.name.as_deref().is_some_and(|name| letters(name) == letters(rust))
}

macro_rules! numbers {
    ($($ty:ty: $variant:ident;)*) => {$(
        impl Matches for $ty {
            fn matches(&self, _against: &Against<'_>, value: &Value<'_>) -> bool {
                // by their bytes: a double that is no number is not equal to itself
                matches!(value, Value::$variant(found) if found.to_le_bytes() == self.to_le_bytes())
            }
        }
    )*};
}

numbers!(u32: Word; i32: Int; i64: Long; f64: Double;);

macro_rules! bytes {
    ($($ty:ty: $variant:ident, $bytes:expr;)*) => {$(
        impl Matches for $ty {
            fn matches(&self, _against: &Against<'_>, value: &Value<'_>) -> bool {
                matches!(value, Value::$variant(found) if found.as_slice() == $bytes(self))
            }
        }
    )*};
}

bytes! {
    [u8; 16]: Int128, <[u8]>::as_ref;
    [u8; 32]: Int256, <[u8]>::as_ref;
    String: String, String::as_bytes;
    Str<'_>: String, |text: &Self| text.as_bytes();
    Vec<u8>: Bytes, Vec::as_slice;
    &[u8]: Bytes, |bytes: &Self| *bytes;
}

impl Matches for bool {
    fn matches(&self, _against: &Against<'_>, value: &Value<'_>) -> bool {
        match value {
            Value::True => *self,
            Value::Bool(found) => self == found,
            _ => false,
        }
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

impl<T: Matches> Matches for Option<T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        self.as_ref().is_some_and(|inner| inner.matches(against, value))
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Matches> Matches for Box<T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        (**self).matches(against, value)
    }
}

impl<T: Matches> Matches for Bare<T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        self.0.matches(against, value)
    }
}

impl<'a, T: Decode<'a> + Matches> Matches for Lazy<'a, T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        self.read().unwrap().matches(against, value)
    }
}

fn all<T: Matches>(
    typed: impl ExactSizeIterator<Item = T>,
    against: &Against<'_>,
    value: &Value<'_>,
) -> bool {
    let Value::Vector(items) = value else { return false };
    typed.len() == items.len() && typed.zip(items).all(|(typed, item)| typed.matches(against, item))
}

impl<T: Matches> Matches for &T {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        (**self).matches(against, value)
    }
}

impl<T: Matches> Matches for Vec<T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        all(self.iter(), against, value)
    }
}

impl<'a, T: Decode<'a> + Matches> Matches for VecRef<'a, T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        all(self.iter(), against, value)
    }
}

impl<'a, T: Decode<'a> + Matches> Matches for BareVecRef<'a, T> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        all(self.iter(), against, value)
    }
}

/// An object of any kind is known by its bytes.
fn is_object(bytes: &[u8], against: &Against<'_>, value: &Value<'_>) -> bool {
    match value {
        Value::Object(object) => against.dynamic.write(object).is_ok_and(|written| written == bytes),
        Value::Raw(found) => found == bytes,
        _ => false,
    }
}

impl Matches for RawBytes {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        is_object(&self.0, against, value)
    }
}

impl Matches for RawObject<'_> {
    fn matches(&self, against: &Against<'_>, value: &Value<'_>) -> bool {
        is_object(self.as_bytes(), against, value)
    }
}
