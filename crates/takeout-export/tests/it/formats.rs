//! Each format: what stands in its file, and that it says what the rows say.

use std::fs::{self, File};
use std::path::Path;

use arrow_ipc::reader::FileReader;
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::{Value, json};
use takeout_export::export::{Fetched, Plan, prepare};
use takeout_export::format::Format;
use takeout_export::manifest::{Manifest, TakeoutResult};
use takeout_export::progress::Nobody;
use takeout_export::staging::Staging;
use tl_api::types;

use crate::replies;
use crate::rows;

/// Writes these replies in all formats.
pub(crate) fn write(fetched: &Fetched, target: &Path, plan: &Plan) -> Manifest {
    let staging = Staging::begin(target, false).unwrap();
    let prepared = prepare(fetched.clone(), staging, plan, &Nobody, &|| false).unwrap();
    prepared.publish(TakeoutResult::Finished, Timestamp::UNIX_EPOCH).unwrap()
}

pub(crate) fn everything() -> Plan {
    Plan { formats: Format::ALL.to_vec(), ..Plan::default() }
}

/// Somebody of each kind: saved with an account, saved without, an account alone, and a name that is trouble.
fn people() -> Fetched {
    let saved = [
        types::SavedPhoneContact { last_name: "Lovelace".into(), ..replies::saved("491701234567", "Ada") },
        replies::saved("42777", "Short; number, \\ and more"),
        replies::saved("", "<script>alert(1)</script>"),
    ];
    let users = [
        types::User { username: Some("ada".into()), ..replies::user(7, Some("491701234567"), "Ada L.") },
        replies::user(9, None, "=cmd()"),
        types::User { first_name: None, ..replies::user(11, None, "") },
    ];
    Fetched { replies: replies::of(&saved, &users), ..replies::fetched(0) }
}

fn written() -> (tempfile::TempDir, std::path::PathBuf, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let manifest = write(&people(), &out, &everything());
    (folder, out, manifest)
}

fn text(out: &Path, format: Format) -> String {
    fs::read_to_string(out.join(format.file_name())).unwrap()
}

#[test]
fn the_tables_hold_the_same_rows() {
    let (_folder, out, manifest) = written();
    let parquet = rows::read_parquet(&out);
    assert_eq!(parquet.len(), 5);
    let batches: Vec<_> = FileReader::try_new_buffered(File::open(out.join("contacts.arrow")).unwrap(), None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(out.join("contacts.parquet")).unwrap()).unwrap();
    let expected: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    assert_eq!(batches, expected);

    let jsonl = text(&out, Format::Jsonl);
    assert!(jsonl.ends_with('\n') && !jsonl.contains('\r'));
    for (line, row) in jsonl.lines().zip(&parquet) {
        let object: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        let columns: Vec<_> = manifest.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>(), columns);
        for (name, value) in &object {
            let as_text = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            assert_eq!(as_text.as_deref(), row.text(name), "{name}");
        }
    }
    assert_eq!(jsonl.lines().count(), 5);
}

#[test]
fn the_parquet_file_can_be_searched_without_being_read() {
    let (_folder, out, _) = written();
    let file = File::open(out.join("contacts.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let group = reader.metadata().row_group(0);
    for column in group.columns() {
        let name = column.column_path().string();
        let is_looked_up = ["user_id", "phone"].contains(&name.as_str());
        assert_eq!(column.bloom_filter_offset().is_some(), is_looked_up, "{name}");
        assert!(column.offset_index_offset().is_some() && column.column_index_offset().is_some(), "{name}");
        assert!(column.statistics().is_some(), "{name}");
        // a dictionary where values repeat, and none where it would be as large as the column
        let has_dictionary = column.dictionary_page_offset().is_some();
        let is_known = match name.as_str() {
            "row_id" | "user_id" | "phone" | "saved_at" => !has_dictionary,
            "source" | "status" | "saved_first_name" | "layer" => has_dictionary,
            _ => true,
        };
        assert!(is_known, "{name}: {has_dictionary}");
    }
    let size_bytes = fs::metadata(out.join("contacts.parquet")).unwrap().len();
    assert!(size_bytes < 40_000, "a filter for five rows is small: {size_bytes}");
}

#[test]
fn vcard_4_is_what_rfc_6350_says() {
    let (_folder, out, _) = written();
    let text = text(&out, Format::Vcard);
    let cards: Vec<_> = text.split_inclusive("END:VCARD\r\n").collect();
    assert_eq!(cards.len(), 5);
    let uid = |card: &str| card.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
    let expected = format!(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:-//takeout-export//EN\r\n{}\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\n\
         TEL;VALUE=uri;TYPE=cell:tel:+491701234567\r\nURL:https://t.me/ada\r\nX-TELEGRAM-USERNAME:ada\r\n\
         X-TELEGRAM-ID:7\r\nREV:20240630T120000Z\r\nEND:VCARD\r\n",
        uid(cards[0])
    );
    assert_eq!(cards[0], expected);
    assert!(uid(cards[0]).starts_with("UID:urn:uuid:"));
    assert!(cards[1].contains("\r\nFN:Short\\; number\\, \\\\ and more\r\n"));
    assert!(cards[1].contains("\r\nTEL;VALUE=text;TYPE=cell:42777\r\n"), "no full number, so no tel: URI");
    assert!(cards[2].contains("\r\nFN:<script>alert(1)</script>\r\n") && !cards[2].contains("\r\nTEL"));
    assert!(cards[4].contains("\r\nFN:Telegram 11\r\nN:;;;;\r\n"), "FN must be there: {}", cards[4]);
    let mut uids: Vec<_> = cards.iter().map(|card| uid(card)).collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 5);
}

#[test]
fn vcard_3_differs_in_version_and_number_alone() {
    let (_folder, out, _) = written();
    let four = text(&out, Format::Vcard);
    let three = four
        .replace("VERSION:4.0", "VERSION:3.0")
        .replace("TEL;VALUE=uri;TYPE=cell:tel:", "TEL;TYPE=CELL:")
        .replace("TEL;VALUE=text;TYPE=cell:", "TEL;TYPE=CELL:");
    assert_eq!(text(&out, Format::Vcard3), three);
}

#[test]
fn google_and_outlook_get_their_own_columns() {
    let (_folder, out, _) = written();
    let mut google = csv::Reader::from_path(out.join("contacts-google.csv")).unwrap();
    let header = google.headers().unwrap().clone();
    assert!(
        header
            .iter()
            .collect::<Vec<_>>()
            .join(",")
            .starts_with("First Name,Middle Name,Last Name,Phonetic First Name")
    );
    let cell = |header: &csv::StringRecord, record: &csv::StringRecord, name: &str| {
        record[header.iter().position(|column| column == name).unwrap()].to_owned()
    };
    let records: Vec<_> = google.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 5);
    let first = |name| cell(&header, &records[0], name);
    assert_eq!([first("First Name"), first("Last Name")], ["Ada", "Lovelace"]);
    assert_eq!([first("Phone 1 - Label"), first("Phone 1 - Value")], ["Mobile", "+491701234567"]);
    assert_eq!(first("Labels"), "Telegram ::: * myContacts");
    assert_eq!([first("Custom Field 1 - Label"), first("Custom Field 1 - Value")], ["Telegram ID", "7"]);
    assert_eq!(first("Website 1 - Value"), "https://t.me/ada");
    assert_eq!(cell(&header, &records[4], "First Name"), "Telegram 11");

    let mut outlook = csv::Reader::from_path(out.join("contacts-outlook.csv")).unwrap();
    let header = outlook.headers().unwrap().clone();
    let records: Vec<_> = outlook.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 5);
    assert_eq!(cell(&header, &records[0], "Mobile Phone"), "+491701234567");
    assert_eq!(cell(&header, &records[0], "Last Name"), "Lovelace");
    assert_eq!(cell(&header, &records[3], "First Name"), "=cmd()");
    assert_eq!(cell(&header, &records[3], "Notes"), "Telegram ID 9");
}

#[test]
fn green_api_has_the_people_with_an_account() {
    let (_folder, out, manifest) = written();
    let found: Value = serde_json::from_str(&text(&out, Format::GreenApi)).unwrap();
    let expected = json!([
        { "chatId": "7", "name": "Ada L.", "contactName": "Ada Lovelace", "type": "user",
          "phoneNumber": 491_701_234_567_u64, "username": "ada" },
        { "chatId": "9", "name": "=cmd()", "contactName": "=cmd()", "type": "user", "phoneNumber": 0, "username": "" },
        { "chatId": "11", "name": "", "contactName": "", "type": "user", "phoneNumber": 0, "username": "" },
    ]);
    assert_eq!(found, expected);
    let rows = |name: &str| manifest.files.iter().find(|file| file.name == name).unwrap().rows;
    assert_eq!((rows("contacts-green-api.json"), rows("contacts.html")), (3, 5));
}

#[test]
fn the_page_holds_every_row_and_lets_nothing_out() {
    let (_folder, out, _) = written();
    let page = text(&out, Format::Html);
    let (_, rest) = page.split_once("id=\"rows\">").unwrap();
    let (rows, _) = rest.split_once("</script>").unwrap();
    let rows: Vec<Value> = serde_json::from_str(rows).unwrap();
    assert_eq!(rows.len(), 5);
    let ada = json!([
        "Ada Lovelace",
        "Ada L.",
        "+491701234567",
        "ada",
        7,
        "both",
        "recently",
        null,
        1_700_000_000,
        1
    ]);
    assert_eq!(rows[0], ada);
    assert_eq!(rows[2][0], "<script>alert(1)</script>");
    assert_eq!(page.matches("<script").count(), 3, "the name is not among them");
    assert_eq!(page.matches("</script>").count(), 3);
    let policy = page.split_once("content=\"default-src 'none';").unwrap().1.split_once('"').unwrap().0;
    assert!(!policy.contains("unsafe") && policy.matches("'sha256-").count() == 2, "{policy}");
}

#[test]
fn excel_gets_a_byte_order_mark_and_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, excel) = (folder.path().join("plain"), folder.path().join("excel"));
    write(&people(), &plain, &Plan::default());
    write(&people(), &excel, &Plan { excel: true, ..Plan::default() });
    let (plain, excel) = (text(&plain, Format::Csv), text(&excel, Format::Csv));
    assert!(
        !plain.starts_with('\u{feff}') && plain.contains(",=cmd(),") && plain.contains(",+491701234567,")
    );
    let guarded = excel.strip_prefix('\u{feff}').unwrap();
    assert_eq!(
        guarded.replace(",'=cmd(),", ",=cmd(),").replace(",'+491701234567,", ",+491701234567,"),
        plain
    );
    assert!(!guarded.contains(",=cmd()"));
}

#[test]
fn what_the_path_says_is_not_in_the_tables_of_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    write(&people(), &out, &Plan { in_history: true, ..everything() });
    for format in [Format::Csv, Format::Jsonl] {
        assert!(!text(&out, format).contains("account_id"), "{format}");
    }
    let columns = |schema: &arrow_schema::Schema| {
        schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>()
    };
    let parquet =
        ParquetRecordBatchReaderBuilder::try_new(File::open(out.join("contacts.parquet")).unwrap()).unwrap();
    let arrow = FileReader::try_new_buffered(File::open(out.join("contacts.arrow")).unwrap(), None).unwrap();
    assert_eq!(columns(parquet.schema()), columns(&arrow.schema()));
    assert_eq!(columns(parquet.schema())[..2], ["row_id", "source"]);
}
