//! Sessions over a real socket: salts, time, containers, reconnection, service messages.

use std::time::Instant;

use testdc::Config;
use tl_api::functions::{InvokeWithLayer, contacts, help, users};
use tl_api::{enums, types};
use tl_codec::{Encode, Reader};

use crate::client::{Client, Ended, introduction};
use crate::harness::TestServer;

pub(crate) const PONG: u32 = 0x3477_73c5;
pub(crate) const BAD_MSG: u32 = 0xa7ef_f811;
pub(crate) const RPC_RESULT: u32 = 0xf35c_6d01;

pub(crate) fn ping(client: &mut Client) -> i64 {
    client.send(false, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat())
}

/// Pings, and waits for the answer to this very ping.
pub(crate) fn wait_for_pong(client: &mut Client) {
    let msg_id = ping(client);
    while wait_for(client, PONG)[4..12] != msg_id.to_le_bytes() {}
}

/// The next message with this constructor.
pub(crate) fn wait_for(client: &mut Client, id: u32) -> Vec<u8> {
    loop {
        let message = client.receive().unwrap();
        if message.id() == id {
            return message.body;
        }
    }
}

pub(crate) fn bad_msg_code(body: &[u8]) -> i32 {
    i32::from_le_bytes(body[16..20].try_into().unwrap())
}

#[test]
fn a_wrong_salt_is_refused_with_the_right_one() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let right = std::mem::replace(&mut client.salt, 0);
    let msg_id =
        client.send(true, &InvokeWithLayer { layer: 230, query: introduction(help::GetConfig) }.to_bytes());
    let refused = client.receive().unwrap();
    let mut reader = Reader::new(&refused.body);
    reader.expect_id(0xedab_447b).unwrap();
    assert_eq!(
        (reader.long(), reader.int(), reader.int(), reader.long()),
        (Ok(msg_id), Ok(1), Ok(48), Ok(right))
    );
    client.introduce();
}

#[test]
fn the_first_answer_comes_in_a_container_with_the_new_session_and_an_ack() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let call = InvokeWithLayer { layer: 230, query: introduction(help::GetNearestDc) }.to_bytes();
    let msg_id = client.send(true, &call);
    client.wait_for_answer(msg_id).unwrap();
    let ids = client.log.iter().map(|message| (message.id(), message.in_container)).collect::<Vec<_>>();
    assert_eq!(ids, [(0x9ec2_0908, true), (0x62d6_b459, true), (RPC_RESULT, true)]);
    assert_eq!(client.log[0].body[4..12], msg_id.to_le_bytes(), "first_msg_id");
}

#[test]
fn a_clock_that_is_wrong_is_told_so() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    for (skew_secs, code) in [(-400, 16), (100, 17)] {
        client.new_session();
        client.skew_secs = skew_secs;
        ping(&mut client);
        assert_eq!(bad_msg_code(&wait_for(&mut client, BAD_MSG)), code);
        // ids never fall, and the next one would be too high as well
        client = server.keyed();
    }
    let msg_id = client.next_msg_id() | 1;
    let sealed = client.seal(msg_id, 0, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat());
    client.send_frame(&sealed);
    assert_eq!(bad_msg_code(&wait_for(&mut client, BAD_MSG)), 18);
}

#[test]
fn a_server_with_a_wrong_clock_says_so_of_a_client_with_a_right_one() {
    for (spec, code) in [("clock-skew=400", 16), ("clock-skew=-100", 17)] {
        let server = TestServer::with_faults(&[spec]);
        let mut client = server.keyed();
        ping(&mut client);
        assert_eq!(bad_msg_code(&wait_for(&mut client, BAD_MSG)), code, "{spec}");
    }
}

#[test]
fn calls_in_a_container_are_all_answered() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    let mut body = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (msg_id, seq_no, call) =
            (client.next_msg_id(), client.next_seq_no(true), help::GetNearestDc.to_bytes());
        ids.push(msg_id);
        msg_id.encode(&mut body);
        seq_no.encode(&mut body);
        u32::try_from(call.len()).unwrap().encode(&mut body);
        body.extend_from_slice(&call);
    }
    let container = [0x73f1_f8dc_u32.to_bytes(), 3_i32.to_bytes(), body].concat();
    client.send(false, &container);
    for msg_id in ids {
        assert!(client.wait_for_answer(msg_id).is_ok());
    }
}

#[test]
fn what_was_not_acknowledged_comes_again_on_another_connection() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    client.acks = false;
    let msg_id = client.send(true, &help::GetNearestDc.to_bytes());
    client.wait_for_answer(msg_id).unwrap();
    let answer = client.log.iter().rev().find(|message| message.id() == RPC_RESULT).unwrap().clone();
    client.reconnect();
    ping(&mut client);
    assert!(client.wait_for_answer(msg_id).is_ok(), "the answer, once more");
    let again = client.log.iter().rev().find(|message| message.msg_id == answer.msg_id).unwrap();
    assert_eq!(again.body, answer.body, "under the same id");
    let all = client.log.iter().filter(|m| m.seq_no % 2 == 1).map(|m| m.msg_id).collect::<Vec<_>>();
    client.acknowledge(&all);
    wait_for_pong(&mut client);
    client.reconnect();
    let logged = client.log.len();
    wait_for_pong(&mut client);
    assert_eq!(client.log.len(), logged + 1, "nothing but the pong");
}

#[test]
fn a_call_that_is_sent_twice_is_done_once() {
    let mut server = TestServer::plain();
    let mut client = server.logged_in();
    while server.has_event() {}
    let init = tl_api::functions::account::InitTakeoutSession { contacts: true, ..Default::default() };
    let (msg_id, seq_no) = (client.next_msg_id(), client.next_seq_no(true));
    let sealed = client.seal(msg_id, seq_no, &init.to_bytes());
    client.send_frame(&sealed);
    let first = client.wait_for_answer(msg_id).unwrap();
    client.send_frame(&sealed);
    assert_eq!(client.wait_for_answer(msg_id), Ok(first));
    server.event();
    assert!(!server.has_event(), "one takeout was opened");
}

#[test]
fn large_answers_are_packed_and_packed_calls_are_understood() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    client.packed_answers = 0;
    client.expect(&contacts::GetContacts { hash: 0 });
    assert_eq!(client.packed_answers, 1);
    client.expect(&help::GetNearestDc);
    assert_eq!(client.packed_answers, 1, "a small one is not");

    let ids =
        (0..150).map(|id| enums::InputUser::InputUser(types::InputUser { user_id: id, access_hash: 1 }));
    let call = users::GetUsers { id: ids.collect() }.to_bytes();
    let packed = gzip(&call);
    assert!(packed.len() < call.len());
    let answer = client.call_raw(&packed).unwrap();
    assert_eq!(answer.len(), 8 + 150 * 12, "as many empty users");
}

pub(crate) fn gzip(object: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(object).unwrap();
    let mut out = 0x3072_cfa1_u32.to_bytes();
    encoder.finish().unwrap().encode(&mut out);
    out
}

#[test]
fn future_salts_can_be_asked_for() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let msg_id = client.send(false, &[0xb921_bd04_u32.to_bytes(), 3_i32.to_bytes()].concat());
    let salts = wait_for(&mut client, 0xae50_0895);
    assert_eq!(salts[4..12], msg_id.to_le_bytes());
    assert_eq!(salts.len(), 20 + 3 * 16);
    let present = i64::from_le_bytes(salts[28..36].try_into().unwrap());
    assert_eq!(present, client.salt);
}

#[test]
fn a_client_can_ask_to_be_disconnected() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let started = Instant::now();
    let delayed = [0xf342_7b8c_u32.to_bytes(), 5_i64.to_bytes(), 1_i32.to_bytes()].concat();
    client.send(false, &delayed);
    wait_for(&mut client, PONG);
    assert!(matches!(client.receive(), Err(Ended::Closed { unfinished_bytes: 0 })));
    let passed = started.elapsed().as_secs_f32();
    assert!((0.9..5.0).contains(&passed), "{passed}");
}

#[test]
fn sessions_and_keys_can_be_destroyed() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    ping(&mut client);
    wait_for(&mut client, PONG);
    let first = client.session_id;
    client.new_session();
    let destroy = |session_id: i64| [0xe751_2126_u32.to_bytes(), session_id.to_bytes()].concat();
    client.send(true, &destroy(first));
    assert_eq!(wait_for(&mut client, 0xe220_45fc)[4..], first.to_le_bytes());
    client.send(true, &destroy(first));
    assert_eq!(wait_for(&mut client, 0x62d3_50c9)[4..], first.to_le_bytes());
    client.send(true, &0xd143_5160_u32.to_bytes());
    wait_for(&mut client, 0xf660_e1d4);
    ping(&mut client);
    assert_eq!(client.receive(), Err(Ended::Error(-404)), "the key is gone");
}

#[test]
fn two_keys_and_two_sessions_do_not_meet() {
    let server = TestServer::plain();
    let (mut one, mut other) = (server.logged_in(), server.keyed());
    other.introduce();
    assert!(one.call(&contacts::GetContacts { hash: 0 }).is_ok());
    assert_eq!(other.call(&contacts::GetContacts { hash: 0 }).unwrap_err().code, 401);
    one.new_session();
    assert!(one.call(&contacts::GetContacts { hash: 0 }).is_ok(), "the login is the key's");
}

#[test]
fn a_server_that_stops_closes_its_connections() {
    let server = TestServer::start(Config { contacts: 0, saved_only: 0, ..Config::default() });
    let mut client = server.keyed();
    client.introduce();
    server.shut_down();
    assert!(matches!(client.receive(), Err(Ended::Closed { .. })));
}
