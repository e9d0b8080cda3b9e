//! What a session does when the local clock is set while the monotonic one goes on, and when the server's is.

use std::time::Duration;

use mtproto::schema::{functions, types};
use mtproto::session::SessionError;
use tl_codec::{Constructor as _, Encode as _};

use crate::script::Script;
use crate::server::envelope::Message;

#[test]
fn a_clock_that_is_ahead_all_at_once_is_doubted_from_five_seconds_on() {
    for (secs, is_doubted) in [(5, false), (6, true)] {
        let mut script = Script::new();
        script.now.unix += Duration::from_secs(secs);
        let old = Message::new(script.server_id(-1000), 1, vec![0xee; 8]);
        script.deliver(&old).unwrap();
        assert_eq!(script.events().len(), usize::from(is_doubted), "{secs}: taken from any time");
    }
}

#[test]
fn a_clock_that_is_set_back_is_followed_from_five_seconds_on() {
    for (secs, offset_secs) in [(5, 0), (6, 6)] {
        let mut script = Script::new();
        script.now.unix = script.now.unix.saturating_sub(Duration::from_secs(secs));
        script.session.handle_timeout(script.now).unwrap();
        assert_eq!(script.session.time_offset_secs(), offset_secs, "{secs}");
    }
}

/// A script whose request was sent, and the id under which.
fn with_a_request() -> (Script, i64) {
    let mut script = Script::new();
    script.request(&[7; 8]);
    let sent = script.sent_requests().remove(0);
    (script, sent.msg_id)
}

/// A ping is sent; its id.
fn ping(script: &mut Script) -> i64 {
    script.deliver_service(types::Pong { msg_id: 4, ping_id: 1 }.to_bytes());
    script.advance(Duration::from_secs(30));
    let sent = script.sent();
    sent.iter().find(|sent| sent.id() == functions::PingDelayDisconnect::ID).unwrap().msg_id
}

fn answer(req_msg_id: i64) -> Vec<u8> {
    [&types::RpcResult::ID.to_le_bytes()[..], &req_msg_id.to_le_bytes(), &[9; 4]].concat()
}

/// Whether an update counts that states a time so far from the session's present.
fn takes_an_update(script: &mut Script, secs: i64) -> bool {
    let update = Message::new(script.server_id(secs), 1, vec![0xee; 8]);
    script.deliver(&update).unwrap();
    !script.events().is_empty()
}

// check: 3.2-9-answers -> taken
#[test]
fn an_answer_to_a_message_of_ours_counts_from_any_time_and_sets_the_clock() {
    for secs in [31, 60, 299, 301, 5000, -31, -299, -301, -5000] {
        let (mut script, msg_id) = with_a_request();
        let result = Message::new(script.server_id(secs), 1, answer(msg_id));
        script.deliver(&result).unwrap();
        assert_eq!(script.events().len(), 1, "{secs}: taken");
        assert_eq!(script.session.time_offset_secs(), secs.max(0));
        if secs > 0 {
            assert!(takes_an_update(&mut script, secs) && !takes_an_update(&mut script, secs + 31), "{secs}");
        }
        // the same once more, and another one to what is answered already
        script.deliver(&result).unwrap();
        let again = Message::new(script.server_id(secs + 100), 1, answer(msg_id));
        script.deliver(&again).unwrap();
        assert_eq!((script.events(), script.session.time_offset_secs()), (vec![], secs.max(0)));
    }
}

#[test]
fn a_pong_sets_the_clock_if_it_answers_a_ping_of_ours() {
    for (is_ours, offset_secs) in [(true, 60), (false, 0)] {
        let mut script = Script::new();
        let pinged = ping(&mut script);
        let msg_id = if is_ours { pinged } else { pinged + 4 };
        let pong = Message::new(script.server_id(60), 0, types::Pong { msg_id, ping_id: 1 }.to_bytes());
        script.deliver(&pong).unwrap();
        assert_eq!(script.session.time_offset_secs(), offset_secs);
        assert_eq!(takes_an_update(&mut script, 60), is_ours);
        // one ping, one pong
        let pong = Message::new(script.server_id(200), 0, types::Pong { msg_id, ping_id: 1 }.to_bytes());
        script.deliver(&pong).unwrap();
        assert_eq!(script.session.time_offset_secs(), offset_secs);
    }
}

#[test]
fn questions_of_the_session_are_answered_from_any_time() {
    let mut script = Script::new();
    script.request(&[7; 8]);
    let first = script.sent_requests().remove(0);
    script.session.handle_disconnected();
    script.advance(Duration::from_secs(151));
    script.session.handle_connected(script.now);
    let question = script.sent().into_iter().find(|sent| sent.id() == types::MsgsStateReq::ID).unwrap();
    let info = types::MsgsStateInfo { req_msg_id: question.msg_id, info: vec![2] };
    let info = Message::new(script.server_id(60), 0, info.to_bytes());
    script.deliver(&info).unwrap();
    let again = script.sent_requests().remove(0);
    assert!(again.msg_id > first.msg_id && script.session.time_offset_secs() == 60);
}

#[test]
fn after_a_sleep_what_is_sent_again_does_not_set_the_clock_back() {
    for asleep_secs in [31, 60, 299] {
        let (mut script, msg_id) = with_a_request();
        let (result, update) = (
            Message::new(script.server_id(1), 1, answer(msg_id)),
            Message::new(script.server_id(1), 1, vec![0xee; 8]),
        );
        // the monotonic clock stands still meanwhile
        script.now.unix += Duration::from_secs(asleep_secs);
        script.deliver(&update).unwrap();
        script.deliver(&result).unwrap();
        assert_eq!(script.events().len(), 2, "both count: nobody knows how late it is");
        assert_eq!(script.session.time_offset_secs(), 0);
        let pinged = ping(&mut script);
        script.deliver_service(types::Pong { msg_id: pinged, ping_id: 1 }.to_bytes());
        assert!(takes_an_update(&mut script, 0), "{asleep_secs}");
        assert!(!takes_an_update(&mut script, 31), "and the clock is certain again");
    }
}

#[test]
fn messages_that_are_passed_over_are_no_sign_of_life() {
    for (secs, ends) in [(60, true), (-310, true), (20, false), (-290, false)] {
        let mut script = Script::new();
        let mut outcome = Ok(());
        for _ in 0..12 {
            script.session.handle_activity(script.now);
            takes_an_update(&mut script, secs);
            script.advance(Duration::from_secs(10));
            let one = script.session.handle_timeout(script.now);
            outcome = outcome.and(one);
            script.sent();
        }
        let expected = if ends { Err(SessionError::NoMessage { secs: 120 }) } else { Ok(()) };
        assert_eq!(outcome, expected, "{secs}");
    }
}
