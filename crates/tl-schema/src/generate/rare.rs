//! The rare fields of an owned form that stands in vectors of thousands: kept and written out of the way of those values
//! that have none.

use crate::generate::combinator::{braces, owned_fields};
use crate::generate::{debug, encode};
use crate::model::{Combinator, Model};

/// The field of the owned form that leads to them.
pub(crate) fn field(found: &Combinator<'_>) -> String {
    format!("/// What few values have.\npub rare: Option<Box<{}Rare>>,\n", found.rust)
}

/// Their struct.
pub(crate) fn declaration(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let rare = found.usual_and_rare().1;
    if rare.is_empty() {
        return String::new();
    }
    let debug = if debug::has_secrets(rare) { "" } else { "Debug, " };
    format!(
        "/// What few [`{0}`]s have.\n#[derive({debug}Clone, PartialEq, Default)]\npub struct {0}Rare{1}",
        found.rust,
        braces(&owned_fields(model, found, rare))
    )
}

/// Whether there are any, their length, and how they are written.
pub(crate) fn methods(found: &Combinator<'_>) -> String {
    let (usual, rare) = found.usual_and_rare();
    if rare.is_empty() {
        return String::new();
    }
    let rust = &found.rust;
    // a `true` field on the bit of a rare one says that the rare one is written
    let on_their_bits = usual.iter().filter(|field| rare.iter().any(|rare| rare.flag() == field.flag()));
    let mut is_there: Vec<_> = on_their_bits.map(|field| encode::is_present(field, "self")).collect();
    is_there.push("self.rare.is_some()".to_owned());
    let (len, encode) = encode::rare_bodies(found);
    let or_none =
        format!("let none = {rust}Rare::default();\nlet rare = self.rare.as_deref().unwrap_or(&none);");
    format!(
        "impl {rust} {{\n/// Whether one of the fields is there that few values have.\n\
         fn has_rare(&self) -> bool {{ {} }}\n\n\
         #[cold]\nfn rare_len(&self) -> usize {{\n{or_none}\n{len}\n}}\n\n\
         #[cold]\nfn encode_rare(&self, out: &mut Vec<u8>) {{\n{or_none}\n{encode}}}\n}}\n\n",
        is_there.join(" || ")
    )
}
