//! `Debug` where it must leave secrets out; elsewhere it is derived.

use crate::generate::combinator::elided;
use crate::model::Combinator;
use crate::model::field::{Field, Kind};

/// Whether one of these fields must not be shown.
pub(crate) fn has_secrets(fields: &[Field<'_>]) -> bool {
    fields.iter().any(|field| field.value().is_some_and(|value| value.is_secret))
}

/// `impl Debug` for the forms that do not derive it.
pub(crate) fn impls(found: &Combinator<'_>) -> String {
    let (usual, rare) = found.usual_and_rare();
    let mut text = String::new();
    if has_secrets(usual) {
        let rest = if rare.is_empty() { "" } else { ".field(\"rare\", &self.rare)" };
        let (bounds, generics) = if found.is_generic() { ("<X: fmt::Debug>", "<X>") } else { ("", "") };
        text += &one(
            bounds,
            &format!("{}{generics}", found.rust),
            &found.rust,
            &format!("{}{rest}.finish()", owned(usual)),
        );
    }
    if has_secrets(rare) {
        let name = format!("{}Rare", found.rust);
        text += &one("", &name, &name, &format!("{}.finish()", owned(rare)));
    }
    if !found.is_plain && (has_secrets(&found.fields) || found.first_cold.is_some()) {
        let name = format!("{}Ref", found.rust);
        let end = if found.first_cold.is_some() { "finish_non_exhaustive" } else { "finish" };
        let fields = format!("{}.{end}()", borrowed(&found.fields));
        text += &one("", &format!("{name}{}", elided(found)), &name, &fields);
    }
    text
}

/// The fields of an owned form.
fn owned(of: &[Field<'_>]) -> String {
    of.iter().filter(|field| !matches!(field.kind, Kind::Word)).map(shown).collect()
}

/// The fields of a borrowed form.
fn borrowed(of: &[Field<'_>]) -> String {
    let is_field = |field: &&Field<'_>| match &field.kind {
        Kind::Word => true,
        Kind::True(_) => false,
        Kind::Value(value) => value.is_hot,
    };
    of.iter().filter(is_field).map(shown).collect()
}

fn shown(field: &Field<'_>) -> String {
    let is_secret = field.value().is_some_and(|value| value.is_secret);
    let shown = if is_secret { "Redacted".to_owned() } else { format!("self.{}", field.rust) };
    format!(".field(\"{}\", &{shown})", field.rust)
}

fn one(bounds: &str, ty: &str, name: &str, fields: &str) -> String {
    format!(
        "impl{bounds} fmt::Debug for {ty} {{\nfn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n\
         f.debug_struct(\"{name}\"){fields}\n}}\n}}\n\n"
    )
}
