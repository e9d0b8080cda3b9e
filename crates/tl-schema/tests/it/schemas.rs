//! Whole schemas.

use std::collections::BTreeMap;

use tl_schema::ast::Section;
use tl_schema::{Index, KNOWN_EXCEPTIONS, Schema};

const API: &str = include_str!("../../../../schema/api.tl");
const MTPROTO: &str = include_str!("../../../../schema/mtproto.tl");

#[test]
fn published_ids() {
    let schema = Schema::parse(include_str!("../../vectors/ids.tl")).unwrap();
    for found in &schema.declarations {
        assert_eq!(found.id, Some(found.computed_id()), "{found}");
    }
    Index::new(&schema).unwrap();
}

#[test]
fn the_whole_api_is_there_and_right() {
    let schema = Schema::parse(API).unwrap();
    assert_eq!(schema.layer, Some(230));
    let count = |section| schema.declarations.iter().filter(|found| found.section == section).count();
    assert_eq!((count(Section::Types), count(Section::Functions)), (1704, 850));
    let index = Index::new(&schema).unwrap();
    // all but boolTrue, boolFalse, true and vector
    assert_eq!(index.declarations().count(), 1700 + 850);
    for found in index.declarations() {
        assert_eq!(found.id, Some(found.computed_id()), "{}", found.name);
        assert_eq!(index.by_id(found.computed_id()), Some(found));
    }
}

#[test]
fn the_protocol_has_three_exceptions_and_no_more() {
    let schema = Schema::parse(MTPROTO).unwrap();
    Index::new(&schema).unwrap();
    let odd = schema.declarations.iter().filter(|found| found.wire_id() != found.computed_id());
    let mut odd: Vec<_> = odd.map(|found| (found.name.to_string(), found.wire_id())).collect();
    let mut known: Vec<_> = KNOWN_EXCEPTIONS.iter().map(|known| (known.name.to_owned(), known.id)).collect();
    odd.sort();
    known.sort();
    assert_eq!(odd, known);
}

/// Ids that did not change from layer 174 to 230.
#[test]
fn ids_of_the_address_book() {
    let schema = Schema::parse(API).unwrap();
    let ids: BTreeMap<_, _> =
        schema.declarations.iter().map(|found| (found.name.to_string(), found.wire_id())).collect();
    for (name, id) in [
        ("contact", 0x145a_de0b),
        ("contactStatus", 0x16d9_703b),
        ("savedPhoneContact", 0x1142_bd56),
        ("contacts.contacts", 0xeae8_7e42),
        ("contacts.contactsNotModified", 0xb74b_a9d2),
        ("userStatusOffline", 0x008c_703f),
        ("account.takeout", 0x4dba_4501),
        ("account.initTakeoutSession", 0x8ef3_eab0),
        ("account.finishTakeoutSession", 0x1d26_52ee),
        ("contacts.getContacts", 0x5dd6_9e12),
        ("contacts.getStatuses", 0xc4a3_53ee),
        ("contacts.getSaved", 0x82f1_e39f),
        ("account.password", 0x957b_50fb),
        ("config", 0xcc1a_241e),
        ("user", 0xb1b8_cc83),
    ] {
        assert_eq!(ids.get(name), Some(&id), "{name}");
    }
}

#[test]
fn printing_and_parsing_are_each_others_inverse() {
    for text in [API, MTPROTO] {
        let schema = Schema::parse(text).unwrap();
        let printed = schema.canonical();
        let again = Schema::parse(&printed).unwrap();
        assert_eq!(again.canonical(), printed);
        assert_eq!(again.declarations.len(), schema.declarations.len());
        for (one, other) in schema.declarations.iter().zip(&again.declarations) {
            assert_eq!((one.to_string(), one.normal_form()), (other.to_string(), other.normal_form()));
        }
    }
}

/// A declaration with one character replaced is a fault of form or of the id, unless the id itself is gone.
#[test]
fn no_altered_declaration_passes_unseen() {
    let line = "msgs_ack#62d6b459 msg_ids:Vector<long> = MsgsAck;";
    for (at, old) in line.char_indices() {
        for new in
            ['x', '#', '<', ' ', '=', ';', '.', ':', '0', '%', 'é'].into_iter().filter(|new| *new != old)
        {
            let altered = format!("{}{new}{}", &line[..at], &line[at + 1..]);
            let Ok(schema) = Schema::parse(&altered) else { continue };
            let has_lost_its_id = schema.declarations.iter().all(|found| found.id.is_none());
            assert!(schema.check_ids().is_err() || has_lost_its_id, "{altered}");
        }
    }
}

/// A line as long as the text, and a declaration as long as the line, take a second or two; with the square of their length
/// they would take minutes.
#[test]
fn lines_and_declarations_may_be_long() {
    let begun = std::time::Instant::now();
    let fields: Vec<_> = (0..200_000).map(|n| format!("f{n}:int")).collect();
    let declarations: Vec<_> = (0..100_000).map(|n| format!("a{n} x:int = A{n};")).collect();
    for text in [format!("a {} = A;", fields.join(" ")), declarations.join(" ")] {
        Index::new(&Schema::parse(&text).unwrap()).unwrap();
    }
    assert!(begun.elapsed().as_secs() < 25, "{:?}", begun.elapsed());
}
