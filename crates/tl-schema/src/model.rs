//! The closure with Rust names, lengths and lifetimes: all that the text of the generated code depends on.

mod clashes;
pub(crate) mod field;
mod form;
mod names;
mod shape;

use std::collections::BTreeMap;

use crate::ast::{Declaration, FieldKind, Name};
use crate::closure::Closure;
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::{Index, Wire};
pub(crate) use crate::model::clashes::is_taken_module;
use crate::model::field::{Field, Kind};
pub(crate) use crate::model::names::{camel, snake};
pub(crate) use crate::model::shape::fixed_len;
use crate::plan::Plan;

/// A struct: a constructor or a method.
#[derive(Debug)]
pub(crate) struct Combinator<'s> {
    pub(crate) declaration: &'s Declaration,
    /// The Rust name of the owned form; the borrowed one has `Ref` behind it.
    pub(crate) rust: String,
    pub(crate) fields: Vec<Field<'s>>,
    /// The fewest bytes of the bare form.
    pub(crate) min_len: usize,
    /// Whether the borrowed form borrows.
    pub(crate) has_lifetime: bool,
    /// Whether the owned form is its own borrowed form.
    pub(crate) is_plain: bool,
    /// Whether it stands in vectors of thousands.
    pub(crate) is_hot: bool,
    /// Where the fields begin that are read on demand.
    pub(crate) first_cold: Option<usize>,
    /// What a method answers with.
    pub(crate) reply: Option<Wire<'s>>,
}

/// An enum: a type with several constructors.
#[derive(Debug)]
pub(crate) struct BoxedType<'s> {
    pub(crate) name: &'s Name,
    pub(crate) rust: String,
    /// Variant and constructor.
    pub(crate) variants: Vec<(String, &'s Declaration)>,
    /// The fewest bytes of each variant's fields.
    pub(crate) min_lens: Vec<usize>,
    /// The fewest bytes, id included.
    pub(crate) min_len: usize,
    pub(crate) has_lifetime: bool,
    pub(crate) is_plain: bool,
}

/// Everything to generate.
#[derive(Debug)]
pub(crate) struct Model<'s> {
    pub(crate) index: &'s Index<'s>,
    pub(crate) plan: &'s Plan,
    pub(crate) constructors: Vec<Combinator<'s>>,
    pub(crate) functions: Vec<Combinator<'s>>,
    pub(crate) types: BTreeMap<&'s Name, BoxedType<'s>>,
}

impl Combinator<'_> {
    /// Whether a field is any query, so that the owned form has a parameter.
    pub(crate) fn is_generic(&self) -> bool {
        self.fields.iter().any(Field::is_query)
    }

    /// Where the cold fields begin behind which no hot one stands. Few values have any of them, so that one test of
    /// their bits stands for a test of each.
    pub(crate) fn first_rare(&self) -> Option<usize> {
        let first_cold = self.first_cold?;
        let last_hot = self.fields.iter().rposition(|field| field.value().is_some_and(|value| value.is_hot));
        Some(last_hot.map_or(0, |last| last + 1).max(first_cold))
    }

    /// The fields, and those among them that few values have and the owned form therefore keeps apart.
    pub(crate) fn usual_and_rare(&self) -> (&[Field<'_>], &[Field<'_>]) {
        let (all, none) = (self.fields.as_slice(), [].as_slice());
        self.first_rare().and_then(|first| all.split_at_checked(first)).unwrap_or((all, none))
    }

    /// How many fields are read into variables before the struct is put together: those up to the last word that others
    /// depend on, and all before the first cold one.
    pub(crate) fn bound_len(&self) -> usize {
        let is_read_from = |word: &Field<'_>| {
            matches!(word.kind, Kind::Word)
                && self
                    .fields
                    .iter()
                    .filter_map(Field::value)
                    .any(|value| value.flag.is_some_and(|flag| flag.word == word.tl_name))
        };
        let last_word = self.fields.iter().rposition(is_read_from).map_or(0, |last| last + 1);
        last_word.max(self.first_cold.unwrap_or_default())
    }

    /// The words of flag bits.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Field<'_>> {
        self.fields.iter().filter(|field| matches!(field.kind, Kind::Word))
    }
}

impl<'s> Model<'s> {
    pub(crate) fn new(index: &'s Index<'s>, plan: &'s Plan) -> Result<Self, SchemaError> {
        let closure = Closure::new(index, plan)?;
        let shapes = shape::Shapes::new(index, &closure)?;
        shapes.check(&closure)?;
        let build = |found: &&'s Declaration| combinator(index, plan, &shapes, found);
        let constructors = closure.constructors.iter().map(build).collect::<Result<Vec<_>, _>>()?;
        let functions = closure.functions.iter().map(build).collect::<Result<Vec<_>, _>>()?;
        let types = closure
            .types
            .iter()
            .filter(|ty| index.constructors_of(ty).len() > 1)
            .map(|&ty| (ty, boxed_type(index, &shapes, ty)))
            .collect();
        let model = Self { index, plan, constructors, functions, types };
        clashes::check(&model)?;
        Ok(model)
    }
}

fn combinator<'s>(
    index: &'s Index<'s>,
    plan: &Plan,
    shapes: &shape::Shapes<'s>,
    found: &'s Declaration,
) -> Result<Combinator<'s>, SchemaError> {
    let fields = field::fields(index, plan, shapes, found)?;
    let first_cold = fields.iter().position(|field| field.value().is_some_and(|value| !value.is_hot));
    for cold in fields.iter().skip(first_cold.unwrap_or(fields.len())) {
        let (owner, name) = (found.name.to_string(), cold.tl_name.to_owned());
        let kind = match &cold.kind {
            Kind::Word => SchemaErrorKind::ColdWord { owner, word: name },
            Kind::Value(value) if value.flag.is_none() && !value.is_hot => {
                SchemaErrorKind::ColdMandatory { owner, field: name }
            }
            Kind::Value(_) | Kind::True(_) => continue,
        };
        return Err(kind.at(cold.declared.position));
    }
    let shape = shapes.of(found);
    if first_cold.is_some() && !shape.has_lifetime {
        return Err(SchemaErrorKind::NothingToBorrow { owner: found.name.to_string() }.at(found.position));
    }
    Ok(Combinator {
        declaration: found,
        rust: camel(&found.name.ident),
        fields,
        min_len: shape.min_len,
        has_lifetime: shape.has_lifetime,
        is_plain: shape.is_plain,
        is_hot: plan.hot.iter().any(|hot| hot.constructor == found.name.to_string()),
        first_cold,
        reply: form::result(index, found)?,
    })
}

fn boxed_type<'s>(index: &Index<'s>, shapes: &shape::Shapes<'s>, ty: &'s Name) -> BoxedType<'s> {
    let constructors = index.constructors_of(ty);
    let names: Vec<_> = constructors.iter().map(|found| found.name.ident.as_str()).collect();
    let variants = names::variants(&ty.ident, &names);
    let shape = shapes.of_type(ty);
    BoxedType {
        name: ty,
        min_lens: constructors.iter().map(|found| shapes.of(found).min_len).collect(),
        rust: camel(&ty.ident),
        variants: variants.into_iter().zip(constructors.iter().copied()).collect(),
        min_len: shape.min_len,
        has_lifetime: shape.has_lifetime,
        is_plain: shape.is_plain,
    }
}

/// The value fields of a declaration with their meaning.
pub(crate) fn wires<'s>(
    index: &Index<'s>,
    found: &'s Declaration,
) -> Result<Vec<(&'s crate::ast::Field, Wire<'s>)>, SchemaError> {
    found
        .fields
        .iter()
        .filter_map(|field| match &field.kind {
            FieldKind::Value { ty, .. } => Some((field, ty)),
            FieldKind::Word | FieldKind::Repetition { .. } => None,
        })
        .map(|(field, ty)| Ok((field, index.wire(found, ty)?)))
        .collect()
}
