//! Writing.

use crate::ast::Flag;
use crate::generate::combinator::elided;
use crate::generate::ty::Form;
use crate::index::Wire;
use crate::model::Combinator;
use crate::model::field::{Field, Kind, Value};

/// So many `true` fields on bits that follow one another are put into the word together.
const MIN_RUN_BITS: usize = 3;

/// The words of flag bits, computed from the owned fields.
pub(crate) fn flag_words(found: &Combinator<'_>) -> String {
    let mut methods = String::new();
    for word in found.words() {
        let mut terms = Vec::new();
        for run in on_word(found, word)
            .chunk_by(|(one, bit), (next, next_bit)| is_true(one) && is_true(next) && bit + 1 == *next_bit)
        {
            match run {
                [(_, first), ..] if run.len() >= MIN_RUN_BITS => {
                    let present: Vec<_> = run.iter().map(|(field, _)| is_present(field)).collect();
                    terms.push(format!("bits({first}, [{}])", present.join(", ")));
                }
                _ => terms.extend(run.iter().map(|(field, at)| format!("bit({}, {at})", is_present(field)))),
            }
        }
        if !terms.is_empty() {
            methods += &format!("fn {}(&self) -> u32 {{ {} }}\n\n", word.rust, terms.join(" | "));
        }
    }
    if methods.is_empty() {
        return methods;
    }
    let generics = if found.is_generic() { "<X>" } else { "" };
    format!("impl{generics} {}{generics} {{\n{methods}}}\n\n", found.rust)
}

/// The fields whose presence a word tells, with their bits, in the order of the declaration.
fn on_word<'f, 's>(found: &'f Combinator<'s>, word: &Field<'_>) -> Vec<(&'f Field<'s>, u8)> {
    let flags = found.fields.iter().filter_map(|field| Some((field, field.flag()?)));
    flags.filter(|(_, flag)| flag.word == word.tl_name).map(|(field, flag)| (field, flag.bit)).collect()
}

fn is_true(field: &Field<'_>) -> bool {
    matches!(field.kind, Kind::True(_))
}

fn is_present(field: &Field<'_>) -> String {
    format!("self.{}{}", field.rust, if is_true(field) { "" } else { ".is_some()" })
}

/// `impl EncodeBare`
pub(crate) fn bare(found: &Combinator<'_>, form: Form) -> String {
    let (bounds, ty) = match form {
        Form::Owned if found.is_generic() => ("<X: Encode>", format!("{}<X>", found.rust)),
        Form::Owned => ("", found.rust.clone()),
        Form::Borrowed => ("", format!("{}Ref{}", found.rust, elided(found))),
    };
    let writer = Writer { found, form };
    let (len, encode) = writer.bodies();
    let out = if encode.is_empty() { "_" } else { "out" };
    format!(
        "impl{bounds} EncodeBare for {ty} {{\nfn bare_len(&self) -> usize {{\n{len}\n}}\n\n\
         fn encode_bare(&self, {out}: &mut Vec<u8>) {{\n{encode}}}\n}}\n\n"
    )
}

struct Writer<'w, 's> {
    found: &'w Combinator<'s>,
    form: Form,
}

impl Writer<'_, '_> {
    /// The length, and the statements that write.
    fn bodies(&self) -> (String, String) {
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
        (lengths.join(" + "), encode)
    }

    fn word(&self, word: &Field<'_>) -> String {
        match self.form {
            Form::Borrowed => format!("self.{}", word.rust),
            Form::Owned if on_word(self.found, word).is_empty() => "0_u32".to_owned(),
            Form::Owned => format!("self.{}()", word.rust),
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
                format!("Shared(&self.{}, {})", field.rust, self.any_on(flag))
            }
            _ => format!("self.{}", field.rust),
        }
    }

    /// Whether one of the fields on this bit was given.
    fn any_on(&self, shared: &Flag) -> String {
        let fields = self.found.fields.iter().filter(|field| field.flag() == Some(shared));
        fields.map(is_present).collect::<Vec<_>>().join(" || ")
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
