//! Many accounts.

use testdc::{BindError, Config, Server};
use tl_api::enums::contacts::{Contacts, ContactsRef};
use tl_api::functions::contacts;

use crate::client::{Client, ReadWhole};
use crate::harness::TestServer;

fn ids(client: &mut Client) -> Vec<i64> {
    match Contacts::read_whole(&client.expect(&contacts::GetContacts { hash: 0 })) {
        ContactsRef::Contacts(list) => list.contacts.iter().map(|entry| entry.user_id).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_of_many_accounts_has_a_number_a_code_and_a_book() {
    let server = TestServer::start(Config {
        phone: "9996629998".to_owned(),
        accounts: 10_000,
        contacts: 20,
        saved_only: 5,
        ..Config::default()
    });
    let mut books = Vec::new();
    for (phone, code) in [("9996629998", "22222"), ("9996629999", "22222"), ("9996639997", "33333")] {
        let mut client = server.keyed();
        client.introduce();
        client.log_in(phone, code).unwrap();
        books.push(ids(&mut client));
        assert_eq!(server.control().state(phone).unwrap().contacts, 20);
    }
    assert!(books[0] != books[1] && books[1] != books[2] && books.iter().all(|book| book.len() == 20));
    let owners = books.iter().zip(["9996629998", "9996629999", "9996639997"]);
    let owners = owners.map(|(_, phone)| server.control().state(phone).unwrap().user_id).collect::<Vec<_>>();
    assert!(owners[0] != owners[1] && owners[1] != owners[2]);
    assert!(server.control().state("9996639998").is_err(), "one more than there are");
}

#[test]
fn numbers_must_suffice() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (phone, accounts) in [("9999999", 2), ("9996621234", 0), ("9996621234", 1_000_000)] {
        let config = Config { phone: phone.to_owned(), accounts, ..Config::default() };
        let error = runtime.block_on(Server::bind(config)).unwrap_err();
        assert!(matches!(error, BindError::Accounts { .. }), "{error}");
    }
}
