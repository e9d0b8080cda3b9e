//! Schema text.

use std::collections::BTreeSet;

use tl_schema::ast::{Declaration, FieldKind, Section};
use tl_schema::{Hot, Index, Plan, Schema, generate, generate_list};

const API: &str = include_str!("../../../schema/api.tl");
const MTPROTO: &str = include_str!("../../../schema/mtproto.tl");

/// Longer texts are parsed and no more: the generator's time grows with the square of a chain of types.
const MAX_GENERATED_BYTES: usize = 4 * 1024;

pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    match Schema::parse(text) {
        Ok(schema) => {
            schema.declarations.iter().for_each(prints_itself);
            match Index::new(&schema) {
                Ok(index) if text.len() <= MAX_GENERATED_BYTES => {
                    generates(&schema, &index, &whole(&index, Vec::new()));
                    generates(&schema, &index, &whole(&index, cold(&index)));
                }
                Ok(_) => {}
                Err(error) => assert_is_place(&error.to_string()),
            }
        }
        Err(error) => assert_is_place(&error.to_string()),
    }
}

/// The text of a declaration is that declaration.
fn prints_itself(one: &Declaration) {
    let section = if one.section == Section::Functions { "---functions---\n" } else { "" };
    let printed = format!("{section}{one}");
    let again = Schema::parse(&printed).unwrap_or_else(|error| panic!("{error} in {printed:?}"));
    let [again] = again.declarations.as_slice() else { panic!("{printed:?}") };
    assert_eq!((again.wire_id(), again.normal_form()), (one.wire_id(), one.normal_form()), "{printed:?}");
}

/// Everything of a schema.
fn whole(index: &Index<'_>, hot: Vec<Hot>) -> Plan {
    let all = |section| {
        let is_there = index.declarations().any(|found| found.section == section);
        if is_there { vec!["*".to_owned()] } else { Vec::new() }
    };
    Plan {
        root: "crate::schema".to_owned(),
        functions: all(Section::Functions),
        constructors: all(Section::Types),
        secret_text: true,
        split: true,
        hot,
        ..Plan::default()
    }
}

/// Every constructor with its optional values cold, but for the first one and where they may be.
fn cold(index: &Index<'_>) -> Vec<Hot> {
    let constructors = index.declarations().filter(|found| found.section == Section::Types);
    constructors
        .map(|found| {
            let is_kept = |field: &&tl_schema::ast::Field| {
                matches!(&field.kind, FieldKind::Value { flag: None, .. })
                    || found.fields.iter().position(|other| other == *field) == Some(2)
            };
            let kept = found.fields.iter().filter(is_kept).filter_map(|field| field.name.clone());
            Hot { constructor: found.name.to_string(), fields: kept.collect() }
        })
        .collect()
}

/// Either there is a place that is wrong, or every declaration stands in files with names of their own.
fn generates(schema: &Schema, index: &Index<'_>, plan: &Plan) {
    let files = match generate(schema, plan) {
        Ok(files) => files,
        Err(error) => return assert_is_place(&error.to_string()),
    };
    let paths: BTreeSet<_> = files.iter().map(|file| &file.path).collect();
    assert_eq!(paths.len(), files.len(), "two files of one path");
    for found in index.declarations() {
        let sign = format!("{:08x}", found.wire_id());
        let line = format!(", 0x{}_{}, \"{}\");", &sign[..4], &sign[4..], found.name);
        assert!(files.iter().any(|file| file.text.contains(&line)), "{found} is not there");
    }
    generate_list(schema, plan, "tl_api").expect("the list of what was generated");
}

/// `line:column: why`
fn assert_is_place(error: &str) {
    let mut parts = error.splitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
    assert!(number().is_some() && number().is_some(), "{error}");
}

/// Pieces of both schemas: a fuzzer changes short texts best.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let lines: Vec<&str> = API.lines().collect();
    let pieces = lines.chunks(lines.len() / 150).map(|piece| piece.join("\n").into_bytes());
    let other = include_str!("../../tl-schema/vectors/other-layer.tl");
    let names = include_str!("../../tl-schema/vectors/names.tl");
    pieces.chain([MTPROTO.into(), other.into(), names.into()]).collect()
}
