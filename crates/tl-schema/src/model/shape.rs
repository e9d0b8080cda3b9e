//! Lengths, lifetimes and recursion, which depend on each other across types.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Declaration, Field, FieldKind, Name};
use crate::closure::Closure;
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::{Index, Wire};
use crate::model::wires;

/// What the form of a struct or enum depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The fewest bytes: of the fields for a struct, with the id for an enum.
    pub(crate) min_len: usize,
    /// Whether the borrowed form borrows.
    pub(crate) has_lifetime: bool,
    /// Whether the owned form can be read itself: nothing borrowed, no flags.
    pub(crate) is_plain: bool,
}

/// The start of the search: no value is known to be finite, nothing borrows, everything is plain.
const UNKNOWN: Shape = Shape { min_len: usize::MAX, has_lifetime: false, is_plain: true };

/// Where the shortest value is longer than this, nobody can send one. It leaves room for an id in a number of 32 bits.
const MAX_MIN_LEN: usize = 0x7fff_ffff;

/// The shapes of a closure.
#[derive(Debug)]
pub(crate) struct Shapes<'s> {
    constructors: BTreeMap<(bool, &'s Name), Shape>,
    types: BTreeMap<&'s Name, Shape>,
    /// From a type to all types that can lie inside its values without a vector between.
    inside: BTreeMap<&'s Name, BTreeSet<&'s Name>>,
}

impl<'s> Shapes<'s> {
    pub(crate) fn new(index: &Index<'s>, closure: &Closure<'s>) -> Result<Self, SchemaError> {
        let all = || closure.constructors.iter().chain(&closure.functions).copied();
        let mut shapes = Self {
            constructors: all().map(|found| (key(found), UNKNOWN)).collect(),
            types: BTreeMap::new(),
            inside: inside(index, closure)?,
        };
        for found in &closure.constructors {
            shapes.types.insert(&found.result.name, UNKNOWN);
        }
        // lengths only fall, lifetimes only appear, plainness only goes: this ends
        loop {
            let mut has_changed = false;
            for found in all() {
                let shape = shapes.combine(index, found)?;
                has_changed |= shapes.constructors.insert(key(found), shape) != Some(shape);
            }
            for ty in shapes.types.keys().copied().collect::<Vec<_>>() {
                let shape = shapes.join(index, ty);
                has_changed |= shapes.types.insert(ty, shape) != Some(shape);
            }
            if !has_changed {
                return Ok(shapes);
            }
        }
    }

    /// Refuses a constructor or method of which no value can be written.
    pub(crate) fn check(&self, closure: &Closure<'s>) -> Result<(), SchemaError> {
        let mut all = closure.constructors.iter().chain(&closure.functions);
        match all.find(|found| self.of(found).min_len > MAX_MIN_LEN) {
            None => Ok(()),
            Some(found) => Err(SchemaErrorKind::NoValue { name: found.name.to_string() }.at(found.position)),
        }
    }

    pub(crate) fn of(&self, found: &Declaration) -> Shape {
        self.constructors.get(&key(found)).copied().unwrap_or(UNKNOWN)
    }

    pub(crate) fn of_type(&self, ty: &Name) -> Shape {
        self.types.get(ty).copied().unwrap_or(UNKNOWN)
    }

    /// Whether a field of type `ty` in a constructor of `owner` closes a circle.
    pub(crate) fn is_recursive(&self, owner: &Name, ty: &Name) -> bool {
        owner == ty || self.inside.get(ty).is_some_and(|inside| inside.contains(owner))
    }

    fn combine(&self, index: &Index<'s>, found: &'s Declaration) -> Result<Shape, SchemaError> {
        let mut shape = Shape { min_len: 0, has_lifetime: false, is_plain: true };
        for field in &found.fields {
            if field.kind == FieldKind::Word {
                shape.min_len = shape.min_len.saturating_add(4);
                shape.is_plain = false;
            }
        }
        for (field, wire) in wires(index, found)? {
            let part = self.part(found, &wire);
            if !is_optional(field) {
                shape.min_len = shape.min_len.saturating_add(part.min_len);
            }
            shape.has_lifetime |= part.has_lifetime;
            shape.is_plain &= part.is_plain && !part.has_lifetime;
        }
        Ok(shape)
    }

    fn part(&self, owner: &Declaration, wire: &Wire<'s>) -> Shape {
        let fixed = |min_len| Shape { min_len, has_lifetime: false, is_plain: true };
        let borrowed = |min_len| Shape { min_len, has_lifetime: true, is_plain: false };
        match wire {
            Wire::True | Wire::Int | Wire::Bool | Wire::Long | Wire::Double | Wire::Int128 | Wire::Int256 => {
                fixed(fixed_len(wire).unwrap_or_default())
            }
            Wire::String | Wire::Bytes | Wire::Object => borrowed(4),
            Wire::Vector { is_bare, .. } => borrowed(if *is_bare { 4 } else { 8 }),
            Wire::Boxed(ty) if self.is_recursive(&owner.result.name, ty) => {
                borrowed(self.of_type(ty).min_len)
            }
            Wire::Boxed(ty) => self.of_type(ty),
            Wire::Bare(found) => self.of(found),
        }
    }

    fn join(&self, index: &Index<'s>, ty: &Name) -> Shape {
        let parts = index.constructors_of(ty).iter().map(|found| self.of(found));
        parts.fold(UNKNOWN, |shape, part| Shape {
            min_len: shape.min_len.min(part.min_len.saturating_add(4)),
            has_lifetime: shape.has_lifetime || part.has_lifetime,
            is_plain: shape.is_plain && part.is_plain,
        })
    }
}

/// The length of a value that always has the same.
pub(crate) fn fixed_len(wire: &Wire<'_>) -> Option<usize> {
    Some(match wire {
        Wire::True => 0,
        Wire::Int | Wire::Bool => 4,
        Wire::Long | Wire::Double => 8,
        Wire::Int128 => 16,
        Wire::Int256 => 32,
        Wire::String | Wire::Bytes | Wire::Vector { .. } | Wire::Boxed(_) | Wire::Bare(_) | Wire::Object => {
            return None;
        }
    })
}

/// Constructors and methods have names of their own.
fn key(found: &Declaration) -> (bool, &Name) {
    (found.section == crate::ast::Section::Functions, &found.name)
}

fn is_optional(field: &Field) -> bool {
    matches!(&field.kind, FieldKind::Value { flag: Some(_), .. })
}

fn inside<'s>(
    index: &Index<'s>,
    closure: &Closure<'s>,
) -> Result<BTreeMap<&'s Name, BTreeSet<&'s Name>>, SchemaError> {
    let mut direct: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
    for found in &closure.constructors {
        let entry = direct.entry(&found.result.name).or_default();
        for (_, wire) in wires(index, found)? {
            if let Wire::Boxed(ty) = wire {
                entry.insert(ty);
            } else if let Wire::Bare(inner) = wire {
                entry.insert(&inner.result.name);
            }
        }
    }
    let reachable = |start: &&'s Name| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Name> = direct.get(*start).into_iter().flatten().copied().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(direct.get(next).into_iter().flatten());
            }
        }
        (*start, seen)
    };
    Ok(direct.keys().map(reachable).collect())
}
