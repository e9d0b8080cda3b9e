//! What a session does with each message that can arrive.

use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use mtproto::Random as _;
use mtproto::schema::{functions, types};
use mtproto::session::{CallError, Event, GzipError, RequestError, Resume, RpcError, SessionError};
use tl_codec::{Constructor as _, Decode as _, Encode as _};

use crate::recorded::Seeded;
use crate::script::{SALT, Script, key};
use crate::server::envelope::{self, Message};

const REQUEST: [u8; 8] = [1, 1, 1, 1, 2, 2, 2, 2];

fn rpc_result(req_msg_id: i64, result: &[u8]) -> Vec<u8> {
    [&types::RpcResult::ID.to_le_bytes()[..], &req_msg_id.to_le_bytes(), result].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    types::GzipPacked { packed_data: encoder.finish().unwrap() }.to_bytes()
}

fn bad_msg(bad_msg_id: i64, error_code: i32) -> Vec<u8> {
    types::BadMsgNotification { bad_msg_id, bad_msg_seqno: 0, error_code }.to_bytes()
}

/// Bytes that packing does not shorten.
fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    Seeded::new(5).fill(&mut bytes);
    bytes
}

/// The one request that is sent now.
fn the_request(script: &mut Script) -> Message {
    let mut sent = script.sent_requests();
    sent.retain(|message| message.id() != functions::DestroySession::ID);
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.remove(0)
}

#[test]
fn a_request_and_its_answer() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    assert_eq!((sent.body.as_slice(), sent.seq_no), (&REQUEST[..], 1));
    assert_eq!(script.session.unanswered(), 1);
    script.deliver_service(rpc_result(sent.msg_id, &[9; 12]));
    let result = Ok(vec![9; 12].into());
    assert_eq!(script.events(), [Event::Answer { call, result }]);
    assert_eq!(script.session.unanswered(), 0);
    // the same answer again answers nothing
    script.deliver_service(rpc_result(sent.msg_id, &[9; 12]));
    assert_eq!(script.events(), []);
}

#[test]
fn sequence_numbers_count_content_messages() {
    let mut script = Script::new();
    for expected in [1, 3, 5] {
        script.request(&REQUEST);
        assert_eq!(the_request(&mut script).seq_no, expected);
    }
    script.request(&REQUEST);
    script.request(&REQUEST);
    let container = script.envelope().unwrap();
    assert_eq!(container.message.seq_no, 10, "a container is no content message, and not below its own");
    let inner = container.message.unpacked();
    assert_eq!(inner.iter().map(|message| message.seq_no).collect::<Vec<_>>(), [7, 9]);
}

#[test]
fn a_refusal_is_data() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    let error = types::RpcError { error_code: 420, error_message: "FLOOD_WAIT_30".into() };
    script.deliver_service(rpc_result(sent.msg_id, &error.to_bytes()));
    let error = CallError::Rpc(RpcError { code: 420, message: "FLOOD_WAIT_30".into() });
    assert_eq!(script.events(), [Event::Answer { call, result: Err(error) }]);
}

#[test]
fn packed_answers_and_packed_messages() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    script.deliver_service(rpc_result(sent.msg_id, &gzip(&[7; 4000])));
    let result = Ok(vec![7; 4000].into());
    assert_eq!(script.events(), [Event::Answer { call, result }]);

    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    let error = types::RpcError { error_code: 500, error_message: "X".into() };
    script.deliver_service(rpc_result(sent.msg_id, &gzip(&error.to_bytes())));
    assert!(
        matches!(&script.events()[..], [Event::Answer { call: of, result: Err(CallError::Rpc(_)) }] if *of == call)
    );

    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    script.deliver_service(gzip(&rpc_result(sent.msg_id, &[8; 8])));
    script.deliver_service(gzip(&[0xee; 100]));
    let result = Ok(vec![8; 8].into());
    assert_eq!(script.events(), [Event::Answer { call, result }, Event::Update(vec![0xee; 100].into())]);
}

#[test]
fn a_packed_answer_unfolds_to_32_mebibytes() {
    let limit_bytes = 32 << 20;
    for (len, expected) in
        [(limit_bytes, Ok(limit_bytes)), (limit_bytes + 4, Err(GzipError::TooLong { limit_bytes }))]
    {
        let mut script = Script::new();
        script.request(&REQUEST);
        let sent = the_request(&mut script);
        script.deliver_service(rpc_result(sent.msg_id, &gzip(&vec![7; len])));
        let Some(Event::Answer { result, .. }) = script.events().pop() else { panic!("one answer") };
        assert_eq!(result.map(|answer| answer.len()), expected.map_err(CallError::Gzip));
    }
}

fn packed_updates(script: &mut Script, lens: &[usize]) -> Vec<Message> {
    lens.iter().map(|len| Message::new(script.server_id(0), 1, gzip(&vec![0xee; *len]))).collect()
}

#[test]
fn all_that_an_envelope_holds_packed_unfolds_to_32_mebibytes() {
    const HALF: usize = 16 << 20;
    let too_long = GzipError::TooLong { limit_bytes: 2 * HALF };
    for (lens, taken) in
        [(vec![HALF, HALF], 2), (vec![HALF, HALF, 4], 2), (vec![HALF, HALF + 4, 4], 1), (vec![HALF; 60], 2)]
    {
        let mut script = Script::new();
        let call = script.request(&REQUEST);
        let sent = the_request(&mut script);
        let mut messages = packed_updates(&mut script, &lens);
        let answer = rpc_result(sent.msg_id, &gzip(&vec![7; 2 * HALF]));
        messages.push(Message::new(script.server_id(0), 1, answer));
        let container = script.service(envelope::container(&messages));
        let expected = if taken == lens.len() { Ok(()) } else { Err(SessionError::Gzip(too_long.clone())) };
        assert_eq!(script.deliver(&container), expected);
        let mut events = script.events();
        let last = events.pop();
        assert!(
            matches!(last, Some(Event::Answer { call: of, result: Ok(body) }) if of == call && body.len() == 2 * HALF),
            "updates take no answer's room"
        );
        assert_eq!(events, vec![Event::Update(vec![0xee; HALF].into()); taken]);
        // the next envelope has room of its own
        script.deliver_service(gzip(&vec![0xee; 2 * HALF]));
        assert_eq!(script.events().len(), 1);
    }
}

#[test]
fn all_answers_in_an_envelope_unfold_to_32_mebibytes() {
    const HALF: usize = 16 << 20;
    let mut script = Script::new();
    let calls = [(); 3].map(|()| script.request(&REQUEST));
    let mut messages = Vec::new();
    for (sent, len) in script.sent_requests().into_iter().zip([HALF, HALF, 4]) {
        messages.push(Message::new(script.server_id(0), 1, rpc_result(sent.msg_id, &gzip(&vec![7; len]))));
    }
    script.deliver_service(envelope::container(&messages));
    let too_long = GzipError::TooLong { limit_bytes: 2 * HALF };
    let results = [Ok(HALF), Ok(HALF), Err(CallError::Gzip(too_long))];
    for (event, expected) in script.events().into_iter().zip(calls.into_iter().zip(results)) {
        let Event::Answer { call, result } = event else { panic!("{event:?}") };
        assert_eq!((call, result.map(|body| body.len())), expected);
    }
    assert_eq!(script.session.unanswered(), 0);
}

#[test]
fn a_damaged_packed_answer_ends_its_request_and_nothing_else() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    let mut packed = gzip(&[7; 4000]);
    packed[20] ^= 0xff;
    script.deliver_service(rpc_result(sent.msg_id, &packed));
    let result = Err(CallError::Gzip(GzipError::Damaged));
    assert_eq!(script.events(), [Event::Answer { call, result }]);
    let message = script.service(packed);
    assert_eq!(script.deliver(&message), Err(SessionError::Gzip(GzipError::Damaged)));
}

#[test]
fn content_messages_are_acknowledged_with_the_next_request() {
    let mut script = Script::new();
    let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    assert_eq!(script.sent(), [], "an ack waits for company");
    script.request(&REQUEST);
    let sent = script.sent();
    let acks = types::MsgsAckRef::from_bytes(&sent[0].body).unwrap();
    assert_eq!(acks.msg_ids.iter().collect::<Vec<_>>(), [update.msg_id]);
    assert_eq!((sent[0].seq_no % 2, sent[1].body.as_slice()), (0, &REQUEST[..]));
}

#[test]
fn acks_travel_alone_when_they_are_many_or_old() {
    let mut script = Script::new();
    for count in 0..=16 {
        assert_eq!(script.sent(), [], "{count}");
        let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
        script.deliver(&update).unwrap();
    }
    let sent = script.sent();
    assert_eq!(types::MsgsAckRef::from_bytes(&sent[0].body).unwrap().msg_ids.len(), 17);

    let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    let deadline = script.session.poll_timeout().unwrap();
    assert_eq!(deadline, script.now.monotonic + Duration::from_secs(10));
    script.advance(Duration::from_secs(10));
    script.session.handle_timeout(script.now).unwrap();
    let sent = script.sent();
    assert_eq!((sent.len(), sent[0].id()), (1, types::MsgsAck::ID));
}

// check: 3.2-8-replay -> passed over
#[test]
fn a_repeated_message_is_acknowledged_again_and_does_nothing() {
    let mut script = Script::new();
    let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    script.deliver(&update).unwrap();
    assert_eq!(script.events().len(), 1, "the second is passed over");
    script.request(&REQUEST);
    let sent = script.sent();
    let acks = types::MsgsAckRef::from_bytes(&sent[0].body).unwrap();
    assert_eq!(acks.msg_ids.iter().collect::<Vec<_>>(), [update.msg_id, update.msg_id]);
}

// check: 3.2-9-window -> passed over
#[test]
fn messages_from_another_time_are_passed_over() {
    let mut script = Script::new();
    for (secs, taken) in [(-310, false), (-290, true), (29, true), (70, false)] {
        let update = Message::new(script.server_id(secs), 1, vec![0xee; 8]);
        script.deliver(&update).unwrap();
        assert_eq!(script.events().len(), usize::from(taken), "{secs}: passed over or not");
    }
}

// check: 3.2-9-mends -> taken
#[test]
fn what_mends_the_clock_and_the_salt_is_taken_from_any_time() {
    let mut script = Script::new();
    script.request(&REQUEST);
    let bad_msg_id = the_request(&mut script).msg_id;
    let bad_salt =
        types::BadServerSalt { bad_msg_id, bad_msg_seqno: 1, error_code: 48, new_server_salt: SALT + 1 };
    let message = Message::new(script.server_id(-5000), 0, bad_salt.to_bytes());
    script.deliver(&message).unwrap();
    assert_eq!(script.session.server_salt(), SALT + 1, "taken");
    let bad_msg_id = the_request(&mut script).msg_id;
    let notification = bad_msg(bad_msg_id, 16);
    let message = Message::new(script.server_id(5000), 0, notification);
    script.deliver(&message).unwrap();
    assert_eq!(script.session.time_offset_secs(), 5000, "taken");
    assert_eq!(the_request(&mut script).body, REQUEST);
    // this one need not name a message that we know
    for (secs, salt) in [(-5000, SALT + 2), (15_000, SALT + 3)] {
        let created = types::NewSessionCreated { first_msg_id: 4, unique_id: salt, server_salt: salt };
        let message = Message::new(script.server_id(secs), 1, created.to_bytes());
        script.deliver(&message).unwrap();
        assert_eq!((script.session.server_salt(), script.events()), (salt, vec![Event::NewSession]), "taken");
    }
}

// check: 3.2-11-inner-replay -> passed over
// check: 3.2-11-inner-window -> passed over
#[test]
fn messages_in_a_container_are_held_to_the_same_rules() {
    let mut script = Script::new();
    let update = |script: &mut Script, secs| Message::new(script.server_id(secs), 1, vec![0xee; 8]);
    let (old, new) = (update(&mut script, -301), update(&mut script, 0));
    let ahead = update(&mut script, 31);
    script.deliver_service(envelope::container(&[old, new.clone(), ahead, new.clone()]));
    assert_eq!(script.events().len(), 1, "the others are passed over");
    let (still, already) = (update(&mut script, -299), update(&mut script, 29));
    script.deliver_service(envelope::container(&[still, already]));
    assert_eq!(script.events().len(), 2, "neither too old nor too early");
    script.deliver_service(envelope::container(&[new]));
    assert_eq!(script.events(), [], "passed over in another container too");
}

/// Sealed and sent as any message, each with one rule broken: none of what it holds is used.
// check: 3.2-11-bodies -> SessionError::ContainerBody
// check: 3.2-11-inner-ids -> SessionError::MsgIdParity
// check: 3.2-11-nested -> SessionError::NestedContainer
// check: 3.2-11-count -> SessionError::TooMany
#[test]
fn a_container_that_breaks_a_rule_is_refused_whole() {
    let refused = |spoil: &dyn Fn(&mut Vec<Message>, &mut Vec<u8>)| {
        let mut script = Script::new();
        let mut messages = vec![
            Message::new(script.server_id(0), 1, vec![0xee; 8]),
            Message::new(script.server_id(0), 1, vec![0xdd; 8]),
        ];
        spoil(&mut messages, &mut Vec::new());
        let mut body = envelope::container(&messages);
        spoil(&mut Vec::new(), &mut body);
        let container = script.service(body);
        let error = script.deliver(&container).unwrap_err();
        assert_eq!(script.events(), [], "{error}");
        assert!(error.is_peer_fault(), "{error}");
        error
    };
    // the length of the first body
    for (stated, byte, value) in [(3, 20, 3), (36, 20, 36), (i32::MIN + 8, 23, 0x80)] {
        let error = refused(&|_, body| {
            if let Some(length) = body.get_mut(byte) {
                *length = value;
            }
        });
        assert_eq!(error, SessionError::ContainerBody { stated, available_bytes: 32 });
    }
    let error = refused(&|messages, _| messages.iter_mut().for_each(|message| message.msg_id -= 1));
    assert!(matches!(error, SessionError::MsgIdParity { .. }), "{error}");
    let error = refused(&|messages, _| {
        if let Some(message) = messages.first_mut() {
            message.body = envelope::container(&[]);
        }
    });
    assert_eq!(error, SessionError::NestedContainer);
    let error = refused(&|messages, _| {
        if let Some(message) = messages.first().cloned() {
            messages.resize(1025, message);
        }
    });
    assert_eq!(error, SessionError::TooMany { name: "msg_container", count: 1025, limit: 1024 });
}

#[test]
fn an_unknown_object_in_a_container_does_not_harm_its_siblings() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    let messages = [
        Message::new(script.server_id(0), 1, vec![0xab, 0xcd, 0xef, 0x01, 5, 5, 5, 5]),
        Message::new(script.server_id(0), 1, rpc_result(sent.msg_id, &[9; 4])),
    ];
    script.deliver_service(envelope::container(&messages));
    let result = Ok(vec![9; 4].into());
    let update = Event::Update(messages[0].body.clone().into());
    assert_eq!(script.events(), [update, Event::Answer { call, result }]);
}

#[test]
fn an_unreadable_service_message_in_a_container_is_an_error_after_its_siblings() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    let messages = [
        Message::new(script.server_id(0), 0, types::Pong::ID.to_le_bytes().to_vec()),
        Message::new(script.server_id(0), 1, rpc_result(sent.msg_id, &[9; 4])),
    ];
    let container = script.service(envelope::container(&messages));
    let error = script.deliver(&container).unwrap_err();
    assert!(
        matches!(error, SessionError::Malformed { name: "pong", .. }) && error.is_peer_fault(),
        "{error}"
    );
    assert!(matches!(&script.events()[..], [Event::Answer { call: of, result: Ok(_) }] if *of == call));
}

#[test]
fn a_new_salt_is_taken_and_the_message_sent_again() {
    let mut script = Script::new();
    script.request(&REQUEST);
    let first = the_request(&mut script);
    let bad = |bad_msg_id| types::BadServerSalt {
        bad_msg_id,
        bad_msg_seqno: 1,
        error_code: 48,
        new_server_salt: 77,
    };
    script.deliver_service(bad(first.msg_id + 4).to_bytes());
    assert_eq!((script.session.server_salt(), script.sent().len()), (SALT, 0), "not about a message of ours");
    script.deliver_service(bad(first.msg_id).to_bytes());
    assert_eq!(script.session.server_salt(), 77);
    let again = script.envelope().unwrap();
    assert_eq!((again.salt, again.message.body.as_slice()), (77, &REQUEST[..]));
    assert!(again.message.msg_id > first.msg_id && again.message.seq_no > first.seq_no);
}

#[test]
fn a_refused_container_is_sent_again_whole() {
    let mut script = Script::new();
    let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    script.request(&REQUEST);
    script.request(&[3; 4]);
    let container = script.envelope().unwrap().message;
    assert_eq!(container.clone().unpacked().len(), 3);
    let bad = types::BadServerSalt {
        bad_msg_id: container.msg_id,
        bad_msg_seqno: container.seq_no,
        error_code: 48,
        new_server_salt: 78,
    };
    script.deliver_service(bad.to_bytes());
    let again = script.envelope().unwrap();
    let bodies =
        |message: Message| message.unpacked().into_iter().map(|inner| inner.body).collect::<Vec<_>>();
    assert_eq!(again.salt, 78);
    assert_eq!(bodies(again.message), bodies(container), "acks and requests alike");
}

#[test]
fn refusals_are_bounded() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    for _ in 0..=10 {
        let sent = the_request(&mut script);
        script.deliver_service(bad_msg(sent.msg_id, 20));
    }
    let result = Err(CallError::Refused { code: 20, times: 11 });
    assert_eq!(script.events(), [Event::Answer { call, result }]);
    assert_eq!(script.sent_requests(), []);

    let mut script = Script::new();
    script.request(&REQUEST);
    for _ in 0..5 {
        let sent = the_request(&mut script);
        script.deliver_service(bad_msg(sent.msg_id, 33));
    }
    let sent = the_request(&mut script);
    let last = script.service(bad_msg(sent.msg_id, 33));
    let error = script.deliver(&last).unwrap_err();
    assert_eq!(error, SessionError::TooManyResets { limit: 5 });
    assert!(!error.is_retryable());
}

#[test]
fn a_new_session_of_the_server() {
    let mut script = Script::new();
    let (lost, kept) = (script.request(&REQUEST), {
        script.sent();
        script.advance(Duration::from_secs(1));
        script.request(&[3; 4])
    });
    let second = the_request(&mut script);
    let created = types::NewSessionCreated { first_msg_id: second.msg_id, unique_id: 1, server_salt: 99 };
    let message = Message::new(script.server_id(0), 1, created.to_bytes());
    script.deliver(&message).unwrap();
    assert_eq!(script.session.server_salt(), 99);
    assert_eq!(script.events(), [Event::NewSession]);
    let sent = script.sent();
    assert_eq!(sent[0].id(), types::MsgsAck::ID, "the notice wants an ack");
    assert_eq!(sent[1].body, REQUEST, "what the server's session cannot know is sent again");
    assert_eq!(sent.len(), 2);
    script.deliver_service(rpc_result(sent[1].msg_id, &[1; 4]));
    script.deliver_service(rpc_result(second.msg_id, &[2; 4]));
    let answered: Vec<_> = script
        .events()
        .into_iter()
        .map(|event| if let Event::Answer { call, .. } = event { call } else { panic!("{event:?}") })
        .collect();
    assert_eq!(answered, [lost, kept]);
}

#[test]
fn an_answer_that_must_be_fetched() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    let answer = Message::new(script.server_id(0), 1, rpc_result(sent.msg_id, &[9; 4]));
    let info =
        types::MsgDetailedInfo { msg_id: sent.msg_id, answer_msg_id: answer.msg_id, bytes: 100, status: 0 };
    script.deliver_service(info.to_bytes());
    let asked = script.sent();
    let request = types::MsgResendReqRef::from_bytes(&asked[0].body).unwrap();
    assert_eq!(request.msg_ids.iter().collect::<Vec<_>>(), [answer.msg_id]);
    script.deliver(&answer).unwrap();
    assert!(matches!(&script.events()[..], [Event::Answer { call: of, result: Ok(_) }] if *of == call));
    // once it is here, it is acknowledged and not fetched
    script.sent();
    let info = types::MsgNewDetailedInfo { answer_msg_id: answer.msg_id, bytes: 100, status: 0 };
    script.deliver_service(info.to_bytes());
    script.request(&REQUEST);
    assert_eq!(script.sent()[0].id(), types::MsgsAck::ID);
}

#[test]
fn an_answer_that_no_frame_can_carry_ends_its_request() {
    let mut script = Script::new();
    for (bytes, ends) in [(24 << 20, false), ((24 << 20) + 1, true)] {
        script.request(&REQUEST);
        let sent = the_request(&mut script);
        let info = types::MsgDetailedInfo {
            msg_id: sent.msg_id,
            answer_msg_id: script.server_id(0),
            bytes,
            status: 0,
        };
        script.deliver_service(info.to_bytes());
        let events = script.events();
        assert_eq!(events.len(), usize::from(ends));
        script.sent();
    }
}

#[test]
fn questions_about_messages_are_answered() {
    let mut script = Script::new();
    let low = Message::new(script.server_id(-9), 1, vec![0xee; 4]);
    let high = Message::new(script.server_id(-3), 1, vec![0xee; 4]);
    script.deliver(&low).unwrap();
    script.deliver(&high).unwrap();
    let msg_ids = vec![low.msg_id - 4, low.msg_id, low.msg_id + 4, high.msg_id, high.msg_id + (100 << 32)];
    let question = script.service(types::MsgsStateReq { msg_ids }.to_bytes());
    script.deliver(&question).unwrap();
    let sent = script.sent();
    let answer = sent.iter().find(|message| message.id() == types::MsgsStateInfo::ID).unwrap();
    let info = types::MsgsStateInfoRef::from_bytes(&answer.body).unwrap();
    assert_eq!((info.req_msg_id, info.info), (question.msg_id, &[1, 4, 2, 4, 3][..]));
}

#[test]
fn requests_are_sent_again_when_the_server_asks() {
    let mut script = Script::new();
    script.request(&REQUEST);
    let first = the_request(&mut script);
    script.deliver_service(types::MsgResendReq { msg_ids: vec![first.msg_id] }.to_bytes());
    assert_eq!(script.sent().len(), 1, "nothing but the request");
    let question = script.service(types::MsgResendReq { msg_ids: vec![5, first.msg_id] }.to_bytes());
    script.deliver(&question).unwrap();
    let sent = script.sent();
    let info = types::MsgsStateInfoRef::from_bytes(&sent[0].body).unwrap();
    assert_eq!((info.req_msg_id, info.info), (question.msg_id, &[1, 4][..]));
    assert_eq!(sent[1].body, REQUEST);
}

#[test]
fn a_request_that_is_given_up() {
    let mut script = Script::new();
    let unsent = script.request(&REQUEST);
    script.session.cancel(unsent);
    assert_eq!(script.sent(), []);
    let call = script.request(&REQUEST);
    let sent = the_request(&mut script);
    script.session.cancel(call);
    let dropped = the_request(&mut script);
    let drop = functions::RpcDropAnswer::from_bytes(&dropped.body).unwrap();
    assert_eq!(drop.req_msg_id, sent.msg_id);
    script.deliver_service(rpc_result(sent.msg_id, &[9; 4]));
    script.deliver_service(rpc_result(dropped.msg_id, &types::RpcAnswerUnknown.to_bytes()));
    assert_eq!(script.events(), []);
}

#[test]
fn pings_and_silence() {
    let mut script = Script::new();
    let silence_ends = script.now.monotonic + Duration::from_secs(20);
    assert_eq!(script.session.poll_timeout(), Some(silence_ends));
    script.deliver_service(types::Pong { msg_id: 4, ping_id: 1 }.to_bytes());
    let next_ping = script.now.monotonic + Duration::from_secs(30);
    assert_eq!(script.session.poll_timeout(), Some(next_ping));
    script.advance(Duration::from_secs(30));
    script.session.handle_timeout(script.now).unwrap();
    let sent = script.sent();
    let ping = functions::PingDelayDisconnect::from_bytes(&sent[0].body).unwrap();
    assert_eq!((ping.disconnect_delay, sent[0].seq_no % 2), (75, 0));
    script.advance(Duration::from_secs(19));
    script.session.handle_timeout(script.now).unwrap();
    script.session.handle_activity(script.now);
    script.advance(Duration::from_secs(11));
    script.session.handle_timeout(script.now).unwrap();
    assert_eq!(script.sent().len(), 1, "the next ping");
    script.advance(Duration::from_secs(20));
    let error = script.session.handle_timeout(script.now).unwrap_err();
    assert_eq!(error, SessionError::NoPong { silent_secs: 20 });
    assert!(!error.is_peer_fault() && error.is_retryable());
}

// check: 3.2-8-below -> passed over
#[test]
fn a_message_below_all_that_are_remembered() {
    let mut script = Script::new();
    let older = [(); 2].map(|()| Message::new(script.server_id(-200), 1, vec![0xee; 8]));
    for _ in 0..999 {
        let update = Message::new(script.server_id(-100), 1, vec![0xee; 8]);
        script.deliver(&update).unwrap();
    }
    let [lower, low] = older;
    script.deliver(&low).unwrap();
    assert_eq!(script.events().len(), 1000, "there is room for one more");
    script.deliver(&lower).unwrap();
    assert_eq!(script.events(), [], "it may have arrived before, and is passed over");
    let newer = Message::new(script.server_id(-50), 1, vec![0xee; 8]);
    script.deliver(&newer).unwrap();
    assert_eq!(script.events().len(), 1);
}

#[test]
fn bytes_that_never_become_a_message() {
    let mut script = Script::new();
    let mut outcome = Ok(());
    let mut waited = 0;
    // a frame whose length was changed swallows every pong
    while outcome.is_ok() {
        script.session.handle_activity(script.now);
        script.advance(Duration::from_secs(10));
        waited += 10;
        outcome = script.session.handle_timeout(script.now);
        script.sent();
    }
    assert_eq!((outcome, waited), (Err(SessionError::NoMessage { secs: 120 }), 120));
}

#[test]
fn a_stored_clock_is_believed_only_once_the_server_confirms_it() {
    let resume = Resume { time_offset_secs: 5000, ..Resume::new(key(), SALT) };
    let mut script = Script::unconnected(resume);
    script.session.handle_connected(script.now);
    script.sent();
    let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    assert_eq!((script.events().len(), script.session.time_offset_secs()), (1, 5000));
    script.request(&REQUEST);
    let sent = the_request(&mut script);
    script.deliver_service(rpc_result(sent.msg_id, &[9; 4]));
    assert_eq!((script.events().len(), script.session.time_offset_secs()), (1, 0));
    let old = Message::new(script.server_id(-301), 1, vec![0xee; 8]);
    script.deliver(&old).unwrap();
    assert_eq!(script.events(), []);
}

#[test]
fn many_requests_fill_several_containers_and_a_long_one_goes_alone() {
    let mut script = Script::new();
    for _ in 0..10 {
        script.request(&noise(8192));
    }
    let counts: Vec<_> =
        std::iter::from_fn(|| script.envelope()).map(|from| from.message.unpacked().len()).collect();
    assert_eq!(counts, [4, 4, 2]);
    script.request(&noise(100_000));
    script.request(&REQUEST);
    let counts: Vec<_> =
        std::iter::from_fn(|| script.envelope()).map(|from| from.message.unpacked().len()).collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn requests_that_cannot_be_messages_are_refused() {
    let mut script = Script::new();
    let mut with = |len: usize| script.session.request(vec![0; len].into()).map(|_| ());
    assert_eq!(with(0), Err(RequestError::NotWholeWords { len_bytes: 0 }));
    assert_eq!(with(6), Err(RequestError::NotWholeWords { len_bytes: 6 }));
    // a frame of 2²⁴ − 4 bytes, and 2¹⁷ of them for acks
    let limit_bytes = (1 << 24) - 4 - (1 << 17);
    let len_bytes = limit_bytes + 4;
    assert_eq!(with(len_bytes), Err(RequestError::TooLong { len_bytes }));
    assert_eq!(with(limit_bytes), Ok(()));
    assert_eq!(script.sent_requests().len(), 1);
}

#[test]
fn lists_of_ids_are_limited_on_both_sides() {
    for (count, taken) in [(8192, true), (8193, false)] {
        let msg_ids = vec![4; count];
        let state = types::MsgsStateReq { msg_ids: msg_ids.clone() }.to_bytes();
        let resend = types::MsgResendReq { msg_ids }.to_bytes();
        for body in [state, resend] {
            let mut script = Script::new();
            let message = script.service(body);
            let outcome = script.deliver(&message);
            assert_eq!(outcome.is_ok(), taken, "{count}");
            assert!(taken || matches!(outcome, Err(SessionError::TooMany { limit: 8192, .. })));
        }
    }
}

#[test]
fn a_container_that_is_sent_holds_no_more_messages_than_older_servers_take() {
    let mut script = Script::new();
    for _ in 0..=1000 {
        script.request(&[5; 4]);
    }
    let counts: Vec<_> =
        std::iter::from_fn(|| script.envelope()).map(|from| from.message.unpacked().len()).collect();
    assert_eq!(counts, [1000, 1]);
    // too short to be packed, and 32 KiB in all but for the last one
    for _ in 0..=256 {
        script.request(&[5; 128]);
    }
    let counts: Vec<_> =
        std::iter::from_fn(|| script.envelope()).map(|from| from.message.unpacked().len()).collect();
    assert_eq!(counts, [256, 1]);
}

#[test]
fn acks_and_pings_are_not_sent_again_for_ever() {
    let mut script = Script::new();
    let update = Message::new(script.server_id(0), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    script.advance(Duration::from_secs(10));
    for _ in 0..100 {
        let sent = script.envelope().unwrap().message;
        script.deliver_service(bad_msg(sent.msg_id, 20));
    }
    let sent = script.envelope().unwrap().message;
    let last = script.service(bad_msg(sent.msg_id, 20));
    let error = script.deliver(&last).unwrap_err();
    assert_eq!(error, SessionError::TooManyRefusals { limit: 100 });
}

#[test]
fn what_was_sent_long_ago_is_forgotten() {
    for (later, is_known) in [(255, true), (256, false)] {
        let mut script = Script::new();
        let mut answer_a_question = || {
            script.deliver_service(types::MsgsStateReq { msg_ids: vec![4] }.to_bytes());
            let sent = script.sent();
            assert_eq!((sent.len(), sent[0].id()), (1, types::MsgsStateInfo::ID));
            sent[0].msg_id
        };
        let first = answer_a_question();
        for _ in 0..later {
            answer_a_question();
        }
        script.deliver_service(bad_msg(first, 20));
        assert_eq!(script.sent().len(), usize::from(is_known), "known to be ours after {later} others?");
    }
}

#[test]
fn a_container_is_remembered_while_a_request_in_it_is_open() {
    let mut script = Script::new();
    // two to a container, more containers than are remembered otherwise
    let body = noise(16_384);
    for _ in 0..600 {
        script.request(&body);
    }
    let containers: Vec<_> = std::iter::from_fn(|| script.envelope()).map(|from| from.message).collect();
    assert_eq!(containers.len(), 300);
    let ids = |message: &Message| -> Vec<i64> {
        message.clone().unpacked().iter().map(|inner| inner.msg_id).collect()
    };
    for container in [&containers[0], &containers[299]] {
        script.deliver_service(bad_msg(container.msg_id, 20));
        let again = script.sent_requests();
        assert_eq!(again.len(), 2, "both are sent again");
        assert!(again.iter().all(|message| message.body == body && message.msg_id > containers[299].msg_id));
    }
    // what is answered is forgotten, the oldest first, while others are sent
    for msg_id in containers[1..].iter().flat_map(ids) {
        script.deliver_service(rpc_result(msg_id, &[1; 4]));
    }
    for _ in 0..400 {
        script.deliver_service(types::MsgsStateReq { msg_ids: vec![4] }.to_bytes());
        script.sent();
    }
    script.deliver_service(bad_msg(containers[1].msg_id, 20));
    assert_eq!(script.sent(), [], "not known to be ours any more");
}

#[test]
fn only_the_last_former_sessions_are_remembered() {
    let mut script = Script::new();
    let mut former = Vec::new();
    for _ in 0..=8 {
        let call = script.request(&REQUEST);
        let sent = the_request(&mut script);
        former.push(script.session.session_id());
        script.deliver_service(bad_msg(sent.msg_id, 33));
        let again = the_request(&mut script);
        script.deliver_service(rpc_result(again.msg_id, &[1; 4]));
        assert!(matches!(&script.events()[..], [Event::Answer { call: of, .. }] if *of == call));
    }
    let late = Message::new(script.server_id(0), 0, vec![0; 4]);
    let taken = former.iter().map(|session_id| {
        let frame = envelope::seal(&key(), SALT, *session_id, &late);
        script.session.handle_frame(script.now, frame.as_slice().into()).is_ok()
    });
    let taken: Vec<_> = taken.collect();
    assert_eq!(taken, [[false].as_slice(), &[true; 8]].concat());
}

#[test]
fn debug_output_has_no_secrets_and_no_bodies() {
    let mut script = Script::new();
    script.request(b"phonenumber!");
    let text = format!("{:?}", script.session);
    assert_eq!(text, "Session { is_connected: true, unanswered: 1, .. }");
    assert_eq!(format!("{:?}", Event::Update(vec![1; 4].into())), "Update(4 bytes)");
}
