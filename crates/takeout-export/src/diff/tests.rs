//! Each kind of change, alone and beside others.

use std::slice;

use super::*;

fn row(row_id: &str, name: &str, phone: &str, user_id: Option<i64>) -> Known {
    Known {
        row_id: row_id.to_owned(),
        name: name.to_owned(),
        phone: (!phone.is_empty()).then(|| phone.to_owned()),
        digits: Digits::of(phone.as_bytes()),
        user_id,
        is_mutual: user_id.map(|_| false),
        is_deleted: false,
    }
}

fn changes(old: &[Known], new: &[Known]) -> Vec<(Kind, String)> {
    let (old, new) = (Snapshot { rows: old.to_vec() }, Snapshot { rows: new.to_vec() });
    diff(&old, &new).into_iter().map(|change| (change.change, change.row_id)).collect()
}

fn one(kind: Kind, row_id: &str) -> Vec<(Kind, String)> {
    vec![(kind, row_id.to_owned())]
}

#[test]
fn nothing_changed_is_nothing() {
    let rows = [row("a", "Ada", "491701234567", Some(1)), row("b", "Bob", "42777", None)];
    assert_eq!(changes(&rows, &rows), []);
    let reordered = [rows[1].clone(), rows[0].clone()];
    assert_eq!(changes(&rows, &reordered), []);
}

#[test]
fn each_change_has_its_name() {
    let ada = row("a", "Ada", "491701234567", Some(1));
    assert_eq!(changes(&[], slice::from_ref(&ada)), one(Kind::Added, "a"));
    assert_eq!(changes(slice::from_ref(&ada), &[]), one(Kind::Removed, "a"));
    let with = |change: fn(&mut Known)| {
        let mut changed = ada.clone();
        change(&mut changed);
        changed
    };
    let renamed = with(|row| row.name = "Ada L.".to_owned());
    assert_eq!(changes(slice::from_ref(&ada), &[renamed]), one(Kind::Renamed, "a"));
    let moved = row("a", "Ada", "491709999999", Some(1));
    assert_eq!(changes(slice::from_ref(&ada), &[moved]), one(Kind::PhoneChanged, "a"));
    let rewritten = row("a", "Ada", "+49 (170) 1234567", Some(1));
    assert_eq!(changes(slice::from_ref(&ada), &[rewritten]), [], "the same number, written in another way");
    let mutual = with(|row| row.is_mutual = Some(true));
    assert_eq!(changes(slice::from_ref(&ada), slice::from_ref(&mutual)), one(Kind::BecameMutual, "a"));
    assert_eq!(changes(&[mutual], slice::from_ref(&ada)), one(Kind::NoLongerMutual, "a"));
    let deleted = with(|row| row.is_deleted = true);
    assert_eq!(changes(slice::from_ref(&ada), &[deleted]), one(Kind::LeftTelegram, "a"));
}

#[test]
fn a_number_that_gets_an_account_is_the_same_person() {
    let saved = row("p", "Ada", "491701234567", None);
    let account = row("u", "Ada", "+491701234567", Some(1));
    assert_eq!(changes(slice::from_ref(&saved), slice::from_ref(&account)), one(Kind::JoinedTelegram, "u"));
    assert_eq!(changes(slice::from_ref(&account), slice::from_ref(&saved)), one(Kind::LeftTelegram, "p"));
    // the account was there before, with the number hidden: two rows have become one
    let hidden = row("u", "Ada", "", Some(1));
    let found = changes(&[saved.clone(), hidden], slice::from_ref(&account));
    assert_eq!(found, [(Kind::PhoneChanged, "u".to_owned()), (Kind::JoinedTelegram, "u".to_owned())]);
    // a number that several have belongs to nobody for sure
    let twin = row("p:2", "Eve", "491701234567", None);
    let found = changes(&[saved, twin], &[account]);
    assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [Kind::Added]);
}
