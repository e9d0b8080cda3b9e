//! Objects that Telethon wrote (`interop/telethon_objects.py` makes the file): the same bytes from every writer of ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use tl_dynamic::Dynamic;
use tl_schema::ast::{FieldKind, Section};

use crate::every::lists;
use crate::{API, real};

#[test]
fn fields_have_their_names_and_values() {
    let dynamic = Dynamic::new(&API).unwrap();
    for (bytes, json) in real::telethon() {
        let object = dynamic.read(&bytes).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(object.to_json(), json);
        assert_eq!(dynamic.write(&dynamic.from_json(&json).unwrap()).unwrap(), bytes, "{json}");
    }
}

/// The words of flags are computed from the fields, not copied.
#[test]
fn flags_follow_from_the_fields() {
    let dynamic = Dynamic::new(&API).unwrap();
    for (bytes, json) in real::telethon() {
        let bare = without_flags(&dynamic, &json);
        assert_eq!(dynamic.write(&dynamic.from_json(&bare).unwrap()).unwrap(), bytes, "{json}");
    }
}

fn without_flags(dynamic: &Dynamic<'_>, json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let declaration = dynamic.declaration(json["_"].as_str().unwrap()).unwrap();
            let words: Vec<_> =
                declaration.fields.iter().filter(|field| field.kind == FieldKind::Word).collect();
            let is_word = |name: &String| words.iter().any(|word| word.name.as_ref() == Some(name));
            let kept = fields.iter().filter(|(name, _)| !is_word(name));
            Json::Object(kept.map(|(name, value)| (name.clone(), without_flags(dynamic, value))).collect())
        }
        Json::Array(items) => items.iter().map(|item| without_flags(dynamic, item)).collect(),
        plain => plain.clone(),
    }
}

/// Every generated type that the file has an object of reads it and writes it back.
#[test]
fn the_generated_types_write_the_same() {
    let mut objects: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (bytes, json) in real::telethon() {
        objects.entry(name(&json).to_owned()).or_default().push(bytes);
    }
    let mut compared = BTreeSet::new();
    for (_, entries) in lists() {
        for entry in entries {
            for bytes in objects.get(entry.name).into_iter().flatten() {
                assert_eq!((entry.rewrite)(bytes).result.as_ref(), Ok(bytes), "{}", entry.name);
                compared.insert(entry.name);
            }
        }
    }
    if cfg!(feature = "full") {
        assert_eq!(compared.len(), objects.len(), "every object has its type");
    }
    assert!(compared.len() >= 20, "{}", compared.len());
}

#[test]
fn there_are_enough_of_them() {
    let dynamic = Dynamic::new(&API).unwrap();
    for (section, count, spaces) in [(Section::Types, 300, 25), (Section::Functions, 240, 25)] {
        let names = names(|json| dynamic.declaration(name(json)).unwrap().section == section);
        assert_eq!(names.len(), count, "{section:?}");
        let of: BTreeSet<_> =
            names.iter().map(|name| name.split_once('.').map_or("", |(space, _)| space)).collect();
        assert!(of.len() >= spaces, "{of:?}");
    }
}

/// Optional fields are there, and the same objects without them.
#[test]
fn flags_are_set_and_unset() {
    let dynamic = Dynamic::new(&API).unwrap();
    let is_type = |json: &Json| dynamic.declaration(name(json)).unwrap().section == Section::Types;
    let with = names(|json| is_type(json) && json["flags"].as_u64().is_some_and(|bits| bits != 0));
    let without = names(|json| is_type(json) && json["flags"] == 0);
    let both = with.intersection(&without).count();
    assert!(both >= 90, "{both} constructors");
}

fn name(json: &Json) -> &str {
    json["_"].as_str().unwrap()
}

/// The names of those objects, each once.
fn names(of: impl Fn(&Json) -> bool) -> BTreeSet<String> {
    let objects = real::telethon().into_iter().map(|(_, json)| json);
    objects.filter(of).map(|json| name(&json).to_owned()).collect()
}
