//! The form of one declaration, with every name that it uses.

use std::collections::BTreeMap;

use crate::ast::{Declaration, Field, FieldKind, Section};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::{Index, unsupported};

/// Refuses what has no meaning.
pub(super) fn declaration<'s>(index: &Index<'s>, found: &'s Declaration) -> Result<(), SchemaError> {
    variables(found)?;
    fields(index, found)?;
    result(index, found)
}

/// Variables stand for the type that a query answers with, so that only methods have them.
fn variables(found: &Declaration) -> Result<(), SchemaError> {
    let mut variables = found.generics.iter();
    match variables.find(|variable| found.section == Section::Types || variable.kind != "Type") {
        None => Ok(()),
        Some(variable) => Err(SchemaErrorKind::Unsupported {
            owner: found.name.to_string(),
            form: format!("{{{}:{}}}", variable.name, variable.kind),
        }
        .at(found.position)),
    }
}

fn fields<'s>(index: &Index<'s>, found: &'s Declaration) -> Result<(), SchemaError> {
    let owner = || found.name.to_string();
    // what the fields so far are: words of flags, or something else
    let mut are_words = BTreeMap::new();
    for field in &found.fields {
        let name = field.name.clone().unwrap_or_default();
        let is_word = field.kind == FieldKind::Word;
        match &field.kind {
            FieldKind::Word if field.name.is_some() => {}
            FieldKind::Word | FieldKind::Repetition { .. } => {
                let kind = SchemaErrorKind::Unsupported { owner: owner(), form: field.to_string() };
                return Err(kind.at(field.position));
            }
            FieldKind::Value { flag, ty } => {
                if let Some(flag) = flag
                    && are_words.get(flag.word.as_str()) != Some(&true)
                {
                    let word = flag.word.clone();
                    let kind = SchemaErrorKind::UnknownFlags { owner: owner(), field: name, word };
                    return Err(kind.at(field.position));
                }
                index.wire(found, ty)?;
            }
        }
        if are_words.insert(field.name.as_deref().unwrap_or_default(), is_word).is_some() {
            let kind = SchemaErrorKind::DuplicateField { owner: owner(), field: name };
            return Err(kind.at(field.position));
        }
    }
    Ok(())
}

fn result<'s>(index: &Index<'s>, found: &'s Declaration) -> Result<(), SchemaError> {
    let ty = &found.result;
    let is_meant = match found.section {
        // the type that the constructor belongs to: a name, and nothing that is written before one value of it
        Section::Types => ty.arguments.is_empty() && !ty.name.is_lower(),
        Section::Functions => {
            index.wire(found, ty)?;
            !found.is_variable(&ty.name) || found.fields.iter().any(|field| is_query(field, found))
        }
    };
    if is_meant { Ok(()) } else { Err(unsupported(found, ty)) }
}

/// Whether the field is the query whose answer is the answer of `found`.
fn is_query(field: &Field, found: &Declaration) -> bool {
    matches!(&field.kind, FieldKind::Value { ty, .. } if ty.is_function && ty.name == found.result.name)
}
