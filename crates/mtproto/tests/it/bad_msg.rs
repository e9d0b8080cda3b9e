//! Every code of `bad_msg_notification`, and what the client does about it (protocol, "Notice of Ignored Error Message").

use mtproto::schema::types;
use mtproto::session::Event;
use tl_codec::{Constructor as _, Encode as _};

use crate::script::{SALT, START_SECS, Script, key};
use crate::server::envelope::{self, Message};

const REQUEST: [u8; 8] = [1, 1, 1, 1, 2, 2, 2, 2];

fn notification(bad_msg_id: i64, error_code: i32) -> Vec<u8> {
    types::BadMsgNotification { bad_msg_id, bad_msg_seqno: 0, error_code }.to_bytes()
}

fn answer(req_msg_id: i64) -> Vec<u8> {
    [&types::RpcResult::ID.to_le_bytes()[..], &req_msg_id.to_le_bytes(), &[9; 4]].concat()
}

/// A script whose one request was sent.
fn with_a_request() -> (Script, Message) {
    let mut script = Script::new();
    script.request(&REQUEST);
    let sent = script.sent_requests().remove(0);
    (script, sent)
}

/// The request goes out again in the same session under a higher id, and its answer counts; a second refusal of the former
/// id changes nothing.
fn is_sent_again(code: i32) {
    let (mut script, first) = with_a_request();
    let session_id = script.session.session_id();
    script.deliver_service(notification(first.msg_id, code));
    let again = script.sent_requests().remove(0);
    assert!(again.msg_id > first.msg_id && again.seq_no > first.seq_no && again.body == first.body);
    assert_eq!(script.session.session_id(), session_id);
    script.deliver_service(notification(first.msg_id, code));
    assert_eq!(script.sent_requests(), []);
    script.deliver_service(answer(again.msg_id));
    assert!(matches!(&script.events()[..], [Event::Answer { result: Ok(_), .. }]));
}

/// Everything goes out again in another session, whose numbers begin anew; the former one is destroyed once this one
/// works, and late messages to it are no breach.
fn needs_a_new_session(code: i32) {
    let (mut script, _) = with_a_request();
    let call = script.request(&REQUEST);
    let second = script.sent_requests().remove(0);
    let former = script.session.session_id();
    script.deliver_service(notification(second.msg_id, code));
    let again = script.sent_requests();
    assert_eq!(again.iter().map(|message| message.seq_no).collect::<Vec<_>>(), [1, 3]);
    assert_ne!(script.session.session_id(), former);
    let late = envelope::seal(&key(), SALT, former, &Message::new(again[0].msg_id | 1, 0, vec![0; 4]));
    assert_eq!(script.session.handle_frame(script.now, late.as_slice().into()), Ok(()));
    script.deliver_service(answer(again[1].msg_id));
    assert!(matches!(&script.events()[..], [Event::Answer { call: of, .. }] if *of == call));
    let destroy = mtproto::schema::functions::DestroySession { session_id: former }.to_bytes();
    assert_eq!(script.sent_requests().remove(0).body, destroy);
    script.deliver_service(types::DestroySessionOk { session_id: former }.to_bytes());
    script.deliver_service(answer(again[0].msg_id));
    assert_eq!(script.sent(), [], "it is destroyed once");
}

#[test]
fn code_16_msg_id_too_low_sets_the_clock_forward() {
    let (mut script, first) = with_a_request();
    let session_id = script.session.session_id();
    let notification = Message::new(script.server_id(1000), 0, notification(first.msg_id, 16));
    script.deliver(&notification).unwrap();
    assert_eq!(script.session.time_offset_secs(), 1000);
    let again = script.sent_requests().remove(0);
    assert_eq!(again.msg_id >> 32, i64::try_from(START_SECS).unwrap() + 1000);
    assert_eq!(script.session.session_id(), session_id);
}

#[test]
fn code_17_msg_id_too_high_sets_the_clock_back_in_a_new_session() {
    let (mut script, first) = with_a_request();
    let session_id = script.session.session_id();
    let notification = Message::new(script.server_id(-1000), 0, notification(first.msg_id, 17));
    script.deliver(&notification).unwrap();
    let again = script.sent_requests().remove(0);
    assert!(again.msg_id < first.msg_id && again.seq_no == 1);
    assert_ne!(script.session.session_id(), session_id);
    assert_eq!(script.session.time_offset_secs(), -1000);
}

#[test]
fn code_18_a_msg_id_that_is_no_multiple_of_four() {
    needs_a_new_session(18);
}

#[test]
fn code_19_the_id_of_a_container_was_used_before() {
    needs_a_new_session(19);
}

#[test]
fn code_20_too_old_to_tell_whether_it_arrived() {
    is_sent_again(20);
}

#[test]
fn code_32_seq_no_too_low() {
    needs_a_new_session(32);
}

#[test]
fn code_33_seq_no_too_high() {
    needs_a_new_session(33);
}

#[test]
fn code_34_an_even_seq_no_was_expected() {
    needs_a_new_session(34);
}

#[test]
fn code_35_an_odd_seq_no_was_expected() {
    needs_a_new_session(35);
}

#[test]
fn code_48_a_wrong_salt_without_a_new_one() {
    is_sent_again(48);
}

#[test]
fn code_48_as_bad_server_salt_brings_the_new_one() {
    let (mut script, first) = with_a_request();
    let bad = types::BadServerSalt {
        bad_msg_id: first.msg_id,
        bad_msg_seqno: first.seq_no,
        error_code: 48,
        new_server_salt: 77,
    };
    script.deliver_service(bad.to_bytes());
    let again = script.envelope().unwrap();
    assert_eq!((again.salt, again.message.body.as_slice()), (77, &REQUEST[..]));
}

#[test]
fn code_64_a_container_that_cannot_be_read_is_sent_singly() {
    let mut script = Script::new();
    script.request(&REQUEST);
    script.request(&[3; 4]);
    let container = script.envelope().unwrap().message;
    script.deliver_service(notification(container.msg_id, 64));
    for body in [&REQUEST[..], &[3; 4]] {
        assert_eq!(script.envelope().unwrap().message.body, body);
    }
}

#[test]
fn a_code_that_no_version_knows_is_sent_again_within_the_bound() {
    is_sent_again(99);
}

#[test]
fn a_refused_container_means_every_message_in_it() {
    for code in [16, 20, 48] {
        let mut script = Script::new();
        script.request(&REQUEST);
        script.request(&[3; 4]);
        let container = script.envelope().unwrap().message;
        script.deliver_service(notification(container.msg_id, code));
        let again: Vec<_> = script.sent_requests().into_iter().map(|message| message.body).collect();
        assert_eq!(again, [REQUEST.to_vec(), vec![3; 4]], "{code}");
    }
}

#[test]
fn a_refusal_of_what_is_not_ours_changes_nothing() {
    for code in [16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64] {
        let (mut script, first) = with_a_request();
        let (session_id, offset) = (script.session.session_id(), script.session.time_offset_secs());
        let guess = Message::new(script.server_id(20), 0, notification(first.msg_id + 4, code));
        script.deliver(&guess).unwrap();
        assert_eq!(script.sent(), [], "{code}");
        assert_eq!(script.session.session_id(), session_id);
        assert!(script.session.time_offset_secs() - offset <= 20);
    }
}
