//! Schema text.

use tl_schema::ast::{Declaration, Section};
use tl_schema::{Index, Schema};

const API: &str = include_str!("../../../schema/api.tl");
const MTPROTO: &str = include_str!("../../../schema/mtproto.tl");

pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    match Schema::parse(text) {
        Ok(schema) => {
            schema.declarations.iter().for_each(prints_itself);
            if let Err(error) = Index::new(&schema) {
                assert_is_place(&error.to_string());
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
    pieces.chain([MTPROTO.into(), other.into()]).collect()
}
