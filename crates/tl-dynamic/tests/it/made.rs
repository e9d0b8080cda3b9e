//! Objects made by the schema alone, without generated code.

use std::collections::BTreeMap;

use tl_dynamic::{Dynamic, Object, Value};
use tl_schema::Wire;
use tl_schema::ast::{Declaration, FieldKind};

use crate::sample::{Sample, Source};

/// An object with random values, random optional fields, and random bits that the schema does not name.
pub(crate) fn object<'s>(
    dynamic: &Dynamic<'s>,
    declaration: &'s Declaration,
    source: &mut Source,
) -> Object<'s> {
    let mut object = Object::new(declaration);
    let mut bits = BTreeMap::new();
    for field in &declaration.fields {
        let value = match &field.kind {
            FieldKind::Word => Value::Word(u32::from_le_bytes(Sample::sample(source))),
            FieldKind::Value { flag, ty } => {
                let is_present = flag.as_ref().is_none_or(|flag| {
                    *bits
                        .entry((flag.word.clone(), flag.bit))
                        .or_insert_with(|| source.coin() && !source.is_deep())
                });
                if !is_present {
                    continue;
                }
                let wire = dynamic.index().wire(declaration, ty).unwrap();
                source.inside(|source| value(dynamic, &wire, source))
            }
            FieldKind::Repetition { .. } => unreachable!("the index refuses them"),
        };
        assert!(object.set(field.name.as_deref().unwrap(), value));
    }
    object
}

fn value<'s>(dynamic: &Dynamic<'s>, wire: &Wire<'s>, source: &mut Source) -> Value<'s> {
    match wire {
        Wire::Int => Value::Int(Sample::sample(source)),
        Wire::Long => Value::Long(Sample::sample(source)),
        Wire::Double => Value::Double(Sample::sample(source)),
        Wire::Int128 => Value::Int128(Sample::sample(source)),
        Wire::Int256 => Value::Int256(Sample::sample(source)),
        Wire::Bool => Value::Bool(Sample::sample(source)),
        Wire::True => Value::True,
        // not UTF-8 as a rule
        Wire::String => Value::String(text(source)),
        Wire::Bytes => Value::Bytes(text(source)),
        Wire::Vector { item, .. } => {
            let len = if source.is_deep() { 0 } else { source.below(4) };
            Value::Vector((0..len).map(|_| source.inside(|source| value(dynamic, item, source))).collect())
        }
        Wire::Boxed(ty) => {
            let all = dynamic.index().constructors_of(ty);
            let shortest = all.iter().min_by_key(|found| found.fields.len()).unwrap();
            let chosen = if source.is_deep() { shortest } else { &all[source.below(all.len())] };
            Value::Object(object(dynamic, chosen, source))
        }
        Wire::Bare(found) => Value::Object(object(dynamic, found, source)),
        _ => Value::Raw([&[0xee; 4], source.bytes(8).as_slice()].concat()),
    }
}

fn text(source: &mut Source) -> Vec<u8> {
    let len = source.len();
    source.bytes(len)
}
