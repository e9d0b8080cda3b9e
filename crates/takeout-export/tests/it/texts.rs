//! Every column of text with every awkward character, through every format that has a place for it: beside the names of the
//! phone book (`awkward`), the numbers, the account's own names, its usernames, its language, and the note.

use std::fs::{self, File};
use std::path::Path;

use arrow_ipc::reader::FileReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use serde_json::{Value, json};
use takeout_export::export::Fetched;
use takeout_export::format::Format;
use tl_api::types;

use crate::awkward::{TROUBLE, as_vcard, awkward, unescaped};
use crate::formats::{everything, write};
use crate::rows::Row;
use crate::{replies, rows};

/// One account, and all the texts that there are about it. It shares no number with the saved record.
#[derive(Debug, Clone)]
struct Texts {
    saved_phone: String,
    user_phone: String,
    first: String,
    last: String,
    username: String,
    other_username: String,
    lang_code: String,
    note: String,
}

const ID: i64 = 7;
const OTHER_ID: i64 = 8;

/// A number out of any text: one digit, so that it is no full number, and nothing makes two texts one number.
fn number(text: &str, digit: char) -> String {
    let mut text = text.replace(|character: char| character.is_ascii_digit(), "");
    text.push(digit);
    text
}

impl Texts {
    fn all(text: &str) -> Self {
        let [first, last, username, other_username, lang_code, note] = [(); 6].map(|()| text.to_owned());
        let (saved_phone, user_phone) = (number(text, '1'), number(text, '2'));
        Self { saved_phone, user_phone, first, last, username, other_username, lang_code, note }
    }

    fn fetched(&self) -> Fetched {
        let user = types::User {
            last_name: Some(self.last.clone()),
            username: Some(self.username.clone()),
            rare: Some(Box::new(types::UserRare {
                lang_code: Some(self.lang_code.clone()),
                ..types::UserRare::default()
            })),
            ..replies::user(ID, Some(&self.user_phone), &self.first)
        };
        let username = |active, username: &String| types::Username {
            editable: false,
            active,
            username: username.clone(),
            ..types::Username::default()
        };
        let usernames = vec![username(false, &self.username), username(true, &self.other_username)];
        let rare = types::UserRare { usernames: Some(usernames), ..types::UserRare::default() };
        let other = types::User { rare: Some(Box::new(rare)), ..replies::user(OTHER_ID, None, "Other") };
        let saved = [replies::saved(&self.saved_phone, "Saved")];
        let fetched = Fetched { replies: replies::of(&saved, &[user, other]), ..replies::fetched(0) };
        replies::with_notes(fetched, &[(ID, &self.note)])
    }

    /// What the columns hold: of the saved record, the account, and the one with several usernames.
    fn columns(&self) -> [Vec<(&'static str, &str)>; 3] {
        [
            vec![("saved_phone", &self.saved_phone), ("phone", &self.saved_phone)],
            vec![
                ("user_phone", &self.user_phone),
                ("phone", &self.user_phone),
                ("first_name", &self.first),
                ("last_name", &self.last),
                ("username", &self.username),
                ("lang_code", &self.lang_code),
                ("note", &self.note),
            ],
            vec![("first_name", "Other")],
        ]
    }

    fn usernames(&self) -> Value {
        json!([
            {"username": self.username, "editable": false, "active": false},
            {"username": self.other_username, "editable": false, "active": true},
        ])
    }

    fn full_name(&self) -> String {
        match (self.first.as_str(), self.last.as_str()) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{first} {last}"),
        }
    }
}

fn check(texts: &Texts, out: &Path) {
    let manifest = write(&texts.fetched(), out, &everything());
    assert!(manifest.replaced_characters.is_empty(), "all of it is UTF-8");
    check_tables(texts, out);
    check_cards(texts, out);
    check_rolodexes(texts, out);
    check_page(texts, out);

    let found: Value = serde_json::from_str(&text(out, Format::GreenApi)).unwrap();
    assert_eq!(found[0]["name"], texts.full_name());
    assert_eq!(found[0]["contactName"], texts.full_name());
    assert_eq!(found[0]["username"], texts.username);
    assert_eq!(found[1]["username"], texts.other_username);
}

fn text(out: &Path, format: Format) -> String {
    fs::read_to_string(out.join(format.file_name())).unwrap()
}

fn check_tables(texts: &Texts, out: &Path) {
    for rows in [rows::read_parquet(out), rows::read_csv(out)] {
        for (row, columns) in rows.iter().zip(texts.columns()) {
            for (name, expected) in columns {
                assert_eq!(row.text(name).unwrap_or_default(), expected, "{name}");
            }
        }
        let usernames = |row: &Row| serde_json::from_str::<Value>(row.text("usernames").unwrap()).unwrap();
        assert_eq!((rows.len(), usernames(&rows[2])), (3, texts.usernames()));
    }
    let jsonl = text(out, Format::Jsonl);
    let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, columns) in lines.iter().zip(texts.columns()) {
        for (name, expected) in columns {
            assert_eq!(line[name], expected, "{name}");
        }
    }
    assert_eq!((lines.len(), &lines[2]["usernames"]), (3, &texts.usernames()));
    let open = |format: Format| File::open(out.join(format.file_name())).unwrap();
    let arrow = FileReader::try_new_buffered(open(Format::Arrow), None).unwrap().map(Result::unwrap);
    let parquet = ParquetRecordBatchReaderBuilder::try_new(open(Format::Parquet)).unwrap().build().unwrap();
    assert!(arrow.eq(parquet.map(Result::unwrap)));
}

/// The values of a property in one card.
fn values<'c>(card: &'c str, name: &str) -> Vec<&'c str> {
    card.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).collect()
}

fn check_cards(texts: &Texts, out: &Path) {
    for (format, phone) in [(Format::Vcard, "TEL;VALUE=text;TYPE=cell"), (Format::Vcard3, "TEL;TYPE=CELL")] {
        let cards = text(out, format).replace("\r\n ", "");
        let cards: Vec<_> = cards.split("END:VCARD\r\n").collect();
        let [saved, account, other, ""] = cards[..] else { panic!("{cards:?}") };
        let is_text = |card, name, expected: &str| {
            // a text that is empty is not there
            let found: Vec<_> = values(card, name).into_iter().map(unescaped).collect();
            let expected = (!expected.is_empty()).then(|| as_vcard(expected));
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{format}: {name}");
        };
        is_text(saved, phone, &texts.saved_phone);
        is_text(account, phone, &texts.user_phone);
        is_text(account, "NOTE", &texts.note);
        is_text(account, "X-TELEGRAM-USERNAME", &texts.username);
        is_text(other, "X-TELEGRAM-USERNAME", &texts.other_username);
        if !texts.full_name().is_empty() {
            is_text(account, "FN", &texts.full_name());
        }
        let [name] = values(account, "N")[..] else { panic!("{account}") };
        // a semicolon that is escaped is no end of a part
        let name = name.strip_suffix(";;;").unwrap();
        let ends = name.char_indices().filter(|(at, character)| {
            let escapes = name[..*at].chars().rev().take_while(|before| *before == '\\').count();
            *character == ';' && escapes % 2 == 0
        });
        let [(end, _)] = ends.collect::<Vec<_>>()[..] else { panic!("{name}") };
        let found = [&name[end + 1..], &name[..end]].map(unescaped);
        assert_eq!(found, [&texts.first, &texts.last].map(|part| as_vcard(part)), "{format}");
        let urls = [values(account, "URL"), values(other, "URL")].concat();
        assert!(urls.iter().all(|url| url.chars().all(|character| character.is_ascii_graphic())), "{urls:?}");
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn check_rolodexes(texts: &Texts, out: &Path) {
    for (format, phone, username) in [
        (Format::Google, "Phone 1 - Value", Some("Custom Field 2 - Value")),
        (Format::Outlook, "Mobile Phone", None),
    ] {
        let rows: Vec<std::collections::HashMap<String, String>> =
            csv::Reader::from_path(out.join(format.file_name()))
                .unwrap()
                .deserialize()
                .map(Result::unwrap)
                .collect();
        let [saved, account, other] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(saved[phone], without_nul(&texts.saved_phone), "{format}");
        assert_eq!(account[phone], without_nul(&texts.user_phone), "{format}");
        if !texts.full_name().is_empty() {
            assert_eq!(account["First Name"], without_nul(&texts.first), "{format}");
            assert_eq!(account["Last Name"], without_nul(&texts.last), "{format}");
        }
        let note = account["Notes"].strip_suffix("Telegram ID 7").unwrap_or(&account["Notes"]);
        let note = if username.is_none() { note.strip_suffix('\n').unwrap_or(note) } else { note };
        assert_eq!(note, without_nul(&texts.note), "{format}");
        if let Some(username) = username {
            assert_eq!(account[username], without_nul(&texts.username));
            assert_eq!(other[username], without_nul(&texts.other_username));
        }
    }
}

fn check_page(texts: &Texts, out: &Path) {
    let page = text(out, Format::Html);
    let json = page.split_once("id=\"rows\">").unwrap().1.split_once("</script>").unwrap().0;
    let rows: Vec<Value> = serde_json::from_str(json).unwrap();
    let [saved, account, other] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(saved[2], without_nul(&texts.saved_phone));
    assert_eq!(account[2], without_nul(&texts.user_phone));
    if !texts.full_name().is_empty() {
        assert_eq!(account[0], without_nul(&texts.full_name()));
    }
    assert_eq!(account[3], without_nul(&texts.username));
    assert_eq!(other[3], without_nul(&texts.other_username));
}

#[test]
fn every_kind_of_trouble_is_whole_in_every_column() {
    let folder = tempfile::tempdir().unwrap();
    for (index, trouble) in TROUBLE.into_iter().enumerate() {
        check(&Texts::all(trouble), &folder.path().join(index.to_string()));
    }
}

fn texts() -> impl Strategy<Value = Texts> {
    let five = (awkward(), awkward(), awkward(), awkward(), awkward());
    (five, awkward(), awkward(), awkward()).prop_map(
        |((saved, user, first, last, username), other_username, lang_code, note)| Texts {
            saved_phone: number(&saved, '1'),
            user_phone: number(&user, '2'),
            first,
            last,
            username,
            other_username,
            lang_code,
            note,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn texts_of_all_planes_are_whole_in_every_column(texts in texts()) {
        let folder = tempfile::tempdir().unwrap();
        check(&texts, &folder.path().join("out"));
    }
}
