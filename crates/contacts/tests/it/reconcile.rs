//! A ledger that is not told the truth.

use contacts::{ContactsError, Ledger, ReconcileError, Reconciled, Replies};
use tl_api::types;
use tl_codec::Encode;

use crate::book::{Book, reply};

fn sample() -> Book {
    Book::default().saved("1", "A").saved("2", "B").account(7, "1", "A").account(8, "", "C")
}

#[test]
fn the_proof_counts_everybody() {
    let proof = sample().join().reconcile().unwrap();
    assert_eq!(proof, Reconciled { saved: 2, contacts: 2, joined: 1, rows: 3 });
    let nobody = Book::default().join().reconcile().unwrap();
    assert_eq!(nobody, Reconciled { saved: 0, contacts: 0, joined: 0, rows: 0 });
}

#[test]
fn a_row_that_is_left_out_is_missed() {
    let book = sample().join();
    for left_out in 0..3 {
        let mut ledger = Ledger::of(book.replies()).unwrap();
        for (_, row) in book.rows().enumerate().filter(|(index, _)| *index != left_out) {
            ledger.record(&row.unwrap()).unwrap();
        }
        let missing = ledger.finish().unwrap_err();
        assert!(
            matches!(missing, ReconcileError::Missing { saved, contacts } if saved + contacts > 0),
            "{missing}"
        );
    }
}

#[test]
fn a_row_that_comes_twice_is_noticed() {
    let book = sample().join();
    for twice in 0..3 {
        let mut ledger = Ledger::of(book.replies()).unwrap();
        let row = book.rows().nth(twice).unwrap().unwrap();
        ledger.record(&row).unwrap();
        let noticed = ledger.record(&row).unwrap_err();
        assert!(
            matches!(
                noticed,
                ReconcileError::SavedTwice { row: 1, .. } | ReconcileError::ContactTwice { row: 1 }
            ),
            "{noticed}"
        );
    }
}

#[test]
fn rows_of_another_book_are_inventions() {
    let other = Book::default().saved("1", "A").saved("2", "B").saved("3", "C").account(9, "", "D").join();
    let book = sample().join();
    for (index, invented) in [(2, true), (3, true), (0, false)] {
        let mut ledger = Ledger::of(book.replies()).unwrap();
        let result = ledger.record(&other.rows().nth(index).unwrap().unwrap());
        assert_eq!(matches!(result, Err(ReconcileError::Invented { row: 0 })), invented, "{index}");
    }
    let mut ledger = Ledger::of(book.replies()).unwrap();
    let mut row = other.rows().next().unwrap().unwrap();
    row.saved = None;
    assert!(matches!(ledger.record(&row), Err(ReconcileError::Empty { row: 0 })));
}

#[test]
fn not_modified_is_no_answer_to_a_request_for_everything() {
    let not_modified = reply(|out| types::contacts::ContactsNotModified {}.encode(out));
    let replies = Replies { contacts: not_modified, ..sample().replies() };
    let refused = contacts::AddressBook::join(replies.clone()).unwrap_err();
    assert!(matches!(refused, ContactsError::NotModified));
    assert!(matches!(Ledger::of(&replies), Err(ContactsError::NotModified)));
}
