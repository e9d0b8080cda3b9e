//! The rules of the join, and what odd replies do to it.

use std::collections::BTreeMap;

use contacts::extras::{Extras, Resolution, Wanted};
use contacts::{Anomalies, Confidence, Contact, Method, PhoneSource, Presence, RowKey, Source, Status};
use proptest::prelude::*;
use tl_api::types;

use crate::book::{Book, account, short};

fn rows(book: &contacts::AddressBook) -> Vec<Contact<'_>> {
    book.rows().map(Result::unwrap).collect()
}

#[test]
fn the_order_is_that_of_the_phone_book_then_by_id() {
    let book = Book::default()
        .account(30, "", "Hidden")
        .saved("+49 170 1", "Zoë")
        .account(20, "491701", "Zoe from work")
        .saved("7", "Nobody")
        .account(10, "555", "Visible")
        .join();
    let found: Vec<_> = rows(&book).iter().map(short).collect();
    let expected = [
        (Source::Both, "+49 170 1", "Zoë", Some(20)),
        (Source::Saved, "7", "Nobody", None),
        (Source::Contact, "555", "", Some(10)),
        (Source::Contact, "", "", Some(30)),
    ];
    assert_eq!(found, expected.map(|(source, phone, name, id)| (source, phone.into(), name.into(), id)));
    let joined = rows(&book)[0];
    assert_eq!(
        (joined.method, joined.confidence, joined.group),
        (Method::UserPhone, Confidence::Exact, None)
    );
    assert_eq!(joined.phone_source(), Some(PhoneSource::Both));
    assert_eq!((joined.key, rows(&book)[1].key.to_string().as_str()), (RowKey::User(20), "p:7"));
    assert_eq!(rows(&book)[3].phone_source(), None);
    assert!(book.anomalies().is_empty());
}

#[test]
fn a_crowd_shares_its_group_and_only_unique_names_join() {
    let book = Book::default()
        .saved("1", "Anna")
        .saved("5", "Alone")
        .saved("1", "Anna's office")
        .account(4, "1", "Anna")
        .account(3, "2", "Twin")
        .account(2, "2", "Twin")
        .join();
    let found: Vec<_> = rows(&book).iter().map(|row| (row.source(), row.confidence, row.group)).collect();
    assert_eq!(
        found,
        [
            (Source::Both, Confidence::Exact, Some(1)),
            (Source::Saved, Confidence::None, None),
            (Source::Saved, Confidence::Ambiguous, Some(1)),
            (Source::Contact, Confidence::Ambiguous, Some(2)),
            (Source::Contact, Confidence::Ambiguous, Some(2)),
        ]
    );
    assert_eq!(rows(&book)[2].key.to_string(), "p:1:2");
}

#[test]
fn every_oddity_is_counted_and_loses_nothing() {
    let min = types::User { min: true, first_name: Some("Min".into()), ..types::User::default() };
    let book = Book::default()
        .saved("no digits", "Unkeyed")
        .saved("", "Unkeyed too")
        .contact(1)
        .contact(1)
        .contact(2)
        .contact(3)
        .contact(4)
        .user(types::UserEmpty { id: 2 })
        .user(types::User { id: 3, ..min.clone() })
        .user(account(3, "33", "Full"))
        .user(account(3, "34", "Full again"))
        .user(account(4, "44", "Full"))
        .user(types::User { id: 4, ..min })
        .user(account(99, "99", "Stranger"))
        .status(3, types::UserStatusEmpty {})
        .status(3, types::UserStatusOnline { expires: 5 })
        .status(98, types::UserStatusEmpty {})
        .join();
    assert_eq!(
        book.anomalies(),
        Anomalies {
            contacts_repeated: 1,
            contacts_without_user: 1,
            contacts_with_empty_user: 1,
            users_repeated: 3,
            users_without_contact: 1,
            statuses_repeated: 1,
            statuses_without_contact: 1,
            saved_without_number: 2,
        }
    );
    let found = rows(&book);
    let ids: Vec<_> = found.iter().filter_map(|row| row.person.as_ref()).map(|person| person.id).collect();
    assert_eq!(ids, [1, 2, 3, 4]);
    let names: Vec<_> = found.iter().map(|row| row.user().and_then(|user| user.first_name)).collect();
    let names: Vec<_> = names.iter().map(|name| name.map(|name| name.to_str().unwrap())).collect();
    assert_eq!(names, [None, None, None, None, Some("Full"), Some("Full")]);
    assert_eq!(found[4].user_phone().unwrap(), "33");
    assert_eq!(found[4].person.unwrap().status.presence, Presence::Empty, "the first of two statuses");
    assert_eq!([found[0].key.to_string(), found[1].key.to_string()], ["p:", "p::2"]);
    book.reconcile().unwrap();
}

#[test]
fn the_fresh_status_goes_before_the_one_in_the_user() {
    let seen = |presence, at, by_me| Status { presence, at, by_me };
    let with = |id, status| types::User { status: Some(status), ..account(id, "", "x") };
    let book = Book::default()
        .contact(1)
        .user(with(1, types::UserStatusOnline { expires: 9 }.into()))
        .status(1, types::UserStatusOffline { was_online: 7 })
        .contact(2)
        .user(with(2, types::UserStatusLastWeek { by_me: true }.into()))
        .contact(3)
        .user(account(3, "", "x"))
        .contact(4)
        .status(4, types::UserStatusLastMonth { by_me: false })
        .contact(5)
        .status(5, types::UserStatusRecently { by_me: true })
        .join();
    let found: Vec<_> = rows(&book).iter().map(|row| row.person.unwrap().status).collect();
    assert_eq!(
        found,
        [
            seen(Presence::Offline, Some(7), None),
            seen(Presence::LastWeek, None, Some(true)),
            Status::UNKNOWN,
            seen(Presence::LastMonth, None, Some(false)),
            seen(Presence::Recently, None, Some(true)),
        ]
    );
}

#[test]
fn an_empty_saved_number_does_not_hide_the_one_of_the_account() {
    let book = Book::default().saved("", "Anna").account(1, "49170", "Anna").join();
    let found = rows(&book);
    assert_eq!((found[0].phone(), found[0].phone_source()), (None, None));
    assert_eq!(found[1].phone_source(), Some(PhoneSource::User));
}

/// What came of asking for these numbers.
fn asked(numbers: &[(&str, Resolution)]) -> Extras {
    let mut extras = Extras::new(Wanted { phones: true, ..Wanted::default() }, false);
    for (phone, resolution) in numbers {
        extras.add_resolution(contacts::Digits::of(phone.as_bytes()).unwrap(), *resolution);
    }
    extras
}

#[test]
fn who_hides_a_number_and_is_found_by_it_is_one_person_with_the_saved_record() {
    let extras = asked(&[
        ("491700000", Resolution::Found(5)),
        ("491700001", Resolution::NotFoundOrHidden),
        ("491700002", Resolution::Found(99)),
    ]);
    let book = Book::default()
        .saved("+49 170 0000", "Anna")
        .saved("+49 170 0001", "Nobody")
        .saved("+49 170 0002", "Stranger")
        .account(5, "", "Anna at Telegram")
        .join_with(&extras);
    let found = rows(&book);
    let expected = [
        (Source::Both, "+49 170 0000", "Anna", Some(5)),
        (Source::Saved, "+49 170 0001", "Nobody", None),
        (Source::Saved, "+49 170 0002", "Stranger", None),
    ];
    assert_eq!(
        found.iter().map(short).collect::<Vec<_>>(),
        expected.map(|(source, phone, name, id)| (source, phone.into(), name.into(), id))
    );
    assert_eq!((found[0].method, found[0].confidence), (Method::ResolvePhone, Confidence::Exact));
    assert_eq!((found[0].user_phone(), found[0].phone_source()), (None, Some(PhoneSource::Saved)));
    let outcomes = found.iter().map(|row| extras.of(row).resolution.unwrap()).collect::<Vec<_>>();
    let all = [Resolution::Found(5), Resolution::NotFoundOrHidden, Resolution::Found(99)];
    assert_eq!(outcomes, all);
    assert_eq!((found[2].method, found[2].key.to_string().as_str()), (Method::None, "p:491700002"));
    book.reconcile().unwrap();
}

#[test]
fn whoever_is_found_by_a_number_of_several_records_is_one_of_a_crowd() {
    let extras = asked(&[("491700000", Resolution::Found(5)), ("491700001", Resolution::Found(6))]);
    let book = Book::default()
        .saved("491700000", "Anna")
        .saved("491700000", "Anna's office")
        .saved("491700001", "Boris")
        .saved("491700001", "Boris's office")
        .account(5, "", "Anna")
        .account(6, "", "B.")
        .join_with(&extras);
    let found: Vec<_> = rows(&book).iter().map(|row| (row.method, row.confidence, row.group)).collect();
    let ambiguous = |group| (Method::None, Confidence::Ambiguous, Some(group));
    let expected = [
        (Method::ResolvePhone, Confidence::Exact, Some(1)),
        ambiguous(1),
        ambiguous(2),
        ambiguous(2),
        ambiguous(2),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_an_account_shows_goes_before_what_was_said_of_a_number() {
    let found = |id| Resolution::Found(id);
    // 5 shows another number, 6 is found by a number that 7 shows, 8 by two numbers
    let extras = asked(&[
        ("491700000", found(5)),
        ("491700001", found(6)),
        ("491700002", found(8)),
        ("491700003", found(8)),
    ]);
    let book = Book::default()
        .saved("491700000", "A")
        .saved("491700001", "B")
        .saved("491700002", "C")
        .saved("491700003", "D")
        .account(5, "15550000000", "A")
        .account(6, "", "B")
        .account(7, "491700001", "B")
        .account(8, "", "C")
        .join_with(&extras);
    let both: Vec<_> = rows(&book).iter().filter(|row| row.source() == Source::Both).map(short).collect();
    assert_eq!(both, [(Source::Both, "491700001".into(), "B".into(), Some(7))]);
    assert!(rows(&book).iter().all(|row| row.group.is_none()));
    // an earlier answer is none where nobody asks for numbers now
    let unasked = Extras::new(Wanted::default(), false);
    assert_eq!(Book::default().saved("1", "A").account(5, "", "A").join_with(&unasked).counts().rows, 2);
}

#[test]
fn the_hash_is_that_of_the_server() {
    let book = Book { saved_count: 3, ..Book::default() }
        .account(777_000, "", "c")
        .account(10, "", "a")
        .account(20, "", "b")
        .join();
    assert_eq!(book.contacts_hash(), 5_009_266_164_270_636_683);
}

/// Books in which numbers, names and ids collide.
fn books() -> impl Strategy<Value = Book> {
    let phone = prop::sample::select(vec!["", "1", "+1", "2", "002", "31234567", "0031234567", "none"]);
    let name = prop::sample::select(vec!["", "A", "B"]);
    let saved = prop::collection::vec((phone.clone(), name.clone()), 0..8);
    let contacts = prop::collection::vec(0_i64..8, 0..8);
    let users = prop::collection::vec((0_i64..10, phone, name, any::<bool>()), 0..10);
    let statuses = prop::collection::vec(0_i64..10, 0..6);
    (saved, contacts, users, statuses).prop_map(|(saved, contacts, users, statuses)| {
        let mut book = Book::default();
        for (phone, name) in saved {
            book = book.saved(phone, name);
        }
        for id in contacts {
            book = book.contact(id);
        }
        for (id, phone, name, is_empty) in users {
            book = if is_empty {
                book.user(types::UserEmpty { id })
            } else {
                book.user(account(id, phone, name))
            };
        }
        for id in statuses {
            book = book.status(id, types::UserStatusEmpty {});
        }
        book
    })
}

/// Numbers that were asked for, and whom they led to.
fn answers() -> impl Strategy<Value = BTreeMap<&'static str, i64>> {
    prop::collection::btree_map(prop::sample::select(vec!["1", "2", "31234567"]), 0_i64..9, 0..4)
}

proptest! {
    #[test]
    fn nobody_is_lost_or_doubled_and_only_equal_digits_join(book in books(), answers in answers()) {
        let found: Vec<_> = answers.iter().map(|(phone, id)| (*phone, Resolution::Found(*id))).collect();
        let extras = asked(&found);
        let joined = book.join_with(&extras);
        let proof = joined.reconcile().unwrap();
        let found = rows(&joined);
        prop_assert_eq!(proof.rows, found.len());
        prop_assert_eq!(proof.saved, book.saved.len());
        prop_assert_eq!(proof.rows, proof.saved + proof.contacts - proof.joined);
        let digits = |phone: tl_codec::Str<'_>| contacts::Digits::of(phone.as_bytes());
        let shown: Vec<_> = found.iter().filter_map(|row| row.user_phone().and_then(digits)).collect();
        let mut keys = BTreeMap::new();
        for row in &found {
            *keys.entry(row.key.to_string()).or_insert(0) += 1;
            if row.source() == Source::Both {
                let saved = row.saved_phone().and_then(digits).unwrap();
                let shows = row.user_phone().and_then(digits);
                if row.method == Method::ResolvePhone {
                    prop_assert!(shows.is_none() && !shown.contains(&saved));
                    prop_assert_eq!(answers.get(saved.to_string().as_str()).copied(), row.person.map(|person| person.id));
                } else {
                    prop_assert_eq!(Some(saved), shows);
                }
            }
            prop_assert_eq!(row.source() == Source::Both, row.confidence == Confidence::Exact);
            prop_assert_eq!(row.source() == Source::Both, row.method != Method::None);
            prop_assert_eq!(row.confidence == Confidence::Ambiguous, row.group.is_some() && row.source() != Source::Both);
        }
        prop_assert!(keys.values().all(|count| *count == 1), "row keys are unique");
        // and whoever can be joined by what was said of a number is: no other claims it, and it is the only one
        for (phone, id) in &answers {
            let of = |row: &&Contact<'_>| row.saved_phone().and_then(digits).is_some_and(|saved| saved.to_string() == *phone);
            let saved: Vec<_> = found.iter().filter(of).collect();
            let hides = found.iter().any(|row| row.person.is_some_and(|person| person.id == *id) && row.user_phone().is_none());
            let is_shown = shown.iter().any(|shown| shown.to_string() == *phone);
            let is_only = answers.values().filter(|other| *other == id).count() == 1;
            if let ([one], true, false, true) = (&saved[..], hides, is_shown, is_only) {
                prop_assert_eq!((one.method, one.person.map(|person| person.id)), (Method::ResolvePhone, Some(*id)));
            }
        }
        // groups are numbered as they appear
        let mut last = 0;
        for group in found.iter().filter_map(|row| row.group) {
            prop_assert!(group <= last + 1);
            last = last.max(group);
        }
    }
}
