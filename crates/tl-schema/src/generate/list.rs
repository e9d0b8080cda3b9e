//! The list of all generated types.

use crate::generate::file;
use crate::generate::ty::{Form, path};
use crate::model::field::{Field, Kind};
use crate::model::{Combinator, Model};

/// The text of the list.
pub(crate) fn list(model: &Model<'_>, module: &str) -> String {
    let structs: String = model
        .constructors
        .iter()
        .map(|found| one(found, "types"))
        .chain(model.functions.iter().map(|found| one(found, "functions")))
        .collect();
    let enums: String = model
        .types
        .values()
        .map(|found| {
            let variants: Vec<_> = found.variants.iter().map(|(variant, _)| variant.as_str()).collect();
            let borrowed = path("enums", found.name, Form::Borrowed);
            format!(
                "\"{}\", {}, {} {{ {} }}{};\n",
                found.name,
                path("enums", found.name, Form::Owned),
                borrowed,
                variants.join(", "),
                match (found.is_plain, found.has_lifetime) {
                    (true, _) => String::new(),
                    (false, has_lifetime) => format!(" borrowed {}", elided(&borrowed, has_lifetime)),
                },
            )
        })
        .collect();
    let query = if model.functions.iter().any(Combinator::is_generic) { "use super::Query;\n" } else { "" };
    format!(
        "{}\n//! Every generated type of `{module}`.\n\nuse {module}::{{enums, functions, types}};\n\n{query}\n\
         super::structs! {{\n{structs}}}\n\nsuper::enums! {{\n{enums}}}\n",
        file::header(model)
    )
}

fn one(found: &Combinator<'_>, module: &str) -> String {
    let name = &found.declaration.name;
    let (usual, rare) = found.usual_and_rare();
    let query = if found.is_generic() { "<Query>" } else { "" };
    let owned = path(module, name, Form::Owned);
    let borrowed = path(module, name, Form::Borrowed);
    let rare = match names(rare) {
        none if none.is_empty() => String::new(),
        some => format!(" rare {owned}Rare {{ {some} }}"),
    };
    let usual = names(usual);
    let mut read = String::new();
    if !found.is_plain {
        // the borrowed form is a type of its own
        read = format!(" borrowed {} {{ {} }}", elided(&borrowed, found.has_lifetime), accessors(found));
    }
    format!("\"{name}\", {owned}{query}, {borrowed} {{ {usual} }}{rare}{read};\n")
}

fn elided(path: &str, has_lifetime: bool) -> String {
    if has_lifetime { format!("{path}<'_>") } else { path.to_owned() }
}

/// The names of the fields of an owned form.
fn names(of: &[Field<'_>]) -> String {
    let fields = of.iter().filter(|field| !matches!(field.kind, Kind::Word));
    fields.map(|field| field.rust.as_str()).collect::<Vec<_>>().join(", ")
}

/// The fields of a borrowed form that is a type of its own, with `()` behind those that a method reads.
fn accessors(found: &Combinator<'_>) -> String {
    let one = |field: &Field<'_>| {
        let is_field = match &field.kind {
            Kind::Word => true,
            Kind::True(_) => false,
            Kind::Value(value) => value.is_hot,
        };
        if is_field { field.rust.clone() } else { format!("{}()", field.rust) }
    };
    found.fields.iter().map(one).collect::<Vec<_>>().join(", ")
}
