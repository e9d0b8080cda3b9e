//! Rows in, cells out.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use bytes::Bytes;
use contacts::{AddressBook, Replies};
use tl_api::{enums, types};
use tl_codec::{Encode, RawBytes, Reply, encode_vector};

use super::*;

const FRAME: Frame = Frame {
    account_id: 42,
    exported_at_micros: 1_719_748_800_000_000,
    status_observed_at_micros: 1_719_748_799_000_000,
    layer: 230,
};

fn reply<S: tl_codec::Shape>(body: Vec<u8>) -> Reply<S> {
    Reply::new(Bytes::from(body))
}

fn vector<T: Encode>(items: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_vector(items, &mut out);
    out
}

/// One row of each source: both, saved, contact with a user, contact without one.
fn book() -> AddressBook {
    let record = |phone: &str, first_name: &str, date| types::SavedPhoneContact {
        phone: phone.into(),
        first_name: first_name.into(),
        last_name: String::new(),
        date,
    };
    let saved = vec![record("+49 170 1234567", "Anna", 1_700_000_000), record("110", "Police", 0)];
    let users: Vec<enums::User> = vec![anna().into(), deleted().into()];
    let contacts = types::contacts::Contacts {
        contacts: [(7, true), (8, false), (9, true)]
            .map(|(user_id, mutual)| types::Contact { user_id, mutual })
            .into(),
        saved_count: 2,
        users,
    };
    let statuses = vec![types::ContactStatus {
        user_id: 7,
        status: types::UserStatusOffline { was_online: 1_700_000_001 }.into(),
    }];
    let replies = Replies {
        saved: reply(vector(&saved)),
        contacts: reply(contacts.to_bytes()),
        statuses: reply(vector(&statuses)),
    };
    AddressBook::join(replies).unwrap()
}

fn anna() -> types::User {
    let username = |username: &str, editable, active| types::Username {
        username: username.into(),
        editable,
        active,
        ..types::Username::default()
    };
    types::User {
        id: 7,
        contact: true,
        premium: true,
        close_friend: true,
        access_hash: Some(-99),
        first_name: Some("Anna".into()),
        last_name: Some("\u{1f33b}".into()),
        phone: Some("491701234567".into()),
        photo: Some(types::UserProfilePhoto { photo_id: 1, dc_id: 2, ..Default::default() }.into()),
        rare: Some(Box::new(types::UserRare {
            lang_code: Some("de".into()),
            usernames: Some(vec![username("anna", true, true), username("old", false, false)]),
            ..types::UserRare::default()
        })),
        ..types::User::default()
    }
}

fn deleted() -> types::User {
    let photo = types::UserProfilePhotoEmpty.into();
    types::User { id: 8, deleted: true, photo: Some(photo), ..types::User::default() }
}

fn batch(book: &AddressBook, options: Options) -> RecordBatch {
    let mut columns = Columns::new(options, FRAME);
    columns.extend(book.rows()).unwrap();
    columns.finish().unwrap()
}

/// A column's cells as text, null as `-`.
fn cells(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    let text = |row: usize| match column.data_type() {
        _ if column.is_null(row) => "-".to_owned(),
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Timestamp(..) => column.as_primitive::<TimestampMicrosecondType>().value(row).to_string(),
        DataType::Dictionary(..) => {
            let words = column.as_dictionary::<Int32Type>();
            let key = usize::try_from(words.keys().value(row)).unwrap();
            words.values().as_string::<i32>().value(key).to_owned()
        }
        other => format!("{other}"),
    };
    (0..batch.num_rows()).map(text).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "an entry a column, as they stand in the file")]
fn every_cell_of_every_column() {
    let batch = batch(&book(), Options { access_hash: true });
    let expected: &[(&str, [&str; 4])] = &[
        ("account_id", ["42"; 4]),
        ("source", ["both", "saved", "contact", "contact"]),
        ("match_method", ["user_phone", "none", "none", "none"]),
        ("match_confidence", ["exact", "none", "none", "none"]),
        ("match_group", ["-"; 4]),
        ("phone", ["+49 170 1234567", "110", "-", "-"]),
        ("phone_e164", ["+491701234567", "-", "-", "-"]),
        ("phone_region", ["DE", "-", "-", "-"]),
        ("phone_source", ["both", "saved", "-", "-"]),
        ("saved_phone", ["+49 170 1234567", "110", "-", "-"]),
        ("user_phone", ["491701234567", "-", "-", "-"]),
        ("saved_first_name", ["Anna", "Police", "-", "-"]),
        ("saved_last_name", ["", "", "-", "-"]),
        ("saved_at", ["1700000000000000", "-", "-", "-"]),
        ("saved_at_unix", ["1700000000", "0", "-", "-"]),
        ("user_id", ["7", "-", "8", "9"]),
        ("access_hash", ["-99", "-", "-", "-"]),
        ("is_min", ["false", "-", "false", "-"]),
        ("first_name", ["Anna", "-", "-", "-"]),
        ("last_name", ["\u{1f33b}", "-", "-", "-"]),
        ("username", ["-"; 4]),
        ("is_contact", ["true", "-", "false", "-"]),
        ("is_mutual", ["true", "-", "false", "true"]),
        ("user_mutual_flag", ["false", "-", "false", "-"]),
        ("is_close_friend", ["true", "-", "false", "-"]),
        ("is_deleted", ["false", "-", "true", "-"]),
        ("is_bot", ["false", "-", "false", "-"]),
        ("is_self", ["false", "-", "false", "-"]),
        ("is_premium", ["true", "-", "false", "-"]),
        ("is_verified", ["false", "-", "false", "-"]),
        ("is_scam", ["false", "-", "false", "-"]),
        ("is_fake", ["false", "-", "false", "-"]),
        ("is_support", ["false", "-", "false", "-"]),
        ("is_restricted", ["false", "-", "false", "-"]),
        ("has_photo", ["true", "-", "false", "-"]),
        ("lang_code", ["de", "-", "-", "-"]),
        ("status", ["offline", "unknown", "unknown", "unknown"]),
        ("status_at", ["1700000001000000", "-", "-", "-"]),
        ("status_by_me", ["-"; 4]),
        ("status_observed_at", ["1719748799000000", "-", "1719748799000000", "1719748799000000"]),
        ("exported_at", ["1719748800000000"; 4]),
        ("layer", ["230"; 4]),
        ("note", ["-"; 4]),
        ("birthday_day", ["-"; 4]),
        ("birthday_month", ["-"; 4]),
        ("birthday_year", ["-"; 4]),
        ("resolve_outcome", ["-"; 4]),
        ("resolved_user_id", ["-"; 4]),
        ("top_correspondent", ["-"; 4]),
        ("top_phone_call", ["-"; 4]),
        ("top_inline_bot", ["-"; 4]),
    ];
    for (name, expected) in expected {
        assert_eq!(cells(&batch, name), expected, "{name}");
    }
    // the flags as they stand on the wire, and the two columns that have tests of their own
    let flags = types::UserRef::flags_of(&anna());
    assert_eq!(cells(&batch, "raw_flags"), [flags.0.to_string(), "-".into(), "8224".into(), "-".into()]);
    assert_eq!(cells(&batch, "raw_flags2"), [flags.1.to_string(), "-".into(), "0".into(), "-".into()]);
    assert_eq!(batch.num_columns(), expected.len() + 4);
}

trait Flags {
    fn flags_of(user: &types::User) -> (i32, i32);
}

impl Flags for types::UserRef<'_> {
    /// `flags` and `flags2` as a server would write them: the words behind the constructor id.
    fn flags_of(user: &types::User) -> (i32, i32) {
        let wire = enums::User::from(user.clone()).to_bytes();
        let word = |at: usize| i32::from_le_bytes(wire[at..at + 4].try_into().unwrap());
        (word(4), word(8))
    }
}

#[test]
fn row_ids_are_hashes_of_the_row_keys() {
    let ids = cells(&batch(&book(), Options::default()), "row_id");
    // printf 'u:7' | sha256sum; printf 'p:110' | sha256sum
    assert_eq!(ids[0], "a4e4b252b375840e081b499976118930f3656b7651da438ea0a00395f797172e");
    assert_eq!(ids[1], "39662339e996be83923437e8428215d14e951e3a2204fedf5076a8fae6c6417c");
    assert!(ids.iter().all(|id| id.len() == 64));
}

#[test]
fn usernames_are_a_list_of_structs_and_null_where_none_were_sent() {
    let batch = batch(&book(), Options::default());
    let lists = batch.column_by_name("usernames").unwrap().as_list::<i32>();
    assert_eq!((0..4).map(|row| lists.is_valid(row)).collect::<Vec<_>>(), [true, false, false, false]);
    let first = lists.value(0);
    let members = first.as_struct();
    let names: Vec<_> =
        members.column(0).as_any().downcast_ref::<StringArray>().unwrap().iter().flatten().collect();
    let active: Vec<_> = members.column(2).as_boolean().iter().flatten().collect();
    assert_eq!((names, active), (vec!["anna", "old"], vec![true, false]));
    let field = batch.schema_ref().field_with_name("usernames").unwrap().clone();
    assert!(field.data_type().to_string().contains("element"), "{}", field.data_type());
}

#[test]
fn the_access_hash_is_there_only_on_wish() {
    assert!(batch(&book(), Options::default()).column_by_name("access_hash").is_none());
}

#[test]
fn the_schema_does_not_depend_on_the_rows() {
    let mut columns = Columns::new(Options::default(), FRAME);
    let empty = columns.finish().unwrap();
    let full = batch(&book(), Options::default());
    assert_eq!(empty.schema(), full.schema());
    assert_eq!(empty.num_rows(), 0);
    // and a second batch starts from nothing
    columns.extend(book().rows().take(1)).unwrap();
    assert_eq!((columns.rows(), columns.finish().unwrap().num_rows(), columns.rows()), (1, 1, 0));
}

#[test]
fn names_that_are_not_utf_8_are_replaced_and_counted() {
    let broken =
        types::SavedPhoneContact { phone: "1".into(), first_name: "AAAA".into(), ..Default::default() };
    let mut saved = vector(&[broken]);
    let position = saved.windows(4).position(|bytes| bytes == b"AAAA").unwrap();
    saved[position + 1] = 0xff;
    let contacts = types::contacts::Contacts::default();
    let replies = Replies {
        saved: reply(saved),
        contacts: reply(contacts.to_bytes()),
        statuses: reply(vector::<RawBytes>(&[])),
    };
    let book = AddressBook::join(replies).unwrap();
    let mut columns = Columns::new(Options::default(), FRAME);
    columns.extend(book.rows()).unwrap();
    assert_eq!(cells(&columns.finish().unwrap(), "saved_first_name"), ["A\u{fffd}AA"]);
    assert_eq!(columns.replaced(), [("saved_first_name", Replaced { characters: 1, rows: vec![0] })].into());
}

#[test]
fn the_documentation_lists_the_columns() {
    let (_, documented) = include_str!("../../../../docs/output.md").split_once("\n## Columns\n").unwrap();
    let columns = Columns::new(Options { access_hash: true }, FRAME);
    let schema = columns.schema();
    let mut rows = documented.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        (cells.next().unwrap_or_default(), cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
    });
    for field in schema.fields() {
        let null = if field.is_nullable() { "yes" } else { "no" };
        let expected = (format!("`{}`", field.name()), documented_type(field.data_type()), null);
        let (name, kind, nullable) = rows.next().unwrap_or_default();
        assert_eq!((name, kind, nullable), (expected.0.as_str(), expected.1, expected.2));
    }
}

fn documented_type(kind: &DataType) -> &'static str {
    match kind {
        DataType::Utf8 => "STRING",
        DataType::Dictionary(..) => "STRING (dictionary)",
        DataType::Boolean => "BOOLEAN",
        DataType::Int32 => "INT32",
        DataType::Int64 => "INT64",
        DataType::Float64 => "DOUBLE",
        DataType::Timestamp(..) => "TIMESTAMP (µs, UTC)",
        DataType::List(_) => "LIST of STRUCT",
        _ => "?",
    }
}
