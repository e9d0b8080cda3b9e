//! What changed between two exports of an account.
//!
//! A row is found again by its `row_id`. That name changes with an account: somebody who is saved and has none is called by
//! the number, and by the user id from the day on which an account shows that number. So saved rows that are gone are
//! looked for by their digits among the rows with an account, and the other way round.
//!
//! | change | what it means |
//! |---|---|
//! | `added`, `removed` | a row that the other export has no counterpart of |
//! | `renamed` | another name in the phone book, or where none is saved on the account |
//! | `phone_changed` | other digits |
//! | `joined_telegram` | a saved number without an account has one now, or its owner shows it now |
//! | `left_telegram` | the other way round, or the account was deleted |
//! | `became_mutual`, `no_longer_mutual` | they added you to their contacts, or removed you |

mod snapshot;
mod write;

use std::collections::HashMap;

use contacts::Digits;
use serde::Serialize;

pub use self::snapshot::{Known, Snapshot};
pub use self::write::write_parquet;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Somebody new.
    Added,
    /// Somebody gone.
    Removed,
    /// Another name.
    Renamed,
    /// Another number.
    PhoneChanged,
    /// A number has an account now.
    JoinedTelegram,
    /// A number has none any more, or the account was deleted.
    LeftTelegram,
    /// They have you in their contacts now.
    BecameMutual,
    /// They do not any more.
    NoLongerMutual,
}

impl Kind {
    /// All, in the order in which they are reported.
    pub const ALL: [Self; 8] = [
        Self::Added,
        Self::Removed,
        Self::Renamed,
        Self::PhoneChanged,
        Self::JoinedTelegram,
        Self::LeftTelegram,
        Self::BecameMutual,
        Self::NoLongerMutual,
    ];

    /// Its word in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::PhoneChanged => "phone_changed",
            Self::JoinedTelegram => "joined_telegram",
            Self::LeftTelegram => "left_telegram",
            Self::BecameMutual => "became_mutual",
            Self::NoLongerMutual => "no_longer_mutual",
        }
    }
}

/// One change of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub change: Kind,
    /// The row: of the new export, or of the old one where the new one has none.
    pub row_id: String,
    /// The account, if there is one.
    pub user_id: Option<i64>,
    /// The name in the old export.
    pub name_before: Option<String>,
    /// The name in the new one.
    pub name_after: Option<String>,
    /// The number in the old export.
    pub phone_before: Option<String>,
    /// The number in the new one.
    pub phone_after: Option<String>,
}

impl Change {
    fn of(change: Kind, before: Option<&Known>, after: Option<&Known>) -> Self {
        let row = after.or(before);
        Self {
            change,
            row_id: row.map(|row| row.row_id.clone()).unwrap_or_default(),
            user_id: row.and_then(|row| row.user_id),
            name_before: before.map(|row| row.name.clone()),
            name_after: after.map(|row| row.name.clone()),
            phone_before: before.and_then(|row| row.phone.clone()),
            phone_after: after.and_then(|row| row.phone.clone()),
        }
    }
}

/// All changes, row by row in the order of the new export, then of the rows that are gone.
pub fn diff(old: &Snapshot, new: &Snapshot) -> Vec<Change> {
    let before: HashMap<&str, &Known> = old.rows.iter().map(|row| (row.row_id.as_str(), row)).collect();
    let after: HashMap<&str, &Known> = new.rows.iter().map(|row| (row.row_id.as_str(), row)).collect();
    let (old_numbers, new_numbers) = (Numbers::of(old), Numbers::of(new));
    let mut changes = Vec::new();
    for row in &new.rows {
        if let Some(known) = before.get(row.row_id.as_str()) {
            compare(known, row, &mut changes);
            // a saved row may have found the account that was a row of its own
            let merged = old_numbers.saved(row).filter(|other| !after.contains_key(other.row_id.as_str()));
            changes.extend(merged.map(|other| Change::of(Kind::JoinedTelegram, Some(other), Some(row))));
        } else if let Some(known) = old_numbers.counterpart(row) {
            let kind = if row.user_id.is_some() { Kind::JoinedTelegram } else { Kind::LeftTelegram };
            changes.push(Change::of(kind, Some(known), Some(row)));
            compare_names(known, row, &mut changes);
        } else {
            changes.push(Change::of(Kind::Added, None, Some(row)));
        }
    }
    for row in old.rows.iter().filter(|row| !after.contains_key(row.row_id.as_str())) {
        if new_numbers.counterpart(row).is_none() {
            changes.push(Change::of(Kind::Removed, Some(row), None));
        }
    }
    changes
}

/// What changed in a row that both exports have under the same name.
fn compare(before: &Known, after: &Known, changes: &mut Vec<Change>) {
    compare_names(before, after, changes);
    if before.digits != after.digits {
        changes.push(Change::of(Kind::PhoneChanged, Some(before), Some(after)));
    }
    if !before.is_deleted && after.is_deleted {
        changes.push(Change::of(Kind::LeftTelegram, Some(before), Some(after)));
    }
    match (before.is_mutual, after.is_mutual) {
        (Some(false), Some(true)) => changes.push(Change::of(Kind::BecameMutual, Some(before), Some(after))),
        (Some(true), Some(false)) => {
            changes.push(Change::of(Kind::NoLongerMutual, Some(before), Some(after)));
        }
        _ => {}
    }
}

fn compare_names(before: &Known, after: &Known, changes: &mut Vec<Change>) {
    if before.name != after.name {
        changes.push(Change::of(Kind::Renamed, Some(before), Some(after)));
    }
}

/// Rows by their digits, where nobody else of the same sort has them.
struct Numbers<'a> {
    saved: HashMap<Digits, Option<&'a Known>>,
    accounts: HashMap<Digits, Option<&'a Known>>,
}

impl<'a> Numbers<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let mut numbers = Self { saved: HashMap::new(), accounts: HashMap::new() };
        for row in &snapshot.rows {
            let Some(digits) = row.digits else { continue };
            let side = if row.user_id.is_some() { &mut numbers.accounts } else { &mut numbers.saved };
            // the second one makes it nobody's
            side.entry(digits).and_modify(|known| *known = None).or_insert(Some(row));
        }
        numbers
    }

    /// The saved row without an account that has the number of this account.
    fn saved(&self, row: &Known) -> Option<&'a Known> {
        row.user_id?;
        self.saved.get(&row.digits?).copied().flatten()
    }

    /// The row of the other sort with the same number: an account for a saved row, a saved row for an account.
    fn counterpart(&self, row: &Known) -> Option<&'a Known> {
        let other = if row.user_id.is_some() { &self.saved } else { &self.accounts };
        other.get(&row.digits?).copied().flatten()
    }
}

#[cfg(test)]
mod tests;
