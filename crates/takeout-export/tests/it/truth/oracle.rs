//! What an export must hold, said again from the truth's side: without the program's join, index or columns.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use testdc::Truth;
use testdc::truth::{SavedTruth, StatusTruth, UserTruth};

use crate::rows::Row;

macro_rules! demand {
    ($left:expr, $right:expr, $($what:tt)*) => {{
        let (left, right) = (&$left, &$right);
        if left != right {
            return Err(format!("{}: {left:?} is exported, {right:?} is true", format_args!($($what)*)));
        }
    }};
}

/// Compares rows with the truth; the error says what is wrong where.
pub(super) fn compare(rows: &[Row], truth: &Truth) -> Result<(), String> {
    saved_records(rows, truth)?;
    accounts(rows, truth)?;
    phones(rows)?;
    joined(rows, truth)?;
    keys(rows, truth)
}

/// Every saved record in exactly one row, in the server's order, as it was.
fn saved_records(rows: &[Row], truth: &Truth) -> Result<(), String> {
    let with_saved: Vec<_> = rows.iter().filter(|row| row.text("source") != Some("contact")).collect();
    demand!(with_saved.len(), truth.saved.len(), "saved records");
    for (index, (row, saved)) in with_saved.iter().zip(&truth.saved).enumerate() {
        demand!(row.text("saved_phone"), Some(saved.phone.as_str()), "saved {index}: phone");
        demand!(row.text("saved_first_name"), Some(saved.first_name.as_str()), "saved {index}: first name");
        demand!(row.text("saved_last_name"), Some(saved.last_name.as_str()), "saved {index}: last name");
        demand!(row.number("saved_at_unix"), Some(i64::from(saved.date)), "saved {index}: date");
        let at = (saved.date > 0).then(|| unix_text(saved.date));
        demand!(row.text("saved_at"), at.as_deref(), "saved {index}: time");
    }
    let others = rows.iter().filter(|row| row.text("source") == Some("contact"));
    for row in others {
        demand!(
            row.text("saved_phone").or_else(|| row.text("saved_at_unix")),
            None,
            "a row without a saved record"
        );
    }
    Ok(())
}

/// Every contact id in exactly one row, with the user and the status that belong to it.
fn accounts(rows: &[Row], truth: &Truth) -> Result<(), String> {
    let users: HashMap<_, _> = truth.users.iter().map(|user| (user.id, user)).collect();
    let statuses: HashMap<_, _> = truth.statuses.iter().map(|status| (status.user_id, status)).collect();
    let mut contacts: HashMap<_, _> = truth.contacts.iter().map(|entry| (entry.user_id, entry)).collect();
    for row in rows.iter().filter(|row| row.text("source") != Some("saved")) {
        let id = row.number("user_id").ok_or("a contact without an id")?;
        let contact = contacts.remove(&id).ok_or_else(|| format!("{id} stands in two rows, or is nobody"))?;
        demand!(row.flag("is_mutual"), Some(contact.mutual), "{id}: mutual");
        user(row, users.get(&id).ok_or_else(|| format!("{id}: no user"))?)?;
        status(row, statuses.get(&id).copied())?;
    }
    demand!(contacts.len(), 0, "contacts that are in no row");
    for row in rows.iter().filter(|row| row.text("source") == Some("saved")) {
        demand!(row.number("user_id"), None, "a row without an account");
        demand!(row.text("status"), Some("unknown"), "a row without an account");
    }
    Ok(())
}

fn user(row: &Row, user: &UserTruth) -> Result<(), String> {
    let id = user.id;
    let usernames = user.usernames.iter().map(|item| {
        serde_json::json!({ "username": item.username, "editable": item.editable, "active": item.active })
    });
    let usernames =
        (!user.usernames.is_empty()).then(|| usernames.collect::<serde_json::Value>().to_string());
    for (column, value) in [
        ("first_name", &user.first_name),
        ("last_name", &user.last_name),
        ("username", &user.username),
        ("usernames", &usernames),
        ("user_phone", &user.phone),
        ("lang_code", &user.lang_code),
    ] {
        demand!(row.text(column), value.as_deref(), "{id}: {column}");
    }
    for (column, value) in [
        ("is_contact", user.contact),
        ("user_mutual_flag", user.mutual_contact),
        ("is_close_friend", user.close_friend),
        ("is_deleted", user.deleted),
        ("is_bot", user.bot),
        ("is_premium", user.premium),
        ("is_verified", user.verified),
        ("is_scam", user.scam),
        ("is_fake", user.fake),
        ("is_support", user.support),
        ("is_restricted", user.restricted),
        ("has_photo", user.photo),
    ] {
        demand!(row.flag(column), Some(value), "{id}: {column}");
    }
    demand!(row.number("access_hash"), Some(user.access_hash), "{id}: access_hash");
    Ok(())
}

fn status(row: &Row, status: Option<&StatusTruth>) -> Result<(), String> {
    let id = row.number("user_id");
    demand!(row.text("status"), Some(status.map_or("unknown", |status| status.status)), "{id:?}: status");
    let at = status.and_then(|status| status.at).map(unix_text);
    demand!(row.text("status_at"), at.as_deref(), "{id:?}: status_at");
    let is_vague = |status: &&StatusTruth| matches!(status.status, "recently" | "last_week" | "last_month");
    let by_me = status.filter(is_vague).map(|status| status.by_me);
    demand!(row.flag("status_by_me"), by_me, "{id:?}: status_by_me");
    Ok(())
}

/// The numbers that are made of the two that were sent.
fn phones(rows: &[Row]) -> Result<(), String> {
    for row in rows {
        let sent = |column| row.text(column).filter(|phone| !phone.is_empty());
        let (phone, source) = match (sent("saved_phone"), sent("user_phone")) {
            (Some(saved), Some(_)) => (Some(saved), Some("both")),
            (Some(saved), None) => (Some(saved), Some("saved")),
            (None, Some(shown)) => (Some(shown), Some("user")),
            (None, None) => (None, None),
        };
        demand!(row.text("phone"), phone, "the number of a row");
        demand!(row.text("phone_source"), source, "where it comes from");
        // what the plans of the countries make of it, interop/join_oracle.py knows by another library
        let sent = phone.map(digits).filter(|digits| is_full(digits));
        let full = row.text("phone_e164").map(|full| full.trim_start_matches('+').to_owned());
        let is_shortened = |full: &String| {
            is_full(full)
                && sent.as_ref().is_some_and(|sent| full.len() < sent.len() && full[..1] == sent[..1])
        };
        demand!(full.is_none() || full == sent || full.as_ref().is_some_and(is_shortened), true, "{phone:?}");
        let region = row.text("phone_region");
        demand!(
            region.is_none_or(|region| full.is_some() && region.len() == 2),
            true,
            "{phone:?}: {region:?}"
        );
    }
    Ok(())
}

/// One saved record and one account with the same digits are one row; two that are one row have the same digits.
fn joined(rows: &[Row], truth: &Truth) -> Result<(), String> {
    let mut saved: HashMap<String, Vec<&SavedTruth>> = HashMap::new();
    for record in truth.saved.iter().filter(|record| !digits(&record.phone).is_empty()) {
        saved.entry(digits(&record.phone)).or_default().push(record);
    }
    let mut users: HashMap<String, Vec<&UserTruth>> = HashMap::new();
    for (user, phone) in truth.users.iter().filter_map(|user| Some((user, user.phone.as_ref()?))) {
        users.entry(digits(phone)).or_default().push(user);
    }
    for row in rows {
        let phones = (row.text("saved_phone"), row.text("user_phone"));
        let is_pair = |digits: &String| {
            saved.get(digits).map_or(0, Vec::len) == 1 && users.get(digits).map_or(0, Vec::len) == 1
        };
        let source = row.text("source");
        if let (Some(saved), Some(shown)) = phones {
            demand!(digits(saved), digits(shown), "the numbers of one row");
            demand!(source, Some("both"), "the source of a row with two numbers");
        }
        if source != Some("both") {
            let pair = phones.0.or(phones.1).map(digits).filter(is_pair);
            demand!(pair, None, "a record and an account with one number, in two rows");
        }
        let is_shared = phones.0.or(phones.1).map(digits).is_some_and(|digits| {
            saved.get(&digits).map_or(0, Vec::len) > 1 || users.get(&digits).map_or(0, Vec::len) > 1
        });
        demand!(row.number("match_group").is_some(), is_shared, "whether the number is shared");
    }
    Ok(())
}

/// No two rows have one name, and all belong to one account.
fn keys(rows: &[Row], truth: &Truth) -> Result<(), String> {
    let mut names = HashSet::new();
    for row in rows {
        let name = row.text("row_id").ok_or("a row without a name")?;
        demand!((name.len(), names.insert(name)), (64, true), "a row's name");
        let id = row.number("user_id");
        if let Some(id) = id {
            demand!(name, hex::encode(Sha256::digest(format!("u:{id}"))), "the name of {id}'s row");
        }
        let is_self = id.map(|id| id == truth.account.user_id);
        demand!(row.flag("is_self"), is_self, "{id:?}: whether it is the owner");
        demand!(row.number("account_id"), Some(truth.account.user_id), "whose row it is");
    }
    Ok(())
}

/// As docs/output.md says: the digits, and a leading 00 is the + of a full number.
fn digits(phone: &str) -> String {
    let all: String = phone.chars().filter(char::is_ascii_digit).collect();
    match all.strip_prefix("00") {
        Some(rest) if is_full(rest) => rest.to_owned(),
        _ => all,
    }
}

fn is_full(digits: &str) -> bool {
    (7..=15).contains(&digits.len()) && !digits.starts_with('0')
}

fn unix_text(secs: i32) -> String {
    jiff::Timestamp::from_second(secs.into()).unwrap().to_string()
}
