//! The rare fields of an owned form that stands in vectors of thousands: written out of the way of those values that have
//! none.

use crate::generate::encode;
use crate::model::Combinator;
use crate::model::field::Field;

/// The rare fields.
pub(crate) fn fields<'f, 's>(found: &'f Combinator<'s>) -> &'f [Field<'s>] {
    found.first_rare().and_then(|first| found.fields.get(first..)).unwrap_or_default()
}

/// Whether there are any, their length, and how they are written.
pub(crate) fn methods(found: &Combinator<'_>) -> String {
    let rare = fields(found);
    if rare.is_empty() {
        return String::new();
    }
    let on_their_bits =
        found.fields.iter().filter(|field| rare.iter().any(|rare| rare.flag() == field.flag()));
    let is_there: Vec<_> = on_their_bits.map(|field| encode::is_present(field, "self")).collect();
    let (len, encode) = encode::rare_bodies(found);
    format!(
        "impl {} {{\n/// Whether one of the fields is there that few values have.\n\
         fn has_rare(&self) -> bool {{ {} }}\n\n\
         #[cold]\nfn rare_len(&self) -> usize {{\n{len}\n}}\n\n\
         #[cold]\nfn encode_rare(&self, out: &mut Vec<u8>) {{\n{encode}}}\n}}\n\n",
        found.rust,
        is_there.join(" || ")
    )
}
