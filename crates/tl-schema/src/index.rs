//! A schema by name, with every name resolved.

mod check;
mod codec;

use std::collections::BTreeMap;

use crate::ast::{Declaration, Name, Schema, Section, Type};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::codec::builtin;

/// A schema whose names are known to be declared, for those that walk it: the generator and `tl-dynamic`.
#[derive(Debug, Clone)]
pub struct Index<'s> {
    schema: &'s Schema,
    constructors: BTreeMap<&'s Name, &'s Declaration>,
    functions: BTreeMap<&'s Name, &'s Declaration>,
    types: BTreeMap<&'s Name, Vec<&'s Declaration>>,
    by_id: BTreeMap<u32, &'s Declaration>,
}

/// What a type expression means on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wire<'s> {
    /// `int`
    Int,
    /// `long`
    Long,
    /// `double`
    Double,
    /// `int128`
    Int128,
    /// `int256`
    Int256,
    /// `Bool`
    Bool,
    /// `true`: nothing; its flag bit is all there is.
    True,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `Vector<T>`, or the bare `vector<T>`.
    Vector {
        /// Without the vector's own constructor id.
        is_bare: bool,
        /// The items.
        item: Box<Self>,
    },
    /// A type of the schema: id and fields of one of its constructors.
    Boxed(&'s Name),
    /// A constructor of the schema: its fields without its id.
    Bare(&'s Declaration),
    /// `Object`, or a variable: any boxed object. A query (`!X`) is one too.
    Object,
}

impl<'s> Index<'s> {
    /// Builds the index.
    ///
    /// # Errors
    /// What [`Schema::check_ids`] returns, then [`SchemaErrorKind::NotCodecForm`], then
    /// [`SchemaErrorKind::UnknownType`], [`SchemaErrorKind::UnknownFlags`], [`SchemaErrorKind::DuplicateField`] or
    /// [`SchemaErrorKind::Unsupported`] for the first such place.
    pub fn new(schema: &'s Schema) -> Result<Self, SchemaError> {
        schema.check_ids()?;
        codec::check(schema)?;
        let mut index = Self {
            schema,
            constructors: BTreeMap::new(),
            functions: BTreeMap::new(),
            types: BTreeMap::new(),
            by_id: BTreeMap::new(),
        };
        for found in schema.declarations.iter().filter(|found| !found.is_codec_form()) {
            match found.section {
                Section::Types => {
                    index.constructors.insert(&found.name, found);
                    index.types.entry(&found.result.name).or_default().push(found);
                }
                Section::Functions => {
                    index.functions.insert(&found.name, found);
                }
            }
            index.by_id.insert(found.wire_id(), found);
        }
        for found in index.declarations() {
            check::declaration(&index, found)?;
        }
        Ok(index)
    }

    /// The schema that the index was built from.
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// Constructors and methods in the order of the file, without those that the codec knows (`vector`, `boolTrue`,
    /// `int128`, …).
    pub fn declarations(&self) -> impl Iterator<Item = &'s Declaration> + use<'s> {
        self.schema.declarations.iter().filter(|found| !found.is_codec_form())
    }

    /// The constructor of that name.
    pub fn constructor(&self, name: &Name) -> Option<&'s Declaration> {
        self.constructors.get(name).copied()
    }

    /// The method of that name.
    pub fn function(&self, name: &Name) -> Option<&'s Declaration> {
        self.functions.get(name).copied()
    }

    /// The constructors of a boxed type, in the order of the file; empty for a type that does not exist.
    pub fn constructors_of(&self, ty: &Name) -> &[&'s Declaration] {
        self.types.get(ty).map_or(&[], Vec::as_slice)
    }

    /// The constructor or method with that id.
    pub fn by_id(&self, id: u32) -> Option<&'s Declaration> {
        self.by_id.get(&id).copied()
    }

    /// What `ty`, which stands in `owner`, means.
    ///
    /// # Errors
    /// [`SchemaErrorKind::UnknownType`], [`SchemaErrorKind::Unsupported`].
    pub fn wire(&self, owner: &'s Declaration, ty: &'s Type) -> Result<Wire<'s>, SchemaError> {
        if owner.is_variable(&ty.name) {
            let is_alone = !ty.is_bare && ty.arguments.is_empty();
            return if is_alone { Ok(Wire::Object) } else { Err(unsupported(owner, ty)) };
        }
        // a query answers with whatever the variable stands for
        if ty.is_function {
            return Err(unsupported(owner, ty));
        }
        if ty.name.is("Vector") || ty.name.is("vector") {
            let [item] = ty.arguments.as_slice() else {
                return Err(unsupported(owner, ty));
            };
            let is_bare = ty.is_bare || ty.name.is_lower();
            return Ok(Wire::Vector { is_bare, item: Box::new(self.wire(owner, item)?) });
        }
        if !ty.arguments.is_empty() {
            return Err(unsupported(owner, ty));
        }
        if let Some(builtin) = builtin(&ty.name) {
            return if ty.is_bare { Err(unsupported(owner, ty)) } else { Ok(builtin) };
        }
        self.declared(owner, ty)
    }

    fn declared(&self, owner: &Declaration, ty: &'s Type) -> Result<Wire<'s>, SchemaError> {
        let found = if ty.name.is_lower() {
            self.constructor(&ty.name).map(Wire::Bare)
        } else {
            match self.constructors_of(&ty.name) {
                [] => None,
                [one] if ty.is_bare => Some(Wire::Bare(one)),
                _ if ty.is_bare => return Err(unsupported(owner, ty)),
                _ => Some(Wire::Boxed(&ty.name)),
            }
        };
        found.ok_or_else(|| {
            SchemaErrorKind::UnknownType { owner: owner.name.to_string(), ty: ty.to_string() }.at(ty.position)
        })
    }
}

/// A form that means nothing here.
fn unsupported(owner: &Declaration, ty: &Type) -> SchemaError {
    SchemaErrorKind::Unsupported { owner: owner.name.to_string(), form: ty.to_string() }.at(ty.position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::FieldKind;

    #[test]
    fn faults_of_names_have_a_place() {
        let cases = [
            ("a x:Foo = A;", "1:5: a uses Foo, which is not declared"),
            ("a x:foo = A;", "1:5: a uses foo, which is not declared"),
            (
                "a flags:int x:flags.1?int = A;",
                "1:13: a.x depends on flags, which is no word of flags before it",
            ),
            (
                "a x:flags.1?int flags:# = A;",
                "1:3: a.x depends on flags, which is no word of flags before it",
            ),
            ("a x:int x:long = A;", "1:9: a has two fields x"),
            ("a x:Vector = A;", "1:5: a: Vector is not supported"),
            ("a x:!X = A;", "1:5: a: !X is not supported"),
            ("a = A; ---functions--- f q:!X = A;", "1:28: f: !X is not supported"),
            ("a = A; ---functions--- f {X:Type} q:!A = A;", "1:37: f: !A is not supported"),
            ("a = A; ---functions--- f {X:Type} q:%X = A;", "1:37: f: %X is not supported"),
            ("a = A; ---functions--- f {X:Type} q:X<A> = A;", "1:37: f: X<A> is not supported"),
            ("a = A; ---functions--- f {X:Type} {Y:Type} q:!X = Y;", "1:51: f: Y is not supported"),
            ("a = A; ---functions--- f {X:Type} = X;", "1:37: f: X is not supported"),
            ("a = A; ---functions--- f {n:int} = A;", "1:24: f: {n:int} is not supported"),
            ("a {X:Type} x:X = A;", "1:1: a: {X:Type} is not supported"),
            ("a = Foo<Bar>;", "1:5: a: Foo<Bar> is not supported"),
            ("a = Foo Bar;", "1:5: a: Foo<Bar> is not supported"),
            ("a = int;", "1:5: a: int is not supported"),
            ("b = B; a = b;", "1:12: a: b is not supported"),
            ("a x:%A = A; b = A;", "1:5: a: %A is not supported"),
            ("a # [ int ] = A;", "1:3: a: # is not supported"),
            ("a = A;---functions--- f = B;", "1:27: f uses B, which is not declared"),
        ];
        for (text, message) in cases {
            let schema = Schema::parse(text).unwrap();
            assert_eq!(Index::new(&schema).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn what_types_mean() {
        let schema = Schema::parse(
            "s = S; x a:vector<s> b:Vector<%S> d:Object = X; ---functions--- f {Q:Type} q:!Q = Q;",
        )
        .unwrap();
        let index = Index::new(&schema).unwrap();
        let x = &schema.declarations[1];
        let wires: Vec<_> = x
            .fields
            .iter()
            .map(|field| {
                let FieldKind::Value { ty, .. } = &field.kind else { panic!() };
                index.wire(x, ty).unwrap()
            })
            .collect();
        let s = &schema.declarations[0];
        assert_eq!(wires[0], Wire::Vector { is_bare: true, item: Box::new(Wire::Bare(s)) });
        assert_eq!(wires[1], Wire::Vector { is_bare: false, item: Box::new(Wire::Bare(s)) });
        assert_eq!(wires[2..], [Wire::Object]);
        let f = &schema.declarations[2];
        assert_eq!(index.wire(f, &f.result).unwrap(), Wire::Object);
        assert_eq!(index.by_id(s.computed_id()), Some(s));
    }
}
