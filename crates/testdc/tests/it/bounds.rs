//! How much a session, a key and a port remember, and how long: to the last one that counts, and one beyond it.

use testdc::{BindError, Config, FramingName, Server};
use tl_api::functions::{InvokeWithoutUpdates, contacts, help, users};
use tl_api::{enums, types};
use tl_codec::{Encode, RawBytes};

use crate::client::{Client, Ended, Framing, Received, refusal};
use crate::harness::{TestServer, shared_key};
use crate::sessions::{BAD_MSG, PONG, RPC_RESULT, bad_msg_code, gzip, ping, wait_for, wait_for_pong};

const NEW_SESSION: u32 = 0x9ec2_0908;

fn has(messages: &[Received], id: u32) -> bool {
    messages.iter().any(|message| message.id() == id)
}

#[test]
fn a_packed_call_unfolds_to_as_much_as_a_frame() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let limit = 2 << 20;
    // no such method; but it has arrived
    let refused = client.call_raw(&gzip(&vec![0x11; limit])).unwrap();
    assert_eq!(refused[..4], 0x2144_ca19_u32.to_le_bytes());
    client.send(true, &gzip(&vec![0x11; limit + 4]));
    assert_eq!(bad_msg_code(&wait_for(&mut client, BAD_MSG)), 64);
}

#[test]
fn a_container_holds_1024_messages() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let pings = |count| vec![(false, [0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat()); count];
    let whole = client.pack(&pings(1_024));
    client.send(false, &whole);
    for _ in 0..1_024 {
        wait_for(&mut client, PONG);
    }
    let too_long = client.pack(&pings(1_025));
    client.send(false, &too_long);
    assert_eq!(bad_msg_code(&wait_for(&mut client, BAD_MSG)), 64);
}

#[test]
fn the_session_that_was_used_longest_ago_makes_room() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    // whether it was new to the server
    let mut use_session = |id: Option<i64>| {
        client.new_session();
        client.session_id = id.unwrap_or(client.session_id);
        let before = client.log.len();
        wait_for_pong(&mut client);
        (client.session_id, has(&client.log[before..], NEW_SESSION))
    };
    let ids = (0..64).map(|_| use_session(None).0).collect::<Vec<_>>();
    assert!(!use_session(Some(ids[0])).1, "there is room for all of them");
    use_session(None);
    assert!(!use_session(Some(ids[0])).1, "it is in use");
    assert!(use_session(Some(ids[1])).1, "it has made room");
}

#[test]
fn a_repetition_is_recognised_among_the_last_2048_messages() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let first = client.next_msg_id();
    let sealed = client.seal(first, 0, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat());
    client.send_frame(&sealed);
    for _ in 1..2_047 {
        ping(&mut client);
    }
    wait_for_pong(&mut client);
    client.send_frame(&sealed);
    // one message more than are remembered
    wait_for_pong(&mut client);
    assert!(!has(&client.log, BAD_MSG), "all of them are known");
    client.send_frame(&sealed);
    assert_eq!(bad_msg_code(&wait_for(&mut client, BAD_MSG)), 20, "too old to tell");
}

/// A client that has acknowledged everything, and does so no more.
fn forgetful(server: &TestServer) -> Client {
    let mut client = server.logged_in();
    client.acks = false;
    let received = client.log.iter().filter(|message| message.seq_no % 2 == 1);
    let ids = received.map(|message| message.msg_id).collect::<Vec<_>>();
    client.acknowledge(&ids);
    wait_for_pong(&mut client);
    client
}

/// Asks so often, comes back on another connection, and gives how long each answer is that comes again, and which of the
/// calls was the first that is answered again.
fn answered_again(client: &mut Client, call: &[u8], times: usize) -> (Vec<usize>, usize) {
    let calls = (0..times).map(|_| client.send(true, call)).collect::<Vec<_>>();
    for msg_id in &calls {
        client.wait_for_answer(*msg_id).unwrap();
    }
    client.reconnect();
    let before = client.log.len();
    wait_for_pong(client);
    wait_for_pong(client);
    let again = client.log[before..].iter().filter(|message| message.id() == RPC_RESULT);
    let again = again.map(|message| message.body.clone()).collect::<Vec<_>>();
    let first = calls.iter().position(|msg_id| again[0][4..12] == msg_id.to_le_bytes()).unwrap();
    (again.iter().map(Vec::len).collect(), first)
}

#[test]
fn answers_that_nobody_acknowledges_are_kept_as_far_as_there_is_room() {
    let server = TestServer::start(Config { contacts: 40_000, ..Config::default() });
    let (lens, first) = answered_again(&mut forgetful(&server), &help::GetNearestDc.to_bytes(), 1_026);
    assert_eq!((lens.len(), first), (1_024, 2));
    let contacts = contacts::GetContacts { hash: 0 }.to_bytes();
    let (lens, first) = answered_again(&mut forgetful(&server), &contacts, 36);
    let room = (64 << 20) / lens[0];
    assert_eq!((lens.len(), first), (room, 36 - room), "{} bytes each", lens[0]);
}

#[test]
fn messages_may_be_five_minutes_old_and_half_a_minute_early() {
    let server = TestServer::plain();
    for (skew_secs, expected) in [(-290, None), (-301, Some(16)), (29, None), (36, Some(17))] {
        let mut client = server.keyed();
        client.new_session();
        client.skew_secs = skew_secs;
        ping(&mut client);
        let answer = std::iter::repeat_with(|| client.receive().unwrap())
            .find(|message| [PONG, BAD_MSG].contains(&message.id()))
            .unwrap();
        let code = (answer.id() == BAD_MSG).then(|| bad_msg_code(&answer.body));
        assert_eq!(code, expected, "{skew_secs}");
    }
}

#[test]
fn sixty_four_salts_are_told_and_each_holds_for_an_hour() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    for (asked, told) in [(64, 64), (65, 64_usize)] {
        client.send(false, &[0xb921_bd04_u32.to_bytes(), asked.to_bytes()].concat());
        let salts = wait_for(&mut client, 0xae50_0895);
        assert_eq!(salts.len(), 20 + told * 16, "{asked}");
        for salt in salts[20..].chunks(16) {
            let secs = |at: usize| u32::from_le_bytes(salt[at..at + 4].try_into().unwrap());
            assert_eq!(secs(4) - secs(0), 3_600);
        }
    }
    for (later_secs, refused) in [(3_590, false), (3_600, true)] {
        let mut client = server.keyed();
        server.control().clear_faults();
        server.add_fault(&format!("clock-skew={later_secs}"));
        client.skew_secs = later_secs;
        ping(&mut client);
        let answer = std::iter::repeat_with(|| client.receive().unwrap())
            .find(|message| [PONG, 0xedab_447b].contains(&message.id()))
            .unwrap();
        assert_eq!(answer.id() != PONG, refused, "{later_secs}");
        server.control().clear_faults();
    }
}

#[test]
fn answers_from_512_bytes_on_are_packed() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    for (count, is_packed) in [(41, 0), (42, 1), (200, 1)] {
        client.packed_answers = 0;
        let ids = (0..count)
            .map(|id| enums::InputUser::InputUser(types::InputUser { user_id: id, access_hash: 1 }))
            .collect();
        let len = client.expect(&users::GetUsers { id: ids }).len();
        assert_eq!((client.packed_answers, len >= 512), (is_packed, is_packed == 1), "{len} bytes");
    }
}

#[test]
fn messages_of_up_to_32_kibibytes_share_a_container() {
    let (mut shared, mut alone) = (0, usize::MAX);
    for contacts in [236, 240, 244, 248, 252, 256, 260] {
        let server = TestServer::start(Config { contacts, ..Config::default() });
        let mut client = forgetful(&server);
        let before = client.log.len();
        client.expect(&contacts::GetContacts { hash: 0 });
        let reply = client.log[before..].iter().find(|message| message.id() == RPC_RESULT).unwrap();
        if reply.in_container {
            shared = shared.max(reply.body.len());
        } else {
            alone = alone.min(reply.body.len());
        }
    }
    assert!((31_000..=32 << 10).contains(&shared), "{shared}");
    // the acknowledgement beside it counts too
    assert!(((32 << 10) - 64..=34_500).contains(&alone), "{alone}");
}

#[test]
fn the_oldest_of_too_many_key_exchanges_makes_room() {
    let server = TestServer::plain();
    let mut client = server.connect();
    let begun = |client: &mut Client, count: usize| {
        for _ in 0..count {
            let nonce = client.entropy.array();
            client.first_step(nonce).unwrap();
        }
    };
    let first = client.first_step([1; 16]).unwrap();
    begun(&mut client, 4_094);
    let (query, _) = client.second_query(&server.pem(), &first, 2, None);
    assert!(client.ask_plain(&query).is_ok());
    begun(&mut client, 1);
    assert_eq!(client.ask_plain(&query), Err(Ended::Error(-404)));
}

#[test]
fn a_key_exchange_is_remembered_for_ten_minutes() {
    let server = TestServer::plain();
    for (later_secs, is_known) in [(590, true), (601, false)] {
        let mut client = server.connect();
        let nonce = client.entropy.array();
        let first = client.first_step(nonce).unwrap();
        let (query, _) = client.second_query(&server.pem(), &first, 2, None);
        server.add_fault(&format!("clock-skew={later_secs}"));
        assert_eq!(client.ask_plain(&query).is_ok(), is_known, "{later_secs}");
        server.control().clear_faults();
    }
}

#[test]
fn the_last_1024_connections_are_known() {
    let server = TestServer::plain();
    let connect = |framing| Client::connect(server.address(), framing).first_step([7; 16]).unwrap();
    connect(Framing::Abridged);
    for _ in 1..1_024 {
        connect(Framing::Intermediate);
    }
    let first = || (server.spoken().len(), server.spoken()[0].1);
    assert_eq!(first(), (1_024, Some(FramingName::Abridged)));
    connect(Framing::Intermediate);
    assert_eq!(first(), (1_024, Some(FramingName::Intermediate)));
}

#[test]
fn there_can_be_a_hundred_thousand_accounts() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = |accounts| Config {
        accounts,
        contacts: 0,
        phone: "9990000000".to_owned(),
        key: Some(shared_key()),
        ..Config::default()
    };
    runtime.block_on(async {
        let most = Server::bind(config(100_000)).await;
        assert!(most.is_ok(), "{most:?}");
        let refused = Server::bind(config(100_001)).await;
        assert!(matches!(refused, Err(BindError::Accounts { accounts: 100_001 })), "{refused:?}");
    });
}

#[test]
fn seven_wrappers_may_stand_around_a_call() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    for (wrappers, is_taken) in [(7, true), (8, false)] {
        let wrapped = (0..wrappers).fold(help::GetNearestDc.to_bytes(), |query, _| {
            InvokeWithoutUpdates { query: RawBytes(query) }.to_bytes()
        });
        assert_eq!(refusal(&client.call_raw(&wrapped).unwrap()).is_none(), is_taken, "{wrappers}");
    }
}

#[test]
fn a_connection_that_speaks_again_is_recognised_behind_64_others() {
    for (others, is_known) in [(64, true), (65, false)] {
        let server = TestServer::start(Config { contacts: 3, ends_duplicates: true, ..Config::default() });
        let mut first = server.logged_in();
        first.expect(&contacts::GetStatuses);
        let mut copies = (0..others).map(|_| first.copy()).collect::<Vec<_>>();
        for copy in &mut copies {
            copy.expect(&contacts::GetStatuses);
        }
        let answer = first.call(&contacts::GetStatuses).map_err(|refused| refused.text);
        assert_eq!(answer.is_err_and(|text| text == "AUTH_KEY_DUPLICATED"), is_known, "{others}");
    }
}

/// As tdlib computes it.
#[test]
fn the_first_hundred_thousand_contacts_make_up_their_hash() {
    let server = TestServer::start(Config { contacts: 100_001, saved_only: 2, ..Config::default() });
    let mut client = server.logged_in();
    let mut ids = server.truth().contacts.iter().map(|contact| contact.user_id).collect::<Vec<_>>();
    ids.sort_unstable();
    let saved_count = i64::try_from(server.truth().saved.len()).unwrap();
    let numbers = std::iter::once(saved_count).chain(ids.into_iter().take(100_000));
    let hash = numbers.fold(0_u64, |mut hash, number| {
        hash ^= hash >> 21;
        hash ^= hash << 35;
        hash ^= hash >> 4;
        hash.wrapping_add(number.cast_unsigned())
    });
    let answer = client.expect(&contacts::GetContacts { hash: hash.cast_signed() });
    assert_eq!(answer, types::contacts::ContactsNotModified {}.to_bytes());
}
