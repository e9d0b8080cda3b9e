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
        let (rare, usual): (Vec<_>, Vec<_>) =
            on_word(found, word).into_iter().partition(|(field, _)| is_rare(found, field));
        let name = &word.rust;
        let mut parts = terms(&usual, "self");
        if !rare.is_empty() {
            parts.push(format!("if has_rare {{ self.rare_{name}() }} else {{ 0 }}"));
            methods += &format!(
                "#[cold]\nfn rare_{name}(&self) -> u32 {{ self.rare.as_deref().map_or(0, |rare| {}) }}\n\n",
                terms(&rare, "rare").join(" | ")
            );
        }
        if !parts.is_empty() {
            let has_rare = if rare.is_empty() { "" } else { ", has_rare: bool" };
            methods += &format!("fn {name}(&self{has_rare}) -> u32 {{ {} }}\n\n", parts.join(" | "));
        }
    }
    if methods.is_empty() {
        return methods;
    }
    let generics = if found.is_generic() { "<X>" } else { "" };
    format!("impl{generics} {}{generics} {{\n{methods}}}\n\n", found.rust)
}

/// A word of flag bits, computed from the fields of `value`.
pub(crate) fn flag_terms(found: &Combinator<'_>, word: &Field<'_>, value: &str) -> String {
    terms(&on_word(found, word), value).join(" | ")
}

/// The fields of a constructor that has nothing but `true` fields, none of which is set.
pub(crate) fn without_flags(found: &Combinator<'_>) -> String {
    let fields = found.fields.iter().filter(|field| is_true(field));
    fields.map(|field| format!("{}: false", field.rust)).collect::<Vec<_>>().join(", ")
}

/// The bits of these fields of `value`.
fn terms(fields: &[(&Field<'_>, u8)], value: &str) -> Vec<String> {
    let is_run = |(one, bit): &(&Field<'_>, u8), (next, next_bit): &(&Field<'_>, u8)| {
        is_true(one) && is_true(next) && bit + 1 == *next_bit
    };
    let mut terms = Vec::new();
    for run in fields.chunk_by(is_run) {
        match run {
            [(_, first), ..] if run.len() >= MIN_RUN_BITS => {
                let present: Vec<_> = run.iter().map(|(field, _)| is_present(field, value)).collect();
                terms.push(format!("bits({first}, [{}])", present.join(", ")));
            }
            _ => {
                terms
                    .extend(run.iter().map(|(field, at)| format!("bit({}, {at})", is_present(field, value))));
            }
        }
    }
    terms
}

/// The fields whose presence a word tells, with their bits, in the order of the declaration.
fn on_word<'f, 's>(found: &'f Combinator<'s>, word: &Field<'_>) -> Vec<(&'f Field<'s>, u8)> {
    let flags = found.fields.iter().filter_map(|field| Some((field, field.flag()?)));
    flags.filter(|(_, flag)| flag.word == word.tl_name).map(|(field, flag)| (field, flag.bit)).collect()
}

fn is_rare(found: &Combinator<'_>, field: &Field<'_>) -> bool {
    found.usual_and_rare().1.iter().any(|rare| rare.tl_name == field.tl_name)
}

fn is_on(field: &Field<'_>, word: &Field<'_>) -> bool {
    field.flag().is_some_and(|flag| flag.word == word.tl_name)
}

fn is_true(field: &Field<'_>) -> bool {
    matches!(field.kind, Kind::True(_))
}

/// Whether a field of `value` is there.
pub(crate) fn is_present(field: &Field<'_>, value: &str) -> String {
    format!("{value}.{}{}", field.rust, if is_true(field) { "" } else { ".is_some()" })
}

/// `impl EncodeBare`
pub(crate) fn bare(found: &Combinator<'_>, form: Form) -> String {
    let (bounds, ty) = match form {
        Form::Owned if found.is_generic() => ("<X: Encode>", format!("{}<X>", found.rust)),
        Form::Owned => ("", found.rust.clone()),
        Form::Borrowed => ("", format!("{}Ref{}", found.rust, elided(found))),
    };
    let writer = Writer { found, form };
    let (len, encode) = writer.usual();
    let out = if encode.is_empty() { "_" } else { "out" };
    format!(
        "impl{bounds} EncodeBare for {ty} {{\nfn bare_len(&self) -> usize {{\n{len}\n}}\n\n\
         fn encode_bare(&self, {out}: &mut Vec<u8>) {{\n{encode}}}\n}}\n\n"
    )
}

/// The length of the rare fields of an owned form, and the statements that write them.
pub(crate) fn rare_bodies(found: &Combinator<'_>) -> (String, String) {
    Writer { found, form: Form::Owned }.bodies(found.usual_and_rare().1)
}

struct Writer<'w, 's> {
    found: &'w Combinator<'s>,
    form: Form,
}

impl Writer<'_, '_> {
    /// The length, and the statements that write; of a hot owned form without the rare fields, which stand apart.
    fn usual(&self) -> (String, String) {
        let all = self.found.fields.len();
        let end = match self.form {
            Form::Owned => self.found.first_rare().unwrap_or(all),
            Form::Borrowed => self.found.first_cold.unwrap_or(all),
        };
        let (mut len, mut encode) = self.bodies(self.found.fields.get(..end).unwrap_or_default());
        match self.form {
            _ if end == all => {}
            Form::Borrowed => {
                len += " + self.rest.len()";
                encode += "out.extend_from_slice(self.rest);\n";
            }
            Form::Owned => {
                len += " + if self.has_rare() { self.rare_len() } else { 0 }";
                encode = format!(
                    "let has_rare = self.has_rare();\n{encode}if has_rare {{\nself.encode_rare(out);\n}}\n"
                );
            }
        }
        (len, encode)
    }

    fn bodies(&self, of: &[Field<'_>]) -> (String, String) {
        let mut fixed = 0;
        let mut lengths = Vec::new();
        let mut encode = String::new();
        let written = of.iter().filter(|field| !matches!(field.kind, Kind::True(_))).collect::<Vec<_>>();
        for run in written.chunk_by(|one, next| number_len(one).is_some() && number_len(next).is_some()) {
            for field in run {
                match field.value().map(|value| (value, fixed_len(value))) {
                    None => fixed += 4,
                    Some((_, Some(len))) => fixed += len,
                    Some((value, None)) => lengths.push(self.len(field, value)),
                }
            }
            encode += &self.run(run);
        }
        if fixed > 0 || lengths.is_empty() {
            lengths.insert(0, fixed.to_string());
        }
        (lengths.join(" + "), encode)
    }

    /// The statements that write one field, or several numbers that follow one another.
    fn run(&self, run: &[&Field<'_>]) -> String {
        if let [field] = run
            && let Some(value) = field.value()
        {
            return self.encode(field, value);
        }
        let place = |field: &Field<'_>| match field.value() {
            None => self.word(field),
            Some(value) => self.place(field, value),
        };
        let numbers: Vec<_> = run.iter().map(|field| place(field)).collect();
        if let [word] = numbers.as_slice() {
            return format!("{word}.encode(out);\n");
        }
        let len: usize = run.iter().filter_map(|field| number_len(field)).sum();
        format!("tl_codec::numbers!(out, {len}, {});\n", numbers.join(", "))
    }

    fn word(&self, word: &Field<'_>) -> String {
        match self.form {
            Form::Borrowed => format!("self.{}", word.rust),
            Form::Owned if on_word(self.found, word).is_empty() => "0_u32".to_owned(),
            Form::Owned if self.found.usual_and_rare().1.iter().any(|rare| is_on(rare, word)) => {
                format!("self.{}(has_rare)", word.rust)
            }
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
        let holder = self.holder(field);
        match (self.form, value.is_shared, value.flag) {
            (Form::Owned, true, Some(flag)) => {
                format!("Shared(&{holder}.{}, {})", field.rust, self.any_on(flag))
            }
            _ => format!("{holder}.{}", field.rust),
        }
    }

    /// Where a field is found.
    fn holder(&self, field: &Field<'_>) -> &'static str {
        if self.form == Form::Owned && is_rare(self.found, field) { "rare" } else { "self" }
    }

    /// Whether one of the fields on this bit was given.
    fn any_on(&self, shared: &Flag) -> String {
        let fields = self.found.fields.iter().filter(|field| field.flag() == Some(shared));
        fields.map(|field| is_present(field, self.holder(field))).collect::<Vec<_>>().join(" || ")
    }

    /// The items of an owned bare vector.
    fn bare_items(&self, field: &Field<'_>, value: &Value<'_>) -> Option<String> {
        match (&value.wire, self.form) {
            (Wire::Vector { is_bare: true, item }, Form::Owned) => {
                let bare = if matches!(**item, Wire::Bare(_)) { ".map(Bare)" } else { "" };
                Some(format!("{}.{}.iter(){bare}", self.holder(field), field.rust))
            }
            _ => None,
        }
    }
}

/// The length of a number that is always there.
fn number_len(field: &Field<'_>) -> Option<usize> {
    match &field.kind {
        Kind::Word => Some(4),
        Kind::Value(value) if matches!(value.wire, Wire::Int | Wire::Long | Wire::Double) => fixed_len(value),
        Kind::Value(_) | Kind::True(_) => None,
    }
}

/// The length of a field that always has the same.
fn fixed_len(value: &Value<'_>) -> Option<usize> {
    if value.flag.is_some() || value.is_query {
        return None;
    }
    crate::model::fixed_len(&value.wire)
}
