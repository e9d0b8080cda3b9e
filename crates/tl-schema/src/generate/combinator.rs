//! The structs of a constructor or method, owned and borrowed.

use crate::generate::ty::Form;
use crate::generate::{debug, decode, encode, rare};
use crate::model::field::{Field, Kind};
use crate::model::{Combinator, Model};

/// All items of one combinator.
pub(crate) fn items(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let mut text = owned_struct(model, found);
    text += &rare::declaration(model, found);
    text += &encode::flag_words(found);
    text += &encode::bare(found, Form::Owned);
    text += &rare::methods(found);
    if found.is_plain {
        text += &decode::plain(found);
        text += &alias(found);
    } else {
        text += &borrowed_struct(model, found);
        text += &bit_methods(found);
        text += &decode::cold_accessors(model, found);
        text += &decode::bare(model, found);
        text += &encode::bare(found, Form::Borrowed);
        text += &decode::cold_struct(model, found);
    }
    text += &debug::impls(found);
    text += &boxed(found);
    text += &function(model, found);
    text
}

/// `user#b1b8cc83 = User`
pub(crate) fn title(found: &Combinator<'_>) -> String {
    let declaration = found.declaration;
    format!("{}#{:08x} = {}", declaration.name, declaration.wire_id(), declaration.result)
}

/// A number of eight hexadecimal digits as Rust lints want it.
pub(crate) fn hex_literal(id: u32) -> String {
    format!("0x{:04x}_{:04x}", id >> 16, id & 0xffff)
}

fn owned_struct(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let (usual, rare) = found.usual_and_rare();
    let copy = if found.is_plain { "Copy, " } else { "" };
    let debug = if debug::has_secrets(usual) { "" } else { "Debug, " };
    let generics = if found.is_generic() { "<X>" } else { "" };
    let mut fields = owned_fields(model, found, usual);
    if !rare.is_empty() {
        fields += &rare::field(found);
    }
    format!(
        "/// `{}`\n#[derive({debug}Clone, {copy}PartialEq, Default)]\npub struct {}{generics}{}",
        title(found),
        found.rust,
        braces(&fields)
    )
}

/// The declarations of some fields of an owned form.
pub(crate) fn owned_fields(model: &Model<'_>, found: &Combinator<'_>, of: &[Field<'_>]) -> String {
    let mut fields = String::new();
    for field in of {
        let ty = match &field.kind {
            Kind::Word => continue,
            Kind::True(_) => "bool".to_owned(),
            Kind::Value(value) => model.field_type(value, Form::Owned),
        };
        fields += &format!("/// `{}`{}\npub {}: {ty},\n", field.declared, sharers(found, field), field.rust);
    }
    fields
}

/// The names of the fields on the same bit, for the documentation.
fn sharers(found: &Combinator<'_>, field: &Field<'_>) -> String {
    let others: Vec<_> = found
        .fields
        .iter()
        .filter(|other| {
            field.flag().is_some() && other.flag() == field.flag() && other.tl_name != field.tl_name
        })
        .map(|other| format!("`{}`", other.rust))
        .collect();
    if others.is_empty() { String::new() } else { format!(", on one bit with {}", others.join(", ")) }
}

/// The fields of a struct, or nothing at all.
pub(crate) fn braces(fields: &str) -> String {
    if fields.is_empty() { ";\n\n".to_owned() } else { format!(" {{\n{fields}}}\n\n") }
}

fn borrowed_struct(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let debug = if debug::has_secrets(&found.fields) || found.first_cold.is_some() { "" } else { "Debug, " };
    let mut text = format!(
        "/// [`{0}`] as it is read.\n#[derive({debug}Clone, Copy, PartialEq)]\npub struct {0}Ref{1}",
        found.rust,
        lifetime(found)
    );
    let mut fields = String::new();
    for field in &found.fields {
        let ty = match &field.kind {
            Kind::Word => "u32".to_owned(),
            Kind::Value(value) if value.is_hot => model.field_type(value, Form::Borrowed),
            Kind::True(_) | Kind::Value(_) => continue,
        };
        fields += &format!("/// `{}`\npub {}: {ty},\n", field.declared, field.rust);
    }
    if let Some(first) = found.first_cold.and_then(|at| found.fields.get(at)) {
        fields += &format!("/// The bytes from `{}` on.\nrest: &'a [u8],\n", first.tl_name);
    }
    text += &braces(&fields);
    text
}

pub(crate) fn lifetime(found: &Combinator<'_>) -> &'static str {
    if found.has_lifetime { "<'a>" } else { "" }
}

/// The lifetime where it needs no name.
pub(crate) fn elided(found: &Combinator<'_>) -> &'static str {
    if found.has_lifetime { "<'_>" } else { "" }
}

fn bit_methods(found: &Combinator<'_>) -> String {
    let mut methods = String::new();
    for field in &found.fields {
        if let Kind::True(flag) = &field.kind {
            methods += &format!(
                "/// `{}`\npub fn {}(&self) -> bool {{ is_set(self.{}, {}) }}\n\n",
                field.declared,
                field.rust,
                crate::model::snake(&flag.word),
                flag.bit
            );
        }
    }
    if methods.is_empty() {
        return methods;
    }
    format!("impl {}Ref{} {{\n{methods}}}\n\n", found.rust, elided(found))
}

fn alias(found: &Combinator<'_>) -> String {
    format!("/// [`{0}`] borrows nothing.\npub type {0}Ref = {0};\n\n", found.rust)
}

fn boxed(found: &Combinator<'_>) -> String {
    let name = &found.declaration.name;
    let id = hex_literal(found.declaration.wire_id());
    let rust = &found.rust;
    let forms = match (found.is_plain, found.is_generic()) {
        (true, _) => format!("plain {rust}"),
        (false, true) => format!("generic {rust}, {rust}Ref<'a>"),
        (false, false) if found.is_hot => format!("hot {rust}, {rust}Ref{}", lifetime(found)),
        (false, false) => format!("{rust}, {rust}Ref{}", lifetime(found)),
    };
    format!("tl_codec::combinator!({forms}, {id}, \"{name}\");\n\n")
}

fn function(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let Some(reply) = &found.reply else {
        return String::new();
    };
    let reply = model.reply_type(found.declaration, reply);
    let (bounds, generics) = if found.is_generic() { ("<X: Function>", "<X>") } else { ("", "") };
    format!("impl{bounds} Function for {}{generics} {{\ntype Reply = {reply};\n}}\n\n", found.rust)
}
