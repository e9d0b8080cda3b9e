//! Large books, and the worst ones.

use std::time::Instant;

use contacts::AddressBook;

use crate::book::Book;

fn book(size: i64, phone: impl Fn(i64) -> String) -> Book {
    let mut book = Book::default();
    for index in 0..size {
        book = book.saved(&phone(index), "Name").account(index, &phone(index), "Name");
    }
    book
}

#[test]
fn one_number_for_everybody_is_no_worse_than_one_each() {
    // a quadratic step would take minutes here
    let size = 20_000;
    let replies = book(size, |_| "491701234567".into()).replies();
    let started = Instant::now();
    let joined = AddressBook::join(replies).unwrap();
    assert_eq!(joined.reconcile().unwrap().joined, 0);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}
