//! Messages from user 777000, to whom they go, and what a client that missed them is told.

use testdc::Config;
use tl_api::functions::{InvokeWithoutUpdates, contacts, updates};
use tl_api::types;
use tl_codec::{Decode, Reader};

use crate::client::{Client, Ended};
use crate::harness::TestServer;

const PHONE: &str = "9996621234";
const UPDATE_SHORT_MESSAGE: u32 = 0x313b_c7f8;

/// Text and number of the next message.
fn next_message(client: &mut Client) -> (String, i32) {
    let body = loop {
        let message = client.receive().unwrap();
        if message.id() == UPDATE_SHORT_MESSAGE {
            assert_eq!((message.msg_id % 4, message.seq_no % 2), (3, 1), "unasked, and to be acknowledged");
            break message.body;
        }
    };
    let mut reader = Reader::new(&body[4..]);
    let (_flags, _id, user_id) = (reader.word().unwrap(), reader.int().unwrap(), reader.long().unwrap());
    assert_eq!(user_id, 777_000);
    let text = String::from_utf8(reader.bytes().unwrap().to_vec()).unwrap();
    let (pts, pts_count) = (reader.int().unwrap(), reader.int().unwrap());
    assert_eq!(pts_count, 1);
    let _date = reader.int().unwrap();
    reader.finish("updateShortMessage").unwrap();
    (text, pts)
}

fn state(client: &mut Client) -> types::updates::State {
    let answer = client.expect(&updates::GetState);
    let state = types::updates::StateRef::from_bytes(&answer).unwrap();
    types::updates::State {
        pts: state.pts,
        qts: state.qts,
        date: state.date,
        seq: state.seq,
        unread_count: 0,
    }
}

/// What a client is told that has seen messages until this one.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    Empty,
    /// The texts that it missed.
    Missed(Vec<String>),
    TooLong(i32),
}

fn difference(client: &mut Client, pts: i32, pts_total_limit: Option<i32>) -> Difference {
    let query = updates::GetDifference { pts, pts_total_limit, date: 1, ..updates::GetDifference::default() };
    let answer = client.expect(&query);
    let mut reader = Reader::new(&answer);
    match reader.word().unwrap() {
        0x5d75_a138 => Difference::Empty,
        0x4afe_8f6d => Difference::TooLong(reader.int().unwrap()),
        0x00f4_9ca0 => {
            let count = |reader: &mut Reader<'_>| {
                assert_eq!(reader.word(), Ok(0x1cb5_c415));
                reader.int().unwrap()
            };
            let texts = (0..count(&mut reader)).map(|nth| message(&mut reader, pts + 1 + nth)).collect();
            // secret messages, other updates, chats
            (0..3).for_each(|_| assert_eq!(count(&mut reader), 0));
            assert_eq!(count(&mut reader), 1);
            let from = types::UserRef::decode(&mut reader).unwrap();
            assert_eq!(
                (from.id, from.first_name.map(tl_codec::Str::to_str_lossy)),
                (777_000, Some("Telegram".into()))
            );
            let state = types::updates::StateRef::decode(&mut reader).unwrap();
            reader.finish("updates.difference").unwrap();
            assert_eq!(state.pts, self::state(client).pts);
            Difference::Missed(texts)
        }
        other => panic!("{other:08x}"),
    }
}

/// The text of a `message` of these minutes.
fn message(reader: &mut Reader<'_>, id: i32) -> String {
    assert_eq!([reader.word(), reader.word(), reader.word()], [Ok(0x7600_b9d3), Ok(0), Ok(0)]);
    assert_eq!((reader.int(), reader.word(), reader.long()), (Ok(id), Ok(0x5951_1722), Ok(777_000)));
    assert!(reader.int().unwrap() > 1_700_000_000);
    String::from_utf8(reader.bytes().unwrap().to_vec()).unwrap()
}

#[test]
fn a_message_goes_to_every_client_that_takes_updates() {
    let server = TestServer::start(Config { contacts: 5, ..Config::default() });
    let (mut one, mut other) = (server.logged_in(), server.logged_in());
    let before = state(&mut one).pts;
    assert_eq!(server.control().push(PHONE, "Hello & goodbye"), Ok(2));
    assert_eq!(next_message(&mut one), ("Hello & goodbye".to_owned(), before + 1));
    assert_eq!(next_message(&mut other), ("Hello & goodbye".to_owned(), before + 1));
    assert_eq!(state(&mut one).pts, before + 1);
    assert!(server.control().push("1", "nobody").is_err());
}

#[test]
fn who_missed_messages_is_told_the_last_hundred() {
    let server = TestServer::start(Config { contacts: 5, ..Config::default() });
    let mut client = server.logged_in();
    let before = state(&mut client).pts;
    let texts = (1..=100).map(|number| format!("number {number}")).collect::<Vec<_>>();
    for text in &texts {
        server.control().push(PHONE, text).unwrap();
    }
    let missed = |from: usize| Difference::Missed(texts[from..].to_vec());
    assert_eq!(difference(&mut client, before, None), missed(0));
    assert_eq!(difference(&mut client, before + 98, None), missed(98));
    assert_eq!(difference(&mut client, before + 98, Some(2)), missed(98));
    assert_eq!(difference(&mut client, before + 98, Some(1)), Difference::TooLong(before + 100));
    for known in [before + 100, i32::MAX] {
        assert_eq!(difference(&mut client, known, None), Difference::Empty);
    }
    for unknown in [before - 1, i32::MIN] {
        assert_eq!(difference(&mut client, unknown, None), Difference::TooLong(before + 100));
    }
    server.control().push(PHONE, "one more").unwrap();
    assert_eq!(difference(&mut client, before, None), Difference::TooLong(before + 101));
    let Difference::Missed(kept) = difference(&mut client, before + 1, None) else { panic!("too long") };
    assert_eq!((kept.len(), kept[0].as_str(), kept[99].as_str()), (100, "number 2", "one more"));
}

/// The constructors of `message` as clients of these layers have published them, and whether they have `flags2`.
#[test]
fn who_missed_messages_is_told_them_in_the_own_layer() {
    let server = TestServer::start(Config { contacts: 5, ..Config::default() });
    for (layer, id, has_second_flags) in [
        (158, 0x3811_6ee0, false),
        (173, 0x76be_c211, false),
        (179, 0x2357_bf25, true),
        (181, 0x9434_5242, true),
        (193, 0x9434_5242, true),
        (198, 0x96fd_bbe9, true),
        (204, 0xeabc_dd4d, true),
        (214, 0x9815_cec8, true),
        (216, 0x9815_cec8, true),
        (218, 0xb92f_76cf, true),
        (220, 0xb92f_76cf, true),
        (221, 0x9cb4_90e9, true),
        (222, 0x9cb4_90e9, true),
        (223, 0x3ae5_6482, true),
        (224, 0x3ae5_6482, true),
        (225, 0x95ef_6f2b, true),
        (227, 0x7600_b9d3, true),
        (230, 0x7600_b9d3, true),
    ] {
        let answer = missed_in(&server, layer);
        let mut reader = Reader::new(&answer);
        assert_eq!(
            (reader.word(), reader.word(), reader.int()),
            (Ok(0x00f4_9ca0), Ok(0x1cb5_c415), Ok(1)),
            "{layer}"
        );
        assert_eq!((reader.word(), reader.word()), (Ok(id), Ok(0)), "{layer}");
        assert!(!has_second_flags || reader.word() == Ok(0), "{layer}");
        let _id = reader.int().unwrap();
        assert_eq!((reader.word(), reader.long()), (Ok(0x5951_1722), Ok(777_000)), "{layer}");
        assert!(reader.int().unwrap() > 1_700_000_000, "{layer}");
        assert_eq!(reader.bytes(), Ok(&b"to all layers"[..]), "{layer}");
    }
}

/// Where nobody knows what `message` was, it is a notice with a date of the inbox, which was always the same.
#[test]
fn in_a_layer_whose_messages_are_not_known_it_is_a_notice() {
    let server = TestServer::start(Config { contacts: 5, ..Config::default() });
    for layer in [174, 199, 217, 226] {
        let answer = missed_in(&server, layer);
        let mut reader = Reader::new(&answer);
        let words: Vec<_> = (0..7).map(|_| reader.word().unwrap()).collect();
        // no messages, no secret ones, one update
        assert_eq!(words, [0x00f4_9ca0, 0x1cb5_c415, 0, 0x1cb5_c415, 0, 0x1cb5_c415, 1], "{layer}");
        assert_eq!([reader.word(), reader.word()], [Ok(0xebe4_6819), Ok(2)], "with inbox_date alone");
        assert!(reader.int().unwrap() > 1_700_000_000);
        assert_eq!((reader.bytes(), reader.bytes()), (Ok(&b""[..]), Ok(&b"to all layers"[..])));
        assert_eq!([reader.word(), reader.word(), reader.word()], [Ok(0x3ded_6320), Ok(0x1cb5_c415), Ok(0)]);
    }
}

/// What a client of a layer is told that missed one message.
fn missed_in(server: &TestServer, layer: i32) -> Vec<u8> {
    let mut client = server.keyed();
    client.introduce_in(layer);
    client.log_in(PHONE, &server.code()).unwrap();
    let pts = state(&mut client).pts;
    server.control().push(PHONE, "to all layers").unwrap();
    client.expect(&updates::GetDifference { pts, date: 1, ..updates::GetDifference::default() })
}

#[test]
fn a_session_without_updates_is_left_alone() {
    let server = TestServer::start(Config { contacts: 5, ..Config::default() });
    let mut client = server.logged_in();
    client.new_session();
    client.expect(&InvokeWithoutUpdates { query: contacts::GetStatuses });
    assert_eq!(server.control().push(PHONE, "old session"), Ok(1), "the one before takes them");
    client.wait_at_most(300);
    loop {
        match client.receive() {
            Ok(message) => assert_ne!(message.id(), UPDATE_SHORT_MESSAGE),
            Err(ended) => break assert_eq!(ended, Ended::Silence),
        }
    }
}

#[test]
fn a_message_that_was_not_acknowledged_comes_again() {
    let server = TestServer::start(Config { contacts: 5, ..Config::default() });
    let mut client = server.logged_in();
    client.acks = false;
    assert_eq!(server.control().push(PHONE, "again"), Ok(1));
    let first = next_message(&mut client);
    for _ in 0..2 {
        client.reconnect();
        client.send(false, &[0x7abe_77ec_u32.to_le_bytes().as_slice(), &[1; 8]].concat());
        assert_eq!(next_message(&mut client), first);
    }
    let ids = client.log.iter().filter(|message| message.id() == UPDATE_SHORT_MESSAGE);
    let ids = ids.map(|message| message.msg_id).collect::<Vec<_>>();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    client.acknowledge(&ids[..1]);
    client.expect(&contacts::GetStatuses);
    client.reconnect();
    client.expect(&contacts::GetStatuses);
    assert_eq!(client.log.iter().filter(|message| message.id() == UPDATE_SHORT_MESSAGE).count(), 3);
}

#[test]
fn the_owner_is_warned_of_a_takeout_that_waits_once_and_elsewhere() {
    let server =
        TestServer::start(Config { contacts: 5, takeout_delay_secs: Some(3_600), ..Config::default() });
    let (mut owner, mut client) = (server.logged_in(), server.logged_in());
    for _ in 0..2 {
        assert_eq!(client.open_takeout().unwrap_err().code, 420);
    }
    let (text, pts) = next_message(&mut owner);
    assert!(
        text.contains("export") && text.contains("3600 seconds") && text.contains("device test"),
        "{text}"
    );
    assert_eq!(state(&mut owner).pts, pts, "one message");
    assert!(client.log.iter().all(|message| message.id() != UPDATE_SHORT_MESSAGE));
}
