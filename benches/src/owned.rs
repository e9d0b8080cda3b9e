//! A peer: the columns of an export built from grammers' owned types, as one would write it with grammers and Arrow.
//!
//! The same replies, the same join by the digits of phones, and the same columns, but for `raw_flags` and `raw_flags2`,
//! which the owned types have thrown away, and for what an export must be told to ask for, which is null here. Each column
//! is collected from the rows with Arrow's own `FromIterator`. The numbering plans are asked of the crate rlibphonenumber,
//! once a row; the export looks most numbers up in a table that is generated from the same plans.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Fields};
use contacts::Digits;
use grammers_tl_types::{Deserializable as _, deserialize::Error, enums, types};
use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, Region};
use sha2::{Digest as _, Sha256};

/// What a row is made of.
#[derive(Debug, Clone, Default)]
struct Row<'a> {
    saved: Option<&'a types::SavedPhoneContact>,
    contact: Option<&'a types::Contact>,
    user: Option<&'a types::User>,
    status: Option<&'a enums::UserStatus>,
    digits: Option<Digits>,
    number: Option<Number>,
}

/// A number as it is dialled, and whose it is.
#[derive(Debug, Clone)]
struct Number {
    e164: String,
    region: Option<String>,
}

/// The three replies as a batch; `None` if one cannot be read.
pub fn batch(saved: &[u8], contacts: &[u8], statuses: &[u8]) -> Option<RecordBatch> {
    read(saved, contacts, statuses).ok().flatten()
}

fn read(saved: &[u8], contacts: &[u8], statuses: &[u8]) -> Result<Option<RecordBatch>, Error> {
    let saved = Vec::<enums::SavedContact>::from_bytes(saved)?;
    let enums::contacts::Contacts::Contacts(contacts) = enums::contacts::Contacts::from_bytes(contacts)?
    else {
        return Ok(None);
    };
    let statuses = Vec::<enums::ContactStatus>::from_bytes(statuses)?;
    Ok(RecordBatch::try_from_iter_with_nullable(columns(&rows(&saved, &contacts, &statuses))).ok())
}

fn rows<'a>(
    saved: &'a [enums::SavedContact],
    contacts: &'a types::contacts::Contacts,
    statuses: &'a [enums::ContactStatus],
) -> Vec<Row<'a>> {
    let users: HashMap<i64, &types::User> = contacts
        .users
        .iter()
        .filter_map(|user| match user {
            enums::User::User(user) => Some((user.id, user)),
            enums::User::Empty(_) => None,
        })
        .collect();
    let statuses: HashMap<i64, &enums::UserStatus> =
        statuses.iter().map(|enums::ContactStatus::Status(one)| (one.user_id, &one.status)).collect();
    let mut people: Vec<_> = contacts
        .contacts
        .iter()
        .map(|enums::Contact::Contact(contact)| {
            let user = users.get(&contact.user_id).copied();
            Row {
                contact: Some(contact),
                user,
                status: statuses
                    .get(&contact.user_id)
                    .copied()
                    .or_else(|| user.and_then(|user| user.status.as_ref())),
                digits: user.and_then(|user| Digits::of(user.phone.as_deref()?.as_bytes())),
                saved: None,
                number: None,
            }
        })
        .collect();
    people.sort_by_key(|row| row.contact.map(|contact| contact.user_id));
    let mut by_digits: HashMap<Digits, usize> =
        people.iter().enumerate().filter_map(|(index, row)| Some((row.digits?, index))).collect();
    let mut is_taken = vec![false; people.len()];
    let mut rows = Vec::with_capacity(saved.len() + people.len());
    for enums::SavedContact::SavedPhoneContact(record) in saved {
        let digits = Digits::of(record.phone.as_bytes());
        let partner = digits.and_then(|digits| by_digits.remove(&digits));
        if let Some(taken) = partner.and_then(|index| is_taken.get_mut(index)) {
            *taken = true;
        }
        let person = partner.and_then(|index| people.get(index)).cloned().unwrap_or_default();
        rows.push(Row { saved: Some(record), digits, ..person });
    }
    rows.extend(people.iter().zip(is_taken).filter(|(_, is_taken)| !is_taken).map(|(row, _)| row.clone()));
    for row in &mut rows {
        row.number = row.digits.and_then(number);
    }
    rows
}

/// What the numbering plans say of a number with its country code in front.
fn number(digits: Digits) -> Option<Number> {
    let digits = digits.is_e164().then(|| digits.to_string())?;
    let plans = &PHONE_NUMBER_UTIL;
    let number = match plans.parse(format!("+{digits}"), None) {
        Ok(number) => number,
        Err(ParseError::InvalidCountryCode) => {
            return Some(Number { e164: format!("+{digits}"), region: None });
        }
        Err(_) => return None,
    };
    let code = plans.get_region_for_country_code(number.country_code);
    if !plans.is_possible_number(&number) {
        return (code == Some(Region::World)).then(|| Number { e164: format!("+{digits}"), region: None });
    }
    let e164 = plans.format(&number, PhoneNumberFormat::E164).into_owned();
    let region = plans
        .get_region_for_number(&number)
        .filter(|region| *region != Region::World && plans.is_valid_number_for_region(&number, *region));
    Some(Number { e164, region: region.map(|region| region.to_string()) })
}

#[expect(clippy::too_many_lines, reason = "an entry a column, as they stand in the file")]
fn columns(rows: &[Row<'_>]) -> Vec<(&'static str, ArrayRef, bool)> {
    let text = |read: for<'r> fn(&'r Row<'r>) -> Option<&'r str>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<StringArray>())
    };
    let owned = |read: fn(&Row<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<StringArray>())
    };
    let word = |read: fn(&Row<'_>) -> Option<&'static str>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<DictionaryArray<Int32Type>>())
    };
    let flag = |read: fn(&Row<'_>) -> Option<bool>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<BooleanArray>())
    };
    let int = |read: fn(&Row<'_>) -> Option<i32>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<Int32Array>())
    };
    let long = |read: fn(&Row<'_>) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<Int64Array>())
    };
    let time = |read: fn(&Row<'_>) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(read).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    let columns: Vec<(&'static str, ArrayRef)> = vec![
        ("row_id", owned(|row| Some(hex::encode(Sha256::digest(key(row)))))),
        ("account_id", long(|_| Some(1))),
        (
            "source",
            word(|row| {
                Some(match (row.saved, row.contact) {
                    (Some(_), Some(_)) => "both",
                    (Some(_), None) => "saved",
                    _ => "contact",
                })
            }),
        ),
        ("match_method", word(|row| Some(if is_joined(row) { "user_phone" } else { "none" }))),
        ("match_confidence", word(|row| Some(if is_joined(row) { "exact" } else { "none" }))),
        ("match_group", int(|_| None)),
        (
            "phone",
            text(|row| row.saved.map(|saved| saved.phone.as_str()).or_else(|| row.user?.phone.as_deref())),
        ),
        ("phone_e164", text(|row| Some(row.number.as_ref()?.e164.as_str()))),
        ("phone_region", text(|row| row.number.as_ref()?.region.as_deref())),
        (
            "phone_source",
            word(|row| match (row.saved, row.user.and_then(|user| user.phone.as_ref())) {
                (Some(_), Some(_)) => Some("both"),
                (Some(_), None) => Some("saved"),
                (None, Some(_)) => Some("user"),
                (None, None) => None,
            }),
        ),
        ("saved_phone", text(|row| row.saved.map(|saved| saved.phone.as_str()))),
        ("user_phone", text(|row| row.user?.phone.as_deref())),
        ("saved_first_name", text(|row| row.saved.map(|saved| saved.first_name.as_str()))),
        ("saved_last_name", text(|row| row.saved.map(|saved| saved.last_name.as_str()))),
        ("saved_at", time(|row| row.saved.map(|saved| i64::from(saved.date) * 1_000_000))),
        ("saved_at_unix", int(|row| row.saved.map(|saved| saved.date))),
        ("user_id", long(|row| row.contact.map(|contact| contact.user_id))),
        ("is_min", flag(|row| row.user.map(|user| user.min))),
        ("first_name", text(|row| row.user?.first_name.as_deref())),
        ("last_name", text(|row| row.user?.last_name.as_deref())),
        ("username", text(|row| row.user?.username.as_deref())),
        ("usernames", usernames(rows)),
        ("is_contact", flag(|row| row.user.map(|user| user.contact))),
        ("is_mutual", flag(|row| row.contact.map(|contact| contact.mutual))),
        ("user_mutual_flag", flag(|row| row.user.map(|user| user.mutual_contact))),
        ("is_close_friend", flag(|row| row.user.map(|user| user.close_friend))),
        ("is_deleted", flag(|row| row.user.map(|user| user.deleted))),
        ("is_bot", flag(|row| row.user.map(|user| user.bot))),
        ("is_self", flag(|row| row.user.map(|user| user.is_self))),
        ("is_premium", flag(|row| row.user.map(|user| user.premium))),
        ("is_verified", flag(|row| row.user.map(|user| user.verified))),
        ("is_scam", flag(|row| row.user.map(|user| user.scam))),
        ("is_fake", flag(|row| row.user.map(|user| user.fake))),
        ("is_support", flag(|row| row.user.map(|user| user.support))),
        ("is_restricted", flag(|row| row.user.map(|user| user.restricted))),
        ("has_photo", flag(|row| row.user.map(has_photo))),
        ("lang_code", text(|row| row.user?.lang_code.as_deref())),
        ("status", word(|row| Some(presence(row)))),
        ("status_at", time(|row| status_at(row).map(|secs| i64::from(secs) * 1_000_000))),
        ("status_by_me", flag(by_me)),
        ("status_observed_at", time(|row| row.contact.map(|_| 2))),
        ("exported_at", time(|_| Some(3))),
        ("layer", int(|_| Some(230))),
    ];
    columns.into_iter().map(|(name, array)| (name, array, true)).collect()
}

fn is_joined(row: &Row<'_>) -> bool {
    row.saved.is_some() && row.contact.is_some()
}

fn key(row: &Row<'_>) -> String {
    match (row.contact, row.digits) {
        (Some(contact), _) => format!("u:{}", contact.user_id),
        (None, Some(digits)) => format!("p:{digits}"),
        (None, None) => "p:".to_owned(),
    }
}

fn has_photo(user: &types::User) -> bool {
    matches!(user.photo, Some(enums::UserProfilePhoto::Photo(_)))
}

fn presence(row: &Row<'_>) -> &'static str {
    match row.status {
        Some(enums::UserStatus::Online(_)) => "online",
        Some(enums::UserStatus::Offline(_)) => "offline",
        Some(enums::UserStatus::Recently(_)) => "recently",
        Some(enums::UserStatus::LastWeek(_)) => "last_week",
        Some(enums::UserStatus::LastMonth(_)) => "last_month",
        Some(enums::UserStatus::Empty) => "empty",
        None => "unknown",
    }
}

fn status_at(row: &Row<'_>) -> Option<i32> {
    match row.status? {
        enums::UserStatus::Online(online) => Some(online.expires),
        enums::UserStatus::Offline(offline) => Some(offline.was_online),
        _ => None,
    }
}

fn by_me(row: &Row<'_>) -> Option<bool> {
    match row.status? {
        enums::UserStatus::Recently(vague) => Some(vague.by_me),
        enums::UserStatus::LastWeek(vague) => Some(vague.by_me),
        enums::UserStatus::LastMonth(vague) => Some(vague.by_me),
        _ => None,
    }
}

fn usernames(rows: &[Row<'_>]) -> ArrayRef {
    let fields = Fields::from(vec![
        Field::new("username", DataType::Utf8, false),
        Field::new("editable", DataType::Boolean, false),
        Field::new("active", DataType::Boolean, false),
    ]);
    let mut lists = ListBuilder::new(StructBuilder::from_fields(fields, rows.len() / 16));
    for row in rows {
        let names = row.user.and_then(|user| user.usernames.as_ref());
        for enums::Username::Username(name) in names.into_iter().flatten() {
            let items = lists.values();
            if let Some(texts) = items.field_builder::<StringBuilder>(0) {
                texts.append_value(&name.username);
            }
            for (at, is_set) in [(1, name.editable), (2, name.active)] {
                if let Some(flags) = items.field_builder::<BooleanBuilder>(at) {
                    flags.append_value(is_set);
                }
            }
            items.append(true);
        }
        lists.append(names.is_some());
    }
    Arc::new(lists.finish())
}
