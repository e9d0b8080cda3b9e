//! A request is done once, as far as that can be known: the same id is repeated, the state is asked, the order is kept.

use std::time::Duration;

use mtproto::schema::{functions, types};
use mtproto::session::{CallError, CallId, Event, SessionError};
use tl_codec::{Constructor as _, Decode as _, Encode as _};

use crate::script::{SALT, START_SECS, Script};
use crate::server::envelope::Message;

const REQUEST: [u8; 8] = [1, 1, 1, 1, 2, 2, 2, 2];
const PATIENCE: Duration = Duration::from_secs(15);

fn answer(req_msg_id: i64, result: &[u8]) -> Vec<u8> {
    [&types::RpcResult::ID.to_le_bytes()[..], &req_msg_id.to_le_bytes(), result].concat()
}

fn refusal(name: &str) -> Vec<u8> {
    types::RpcError { error_code: 400, error_message: name.into() }.to_bytes()
}

fn answered(script: &mut Script) -> Vec<CallId> {
    let calls = script.events().into_iter().filter_map(|event| match event {
        Event::Answer { call, .. } => Some(call),
        _ => None,
    });
    calls.collect()
}

/// Breaks the connection, and makes another one after a while.
fn reconnect(script: &mut Script, pause: Duration) {
    script.session.handle_disconnected();
    assert_eq!((script.sent(), script.session.poll_timeout()), (vec![], None));
    script.advance(pause);
    script.session.handle_connected(script.now);
}

fn wait(script: &mut Script, time: Duration) {
    script.deliver_service(types::Pong { msg_id: 4, ping_id: 1 }.to_bytes());
    script.advance(time);
    script.session.handle_timeout(script.now).unwrap();
}

/// The ids in the one question about states that is sent now, and the question's own id.
fn question(script: &mut Script) -> (Vec<i64>, i64) {
    let sent = script.sent();
    let asked = sent.iter().find(|message| message.id() == types::MsgsStateReq::ID).expect("a question");
    assert!(sent.iter().all(|message| message.body != REQUEST), "and nothing is sent again meanwhile");
    (types::MsgsStateReqRef::from_bytes(&asked.body).unwrap().msg_ids.iter().collect(), asked.msg_id)
}

fn inform(script: &mut Script, req_msg_id: i64, info: &[u8]) {
    script.deliver_service(types::MsgsStateInfo { req_msg_id, info: info.to_vec() }.to_bytes());
}

#[test]
fn a_young_request_is_repeated_under_its_own_id() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let first = script.sent_requests().remove(0);
    reconnect(&mut script, Duration::from_secs(149));
    assert_eq!(script.sent_requests(), std::slice::from_ref(&first));
    // no answer: the server is asked before anything is done
    wait(&mut script, PATIENCE);
    let (asked, question_id) = question(&mut script);
    assert_eq!(asked, [first.msg_id]);
    // it has it, and works on it: it is waited for, and asked about again
    inform(&mut script, question_id, &[4 + 32]);
    assert_eq!(script.sent_requests(), []);
    wait(&mut script, PATIENCE);
    let (_, question_id) = question(&mut script);
    inform(&mut script, question_id, &[4 + 32 + 64]);
    script.deliver_service(answer(first.msg_id, &[9; 4]));
    assert_eq!(answered(&mut script), [call]);
}

#[test]
fn about_an_old_request_the_server_is_asked_first() {
    for (state, is_sent_again) in [(1, true), (2, true), (3, true), (4, false), (4 + 8 + 32, false)] {
        let mut script = Script::new();
        script.request(&REQUEST);
        let first = script.sent_requests().remove(0);
        reconnect(&mut script, Duration::from_secs(151));
        let (asked, question_id) = question(&mut script);
        assert_eq!(asked, [first.msg_id]);
        inform(&mut script, question_id, &[state]);
        let again = script.sent_requests();
        assert_eq!(again.len(), usize::from(is_sent_again), "{state}");
        assert!(again.iter().all(|message| message.msg_id > first.msg_id && message.body == REQUEST));
        // an answer to the first id is its answer either way, once
        script.deliver_service(answer(first.msg_id, &[9; 4]));
        assert_eq!(answered(&mut script).len(), 1);
        if let Some(again) = again.first() {
            script.deliver_service(answer(again.msg_id, &[9; 4]));
            assert_eq!(answered(&mut script).len(), 0);
        }
    }
}

fn refused_with(script: &mut Script, bad_msg_id: i64, error_code: i32) {
    let bad_msg_seqno = 1;
    script.deliver_service(match error_code {
        48 => types::BadServerSalt { bad_msg_id, bad_msg_seqno, error_code, new_server_salt: 77 }.to_bytes(),
        _ => types::BadMsgNotification { bad_msg_id, bad_msg_seqno, error_code }.to_bytes(),
    });
}

#[test]
fn about_a_repeated_request_that_is_refused_the_server_is_asked_first() {
    for code in [16, 20, 48, 64] {
        for (state, is_sent_again) in [(1, true), (2, true), (3, true), (4 + 32, false)] {
            let mut script = Script::new();
            let call = script.request(&REQUEST);
            let first = script.sent_requests().remove(0);
            reconnect(&mut script, Duration::from_secs(1));
            let repeated = script.envelope().unwrap().message;
            assert!(repeated.clone().unpacked().contains(&first), "with a ping, in a container");
            refused_with(&mut script, repeated.msg_id, code);
            let (asked, question_id) = question(&mut script);
            assert_eq!(asked, [first.msg_id], "{code}");
            inform(&mut script, question_id, &[state]);
            let again = script.sent_requests();
            assert_eq!(again.len(), usize::from(is_sent_again), "{code}, {state}");
            assert!(again.iter().all(|message| message.msg_id > first.msg_id && message.body == REQUEST));
            script.deliver_service(answer(again.first().unwrap_or(&first).msg_id, &[9; 4]));
            assert_eq!(answered(&mut script), [call]);
        }
    }
}

#[test]
fn a_request_that_was_sent_on_this_connection_alone_is_refused_for_good() {
    let mut script = Script::new();
    reconnect(&mut script, Duration::from_secs(1));
    script.request(&REQUEST);
    let first = script.sent_requests().remove(0);
    refused_with(&mut script, first.msg_id, 48);
    let again = script.sent_requests();
    assert_eq!((again.len(), again[0].body.as_slice()), (1, &REQUEST[..]));
}

#[test]
fn a_server_that_refuses_a_repeated_request_and_says_that_it_has_it_is_not_asked_for_ever() {
    let mut script = Script::new();
    let call = script.request(&REQUEST);
    let first = script.sent_requests().remove(0);
    reconnect(&mut script, Duration::from_secs(1));
    script.sent();
    for _ in 0..10 {
        refused_with(&mut script, first.msg_id, 48);
        let (_, question_id) = question(&mut script);
        inform(&mut script, question_id, &[4]);
    }
    refused_with(&mut script, first.msg_id, 48);
    let result = Err(CallError::Refused { code: 48, times: 11 });
    assert_eq!(script.events(), [Event::Answer { call, result }]);
}

#[test]
fn a_server_that_gives_no_word_gets_the_request_under_a_new_id() {
    let mut script = Script::new();
    script.request(&REQUEST);
    let first = script.sent_requests().remove(0);
    reconnect(&mut script, Duration::from_secs(151));
    question(&mut script);
    wait(&mut script, PATIENCE);
    let again = script.sent_requests().remove(0);
    assert!(again.msg_id > first.msg_id && again.body == REQUEST);
}

#[test]
fn states_that_were_not_asked_for_or_do_not_fit() {
    let mut script = Script::new();
    script.request(&REQUEST);
    let first = script.sent_requests().remove(0);
    inform(&mut script, first.msg_id + 4, &[2]);
    assert_eq!(script.sent_requests(), [], "nobody asked");
    reconnect(&mut script, Duration::from_secs(151));
    let (_, question_id) = question(&mut script);
    let info = script.service(types::MsgsStateInfo { req_msg_id: question_id, info: vec![4, 4] }.to_bytes());
    assert_eq!(script.deliver(&info), Err(SessionError::StateCount { expected: 1, got: 2 }));
    // unasked, the server may say so all the same
    script.deliver_service(types::MsgsAllInfo { msg_ids: vec![first.msg_id], info: vec![3] }.to_bytes());
    assert_eq!(script.sent_requests().remove(0).body, REQUEST);
    for (count, taken) in [(8192, true), (8193, false)] {
        let all = types::MsgsAllInfo { msg_ids: vec![4; count], info: vec![4; count] };
        let all = script.service(all.to_bytes());
        assert_eq!(script.deliver(&all).is_ok(), taken);
    }
}

#[test]
fn a_repetition_that_the_server_asks_for_keeps_its_id_while_that_is_young() {
    for (age_secs, same) in [(149, true), (151, false)] {
        let mut script = Script::new();
        script.request(&REQUEST);
        let first = script.sent_requests().remove(0);
        script.advance(Duration::from_secs(age_secs));
        script.deliver_service(types::MsgResendReq { msg_ids: vec![first.msg_id] }.to_bytes());
        let again = script.sent_requests().remove(0);
        assert_eq!(again.msg_id == first.msg_id, same);
    }
}

#[test]
fn all_that_stood_under_an_id_is_sent_again_when_the_server_asks_for_it() {
    let ask_for = |script: &mut Script, msg_id: i64| {
        script.deliver_service(types::MsgResendReq { msg_ids: vec![msg_id] }.to_bytes());
        script.sent()
    };
    // a service message, under another id
    let mut script = Script::new();
    script.deliver_service(types::MsgsStateReq { msg_ids: vec![4] }.to_bytes());
    let info = script.sent().remove(0);
    let again = ask_for(&mut script, info.msg_id);
    assert_eq!(again.iter().map(|message| &message.body).collect::<Vec<_>>(), [&info.body]);
    assert!(again[0].msg_id > info.msg_id);
    // a container: its requests under their own ids
    let calls = [script.request(&REQUEST), script.request(&[3; 8])];
    let container = script.envelope().unwrap().message;
    let inner = container.clone().unpacked();
    assert_eq!(inner.len(), 2);
    assert_eq!(ask_for(&mut script, container.msg_id), inner);
    // which is in nobody's hand any more: the next one is another
    let answer_of_unknown = ask_for(&mut script, container.msg_id);
    let info = types::MsgsStateInfoRef::from_bytes(&answer_of_unknown[0].body).unwrap().info;
    assert_eq!((answer_of_unknown.len(), info), (1, &[1][..]));
    for message in inner {
        script.deliver_service(answer(message.msg_id, &[9; 4]));
    }
    assert_eq!(answered(&mut script), calls);
}

#[test]
fn requests_in_order_name_the_one_before() {
    let mut script = Script::new();
    let first = script.request(&REQUEST);
    let second = script.session.request_after(first, vec![3; 8].into()).unwrap();
    let third = script.session.request_after(second, vec![4; 8].into()).unwrap();
    let sent = script.sent_requests();
    let after =
        |msg_id: i64, body: &[u8]| [&0xcb9f_372d_u32.to_le_bytes()[..], &msg_id.to_le_bytes(), body].concat();
    assert_eq!(sent[1].body, after(sent[0].msg_id, &[3; 8]));
    assert_eq!(sent[2].body, after(sent[1].msg_id, &[4; 8]));
    for message in &sent {
        script.deliver_service(answer(message.msg_id, &[9; 4]));
    }
    assert_eq!(answered(&mut script), [first, second, third]);
    // behind what is answered there is nothing to wait for
    script.session.request_after(third, vec![5; 8].into()).unwrap();
    assert_eq!(script.sent_requests().remove(0).body, [5; 8]);
}

#[test]
fn a_server_that_has_waited_too_long_gets_the_same_again() {
    let mut script = Script::new();
    let first = script.request(&REQUEST);
    let second = script.session.request_after(first, vec![3; 8].into()).unwrap();
    let mut last = script.sent_requests().remove(1);
    for _ in 0..10 {
        script.deliver_service(answer(last.msg_id, &refusal("MSG_WAIT_TIMEOUT")));
        let again = script.sent_requests().remove(0);
        assert!(again.msg_id > last.msg_id && again.body == last.body);
        last = again;
    }
    script.deliver_service(answer(last.msg_id, &refusal("MSG_WAIT_TIMEOUT")));
    assert!(
        matches!(&script.events()[..], [Event::Answer { call, result: Err(CallError::Rpc(_)) }] if *call == second)
    );
}

#[test]
fn a_request_whose_predecessor_is_lost_waits_for_it_here() {
    let mut script = Script::new();
    let first = script.request(&REQUEST);
    let second = script.session.request_after(first, vec![3; 8].into()).unwrap();
    let sent = script.sent_requests();
    script.deliver_service(answer(sent[1].msg_id, &refusal("MSG_WAIT_FAILED")));
    assert_eq!((script.sent_requests(), script.events()), (vec![], vec![]));
    script.deliver_service(answer(sent[0].msg_id, &[9; 4]));
    let again = script.sent_requests().remove(0);
    assert_eq!(again.body, [3; 8]);
    script.deliver_service(answer(again.msg_id, &[9; 4]));
    assert_eq!(answered(&mut script), [first, second]);
    // a request that waits for nothing gets this refusal as it is
    let alone = script.request(&REQUEST);
    let sent = script.sent_requests().remove(0);
    script.deliver_service(answer(sent.msg_id, &refusal("MSG_WAIT_FAILED")));
    assert_eq!(answered(&mut script), [alone]);
}

#[test]
fn requests_behind_one_that_waits_here_wait_too() {
    for refused in [true, false] {
        let mut script = Script::new();
        let first = script.request(&REQUEST);
        let second = script.session.request_after(first, vec![3; 8].into()).unwrap();
        let third = refused.then(|| script.session.request_after(second, vec![4; 8].into()).unwrap());
        let sent = script.sent_requests();
        script.deliver_service(answer(sent[1].msg_id, &refusal("MSG_WAIT_FAILED")));
        let third = third.unwrap_or_else(|| script.session.request_after(second, vec![4; 8].into()).unwrap());
        if refused {
            script.deliver_service(answer(sent[2].msg_id, &refusal("MSG_WAIT_TIMEOUT")));
        }
        let other = script.request(&[5; 8]);
        let alone = script.sent_requests();
        assert_eq!(alone.len(), 1, "one that is behind nobody does not wait");
        assert_eq!(alone[0].body, [5; 8]);
        script.deliver_service(answer(alone[0].msg_id, &[9; 4]));
        script.deliver_service(answer(sent[0].msg_id, &[9; 4]));
        let again = script.sent_requests();
        assert_eq!((again.len(), again[0].body.as_slice()), (2, &[3; 8][..]));
        let head = [&0xcb9f_372d_u32.to_le_bytes()[..], &again[0].msg_id.to_le_bytes()].concat();
        assert_eq!(again[1].body, [&head[..], &[4; 8]].concat());
        for message in &again {
            script.deliver_service(answer(message.msg_id, &[9; 4]));
        }
        assert_eq!(answered(&mut script), [other, first, second, third]);
    }
}

#[test]
fn a_request_behind_one_that_is_given_up_while_it_waits_here_goes_on() {
    let mut script = Script::new();
    let first = script.request(&REQUEST);
    let second = script.session.request_after(first, vec![3; 8].into()).unwrap();
    let sent = script.sent_requests();
    script.deliver_service(answer(sent[1].msg_id, &refusal("MSG_WAIT_FAILED")));
    script.session.request_after(second, vec![4; 8].into()).unwrap();
    assert_eq!(script.sent_requests(), []);
    script.session.cancel(second);
    let sent = script.sent_requests();
    assert!(sent.iter().any(|message| message.body == [4; 8]), "{sent:?}");
}

#[test]
fn long_requests_are_packed_and_short_or_dense_ones_are_not() {
    let mut script = Script::new();
    let mut sent = |body: &[u8]| {
        script.request(body);
        script.sent_requests().remove(0).body
    };
    assert_eq!(sent(&[7; 252]), [7; 252]);
    let packed = sent(&[7; 256]);
    assert!(packed.len() < 256);
    let packed = types::GzipPackedRef::from_bytes(&packed).unwrap().packed_data.to_vec();
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut plain).unwrap();
    assert_eq!(plain, [7; 256]);
    let mut dense = vec![0; 400];
    mtproto::Random::fill(&mut crate::recorded::Seeded::new(8), &mut dense);
    assert_eq!(sent(&dense), dense);
}

#[test]
fn salts_are_fetched_ahead_and_used_from_their_time_on() {
    let mut script = Script::new();
    let start = i32::try_from(START_SECS).unwrap();
    let mut asked = None;
    for _ in 0..40 {
        wait(&mut script, Duration::from_secs(19));
        let sent = script.sent().into_iter().find(|sent| sent.id() == functions::GetFutureSalts::ID);
        asked = asked.or(sent);
    }
    let asked = asked.expect("of the first salt nothing is known, so that others are asked for");
    assert_eq!(functions::GetFutureSalts::from_bytes(&asked.body).unwrap().num, 64);
    let now = start + 40 * 19;
    let salt = |begins: i32, salt: i64| types::FutureSalt {
        valid_since: now + begins,
        valid_until: now + begins + 3600,
        salt,
    };
    // out of order, and one that has ended
    let salts = vec![salt(1800, 3), salt(-10, 2), salt(-4000, 1)];
    let answer = types::FutureSalts { req_msg_id: asked.msg_id, now, salts };
    script.deliver_service(types::FutureSalts { req_msg_id: asked.msg_id + 4, ..answer.clone() }.to_bytes());
    script.request(&REQUEST);
    assert_eq!(script.envelope().unwrap().salt, SALT, "an answer to no question of ours");
    script.deliver_service(answer.to_bytes());
    script.request(&REQUEST);
    assert_eq!(script.envelope().unwrap().salt, 2);
    let mut questions = 0;
    while script.session.server_salt() == 2 {
        wait(&mut script, Duration::from_secs(19));
        questions += script.sent().iter().filter(|sent| sent.id() == functions::GetFutureSalts::ID).count();
    }
    let changed = i32::try_from(script.now.unix.as_secs()).unwrap();
    assert!(changed - (now + 1800) < 40, "the next salt is used from its time on");
    assert_eq!((script.session.server_salt(), questions), (3, 0));
    // ten minutes before the last one ends, further ones are asked for
    while questions == 0 {
        wait(&mut script, Duration::from_secs(19));
        questions += script.sent().iter().filter(|sent| sent.id() == functions::GetFutureSalts::ID).count();
    }
    let left = now + 1800 + 3600 - i32::try_from(script.now.unix.as_secs()).unwrap();
    assert!((560..=600).contains(&left), "{left}");
}

#[test]
fn a_question_for_salts_is_asked_again_every_minute_and_no_more_often() {
    let mut script = Script::new();
    let mut asked_at = Vec::new();
    for secs in 1..=750 {
        wait(&mut script, Duration::from_secs(1));
        let sent = script.sent().into_iter().find(|sent| sent.id() == functions::GetFutureSalts::ID);
        let Some(asked) = sent else { continue };
        asked_at.push(secs);
        if asked_at.len() == 3 {
            // what is known ends soon
            let now = i32::try_from(script.now.unix.as_secs()).unwrap();
            let salts = vec![types::FutureSalt { valid_since: now - 9, valid_until: now + 300, salt: 2 }];
            let answer = types::FutureSalts { req_msg_id: asked.msg_id, now, salts };
            script.deliver_service(answer.to_bytes());
        }
    }
    assert_eq!(asked_at, [540, 600, 660, 720]);
}

#[test]
fn more_salts_than_were_asked_for_are_refused() {
    for (count, taken) in [(64, true), (65, false)] {
        let mut script = Script::new();
        let salts = vec![types::FutureSalt { valid_since: 1, valid_until: 2, salt: 3 }; count];
        let message = script.service(types::FutureSalts { req_msg_id: 4, now: 5, salts }.to_bytes());
        assert_eq!(script.deliver(&message).is_ok(), taken);
    }
}

#[test]
fn an_unknown_update_between_answers_harms_neither() {
    let mut script = Script::new();
    let calls = [script.request(&REQUEST), script.request(&[3; 8])];
    let sent = script.sent_requests();
    let messages = [
        Message::new(script.server_id(0), 1, answer(sent[0].msg_id, &[9; 4])),
        Message::new(script.server_id(0), 1, vec![0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5, 6, 7, 8]),
        Message::new(script.server_id(0), 1, answer(sent[1].msg_id, &[8; 4])),
    ];
    script.deliver_service(crate::server::envelope::container(&messages));
    assert_eq!(answered(&mut script), calls);
}
