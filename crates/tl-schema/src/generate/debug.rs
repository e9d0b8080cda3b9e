//! `Debug` where it must leave secrets out; elsewhere it is derived.

use crate::generate::combinator::elided;
use crate::generate::ty::Form;
use crate::model::Combinator;
use crate::model::field::Kind;

/// Whether a field must not be shown.
pub(crate) fn has_secrets(found: &Combinator<'_>) -> bool {
    found.fields.iter().any(|field| field.value().is_some_and(|value| value.is_secret))
}

/// `impl Debug` for the forms that do not derive it.
pub(crate) fn impls(found: &Combinator<'_>) -> String {
    let mut text = String::new();
    if has_secrets(found) {
        text += &one(found, Form::Owned);
    }
    if !found.is_plain && (has_secrets(found) || found.first_cold.is_some()) {
        text += &one(found, Form::Borrowed);
    }
    text
}

fn one(found: &Combinator<'_>, form: Form) -> String {
    let (bounds, ty) = match form {
        Form::Owned if found.is_generic() => ("<X: fmt::Debug>", format!("{}<X>", found.rust)),
        Form::Owned => ("", found.rust.clone()),
        Form::Borrowed => ("", format!("{}Ref{}", found.rust, elided(found))),
    };
    let suffix = if form == Form::Borrowed { "Ref" } else { "" };
    let mut fields = String::new();
    for field in &found.fields {
        let shown = match (&field.kind, form) {
            (Kind::Word, Form::Owned) | (Kind::True(_), Form::Borrowed) => continue,
            (Kind::Value(value), Form::Borrowed) if !value.is_hot => continue,
            (Kind::Value(value), _) if value.is_secret => "Redacted".to_owned(),
            _ => format!("self.{}", field.rust),
        };
        fields += &format!(".field(\"{}\", &{shown})", field.rust);
    }
    let end =
        if form == Form::Borrowed && found.first_cold.is_some() { "finish_non_exhaustive" } else { "finish" };
    format!(
        "impl{bounds} fmt::Debug for {ty} {{\nfn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n\
         f.debug_struct(\"{}{suffix}\"){fields}.{end}()\n}}\n}}\n\n",
        found.rust
    )
}
