//! A session with a client that can break every rule.

use tl_codec::Reader;

use super::*;
use crate::envelope::Head;

const NOW: u64 = 1_700_000_000;

fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

/// The `n`-th message id of the client.
fn id(n: i64) -> i64 {
    now().msg_id() + 4 * n
}

struct Client {
    session: Session,
    entropy: Entropy,
}

impl Client {
    fn new() -> Self {
        Self { session: Session::new(now()), entropy: Entropy::from_seed(1) }
    }

    fn send(&mut self, msg_id: i64, seq_no: i32, body: &[u8]) -> Vec<Demand> {
        let head = Head { salt: 1, session_id: 2, msg_id, seq_no };
        let opened = Opened { head, body: body.to_vec(), quick_ack_token: 0 };
        self.session.accept(&opened, 77, now(), &mut self.entropy)
    }

    /// Everything that the session has to say, out of its containers.
    fn received(&mut self) -> Vec<(i64, i32, Vec<u8>)> {
        let mut out = Vec::new();
        while let Some(message) = self.session.pop(now(), |_| false) {
            let mut reader = Reader::new(&message.body);
            if reader.expect_id(inbound::MSG_CONTAINER).is_err() {
                out.push((message.msg_id, message.seq_no, message.body.to_vec()));
                continue;
            }
            for _ in 0..reader.int().unwrap() {
                let (msg_id, seq_no) = (reader.long().unwrap(), reader.int().unwrap());
                let len = usize::try_from(reader.int().unwrap()).unwrap();
                let (body, rest) = reader.take_rest().split_at(len);
                out.push((msg_id, seq_no, body.to_vec()));
                reader = Reader::new(rest);
            }
        }
        out
    }

    fn bodies(&mut self) -> Vec<Vec<u8>> {
        self.received().into_iter().map(|(_, _, body)| body).collect()
    }

    /// A session beyond its first message, with nothing to say.
    fn settled() -> Self {
        let mut client = Self::new();
        client.send(id(0), 0, &words(&[0x9299_359f, 0, 0, 0]));
        client.received();
        client
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn object<'a>(id: u32, longs: impl IntoIterator<Item = &'a i64>) -> Vec<u8> {
    let mut out = id.to_bytes();
    longs.into_iter().for_each(|long| long.encode(&mut out));
    out
}

fn vector(id: u32, ids: &[i64]) -> Vec<u8> {
    let mut out = id.to_bytes();
    ids.encode(&mut out);
    out
}

fn container(messages: &[(i64, i32, Vec<u8>)]) -> Vec<u8> {
    let mut out = words(&[inbound::MSG_CONTAINER, u32::try_from(messages.len()).unwrap()]);
    for (msg_id, seq_no, body) in messages {
        msg_id.encode(&mut out);
        seq_no.encode(&mut out);
        u32::try_from(body.len()).unwrap().encode(&mut out);
        out.extend_from_slice(body);
    }
    out
}

fn bad_msg(msg_id: i64, seq_no: i32, code: i32) -> Vec<u8> {
    let mut out = object(BAD_MSG_NOTIFICATION, [&msg_id]);
    seq_no.encode(&mut out);
    code.encode(&mut out);
    out
}

/// Something that is no service message.
const CALL: [u8; 4] = [1, 2, 3, 4];

const REPLY: fn(i64) -> ReplyTo = |req_msg_id| ReplyTo { req_msg_id, method: "help.getConfig" };

#[test]
fn the_first_message_announces_the_session_and_is_acknowledged_with_its_answer() {
    let mut client = Client::new();
    let demands = client.send(id(5), 1, &CALL);
    assert_eq!(demands, [Demand::Call(Call { msg_id: id(5), body: CALL.to_vec() })]);
    client.session.begin(id(5));
    client.session.answer(REPLY(id(5)), &[9; 4], now());
    let sent = client.received();
    let heads = sent.iter().map(|(msg_id, seq_no, _)| (msg_id & 3, *seq_no)).collect::<Vec<_>>();
    assert_eq!(heads, [(3, 1), (1, 2), (1, 3)]);
    let mut reader = Reader::new(&sent[0].2);
    reader.expect_id(NEW_SESSION_CREATED).unwrap();
    assert_eq!(reader.long(), Ok(id(5)));
    reader.long().unwrap();
    assert_eq!(reader.long(), Ok(77));
    assert_eq!(sent[1].2, vector(MSGS_ACK, &[id(5)]));
    assert_eq!(sent[2].2, [object(RPC_RESULT, [&id(5)]), vec![9; 4]].concat());
    client.send(id(6), 3, &CALL);
    assert_eq!(client.bodies(), [vector(MSGS_ACK, &[id(6)])], "announced once");
}

#[test]
fn the_lowest_id_of_a_first_container_is_announced() {
    let mut client = Client::new();
    let demands = client.send(id(9), 4, &container(&[(id(7), 1, CALL.to_vec()), (id(8), 3, CALL.to_vec())]));
    assert_eq!(demands.len(), 2);
    let sent = client.bodies();
    assert_eq!(sent[0][4..12], id(7).to_le_bytes());
    assert_eq!(sent[1], vector(MSGS_ACK, &[id(7), id(8)]));
}

#[test]
fn every_rule_has_its_code() {
    let refused = |seq_no: i32, body: &[u8], code: i32| {
        let mut client = Client::settled();
        client.send(id(10), 5, &CALL);
        client.received();
        assert_eq!(client.send(id(20), seq_no, body), [], "{code}");
        assert_eq!(client.bodies(), [bad_msg(id(20), seq_no, code)], "{code}");
    };
    refused(3, &CALL, 32);
    refused(5, &CALL, 32);
    refused(6, &CALL, 35);
    refused(7, &container(&[]), 34);
    refused(6, &container(&[(id(20), 1, CALL.to_vec())]), 64);
    refused(6, &words(&[inbound::MSG_CONTAINER, 5]), 64);

    let mut client = Client::settled();
    client.send(id(10), 5, &CALL);
    client.received();
    client.send(id(5), 7, &CALL);
    assert_eq!(client.bodies(), [bad_msg(id(5), 7, 33)]);

    let full = container(&[(id(11), 7, CALL.to_vec())]);
    client.send(id(12), 8, &full);
    client.received();
    client.send(id(12), 8, &full);
    assert_eq!(client.bodies(), [bad_msg(id(12), 8, 19)], "a container comes once");
}

#[test]
fn a_fault_inside_a_container_is_refused_by_its_own_id() {
    let mut client = Client::settled();
    let messages = [(id(1), 1, CALL.to_vec()), (id(2), 2, CALL.to_vec()), (id(3), 3, CALL.to_vec())];
    let demands = client.send(id(4), 4, &container(&messages));
    assert_eq!(demands.len(), 2);
    assert!(client.bodies().contains(&bad_msg(id(2), 2, 35)));
}

#[test]
fn a_repeated_call_is_not_done_twice_and_gets_its_answer_again() {
    let mut client = Client::settled();
    client.send(id(1), 1, &CALL);
    client.session.begin(id(1));
    assert_eq!(client.send(id(1), 1, &CALL), [], "still running");
    client.session.answer(REPLY(id(1)), &[9; 4], now());
    let first = client.received();
    assert_eq!(client.send(id(1), 1, &CALL), []);
    let again = client.received();
    assert_eq!(again.len(), 2);
    assert!(again.contains(first.last().unwrap()), "the same message, with the same id");
}

#[test]
fn another_connection_gets_what_was_not_acknowledged() {
    let mut client = Client::settled();
    let bell = Arc::new(Notify::new());
    client.session.attach(1, &bell, now());
    client.send(id(1), 1, &CALL);
    client.session.begin(id(1));
    client.session.answer(REPLY(id(1)), &[9; 4], now());
    let sent = client.received();
    client.session.attach(1, &bell, now());
    assert_eq!(client.received(), [], "the same connection");
    client.session.attach(2, &bell, now());
    let again = client.received();
    assert!(again.contains(sent.last().unwrap()));
    let ids = again.iter().map(|(msg_id, ..)| *msg_id).collect::<Vec<_>>();
    client.send(id(2), 2, &vector(MSGS_ACK, &ids));
    client.session.attach(3, &bell, now());
    assert_eq!(client.received(), [], "everything was acknowledged");
}

#[test]
fn pings_salts_and_destruction() {
    let mut client = Client::settled();
    assert_eq!(client.send(id(1), 2, &object(0x7abe_77ec, [&5])), []);
    assert_eq!(client.bodies(), [object(0x3477_73c5, [&id(1), &5])]);
    let delayed = [object(0xf342_7b8c, [&6]), words(&[75])].concat();
    assert_eq!(client.send(id(2), 3, &delayed), [Demand::DisconnectAfter(Duration::from_secs(75))]);
    assert_eq!(client.bodies().len(), 2, "a ping may ask for an acknowledgement");
    let salts = words(&[0xb921_bd04, 5]);
    assert_eq!(client.send(id(3), 4, &salts), [Demand::FutureSalts { msg_id: id(3), count: 5 }]);
    let destroy = object(0xe751_2126, [&42]);
    assert_eq!(client.send(id(4), 4, &destroy), [Demand::DestroySession { session_id: 42 }]);
    assert_eq!(client.send(id(5), 4, &words(&[0xd143_5160])), [Demand::DestroyAuthKey]);
    for (n, unreadable) in [words(&[0x7abe_77ec, 1]), words(&[0xda69_fb52, 1, 2])].iter().enumerate() {
        assert_eq!(client.send(id(6 + i64::try_from(n).unwrap()), 4, unreadable), []);
    }
    assert_eq!(client.received(), []);
}

#[test]
fn states_of_messages_are_told() {
    let mut client = Client::settled();
    client.send(id(1), 1, &CALL);
    client.session.begin(id(1));
    client.session.answer(REPLY(id(1)), &[9; 4], now());
    client.send(id(3), 3, &CALL);
    client.session.begin(id(3));
    client.received();
    let asked = [id(-5), id(1), id(2), id(3), id(90)];
    client.send(id(4), 4, &vector(0xda69_fb52, &asked));
    let mut expected = object(0x04de_b57d, [&id(4)]);
    [1_u8, 12 + 32 + 64, 2, 12 + 32, 3].as_slice().encode(&mut expected);
    assert_eq!(client.bodies(), [expected]);
}

#[test]
fn messages_and_answers_are_sent_again_on_demand() {
    let mut client = Client::settled();
    client.send(id(1), 1, &CALL);
    client.session.begin(id(1));
    client.session.answer(REPLY(id(1)), &[9; 4], now());
    let answer = client.received().pop().unwrap();
    client.send(id(2), 2, &vector(0x7d86_1a08, &[answer.0]));
    assert_eq!(client.received(), std::slice::from_ref(&answer));
    client.send(id(3), 2, &vector(0x8610_baeb, &[id(1)]));
    assert_eq!(client.received(), std::slice::from_ref(&answer));
    client.send(id(4), 2, &vector(0x7d86_1a08, &[answer.0, 5]));
    let sent = client.bodies();
    assert_eq!(sent.len(), 2, "the known one, and what is known of both");
    assert_eq!(sent[1][..4], 0x04de_b57d_u32.to_le_bytes());
}

#[test]
fn answers_are_dropped_while_running_when_done_and_when_unknown() {
    let mut client = Client::settled();
    let drop = |n: i64| object(0x58e4_a740, [&id(n)]);
    let result = |n: i64, rest: &[u8]| [object(RPC_RESULT, [&id(n)]), rest.to_vec()].concat();
    client.send(id(1), 1, &CALL);
    client.session.begin(id(1));
    client.received();
    client.send(id(2), 3, &drop(1));
    let running = words(&[0xcd78_e586]);
    let sent = client.bodies();
    assert!(sent.contains(&result(1, &running)) && sent.contains(&result(2, &running)));
    client.session.answer(REPLY(id(1)), &[9; 4], now());
    assert_eq!(client.received(), [], "nobody waits for it any more");

    client.send(id(3), 5, &CALL);
    client.session.begin(id(3));
    client.session.answer(REPLY(id(3)), &[9; 4], now());
    let answer = client.received().pop().unwrap();
    client.send(id(4), 7, &drop(3));
    let mut dropped = object(0xa43a_d8b7, [&answer.0]);
    answer.1.encode(&mut dropped);
    u32::try_from(answer.2.len()).unwrap().encode(&mut dropped);
    assert!(client.bodies().contains(&result(4, &dropped)));

    client.send(id(5), 9, &drop(3));
    assert!(client.bodies().contains(&result(5, &words(&[0x5e2a_d36e]))));
}
