//! Every fault happens, as often as it says, and what comes after it is in order.

use std::time::Instant;

use testdc::Config;
use tl_api::enums::contacts::Contacts;
use tl_api::functions::{contacts, help, users};
use tl_api::{enums, types};
use tl_codec::{Decode, Encode, ErrorKind, Shape};

use crate::client::{Client, Ended, ReadWhole};
use crate::harness::TestServer;

fn list(client: &mut Client) -> Vec<u8> {
    client.expect(&contacts::GetContacts { hash: 0 })
}

fn text(client: &mut Client, takeout: Option<i64>) -> String {
    let refused = match takeout {
        None => client.call(&contacts::GetStatuses).map(|answer| answer.0),
        Some(id) => client.in_takeout(id, contacts::GetStatuses),
    };
    refused.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
}

#[test]
fn errors_and_floods_happen_as_often_as_they_say() {
    let server = TestServer::with_faults(&[
        "rpc-error=contacts.getStatuses:500:RPC_CALL_FAIL*3",
        "flood-wait=contacts.getStatuses:7",
    ]);
    let mut client = server.logged_in();
    let texts = (0..5).map(|_| text(&mut client, None)).collect::<Vec<_>>();
    let fail = "500 RPC_CALL_FAIL";
    assert_eq!(texts, [fail, fail, fail, "420 FLOOD_WAIT_7", "fine"]);
    assert!(client.call(&contacts::GetContacts { hash: 0 }).is_ok(), "other methods are untouched");
}

#[test]
fn an_import_is_taken_in_part_or_put_off_for_a_day() {
    let server = TestServer::with_faults(&["import-limit=2", "import-limit=0"]);
    let mut client = server.logged_in();
    let contacts = (0..3).map(|client_id| types::InputPhoneContact {
        client_id,
        phone: format!("4915112300{client_id}"),
        first_name: "Imported".to_owned(),
        ..types::InputPhoneContact::default()
    });
    let import = contacts::ImportContacts { contacts: contacts.collect() };
    let answer = client.expect(&import);
    let put_off = types::contacts::ImportedContacts::read_whole(&answer).retry_contacts;
    assert_eq!(put_off.iter().collect::<Vec<_>>(), [2]);
    let refused = client.call(&import).unwrap_err();
    assert_eq!((refused.code, refused.text.as_str()), (420, "FLOOD_WAIT_86400"));
    assert!(client.call(&import).is_ok());
}

#[test]
fn a_takeout_is_delayed_until_the_time_is_over() {
    let server = TestServer::with_faults(&["takeout-delay=4"]);
    let mut client = server.logged_in();
    let refused = client.open_takeout().unwrap_err();
    assert_eq!((refused.code, refused.text.as_str()), (420, "TAKEOUT_INIT_DELAY_4"));
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(client.open_takeout().unwrap_err().text, "TAKEOUT_INIT_DELAY_3");
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(client.open_takeout().is_ok());
}

#[test]
fn a_takeout_is_taken_over() {
    let server = TestServer::with_faults(&["takeout-taken-over=contacts.getStatuses"]);
    let mut client = server.logged_in();
    let takeout = client.open_takeout().unwrap();
    assert_eq!(text(&mut client, Some(takeout)), "400 TAKEOUT_INVALID");
    assert_eq!(text(&mut client, Some(takeout)), "400 TAKEOUT_INVALID", "and stays void");
    assert_eq!(text(&mut client, None), "fine");
}

#[test]
fn a_reply_is_cut_short_inside_a_good_message() {
    let server = TestServer::with_faults(&["cut-reply=contacts.getContacts"]);
    let mut client = server.logged_in();
    let cut = list(&mut client);
    let error = <Contacts as Shape>::Ref::from_bytes(&cut).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Short { .. } | ErrorKind::VectorTooLong { .. }), "{error}");
    let whole = list(&mut client);
    Contacts::read_whole(&whole);
    assert_eq!(cut.len(), whole.len() / 8 * 4);
}

#[test]
fn an_unknown_constructor_is_put_into_a_reply() {
    let server = TestServer::with_faults(&[
        "unknown-constructor=contacts.getContacts",
        "unknown-constructor=contacts.getStatuses",
        "unknown-constructor=help.getConfig",
    ]);
    let mut client = server.keyed();
    let config = client.expect(&help::GetConfig);
    assert_eq!(config[..4], 0xdead_beef_u32.to_le_bytes());
    client = server.logged_in();
    let spoiled = list(&mut client);
    let error = <Contacts as Shape>::Ref::from_bytes(&spoiled).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownConstructor { got: 0xdead_beef });
    assert!(error.offset() > 100, "in the middle: {error}");
    let statuses = client.expect(&contacts::GetStatuses);
    let error = <Vec<types::ContactStatus> as Shape>::Ref::from_bytes(&statuses).unwrap_err();
    let is_foreign = |kind| {
        matches!(
            kind,
            ErrorKind::UnknownConstructor { got: 0xdead_beef }
                | ErrorKind::WrongConstructor { got: 0xdead_beef, .. }
        )
    };
    assert!(is_foreign(error.kind()), "{error}");
}

#[test]
fn the_utf8_of_one_name_is_broken() {
    let server = TestServer::with_faults(&["broken-utf8=contacts.getContacts"]);
    let mut client = server.logged_in();
    let spoiled = list(&mut client);
    let whole = list(&mut client);
    let changed = spoiled.iter().zip(&whole).filter(|(one, other)| one != other).map(|(one, _)| *one);
    assert_eq!(changed.collect::<Vec<_>>(), [0xff]);
    assert_eq!(spoiled.len(), whole.len());
    Contacts::read_whole(&spoiled);
}

/// However far down the list they are: in the list itself the first name is broken.
#[test]
fn the_utf8_of_whoever_was_asked_for_is_broken() {
    let server = TestServer::start(Config { contacts: 400, ..Config::default() });
    let mut client = server.logged_in();
    let named = server
        .truth()
        .users
        .iter()
        .filter(|user| user.first_name.as_ref().is_some_and(|name| !name.is_empty()));
    for user in named.skip(150).step_by(50) {
        let input = types::InputUser { user_id: user.id, access_hash: user.access_hash };
        let query = users::GetUsers { id: vec![enums::InputUser::InputUser(input)] };
        let whole = client.expect(&query);
        server.add_fault("broken-utf8=users.getUsers");
        let spoiled = client.expect(&query);
        let changed = spoiled.iter().zip(&whole).filter(|(one, other)| one != other).map(|(one, _)| *one);
        assert_eq!(changed.collect::<Vec<_>>(), [0xff], "{user:?}");
    }
}

#[test]
fn the_connection_is_closed_in_the_middle_of_a_reply() {
    for (spec, expected) in [
        ("close-in-reply=contacts.getContacts", None),
        ("close-in-reply=contacts.getContacts:0", Some(0)),
        ("close-in-reply=contacts.getContacts:100", Some(100)),
    ] {
        let server = TestServer::with_faults(&[spec]);
        let mut client = server.logged_in();
        let msg_id = client.send(true, &contacts::GetContacts { hash: 0 }.to_bytes());
        let Err(Ended::Closed { unfinished_bytes }) = client.wait_for_answer(msg_id) else {
            panic!("not closed: {spec}")
        };
        assert!(
            expected.map_or(unfinished_bytes > 1_000, |expected| unfinished_bytes == expected),
            "{unfinished_bytes}"
        );
        client.reconnect();
        client.send(false, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat());
        let answer = client.wait_for_answer(msg_id).unwrap();
        Contacts::read_whole(&answer);
    }
}

#[test]
fn a_message_is_sent_twice() {
    let server = TestServer::with_faults(&["duplicate=help.getNearestDc"]);
    let mut client = server.keyed();
    client.introduce();
    let msg_id = client.send(true, &help::GetNearestDc.to_bytes());
    let first = client.wait_for_answer(msg_id).unwrap();
    let second = client.wait_for_answer(msg_id).unwrap();
    assert_eq!(first, second);
    let ids = client.log.iter().filter(|m| m.body[4..12] == msg_id.to_le_bytes()).map(|m| m.msg_id);
    let ids = ids.collect::<Vec<_>>();
    assert_eq!(ids, [ids[0]; 2]);
}

#[test]
fn a_reply_is_late_and_others_are_not() {
    let server = TestServer::with_faults(&["delay=help.getNearestDc:400"]);
    let mut client = server.keyed();
    client.introduce();
    let started = Instant::now();
    let late = client.send(true, &help::GetNearestDc.to_bytes());
    client.expect(&help::GetConfig);
    let came_first = client.log.iter().all(|message| message.body[4..12] != late.to_le_bytes());
    assert!(came_first, "the other call did not wait");
    assert!(client.wait_for_answer(late).is_ok());
    assert!(started.elapsed().as_millis() >= 400);
}

#[test]
fn a_late_reply_can_be_dropped_by_the_client() {
    let server = TestServer::with_faults(&["delay=help.getNearestDc:2000"]);
    let mut client = server.keyed();
    client.introduce();
    let late = client.send(true, &help::GetNearestDc.to_bytes());
    let drop = client.send(true, &[0x58e4_a740_u32.to_bytes(), late.to_bytes()].concat());
    let dropped = 0xcd78_e586_u32.to_bytes();
    assert_eq!(client.wait_for_answer(drop), Ok(dropped.clone()));
    assert_eq!(client.wait_for_answer(late), Ok(dropped));
    client.wait_at_most(2_500);
    assert_eq!(client.wait_for_answer(late), Err(Ended::Silence));
}

#[test]
fn a_reply_is_lost_until_the_client_connects_again() {
    let server = TestServer::with_faults(&["drop=help.getNearestDc"]);
    let mut client = server.keyed();
    client.introduce();
    let msg_id = client.send(true, &help::GetNearestDc.to_bytes());
    client.wait_at_most(300);
    assert_eq!(client.wait_for_answer(msg_id), Err(Ended::Silence));
    client.reconnect();
    client.send(false, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat());
    assert!(client.wait_for_answer(msg_id).is_ok());
}

#[test]
fn a_transport_error_comes_in_place_of_a_reply() {
    let server = TestServer::with_faults(&["transport-error=help.getNearestDc:-429"]);
    let mut client = server.keyed();
    client.introduce();
    let msg_id = client.send(true, &help::GetNearestDc.to_bytes());
    assert_eq!(client.wait_for_answer(msg_id), Err(Ended::Error(-429)));
    assert!(matches!(client.read_frame(), Err(Ended::Closed { .. })));
}

#[test]
fn the_salt_changes_at_once() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    let before = client.salt;
    server.add_fault("wrong-salt");
    client.expect(&help::GetConfig);
    assert_ne!(client.salt, before, "the client was told and called again");
    let refusals = client.log.iter().filter(|message| message.id() == 0xedab_447b).count();
    assert_eq!(refusals, 1);
}

#[test]
fn a_message_is_refused_with_any_code() {
    let server = TestServer::with_faults(&["bad-msg=32"]);
    let mut client = server.keyed();
    let msg_id = client.send(true, &help::GetConfig.to_bytes());
    let refused = client.receive().unwrap();
    assert_eq!(refused.id(), 0xa7ef_f811);
    assert_eq!(refused.body[4..12], msg_id.to_le_bytes());
    assert_eq!(refused.body[16..20], 32_i32.to_le_bytes());
    client.introduce();
}

#[test]
fn the_key_exchange_goes_wrong_in_every_way_that_it_can() {
    use crate::client::Failed;
    for (spec, expected) in [
        ("dh-gen-fail", Failed::Fail),
        ("wrong-new-nonce-hash", Failed::Refused("new_nonce_hash")),
        ("unknown-fingerprint", Failed::Refused("fingerprint")),
        ("wrong-nonce", Failed::Refused("nonce")),
    ] {
        let server = TestServer::with_faults(&[spec]);
        assert_eq!(server.connect().exchange_key(&server.pem(), 2), Err(expected), "{spec}");
        assert!(server.connect().exchange_key(&server.pem(), 2).is_ok(), "{spec} happens once");
    }
    // the last answer has three forms, each with a hash of its own
    for ending in ["dh-gen-retry", "dh-gen-fail"] {
        let server = TestServer::with_faults(&[ending, "wrong-new-nonce-hash"]);
        let ended = server.connect().exchange_key(&server.pem(), 2);
        assert_eq!(ended, Err(Failed::Refused("new_nonce_hash")), "{ending}");
    }
    let server = TestServer::with_faults(&["dh-gen-retry"]);
    let mut client = server.connect();
    assert_eq!(client.exchange_key(&server.pem(), 2), Err(Failed::Retry));
    client.introduce();
}

#[test]
fn faults_for_methods_that_do_not_exist_are_refused() {
    use testdc::{BindError, Config, ControlError, FaultRule, Server};
    let rule = "drop=contacts.getSavedd".parse::<FaultRule>().unwrap();
    let config = Config { contacts: 0, faults: vec![rule], ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(Server::bind(config)).unwrap_err();
    assert!(
        matches!(error, BindError::Fault(ControlError::UnknownMethod { method }) if method == "contacts.getSavedd")
    );
    let bad_phone = Config { phone: "+12".to_owned(), ..Config::default() };
    assert!(matches!(runtime.block_on(Server::bind(bad_phone)), Err(BindError::Phone)));
}

#[test]
fn one_bit_of_a_message_is_changed() {
    let server = TestServer::with_faults(&["corrupt=contacts.getStatuses:40"]);
    let mut client = server.logged_in();
    let msg_id = client.send(true, &contacts::GetStatuses.to_bytes());
    let corrupted = client.read_until_it_does_not_open();
    assert!(corrupted, "the message key does not match");
    // it was never acknowledged, so it comes again, and whole
    client.reconnect();
    client.send(false, &[0x7abe_77ec_u32.to_le_bytes().as_slice(), &[1; 8]].concat());
    assert!(client.wait_for_answer(msg_id).is_ok());
}

#[test]
fn a_wrapped_call_is_refused_and_the_bare_one_is_not() {
    let server = TestServer::with_faults(&["refuse-wrapped=contacts.getStatuses*"]);
    let mut client = server.logged_in();
    let takeout = client.open_takeout().unwrap();
    for _ in 0..2 {
        assert_eq!(text(&mut client, Some(takeout)), "400 INPUT_METHOD_INVALID");
        assert_eq!(text(&mut client, None), "fine");
    }
    assert!(client.in_takeout(takeout, contacts::GetContacts { hash: 0 }).is_ok());
}

#[test]
fn answers_come_in_pieces_and_together() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    server.add_fault("split=50");
    let started = Instant::now();
    let whole = list(&mut client);
    Contacts::read_whole(&whole);
    assert!(started.elapsed().as_millis() > 20, "each piece waits for the one before");

    server.add_fault("merge=2");
    client.wait_at_most(300);
    let first = client.send(true, &contacts::GetStatuses.to_bytes());
    assert_eq!(client.wait_for_answer(first), Err(Ended::Silence), "the first answer is held back");
    client.wait_at_most(20_000);
    let second = client.send(true, &contacts::GetStatuses.to_bytes());
    assert!(client.wait_for_answer(first).is_ok() && client.wait_for_answer(second).is_ok());
}

#[test]
fn a_connection_ends_or_falls_silent_at_a_byte() {
    let server = TestServer::plain();
    for at in [0, 1, 30, 80] {
        server.add_fault(&format!("close-at={at}"));
        let mut client = server.connect();
        let nonce = [7; 16];
        let mut query = 0xbe7e_8ef1_u32.to_bytes();
        nonce.encode(&mut query);
        // an answer to this is longer than eighty bytes
        assert_eq!(client.ask_plain(&query), Err(Ended::Closed { unfinished_bytes: at }));
    }
    server.add_fault("stall-at=10");
    let mut client = server.connect();
    client.wait_at_most(300);
    let query = [0xbe7e_8ef1_u32.to_le_bytes().as_slice(), &[7; 16]].concat();
    assert_eq!(client.ask_plain(&query), Err(Ended::Silence));
    assert_eq!(client.ask_plain(&query), Err(Ended::Silence), "the connection stays open, and says nothing");
    assert!(server.keyed().call(&help::GetConfig).is_ok(), "the next one is in order");
}
