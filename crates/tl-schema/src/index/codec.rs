//! What `tl-codec` has built in: types without a declaration, and the declarations that say the same.

use crate::ast::{Declaration, Name, Schema, Section};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::Wire;

/// The declarations of what the codec has built in, without their ids: nothing is generated for them.
const FORMS: [&str; 13] = [
    "int ? = Int;",
    "long ? = Long;",
    "double ? = Double;",
    "string ? = String;",
    "bytes ? = Bytes;",
    "bytes = Bytes;",
    "object ? = Object;",
    "vector {t:Type} # [ t ] = Vector t;",
    "boolTrue = Bool;",
    "boolFalse = Bool;",
    "true = True;",
    "int128 4*[ int ] = Int128;",
    "int256 8*[ int ] = Int256;",
];

/// Their types, of which no other constructor is one, because nothing would read it. (`Object` is any object.)
const TYPES: [&str; 10] =
    ["Int", "Long", "Double", "String", "Bytes", "Vector", "Bool", "True", "Int128", "Int256"];

impl Declaration {
    /// Whether the declaration is, word for word, one of those whose form `tl-codec` has built in: nothing is generated for
    /// it.
    ///
    /// ```
    /// let schema = tl_schema::Schema::parse("true#3fedd339 = True; true2 = True;")?;
    /// let are_built_in: Vec<_> = schema.declarations.iter().map(|found| found.is_codec_form()).collect();
    /// assert_eq!(are_built_in, [true, false]);
    /// # Ok::<(), tl_schema::SchemaError>(())
    /// ```
    pub fn is_codec_form(&self) -> bool {
        self.section == Section::Types && is_built_in(&self.name) && {
            let text = Self { id: None, ..self.clone() }.to_string();
            FORMS.contains(&text.as_str())
        }
    }

    /// Whether it takes a name of what the codec has built in, or says that its form is not written in TL.
    fn claims_codec_form(&self) -> bool {
        self.is_builtin
            || self.section == Section::Types
                && (is_built_in(&self.name) || is_one_of(&TYPES, &self.result.name))
    }
}

/// Refuses what takes such a name and has another form: it would be passed over in silence.
pub(super) fn check(schema: &Schema) -> Result<(), SchemaError> {
    let is_fault = |found: &&Declaration| found.claims_codec_form() && !found.is_codec_form();
    schema.declarations.iter().find(is_fault).map_or(Ok(()), |found| {
        Err(SchemaErrorKind::NotCodecForm { name: found.name.to_string(), form: found.to_string() }
            .at(found.position))
    })
}

/// What a type without a declaration means.
pub(super) fn builtin<'s>(name: &Name) -> Option<Wire<'s>> {
    if name.namespace.is_some() {
        return None;
    }
    Some(match name.ident.as_str() {
        "int" => Wire::Int,
        "long" => Wire::Long,
        "double" => Wire::Double,
        "int128" => Wire::Int128,
        "int256" => Wire::Int256,
        "string" => Wire::String,
        "bytes" => Wire::Bytes,
        "true" => Wire::True,
        "Bool" => Wire::Bool,
        "Object" => Wire::Object,
        _ => return None,
    })
}

/// Whether one of the forms is of a constructor of that name.
fn is_built_in(name: &Name) -> bool {
    name.namespace.is_none() && FORMS.iter().any(|form| form.split(' ').next() == Some(&name.ident))
}

fn is_one_of(names: &[&str], name: &Name) -> bool {
    name.namespace.is_none() && names.contains(&name.ident.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

    #[test]
    fn each_form_is_passed_over_and_alone_bears_its_name() {
        for form in FORMS {
            let schema = Schema::parse(form).unwrap();
            assert!(schema.declarations[0].is_codec_form(), "{form}");
            assert_eq!(Index::new(&schema).unwrap().declarations().count(), 0);
            let ty = schema.declarations[0].result.name.ident.as_str();
            assert!(ty == "Object" || TYPES.contains(&ty), "{form}");
        }
    }

    #[test]
    fn another_form_of_such_a_name_is_a_fault_with_its_place() {
        for text in [
            "vector x:int = Foo;",
            "vector {t:Type} # [ t ] = Foo;",
            "vector {t:Type} # [ t ] # [ t ] = Vector t;",
            "boolTrue x:int y:Nobody = Bool;",
            "true x:Nobody = True;",
            "true flags:# x:flags.0?true = True;",
            "foo ? = Foo;",
            "int ? = Long;",
            "int ? x:int = Int;",
            "int128 5*[ int ] = Int128;",
            "int x:long = Foo;",
            "boolMaybe = Bool;",
        ] {
            let schema = Schema::parse(&format!("a = A;\n  {text}")).unwrap();
            let error = Index::new(&schema).unwrap_err().to_string();
            let form = schema.declarations[1].to_string();
            let name = schema.declarations[1].name.to_string();
            assert_eq!(error, format!("2:3: {name} is built into the codec, and not as {form}"), "{text}");
        }
    }

    #[test]
    fn methods_and_namespaces_have_such_names_for_themselves() {
        let schema =
            Schema::parse("a.vector x:int = a.Bool; ---functions--- true = a.Bool; int128 = a.Bool;");
        let schema = schema.unwrap();
        assert_eq!(Index::new(&schema).unwrap().declarations().count(), 3);
        let builtin = Schema::parse("a = A; ---functions--- f ? = A;").unwrap();
        assert!(Index::new(&builtin).unwrap_err().to_string().starts_with("1:24: f is built into"));
    }
}
