//! The questions, as a server sees them.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use contacts::fetch;
use tl_api::{InvokeRaw, RawAnswer, functions};
use tl_codec::{Constructor, Decode, Reader};

use crate::book::Book;

/// Answers each question with the reply of a book, and remembers what was asked.
struct Server {
    replies: contacts::Replies,
    asked: Mutex<Vec<Bytes>>,
}

impl InvokeRaw for Server {
    fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_> {
        self.asked.lock().unwrap().push(request.clone());
        let body = match Reader::new(&request).word().unwrap() {
            functions::contacts::GetSaved::ID => self.replies.saved.body(),
            functions::contacts::GetContacts::ID => self.replies.contacts.body(),
            functions::contacts::GetStatuses::ID => self.replies.statuses.body(),
            other => panic!("asked {other:#x}"),
        };
        let body = body.clone();
        Box::pin(async move { Ok(body) })
    }
}

/// A future that never waits, driven to its end.
fn now<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the server of this test answers at once"),
    }
}

#[test]
fn three_questions_make_a_book() {
    let replies = Book::default().saved("1", "A").account(2, "1", "A").replies();
    let server = Server { replies, asked: Mutex::default() };
    let unknown: &(dyn InvokeRaw + Sync) = &server;
    let replies = contacts::Replies {
        saved: now(fetch::saved(&server)).unwrap(),
        contacts: now(fetch::contacts(&server, 0)).unwrap(),
        // through a trait object too: the program does not know what it asks
        statuses: now(fetch::statuses(unknown)).unwrap(),
    };
    assert_eq!(contacts::AddressBook::join(replies).unwrap().counts().rows, 1);
    let asked = server.asked.lock().unwrap();
    assert_eq!(asked.len(), 3);
    assert_eq!(functions::contacts::GetContactsRef::from_bytes(&asked[1]).unwrap().hash, 0);
}
