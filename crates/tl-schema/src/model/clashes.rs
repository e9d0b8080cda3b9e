//! Names that cannot stand beside each other in generated code, or cannot stand there at all.

use std::collections::BTreeMap;

use crate::ast::{Declaration, Name, Position};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::model::field::{Field, Kind};
use crate::model::{Combinator, Model, snake};

/// Types and values that generated code, and the codec's macros in it, name without a path.
const TAKEN_ITEMS: [&str; 30] = [
    "Bare",
    "BareVecRef",
    "Box",
    "Constructor",
    "DecodeBare",
    "DecodeError",
    "Default",
    "Encode",
    "EncodeBare",
    "Err",
    "From",
    "Function",
    "Int128",
    "Int256",
    "Lazy",
    "None",
    "Ok",
    "Option",
    "RawBytes",
    "RawObject",
    "Reader",
    "Redacted",
    "Result",
    "Self",
    "Shared",
    "Some",
    "Str",
    "String",
    "Vec",
    "VecRef",
];

/// Modules and primitive types that it names so.
const TAKEN_MODULES: [&str; 16] = [
    "alloc",
    "bool",
    "core",
    "enums",
    "f64",
    "fmt",
    "functions",
    "i32",
    "i64",
    "std",
    "str",
    "tl_codec",
    "types",
    "u32",
    "u8",
    "usize",
];

/// Methods of the codec's traits that are called on values of generated types.
const TAKEN_METHODS: [&str; 2] = ["encode", "encoded_len"];

/// Variables and functions of the code that reads.
const TAKEN_VARIABLES: [&str; 2] = ["is_set", "reader"];

/// Fields, methods and variables of a constructor with cold fields.
const TAKEN_BESIDE_COLD: [&str; 9] =
    ["before", "encode_rare", "has_rare", "is_set", "owner", "rare", "rare_len", "reader", "rest"];

/// Whether a module of that name would hide something else.
pub(crate) fn is_taken_module(name: &str) -> bool {
    TAKEN_MODULES.contains(&name)
}

/// Refuses the first such name.
pub(crate) fn check(model: &Model<'_>) -> Result<(), SchemaError> {
    for list in [&model.constructors, &model.functions] {
        let mut seen = Seen::default();
        for found in list {
            let name = &found.declaration.name;
            let suffixes: &[&str] =
                if found.first_cold.is_some() { &["", "Ref", "Rare", "Rest"] } else { &["", "Ref"] };
            seen.item(name, &found.rust, suffixes, found.declaration.position)?;
            if found.is_generic() {
                check_name(&name.to_string(), &found.rust, &["X"], found.declaration.position)?;
            }
            fields(found)?;
        }
    }
    let mut seen = Seen::default();
    for found in model.types.values() {
        let place = model.index.constructors_of(found.name).first().map(|first| first.result.position);
        seen.item(found.name, &found.rust, &["", "Ref"], place.unwrap_or(Position { line: 1, column: 1 }))?;
        variants(&found.variants)?;
    }
    Ok(())
}

/// The Rust names of one module and its submodules, with the names of the schema behind them.
#[derive(Default)]
struct Seen<'s> {
    items: BTreeMap<(Option<String>, String), &'s Name>,
    modules: BTreeMap<String, &'s str>,
}

impl<'s> Seen<'s> {
    /// A struct or enum and its companions, which have suffixes.
    fn item(
        &mut self,
        name: &'s Name,
        rust: &str,
        suffixes: &[&str],
        at: Position,
    ) -> Result<(), SchemaError> {
        let module = self.module(name, at)?;
        for suffix in suffixes {
            let rust = format!("{rust}{suffix}");
            check_name(&name.to_string(), &rust, &TAKEN_ITEMS, at)?;
            if let Some(other) = self.items.insert((module.clone(), rust.clone()), name) {
                return Err(clash(&name.to_string(), &other.to_string(), &rust, at));
            }
        }
        Ok(())
    }

    /// The module of its namespace, which is a file: two of one name would be one file.
    fn module(&mut self, name: &'s Name, at: Position) -> Result<Option<String>, SchemaError> {
        let Some(namespace) = name.namespace.as_deref() else { return Ok(None) };
        let module = snake(namespace);
        check_name(&format!("{namespace}.*"), &module, &TAKEN_MODULES, at)?;
        match self.modules.insert(module.clone(), namespace) {
            Some(other) if other != namespace => {
                Err(clash(&format!("{namespace}.*"), &format!("{other}.*"), &module, at))
            }
            _ => Ok(Some(module)),
        }
    }
}

fn variants(variants: &[(String, &Declaration)]) -> Result<(), SchemaError> {
    let mut seen = BTreeMap::new();
    for (rust, found) in variants {
        if let Some(other) = seen.insert(rust, &found.name) {
            return Err(clash(&found.name.to_string(), &other.to_string(), rust, found.position));
        }
    }
    Ok(())
}

fn fields(found: &Combinator<'_>) -> Result<(), SchemaError> {
    let mut seen = BTreeMap::new();
    for (place, field) in found.fields.iter().enumerate() {
        let full = |name: &str| format!("{}.{name}", found.declaration.name);
        let at = field.declared.position;
        for taken in taken_names(found, place, field) {
            check_name(&full(field.tl_name), &field.rust, taken, at)?;
        }
        if let Some(other) = seen.insert(&field.rust, field.tl_name) {
            return Err(clash(&full(field.tl_name), &full(other), &field.rust, at));
        }
    }
    Ok(())
}

/// What a field must not be called, by what it becomes.
fn taken_names(found: &Combinator<'_>, place: usize, field: &Field<'_>) -> Vec<&'static [&'static str]> {
    let mut taken: Vec<&[&str]> = vec![&[]];
    let is_method = match &field.kind {
        Kind::Word | Kind::True(_) => true,
        Kind::Value(value) => !value.is_hot,
    };
    if is_method {
        taken.push(&TAKEN_METHODS);
    }
    if matches!(field.kind, Kind::Word) {
        taken.push(&["default"]);
    }
    if place < found.bound_len() {
        taken.push(&TAKEN_VARIABLES);
    }
    if found.first_cold.is_some() {
        taken.push(&TAKEN_BESIDE_COLD);
    }
    taken
}

fn check_name(name: &str, rust: &str, taken: &[&str], at: Position) -> Result<(), SchemaError> {
    let (name, rust) = (name.to_owned(), rust.to_owned());
    if !rust.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(SchemaErrorKind::NoRustName { name, rust }.at(at));
    }
    if taken.contains(&rust.as_str()) {
        return Err(SchemaErrorKind::TakenName { name, rust }.at(at));
    }
    Ok(())
}

fn clash(name: &str, other: &str, rust: &str, at: Position) -> SchemaError {
    let (name, other, rust) = (name.to_owned(), other.to_owned(), rust.to_owned());
    SchemaErrorKind::NameClash { name, other, rust }.at(at)
}
