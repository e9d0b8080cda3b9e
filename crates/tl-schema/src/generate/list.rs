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
            format!(
                "\"{}\", {}, {} {{ {} }};\n",
                found.name,
                path("enums", found.name, Form::Owned),
                path("enums", found.name, Form::Borrowed),
                variants.join(", ")
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
    if rare.is_empty() {
        return format!("\"{name}\", {owned}{query}, {borrowed} {{ {} }};\n", names(usual));
    }
    format!(
        "\"{name}\", {owned}, {borrowed} {{ {}, rare }} rare {owned}Rare {{ {} }};\n",
        names(usual),
        names(rare)
    )
}

/// The names of the fields of an owned form.
fn names(of: &[Field<'_>]) -> String {
    let fields = of.iter().filter(|field| !matches!(field.kind, Kind::Word));
    fields.map(|field| field.rust.as_str()).collect::<Vec<_>>().join(", ")
}
