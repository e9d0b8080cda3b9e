//! Writing.

use crate::generate::combinator::elided;
use crate::generate::ty::Form;
use crate::index::Wire;
use crate::model::field::{Field, Kind, Value};
use crate::model::{Combinator, snake};

/// The words of flag bits, computed from the owned fields.
pub(crate) fn flag_words(found: &Combinator<'_>) -> String {
    let mut methods = String::new();
    for word in found.words() {
        let bits: Vec<_> = found
            .fields
            .iter()
            .filter_map(|field| Some((field, field.flag()?)))
            .filter(|(_, flag)| flag.word == word.tl_name)
            .map(|(field, flag)| {
                let present = if matches!(field.kind, Kind::True(_)) { "" } else { ".is_some()" };
                format!("bit(self.{}{present}, {})", field.rust, flag.bit)
            })
            .collect();
        if !bits.is_empty() {
            methods += &format!("fn {}(&self) -> u32 {{ {} }}\n\n", word.rust, bits.join(" | "));
        }
    }
    if methods.is_empty() {
        return methods;
    }
    let generics = if found.is_generic() { "<X>" } else { "" };
    format!("impl{generics} {}{generics} {{\n{methods}}}\n\n", found.rust)
}

/// `impl EncodeBare`
pub(crate) fn bare(found: &Combinator<'_>, form: Form) -> String {
    let (bounds, ty) = match form {
        Form::Owned if found.is_generic() => ("<X: Encode>", format!("{}<X>", found.rust)),
        Form::Owned => ("", found.rust.clone()),
        Form::Borrowed => ("", format!("{}Ref{}", found.rust, elided(found))),
    };
    let writer = Writer { found, form };
    let (prelude, len, encode) = writer.bodies();
    let out = if encode.is_empty() { "_" } else { "out" };
    format!(
        "impl{bounds} EncodeBare for {ty} {{\nfn bare_len(&self) -> usize {{\n{prelude}{len}\n}}\n\n\
         fn encode_bare(&self, {out}: &mut Vec<u8>) {{\n{prelude}{encode}}}\n}}\n\n"
    )
}

struct Writer<'w, 's> {
    found: &'w Combinator<'s>,
    form: Form,
}

impl Writer<'_, '_> {
    /// What precedes both, the length, and the statements that write.
    fn bodies(&self) -> (String, String, String) {
        let mut fixed = 0;
        let mut lengths = Vec::new();
        let mut encode = String::new();
        let end = match self.form {
            Form::Owned => self.found.fields.len(),
            Form::Borrowed => self.found.first_cold.unwrap_or(self.found.fields.len()),
        };
        for field in self.found.fields.iter().take(end) {
            match &field.kind {
                Kind::Word => {
                    fixed += 4;
                    encode += &format!("{}.encode(out);\n", self.word(field));
                }
                Kind::True(_) => {}
                Kind::Value(value) => {
                    match fixed_len(value) {
                        Some(len) => fixed += len,
                        None => lengths.push(self.len(field, value)),
                    }
                    encode += &self.encode(field, value);
                }
            }
        }
        if end < self.found.fields.len() {
            lengths.push("self.rest.len()".to_owned());
            encode += "out.extend_from_slice(self.rest);\n";
        }
        if fixed > 0 || lengths.is_empty() {
            lengths.insert(0, fixed.to_string());
        }
        (self.prelude(), lengths.join(" + "), encode)
    }

    /// Words that several statements need.
    fn prelude(&self) -> String {
        self.found
            .words()
            .filter(|word| self.is_bound(word))
            .map(|word| format!("let {0} = self.{0}();\n", word.rust))
            .collect()
    }

    fn is_bound(&self, word: &Field<'_>) -> bool {
        self.form == Form::Owned
            && self.found.fields.iter().any(|field| {
                field.value().is_some_and(|value| value.is_shared)
                    && field.flag().is_some_and(|flag| flag.word == word.tl_name)
            })
    }

    fn word(&self, word: &Field<'_>) -> String {
        let is_used =
            self.found.fields.iter().any(|field| field.flag().is_some_and(|flag| flag.word == word.tl_name));
        match self.form {
            Form::Borrowed => format!("self.{}", word.rust),
            Form::Owned if self.is_bound(word) => word.rust.clone(),
            Form::Owned if is_used => format!("self.{}()", word.rust),
            Form::Owned => "0_u32".to_owned(),
        }
    }

    fn len(&self, field: &Field<'_>, value: &Value<'_>) -> String {
        match self.bare_items(field, value) {
            Some(items) => format!("bare_vector_len({items})"),
            None => format!("{}.encoded_len()", self.place(field, value)),
        }
    }

    fn encode(&self, field: &Field<'_>, value: &Value<'_>) -> String {
        match self.bare_items(field, value) {
            Some(items) => format!("encode_bare_vector({items}, out);\n"),
            None => format!("{}.encode(out);\n", self.place(field, value)),
        }
    }

    /// What is written.
    fn place(&self, field: &Field<'_>, value: &Value<'_>) -> String {
        match (self.form, value.is_shared, value.flag) {
            (Form::Owned, true, Some(flag)) => {
                format!("Shared(&self.{}, is_set({}, {}))", field.rust, snake(&flag.word), flag.bit)
            }
            _ => format!("self.{}", field.rust),
        }
    }

    /// The items of an owned bare vector.
    fn bare_items(&self, field: &Field<'_>, value: &Value<'_>) -> Option<String> {
        match (&value.wire, self.form) {
            (Wire::Vector { is_bare: true, item }, Form::Owned) => {
                let bare = if matches!(**item, Wire::Bare(_)) { ".map(Bare)" } else { "" };
                Some(format!("self.{}.iter(){bare}", field.rust))
            }
            _ => None,
        }
    }
}

/// The length of a field that always has the same.
fn fixed_len(value: &Value<'_>) -> Option<usize> {
    if value.flag.is_some() || value.is_query {
        return None;
    }
    crate::model::fixed_len(&value.wire)
}
