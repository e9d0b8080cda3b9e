//! The Rust text of types.

use crate::ast::{Declaration, Name};
use crate::index::Wire;
use crate::model::field::Value;
use crate::model::{Model, camel};

/// Owned or borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Owned,
    Borrowed,
}

/// The path of a struct or enum in the module `module`, without lifetime.
pub(crate) fn path(module: &str, name: &Name, form: Form) -> String {
    let suffix = if form == Form::Borrowed { "Ref" } else { "" };
    match &name.namespace {
        Some(namespace) => {
            format!(
                "{module}::{}::{}{suffix}",
                crate::generate::file::module_name(namespace),
                camel(&name.ident)
            )
        }
        None => format!("{module}::{}{suffix}", camel(&name.ident)),
    }
}

impl Model<'_> {
    /// The type of a field.
    pub(crate) fn field_type(&self, value: &Value<'_>, form: Form) -> String {
        let present = self.present_type(value, form);
        if value.flag.is_some() { format!("Option<{present}>") } else { present }
    }

    /// The type of a field's value if it is there.
    pub(crate) fn present_type(&self, value: &Value<'_>, form: Form) -> String {
        let inner = match (value.is_query, form) {
            (true, Form::Owned) => "X".to_owned(),
            _ => self.wire_type(&value.wire, form),
        };
        match form {
            Form::Owned if value.is_recursive => format!("Box<{inner}>"),
            Form::Borrowed if value.is_recursive => format!("Lazy<'a, {inner}>"),
            _ => inner,
        }
    }

    /// The type of a value.
    pub(crate) fn wire_type(&self, wire: &Wire<'_>, form: Form) -> String {
        let fixed = match (wire, form) {
            (Wire::Int, _) => "i32",
            (Wire::Long, _) => "i64",
            (Wire::Double, _) => "f64",
            (Wire::Int128, _) => "Int128",
            (Wire::Int256, _) => "Int256",
            (Wire::Bool | Wire::True, _) => "bool",
            (Wire::String, Form::Owned) => "String",
            (Wire::String, Form::Borrowed) => "Str<'a>",
            (Wire::Bytes, Form::Owned) => "Vec<u8>",
            (Wire::Bytes, Form::Borrowed) => "&'a [u8]",
            (Wire::Object, Form::Owned) => "RawBytes",
            (Wire::Object, Form::Borrowed) => "RawObject<'a>",
            (Wire::Vector { is_bare, item }, _) => return self.vector_type(*is_bare, item, form),
            (Wire::Boxed(ty), _) => return self.boxed_type(ty, form),
            (Wire::Bare(found), _) => return self.struct_type(found, form),
        };
        fixed.to_owned()
    }

    fn vector_type(&self, is_bare: bool, item: &Wire<'_>, form: Form) -> String {
        let inner = self.wire_type(item, form);
        let inner = match (item, form) {
            (Wire::Bare(_), Form::Borrowed) => format!("Bare<{inner}>"),
            _ => inner,
        };
        match (form, is_bare) {
            (Form::Owned, _) => format!("Vec<{inner}>"),
            (Form::Borrowed, true) => format!("BareVecRef<'a, {inner}>"),
            (Form::Borrowed, false) => format!("VecRef<'a, {inner}>"),
        }
    }

    fn boxed_type(&self, ty: &Name, form: Form) -> String {
        if let [only] = self.index.constructors_of(ty) {
            return self.struct_type(only, form);
        }
        let has_lifetime = self.types.get(ty).is_some_and(|found| found.has_lifetime);
        let lifetime = if has_lifetime && form == Form::Borrowed { "<'a>" } else { "" };
        path("enums", ty, form) + lifetime
    }

    fn struct_type(&self, found: &Declaration, form: Form) -> String {
        let combinator = self.constructors.iter().find(|one| one.declaration.name == found.name);
        let has_lifetime = combinator.is_some_and(|one| one.has_lifetime);
        let lifetime = if has_lifetime && form == Form::Borrowed { "<'a>" } else { "" };
        path("types", &found.name, form) + lifetime
    }

    /// What a method's `Reply` is.
    pub(crate) fn reply_type(&self, owner: &Declaration, wire: &Wire<'_>) -> String {
        let is_opaque = |ty: &Name| self.plan.opaque.contains(&ty.to_string());
        if owner.is_variable(&owner.result.name) {
            "X::Reply".to_owned()
        } else if matches!(wire, Wire::Boxed(ty) if is_opaque(ty)) {
            "RawBytes".to_owned()
        } else {
            self.wire_type(wire, Form::Owned)
        }
    }
}
