//! Faults that wait for messages which answer no call of the API: steps of the key exchange, pings, updates.

use std::time::Instant;

use testdc::{Config, ControlError, FaultRule};
use tl_api::functions::help;
use tl_codec::Encode;

use crate::client::{Client, Ended, Failed};
use crate::harness::TestServer;

const STEPS: [&str; 3] = ["req_pq_multi", "req_DH_params", "set_client_DH_params"];

#[test]
fn each_step_of_the_key_exchange_is_answered_with_each_transport_error() {
    let server = TestServer::plain();
    for step in STEPS {
        for code in [-404, -429, -444] {
            server.add_fault(&format!("transport-error={step}:{code}"));
            let ended = server.connect().exchange_key(&server.pem(), 2);
            assert_eq!(ended, Err(Failed::Ended(Ended::Error(code))), "{step}");
        }
    }
    assert!(server.connect().exchange_key(&server.pem(), 2).is_ok(), "each happens once");
}

#[test]
fn an_answer_of_the_key_exchange_is_lost_or_late() {
    let server = TestServer::plain();
    for step in STEPS {
        server.add_fault(&format!("drop={step}"));
        let mut client = server.connect();
        client.wait_at_most(1_500);
        assert_eq!(client.exchange_key(&server.pem(), 2), Err(Failed::Ended(Ended::Silence)), "{step}");
        server.add_fault(&format!("delay={step}:300"));
        let started = Instant::now();
        assert_eq!(server.connect().exchange_key(&server.pem(), 2), Ok(()), "{step}");
        assert!(started.elapsed().as_millis() >= 300, "{step}");
    }
}

#[test]
fn an_answer_of_the_key_exchange_is_changed_cut_or_comes_twice() {
    let server = TestServer::plain();
    let query = |nonce: u8| [0xbe7e_8ef1_u32.to_le_bytes().as_slice(), &[nonce; 16]].concat();
    let mut client = server.connect();
    let whole = client.ask_plain(&query(1)).unwrap();
    // a repeated query has the same answer, 20 bytes of head before it; random bytes may follow
    server.add_fault("corrupt=req_pq_multi:30");
    let changed = client.ask_plain(&query(1)).unwrap();
    let differs = (0..60).filter(|byte| whole[*byte] != changed[*byte]).collect::<Vec<_>>();
    assert_eq!(differs, [10]);

    server.add_fault("duplicate=req_pq_multi");
    let first = client.ask_plain(&query(2)).unwrap();
    let again = client.read_frame().unwrap();
    assert_eq!(again[20..], first);

    server.add_fault("close-in-reply=req_pq_multi:10");
    assert_eq!(client.ask_plain(&query(3)), Err(Ended::Closed { unfinished_bytes: 10 }));
}

/// Sends a ping; gives how many pongs come, its own and late ones.
fn ping(client: &mut Client, ping_id: i64) -> Result<usize, Ended> {
    client.send(false, &[0x7abe_77ec_u32.to_bytes(), ping_id.to_bytes()].concat());
    let mut pongs = 0;
    loop {
        match client.receive() {
            Ok(message) if message.id() == 0x3477_73c5 => pongs += 1,
            Ok(_) => {}
            Err(Ended::Silence) => return Ok(pongs),
            Err(ended) => return Err(ended),
        }
    }
}

#[test]
fn a_pong_is_lost_late_changed_or_comes_twice() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    client.wait_at_most(600);
    assert_eq!(ping(&mut client, 1), Ok(1));
    server.add_fault("drop=ping");
    assert_eq!((ping(&mut client, 2), ping(&mut client, 3)), (Ok(0), Ok(1)));
    server.add_fault("duplicate=ping");
    assert_eq!(ping(&mut client, 4), Ok(2));
    server.add_fault("delay=ping:1500");
    assert_eq!(ping(&mut client, 5), Ok(0));
    client.wait_at_most(3_000);
    assert_eq!(ping(&mut client, 6), Ok(2), "the late one and its own");
    client.wait_at_most(600);
    server.add_fault("drop=*");
    assert_eq!(ping(&mut client, 7), Ok(1), "every method of the API, which a ping is not");
    server.add_fault("transport-error=ping:-429");
    assert_eq!(ping(&mut client, 8), Err(Ended::Error(-429)));
    client.reconnect();
    server.add_fault("corrupt=ping");
    client.send(false, &[0x7abe_77ec_u32.to_bytes(), 9_i64.to_bytes()].concat());
    assert!(client.read_until_it_does_not_open());
}

/// `updateShortMessage`
const UPDATE: u32 = 0x313b_c7f8;

#[test]
fn an_update_and_the_news_of_a_session_are_lost_or_come_twice() {
    let server = TestServer::start(Config { contacts: 0, ..Config::default() });
    let mut client = server.logged_in();
    client.wait_at_most(600);
    let mut came = |id: u32| {
        let messages = std::iter::from_fn(|| client.receive().ok());
        messages.filter(|message| message.id() == id).map(|message| message.msg_id).collect::<Vec<_>>()
    };
    came(UPDATE);
    let push = |text: &str| server.control().push(&server.truth().account.phone, text).unwrap();
    server.add_fault("duplicate=update");
    push("twice");
    let twice = came(UPDATE);
    assert_eq!(twice, [twice[0]; 2]);
    server.add_fault("drop=update");
    push("lost");
    assert_eq!(came(UPDATE), [0; 0]);
    client.reconnect();
    // nothing was acknowledged, so that both come again
    client.send(false, &[0x7abe_77ec_u32.to_bytes(), 1_i64.to_bytes()].concat());
    let again = std::iter::from_fn(|| client.receive().ok()).filter(|message| message.id() == UPDATE);
    assert_eq!(again.count(), 2);

    server.add_fault("drop=new_session_created");
    client.new_session();
    client.expect(&help::GetNearestDc);
    let news = 0x9ec2_0908;
    assert!(client.log.iter().rev().take(4).all(|message| message.id() != news));
}

#[test]
fn only_harm_to_messages_waits_for_messages() {
    let server = TestServer::plain();
    for spec in ["flood-wait=ping:1", "rpc-error=req_pq_multi:400:X", "cut-reply=update", "drop=pong"] {
        let refused = server.control().add_fault(spec.parse::<FaultRule>().unwrap());
        assert!(matches!(refused, Err(ControlError::UnknownMethod { .. })), "{spec}");
    }
}
