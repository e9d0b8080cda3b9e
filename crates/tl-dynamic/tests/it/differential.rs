//! Two readers and two writers, made in different ways from one schema, agree about every type.

use proptest::prelude::*;
use tl_dynamic::{Dynamic, Value};

use crate::every::{Entry, lists};
use crate::made;
use crate::matches::Against;
use crate::sample::Source;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Owned value → bytes → borrowed form → the same bytes, which the schema reads and writes likewise; what it reads is
    /// in each field of both forms.
    #[test]
    fn owned_values_survive_every_way(seed: u64) {
        for (dynamic, entries) in lists() {
            let against = Against { dynamic: dynamic.clone() };
            for entry in entries {
                let bytes = (entry.sample)(&mut Source::new(seed));
                let rewritten = (entry.rewrite)(&bytes);
                prop_assert!(rewritten.min_len <= bytes.len(), "{}", entry.name);
                prop_assert_eq!(rewritten.result.as_deref(), Ok(bytes.as_slice()), "{}", entry.name);
                let object = dynamic.read(&bytes).map_err(|error| fail(entry, &error))?;
                prop_assert_eq!(dynamic.write(&object), Ok(bytes.clone()), "{}", entry.name);
                let value = Value::Object(object.clone());
                let is_owned = (entry.owned_matches)(&mut Source::new(seed), &against, &value);
                let is_borrowed = (entry.borrowed_matches)(&bytes, &against, &value);
                prop_assert!(is_owned && is_borrowed, "{}", entry.name);
                let json = dynamic.from_json(&object.to_json()).map_err(|error| fail(entry, &error))?;
                prop_assert_eq!(dynamic.write(&json), Ok(bytes.clone()), "{}", entry.name);
            }
        }
    }

    /// An object made by the schema, with unknown bits and broken UTF-8, comes back from the typed form unchanged.
    #[test]
    fn made_objects_survive_the_typed_form(seed: u64) {
        for (dynamic, entries) in lists() {
            let against = Against { dynamic: dynamic.clone() };
            for entry in entries {
                let mut source = Source::new(seed);
                for declaration in declarations(&dynamic, entry) {
                    let made = made::object(&dynamic, declaration, &mut source);
                    let bytes = dynamic.write(&made).map_err(|error| fail(entry, &error))?;
                    let rewritten = (entry.rewrite)(&bytes).result;
                    prop_assert_eq!(rewritten.as_deref(), Ok(bytes.as_slice()), "{}", entry.name);
                    // as it was read: the flag words of what was made follow from its fields
                    let object = dynamic.read(&bytes).map_err(|error| fail(entry, &error))?;
                    let is_same = (entry.borrowed_matches)(&bytes, &against, &Value::Object(object));
                    prop_assert!(is_same, "{}", entry.name);
                }
            }
        }
    }
}

/// A combinator itself, or all constructors of a type.
fn declarations<'s>(
    dynamic: &Dynamic<'s>,
    entry: &Entry,
) -> impl Iterator<Item = &'s tl_schema::ast::Declaration> {
    let one = dynamic.declaration(entry.name);
    let all = dynamic
        .index()
        .declarations()
        .filter(move |found| found.result.name.to_string() == entry.name)
        .filter(|found| found.section == tl_schema::ast::Section::Types)
        .collect::<Vec<_>>();
    match one {
        Some(found) => vec![found],
        None => all,
    }
    .into_iter()
}

fn fail(entry: &Entry, error: &dyn std::error::Error) -> TestCaseError {
    TestCaseError::fail(format!("{}: {error}", entry.name))
}
