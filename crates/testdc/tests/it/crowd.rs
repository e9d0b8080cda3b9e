//! Many accounts, and many connections at once.

#[cfg(all(target_os = "linux", feature = "cli"))]
use std::collections::HashSet;
#[cfg(all(target_os = "linux", feature = "cli"))]
use std::time::Instant;

#[cfg(all(target_os = "linux", feature = "cli"))]
use tempfile::tempdir;
use testdc::{BindError, Config, Server};
use tl_api::enums::contacts::{Contacts, ContactsRef};
use tl_api::functions::contacts;

#[cfg(all(target_os = "linux", feature = "cli"))]
use crate::client::Framing;
use crate::client::{Client, ReadWhole};
use crate::harness::TestServer;
#[cfg(all(target_os = "linux", feature = "cli"))]
use crate::program::{self, Program};

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

/// 10,000 accounts, and connections that are all open at the same time, each with a key of its own and logged in to an
/// account of its own. `cargo xtask sweep crowd` opens 1,000 of them and says what they cost.
#[cfg(all(target_os = "linux", feature = "cli"))]
#[expect(clippy::print_stdout, reason = "a sweep says what it has done")]
#[test]
fn connections_are_held_at_once() {
    let is_full = std::env::var_os("TESTDC_SWEEP").is_some_and(|value| value == "full");
    let count = if is_full { 1_000 } else { 24 };
    let folder = tempdir().unwrap();
    let key = folder.path().join("key.pem");
    let size =
        ["serve", "--accounts", "10000", "--contacts", "20", "--saved-only", "5", "--phone", "9996620000"];
    let mut server = Program::start(&[&size[..], &["--public-key-out", program::text(&key)]].concat());
    let address = server.line().parse().unwrap();
    server.ignore_events();
    let pem = std::fs::read_to_string(&key).unwrap();
    let empty_bytes = server.resident_bytes();

    let started = Instant::now();
    let mut clients = (0..count)
        .map(|_| {
            let mut client = Client::connect(address, Framing::Intermediate);
            client.exchange_key(&pem, 2).unwrap();
            client
        })
        .collect::<Vec<_>>();
    let keyed = started.elapsed();
    let keyed_bytes = server.resident_bytes();
    let books = clients.iter_mut().enumerate().map(|(index, client)| {
        client.introduce();
        client.log_in(&format!("999662{index:04}"), "22222").unwrap();
        ids(client)
    });
    let books = books.collect::<HashSet<_>>();
    assert_eq!(books.len(), count, "everybody sees their own book");
    let logged_in_bytes = server.resident_bytes();
    // all of them are still there: the first one was opened before all the others
    for client in &mut clients {
        client.expect(&contacts::GetStatuses);
    }
    let per_connection =
        |bytes: u64| bytes.saturating_sub(empty_bytes) / u64::try_from(count).unwrap() / 1024;
    println!(
        "{count} connections held at once: {:.0} key exchanges a second, both sides and one after the other; testdc holds \
         {} MiB with 10,000 accounts and nobody connected, {} KiB more for each connection with a key, {} KiB for each \
         that is logged in and has read its book",
        f64::from(u32::try_from(count).unwrap()) / keyed.as_secs_f64(),
        empty_bytes >> 20,
        per_connection(keyed_bytes),
        per_connection(logged_in_bytes),
    );
    // an account's book is some 40 KiB of it; a hole that each answer leaves behind would be several times as much
    assert!(!is_full || per_connection(logged_in_bytes) < 120, "{} KiB", per_connection(logged_in_bytes));
    assert_eq!(server.terminate(), (Some(0), String::new()));
}
