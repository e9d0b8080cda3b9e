//! Names and numbers with every awkward character, through every format and back.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use takeout_export::export::Fetched;
use takeout_export::format::Format;

use crate::formats::{everything, write};
use crate::{replies, rows};

/// One of each kind of trouble.
pub(crate) const TROUBLE: [&str; 22] = [
    "=cmd()|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "two\nlines",
    "carriage\rreturn",
    "both\r\nof them",
    "\ttab",
    "\"quoted\"",
    "a,b;c:d\\e",
    "{\"json\":[1]}",
    "<script>alert(1)</script>",
    "<!--",
    "]]>",
    "&amp;",
    "NUL\0NUL",
    "\u{1}\u{8}\u{b}\u{1f}\u{7f}\u{85}",
    "שלום \u{202e}evil\u{202c}",
    "e\u{301}\u{323}\u{200d}\u{fe0f}",
    "\u{feff}bom",
    "line\u{2028}para\u{2029}",
    "\u{fffd}\u{ffff}\u{10ffff}",
];

/// Every plane, and the trouble.
pub(crate) fn awkward() -> impl Strategy<Value = String> {
    let plane = (0_u32..17, 0_u32..0x1_0000)
        .prop_map(|(plane, low)| char::from_u32(plane << 16 | low).unwrap_or('\u{e000}'));
    let any_planes = proptest::collection::vec(plane, 0..40).prop_map(String::from_iter);
    prop_oneof![proptest::sample::select(&TROUBLE[..]).prop_map(str::to_owned), any_planes, any::<String>()]
}

fn exported(names: &[String], target: &Path) -> u64 {
    let saved: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(index, name)| replies::saved(&format!("4917{index:08}"), name))
        .collect();
    let fetched = Fetched { replies: replies::of(&saved, &[]), ..replies::fetched(0) };
    let manifest = write(&fetched, target, &everything());
    assert!(manifest.replaced_characters.is_empty(), "all of it is UTF-8");
    manifest.files.iter().map(|file| file.replaced_characters).sum()
}

/// What each format gives back; `None` where the row has no name of its own and another label stands in its place.
fn check(names: &[String], target: &Path) {
    let text = |format: Format| fs::read_to_string(target.join(format.file_name())).unwrap();
    for row in [rows::read_parquet(target), rows::read_csv(target)] {
        let found: Vec<_> = row.iter().map(|row| row.text("saved_first_name").unwrap().to_owned()).collect();
        assert_eq!(found, names);
    }
    let jsonl: Vec<Value> =
        text(Format::Jsonl).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(jsonl.iter().map(|row| row["saved_first_name"].as_str().unwrap()).eq(names.iter()));

    let without_nul: Vec<_> = names.iter().map(|name| name.replace('\0', "\u{fffd}")).collect();
    let page = text(Format::Html);
    let json = page.split_once("id=\"rows\">").unwrap().1.split_once("</script>").unwrap().0;
    let rows: Vec<Value> = serde_json::from_str(json).unwrap();
    for format in [Format::Google, Format::Outlook] {
        let mut reader = csv::Reader::from_path(target.join(format.file_name())).unwrap();
        for (record, name) in reader.records().map(Result::unwrap).zip(&without_nul) {
            assert!(name.is_empty() || &record[0] == name, "{format}: {record:?}");
        }
    }
    for format in [Format::Vcard, Format::Vcard3] {
        let cards = text(format);
        assert!(cards.split("\r\n").all(|line| line.len() <= 75 && !line.contains(is_control)), "{format}");
        let names_in_cards = cards.replace("\r\n ", "");
        let found = names_in_cards.split("\r\n").filter_map(|line| line.strip_prefix("N:;"));
        for (value, name) in found.zip(names) {
            assert_eq!(unescaped(value.strip_suffix(";;;").unwrap()), as_vcard(name), "{format}");
        }
    }
    for ((row, name), index) in rows.iter().zip(&without_nul).zip(0..) {
        assert!(name.is_empty() || row[0] == name.as_str(), "row {index}");
    }
    assert_eq!(rows.len(), names.len());
}

pub(crate) fn is_control(character: char) -> bool {
    character != '\t' && (character < ' ' || character == '\u{7f}')
}

/// The name as far as a vCard can say it: any line break is one, other control characters are U+FFFD.
pub(crate) fn as_vcard(name: &str) -> String {
    name.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace(|character| character != '\n' && is_control(character), "\u{fffd}")
}

/// RFC 6350, section 3.4.
pub(crate) fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some(escaped @ ('\\' | ',' | ';')) => text.push(escaped),
                other => panic!("\\{other:?} in {value:?}"),
            },
            ',' | ';' => panic!("{character} is not escaped in {value:?}"),
            other => text.push(other),
        }
    }
    text
}

#[test]
fn every_kind_of_trouble_survives_or_is_escaped_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let names = TROUBLE.map(str::to_owned);
    let out = folder.path().join("out");
    let replaced = exported(&names, &out);
    check(&names, &out);
    // HTML, Google and Outlook: the NUL; each vCard has it in FN and in N, and five more control characters in each
    assert_eq!(replaced, 3 + 2 * 2 * 6);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn names_of_all_planes_survive_every_format(names in proptest::collection::vec(awkward(), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        exported(&names, &out);
        check(&names, &out);
    }
}
