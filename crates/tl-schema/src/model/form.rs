//! What generated code has no form for.

use crate::ast::{Declaration, Field, FieldKind, Position, Section};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::{Index, Wire};
use crate::model::field::flag_of;

/// Refuses a field that the generated code has no form for.
pub(crate) fn check_field(
    index: &Index<'_>,
    owner: &Declaration,
    declared: &Field,
    wire: &Wire<'_>,
) -> Result<(), SchemaError> {
    let is_last = owner.fields.last() == Some(declared);
    let is_optional = flag_of(declared).is_some();
    let place = Place { owner, part: declared.name.as_deref().unwrap_or_default(), at: declared.position };
    // nothing says how long it is, so nothing can stand behind it
    if *wire == Wire::Object && (!is_last || is_optional) {
        return Err(place.opaque("any object"));
    }
    let is_supported = if let Wire::Vector { is_bare, item } = wire {
        is_item(item, *is_bare) && !(*is_bare && is_optional)
    } else {
        !matches!(wire, Wire::True | Wire::Bare(_))
    };
    if is_supported { place.check_inner(index, wire) } else { Err(place.unsupported(&declared.to_string())) }
}

/// What a method answers with. Nothing precedes an answer, so that it must say itself what it is, or be a number or a text of
/// which the codec knows that.
pub(crate) fn result<'s>(index: &Index<'s>, owner: &'s Declaration) -> Result<Option<Wire<'s>>, SchemaError> {
    if owner.section == Section::Types {
        return Ok(None);
    }
    let wire = index.wire(owner, &owner.result)?;
    let place = Place { owner, part: "the result", at: owner.result.position };
    let is_supported = match &wire {
        Wire::Object => true,
        Wire::Vector { is_bare, item } => !is_bare && is_answer(item),
        other => is_answer(other),
    };
    if !is_supported {
        return Err(place.unsupported(&format!("the result {}", owner.result)));
    }
    if let Wire::Vector { item, .. } = &wire {
        place.check_inner(index, item)?;
    }
    Ok(Some(wire))
}

/// What the codec gives the shape of an answer.
fn is_answer(wire: &Wire<'_>) -> bool {
    matches!(wire, Wire::Int | Wire::Long | Wire::Double | Wire::Bool | Wire::String | Wire::Boxed(_))
}

fn is_item(wire: &Wire<'_>, may_be_bare: bool) -> bool {
    !matches!(wire, Wire::Object | Wire::True | Wire::Vector { .. })
        && (may_be_bare || !matches!(wire, Wire::Bare(_)))
}

/// The field or result that a fault is about.
#[derive(Clone, Copy)]
struct Place<'p> {
    owner: &'p Declaration,
    part: &'p str,
    at: Position,
}

impl Place<'_> {
    /// Refuses a type that ends with an opaque object.
    fn check_inner(self, index: &Index<'_>, wire: &Wire<'_>) -> Result<(), SchemaError> {
        let inner: &[&Declaration] = match wire {
            Wire::Vector { item, .. } => return self.check_inner(index, item),
            Wire::Boxed(ty) => index.constructors_of(ty),
            Wire::Bare(found) => &[*found],
            _ => &[],
        };
        let ends_opaque = |found: &&&Declaration| {
            found.fields.iter().any(|field| match &field.kind {
                FieldKind::Value { ty, .. } => ty.name.is("Object"),
                FieldKind::Word | FieldKind::Repetition { .. } => false,
            })
        };
        match inner.iter().find(ends_opaque) {
            None => Ok(()),
            Some(found) => Err(self.opaque(&found.name.to_string())),
        }
    }

    fn opaque(self, ty: &str) -> SchemaError {
        SchemaErrorKind::OpaqueInside {
            owner: self.owner.name.to_string(),
            field: self.part.to_owned(),
            ty: ty.to_owned(),
        }
        .at(self.at)
    }

    fn unsupported(self, form: &str) -> SchemaError {
        SchemaErrorKind::Unsupported { owner: self.owner.name.to_string(), form: form.to_owned() }.at(self.at)
    }
}
