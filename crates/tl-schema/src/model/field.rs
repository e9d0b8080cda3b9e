//! The fields of a combinator.

use crate::ast::{Declaration, FieldKind, Flag};
use crate::error::SchemaError;
use crate::index::{Index, Wire};
use crate::model::shape::Shapes;
use crate::model::{form, snake};
use crate::plan::Plan;

/// A field with its Rust name.
#[derive(Debug)]
pub(crate) struct Field<'s> {
    pub(crate) declared: &'s crate::ast::Field,
    pub(crate) tl_name: &'s str,
    pub(crate) rust: String,
    pub(crate) kind: Kind<'s>,
}

/// What a field becomes.
#[derive(Debug)]
pub(crate) enum Kind<'s> {
    /// `flags:#`
    Word,
    /// `contact:flags.11?true`
    True(&'s Flag),
    /// Everything else.
    Value(Value<'s>),
}

/// A field that takes bytes.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers, each asked in another place")]
pub(crate) struct Value<'s> {
    pub(crate) flag: Option<&'s Flag>,
    pub(crate) wire: Wire<'s>,
    /// Whether its type contains the type that the field stands in.
    pub(crate) is_recursive: bool,
    /// Whether `Debug` output must not show it.
    pub(crate) is_secret: bool,
    /// Whether other fields depend on the same bit.
    pub(crate) is_shared: bool,
    /// Whether it is decoded with its owner; a cold field is read on demand.
    pub(crate) is_hot: bool,
    /// `query:!X`
    pub(crate) is_query: bool,
}

impl Field<'_> {
    pub(crate) fn is_query(&self) -> bool {
        matches!(&self.kind, Kind::Value(value) if value.is_query)
    }

    pub(crate) fn value(&self) -> Option<&Value<'_>> {
        match &self.kind {
            Kind::Value(value) => Some(value),
            Kind::Word | Kind::True(_) => None,
        }
    }

    /// The bit that the field depends on.
    pub(crate) fn flag(&self) -> Option<&Flag> {
        match &self.kind {
            Kind::Word => None,
            Kind::True(flag) => Some(flag),
            Kind::Value(value) => value.flag,
        }
    }
}

pub(crate) fn fields<'s>(
    index: &'s Index<'s>,
    plan: &Plan,
    shapes: &Shapes<'s>,
    owner: &'s Declaration,
) -> Result<Vec<Field<'s>>, SchemaError> {
    owner
        .fields
        .iter()
        .map(|declared| {
            let tl_name = declared.name.as_deref().unwrap_or_default();
            let kind = kind(index, plan, shapes, owner, declared)?;
            Ok(Field { declared, tl_name, rust: snake(tl_name), kind })
        })
        .collect()
}

fn kind<'s>(
    index: &'s Index<'s>,
    plan: &Plan,
    shapes: &Shapes<'s>,
    owner: &'s Declaration,
    declared: &'s crate::ast::Field,
) -> Result<Kind<'s>, SchemaError> {
    let FieldKind::Value { flag, ty } = &declared.kind else {
        return Ok(Kind::Word);
    };
    let wire = index.wire(owner, ty)?;
    if let (Wire::True, Some(flag)) = (&wire, flag) {
        return Ok(Kind::True(flag));
    }
    form::check_field(index, owner, declared, &wire)?;
    let name = declared.name.as_deref().unwrap_or_default();
    let is_recursive = matches!(&wire, Wire::Boxed(inner) if shapes.is_recursive(&owner.result.name, inner));
    let is_shared =
        flag.is_some() && owner.fields.iter().filter(|other| flag_of(other) == flag.as_ref()).count() > 1;
    let hot = plan.hot.iter().find(|hot| hot.constructor == owner.name.to_string());
    Ok(Kind::Value(Value {
        is_hot: hot.is_none_or(|hot| hot.fields.iter().any(|hot| hot == name)),
        flag: flag.as_ref(),
        is_recursive,
        is_secret: is_secret(plan, name, &wire),
        is_shared,
        is_query: ty.is_function,
        wire,
    }))
}

fn is_secret(plan: &Plan, name: &str, wire: &Wire<'_>) -> bool {
    if let Wire::Vector { item, .. } = wire {
        return is_secret(plan, name, item);
    }
    let is_text = matches!(wire, Wire::String | Wire::Bytes);
    *wire != Wire::Int && (plan.secret_text && is_text || plan.secret.iter().any(|secret| secret == name))
}

pub(crate) fn flag_of(field: &crate::ast::Field) -> Option<&Flag> {
    match &field.kind {
        FieldKind::Value { flag, .. } => flag.as_ref(),
        FieldKind::Word | FieldKind::Repetition { .. } => None,
    }
}
