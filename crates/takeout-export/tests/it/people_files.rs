//! `contacts import` with files as other programs write them: `tests/people/README.md` says where each form comes from.

use std::path::PathBuf;

use takeout_export::people_file;

/// Number, first name, last name.
type Person = (&'static str, &'static str, &'static str);

const ADA: Person = ("+442079460018", "Ada", "Lovelace");
const ZOE: Person = ("+46701740605", "Zoë", "Ångström");
const ACME: Person = ("+12025550123", "ACME", "");

/// Each file: whom it holds, how many have no number, and the first note.
const FILES: &[(&str, &[Person], usize, Option<&str>)] = &[
    (
        "google-2024.csv",
        &[
            ADA,
            ("+46701740605", "Zoë \"Zo\"", "Ångström"),
            ("+46701740606", "Zoë \"Zo\"", "Ångström"),
            ("+46812345678", "Zoë \"Zo\"", "Ångström"),
            ACME,
        ],
        1,
        Some("first, of all"),
    ),
    ("google-old.csv", &[ADA, ("+12025550123", "Only A Name", "")], 0, Some("two\nlines")),
    ("google-old-utf16.csv", &[ADA, ("+12025550123", "Only A Name", "")], 0, Some("two\nlines")),
    ("outlook.csv", &[ADA, ACME], 0, Some("first")),
    ("outlook-semicolon.csv", &[ADA, ACME], 0, Some("first")),
    ("vcard-2.1.vcf", &[ZOE, ("+46812345678", "Zoë", "Ångström"), ADA], 0, None),
    ("vcard-3.0.vcf", &[ADA, ACME], 0, Some("first, of all\nsecond line")),
    (
        "vcard-4.0.vcf",
        &[ZOE, ("+46701740606", "Zoë", "Ångström")],
        0,
        Some(
            "a name that is long enough to be folded over the end of the line; it is one line again when it is read",
        ),
    ),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/people")
}

#[test]
fn every_file_of_the_corpus_is_read() {
    for (name, expected, without_number, note) in FILES {
        let file =
            people_file::read(&folder().join(name), None).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = file
            .people
            .iter()
            .map(|person| (person.phone.as_str(), person.first_name.as_str(), person.last_name.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), *expected, "{name}");
        assert_eq!(file.without_number, *without_number, "{name}");
        assert_eq!(file.people[0].note.as_deref(), *note, "{name}");
    }
}

#[test]
fn the_corpus_says_where_each_form_comes_from() {
    let about = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let names = crate::world::names_in(&folder());
    assert_eq!(names.len(), FILES.len() + 1);
    for name in names.iter().filter(|name| *name != "README.md") {
        assert!(about.contains(&format!("| `{name}` |")), "{name}");
        assert!(FILES.iter().any(|(file, ..)| file == name), "{name}");
    }
}
