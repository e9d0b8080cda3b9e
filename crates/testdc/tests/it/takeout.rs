//! Takeout sessions.

use testdc::Event;
use tl_api::functions::account::{FinishTakeoutSession, InitTakeoutSession};
use tl_api::functions::contacts;
use tl_api::types;
use tl_codec::{Decode, Encode};

use crate::client::{Client, Refused};
use crate::harness::TestServer;

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    let refused = result.unwrap_err();
    format!("{} {}", refused.code, refused.text)
}

fn finish(client: &mut Client, takeout_id: i64, success: bool) -> Result<Vec<u8>, Refused> {
    client.in_takeout(takeout_id, FinishTakeoutSession { success })
}

#[test]
fn saved_contacts_need_a_takeout_for_contacts() {
    let mut server = TestServer::plain();
    let mut client = server.logged_in();
    while server.has_event() {}
    assert_eq!(text(client.call(&contacts::GetSaved)), "403 TAKEOUT_REQUIRED");
    assert_eq!(text(client.in_takeout(5, contacts::GetSaved)), "400 TAKEOUT_INVALID");

    let without = InitTakeoutSession { message_users: true, ..InitTakeoutSession::default() };
    let id = types::account::Takeout::from_bytes(&client.expect(&without)).unwrap().id;
    assert_eq!(server.event(), Event::TakeoutOpened { takeout_id: id });
    assert_eq!(text(client.in_takeout(id, contacts::GetSaved)), "403 TAKEOUT_REQUIRED", "not for contacts");
    assert_eq!(finish(&mut client, id, false), Ok(true.to_bytes()));
    assert_eq!(server.event(), Event::TakeoutFinished { takeout_id: id, success: false });

    let id = client.open_takeout().unwrap();
    assert!(client.in_takeout(id, contacts::GetSaved).is_ok());
    assert!(client.in_takeout(id, contacts::GetContacts { hash: 0 }).is_ok());
    assert!(client.in_takeout(id, contacts::GetStatuses).is_ok());
    assert_eq!(text(client.call(&contacts::GetSaved)), "403 TAKEOUT_REQUIRED", "every call is wrapped");
    assert_eq!(text(client.call(&FinishTakeoutSession { success: true })), "403 TAKEOUT_REQUIRED");
    assert_eq!(finish(&mut client, id, true), Ok(true.to_bytes()));
    assert_eq!(server.event(), Event::TakeoutOpened { takeout_id: id });
    assert_eq!(server.event(), Event::TakeoutFinished { takeout_id: id, success: true });
    assert_eq!(text(client.in_takeout(id, contacts::GetSaved)), "400 TAKEOUT_INVALID", "it is over");
    assert_eq!(text(finish(&mut client, id, true)), "400 TAKEOUT_INVALID");
}

#[test]
fn another_export_takes_over() {
    let server = TestServer::plain();
    let (mut one, mut other) = (server.logged_in(), server.logged_in());
    let first = one.open_takeout().unwrap();
    assert_eq!(text(other.in_takeout(first, contacts::GetSaved)), "400 TAKEOUT_INVALID", "another key's");
    let second = other.open_takeout().unwrap();
    assert_eq!(text(one.in_takeout(first, contacts::GetSaved)), "400 TAKEOUT_INVALID");
    assert_eq!(text(finish(&mut one, first, false)), "400 TAKEOUT_INVALID");
    assert!(other.in_takeout(second, contacts::GetSaved).is_ok());
}

#[test]
fn a_takeout_belongs_to_the_key_and_not_to_the_session() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let id = client.open_takeout().unwrap();
    client.reconnect();
    client.new_session();
    assert!(client.in_takeout(id, contacts::GetSaved).is_ok());
}
