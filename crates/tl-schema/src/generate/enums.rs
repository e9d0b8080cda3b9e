//! The enums of a type with several constructors, owned and borrowed.

use crate::ast::FieldKind;
use crate::generate::encode;
use crate::generate::ty::{Form, path};
use crate::index::Wire;
use crate::model::field::{Field, Kind, Value};
use crate::model::{BoxedType, Model};

/// All items of one type.
pub(crate) fn items(model: &Model<'_>, found: &BoxedType<'_>) -> String {
    let mut text = one(model, found, Form::Owned);
    if found.is_plain {
        text += &format!("/// [`{0}`] borrows nothing.\npub type {0}Ref = {0};\n\n", found.rust);
    } else {
        text += &one(model, found, Form::Borrowed);
    }
    text += &implementations(model, found);
    text
}

fn one(model: &Model<'_>, found: &BoxedType<'_>, form: Form) -> String {
    let rust = &found.rust;
    let has_lifetime = found.has_lifetime && form == Form::Borrowed;
    let (copy, suffix) = match form {
        Form::Owned if !found.is_plain => ("", ""),
        Form::Owned => ("Copy, ", ""),
        Form::Borrowed => ("Copy, ", "Ref"),
    };
    let docs = match form {
        Form::Owned => format!("`{}`", found.name),
        Form::Borrowed => format!("[`{rust}`] as it is read."),
    };
    let mut variants = String::new();
    for (variant, constructor) in &found.variants {
        let of = model.constructors.iter().find(|one| one.declaration.name == constructor.name);
        let is_borrowing = of.is_some_and(|one| one.has_lifetime) && form == Form::Borrowed;
        let lifetime = if is_borrowing { "<'a>" } else { "" };
        variants += &format!(
            "/// `{}#{:08x}`\n{variant}({}{lifetime}),\n",
            constructor.name,
            constructor.wire_id(),
            path("types", &constructor.name, form)
        );
    }
    let lifetime = if has_lifetime { "<'a>" } else { "" };
    format!(
        "/// {docs}\n#[derive(Debug, Clone, {copy}PartialEq)]\n#[non_exhaustive]\n\
         pub enum {rust}{suffix}{lifetime} {{\n{variants}}}\n\n"
    )
}

fn implementations(model: &Model<'_>, found: &BoxedType<'_>) -> String {
    let rust = &found.rust;
    let variants: String = found
        .variants
        .iter()
        .map(|(variant, constructor)| {
            format!("{variant}({}),\n", path("types", &constructor.name, Form::Owned))
        })
        .collect();
    let lifetime = if found.has_lifetime { "<'a>" } else { "" };
    let is_hot = is_hot(model, found);
    let words = if is_hot && !found.is_plain { words(model, found) } else { None };
    let forms = match (found.is_plain, is_hot) {
        (true, _) => format!("plain {rust}"),
        (false, true) if words.is_some() => format!("words {rust}, {rust}Ref"),
        (false, true) => format!("hot {rust}, {rust}Ref{lifetime}"),
        (false, false) => format!("{rust}, {rust}Ref{lifetime}"),
    };
    let words = words.unwrap_or_default();
    let (default, shortest) = &shortest(found);
    format!(
        "tl_codec::boxed_type!({forms}, \"{}\", {}, {{\n{variants}}}{words});\n\n\
         /// The shortest of the constructors.\nimpl Default for {rust} {{\n\
         fn default() -> Self {{ Self::{default}({shortest}) }}\n}}\n\n",
        found.name, found.min_len
    )
}

/// Whether one of the constructors is hot, or a hot field of such a constructor is of this type.
fn is_hot(model: &Model<'_>, found: &BoxedType<'_>) -> bool {
    model.constructors.iter().filter(|one| one.is_hot).any(|one| {
        let is_variant =
            found.variants.iter().any(|(_, constructor)| one.declaration.name == constructor.name);
        let mut values = one.fields.iter().filter_map(Field::value).filter(|value| value.is_hot);
        let is_of_a_field =
            values.any(|value| matches!(&value.wire, Wire::Boxed(name) if *name == found.name));
        is_variant || is_of_a_field
    })
}

/// How each variant is made of the one word behind its id, and the word of it, if none has more: the place, the words and
/// the values.
fn words(model: &Model<'_>, found: &BoxedType<'_>) -> Option<String> {
    let mut lines = String::new();
    for (at, (_, constructor)) in found.variants.iter().enumerate() {
        let of = model.constructors.iter().find(|one| one.declaration.name == constructor.name)?;
        let owned = path("types", &constructor.name, Form::Owned);
        let borrowed = path("types", &constructor.name, Form::Borrowed);
        let mut fields = of.fields.iter().filter(|field| !matches!(field.kind, Kind::True(_)));
        let (words, read, owned, borrowed) = match (fields.next(), fields.next()) {
            (None, _) => (0, owned.clone(), format!("{owned} => 0"), format!("{owned} => 0")),
            (Some(field), None) => {
                let name = &field.rust;
                let (word, as_it_is, zero) = match &field.kind {
                    Kind::Word => ("word", "", encode::without_flags(of)),
                    Kind::Value(Value { wire: Wire::Int, flag: None, .. }) => {
                        ("word.cast_signed()", ".cast_unsigned()", format!("{name}: 0"))
                    }
                    _ => return None,
                };
                let of_owned = match &field.kind {
                    Kind::Word => encode::flag_terms(of, field, "value"),
                    _ => format!("value.{name}{as_it_is}"),
                };
                (
                    1,
                    format!("{borrowed} {{ {name}: {word} }}"),
                    format!("{owned} {{ {zero} }} => {of_owned}"),
                    format!("{borrowed} {{ {name}: 0 }} => value.{name}{as_it_is}"),
                )
            }
            _ => return None,
        };
        lines += &format!("{at}, {words}: {read}, {owned}, {borrowed};\n");
    }
    Some(format!(", |word, value| {{\n{lines}}}"))
}

/// The variant whose value takes the fewest bytes, and that value; it contains no value of its own type.
fn shortest(found: &BoxedType<'_>) -> (String, String) {
    found
        .variants
        .iter()
        .zip(&found.min_lens)
        .min_by_key(|(_, min_len)| **min_len)
        .map(|((variant, constructor), _)| {
            let is_unit = constructor.fields.iter().all(|field| field.kind == FieldKind::Word);
            let call = if is_unit { "" } else { "::default()" };
            (variant.clone(), path("types", &constructor.name, Form::Owned) + call)
        })
        .unwrap_or_default()
}
