//! What a server with the right key can do to a session: everything that it says is an event or a typed error.

use mtproto::schema::types;
use mtproto::session::SessionError;
use proptest::prelude::*;
use tl_codec::{Constructor as _, Encode as _};

use crate::script::Script;
use crate::server::envelope::{self, Message};

/// One of each service message.
fn service_messages() -> Vec<Vec<u8>> {
    vec![
        types::MsgsAck { msg_ids: vec![1, 2] }.to_bytes(),
        types::Pong { msg_id: 4, ping_id: 5 }.to_bytes(),
        types::BadServerSalt { bad_msg_id: 4, bad_msg_seqno: 1, error_code: 48, new_server_salt: 7 }
            .to_bytes(),
        types::BadMsgNotification { bad_msg_id: 4, bad_msg_seqno: 1, error_code: 16 }.to_bytes(),
        types::NewSessionCreated { first_msg_id: 4, unique_id: 5, server_salt: 6 }.to_bytes(),
        types::MsgDetailedInfo { msg_id: 4, answer_msg_id: 5, bytes: 6, status: 0 }.to_bytes(),
        types::MsgNewDetailedInfo { answer_msg_id: 5, bytes: 6, status: 0 }.to_bytes(),
        types::MsgsStateReq { msg_ids: vec![4, 8] }.to_bytes(),
        types::MsgResendReq { msg_ids: vec![4, 8] }.to_bytes(),
        types::MsgsStateInfo { req_msg_id: 4, info: vec![1, 2] }.to_bytes(),
        types::MsgsAllInfo { msg_ids: vec![4], info: vec![1] }.to_bytes(),
        types::DestroySessionOk { session_id: 5 }.to_bytes(),
        types::DestroySessionNone { session_id: 5 }.to_bytes(),
        types::FutureSalts {
            req_msg_id: 4,
            now: 5,
            salts: vec![types::FutureSalt { valid_since: 1, valid_until: 2, salt: 3 }],
        }
        .to_bytes(),
    ]
}

#[test]
fn every_service_message_is_taken_whole_and_refused_in_part() {
    for body in service_messages() {
        let mut script = Script::new();
        let whole = script.service(body.clone());
        assert_eq!(script.deliver(&whole), Ok(()), "{:08x}", whole.id());
        assert_eq!(script.events().len(), usize::from(whole.id() == types::NewSessionCreated::ID));
        for cut in (4..body.len()).step_by(4) {
            let part = script.service(body[..cut].to_vec());
            let error = script.deliver(&part).unwrap_err();
            assert!(matches!(error, SessionError::Malformed { .. }) && error.is_peer_fault(), "{error}");
        }
        let longer = script.service([&body[..], &[0; 4]].concat());
        let error = script.deliver(&longer).unwrap_err();
        assert!(matches!(error, SessionError::Malformed { .. }), "{error}");
    }
}

#[test]
fn an_empty_message_is_refused() {
    let mut script = Script::new();
    let empty = Message::new(script.server_id(0), 0, vec![]);
    assert!(matches!(script.deliver(&empty), Err(SessionError::Malformed { name: "message", .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Bodies with the right key and any content: known constructors before random words, containers of them.
    #[test]
    fn arbitrary_bodies_never_panic(
        messages in prop::collection::vec((0_usize..16, prop::collection::vec(any::<u8>(), 0..16)), 1..6),
        in_container in any::<bool>(),
    ) {
        let mut script = Script::new();
        let call = script.request(&[1; 8]);
        script.sent();
        let known = service_messages();
        let bodies = messages.into_iter().map(|(kind, noise)| {
            let mut body = known.get(kind).map_or_else(|| vec![9; 4], |body| body[..4].to_vec());
            body.extend(noise);
            body.resize(body.len().next_multiple_of(4), 0);
            body
        });
        let mut messages: Vec<_> = bodies.map(|body| script.service(body)).collect();
        if in_container {
            let container = envelope::container(&messages);
            messages = vec![script.service(container)];
        }
        for message in &messages {
            let _ = script.deliver(message);
        }
        let _ = (script.sent(), script.events());
        script.session.cancel(call);
    }

    /// Anything at all in place of an envelope: a typed error.
    #[test]
    fn arbitrary_frames_are_refused(frame in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut script = Script::new();
        let refused = script.session.handle_frame(script.now, frame.as_slice().into());
        prop_assert!(matches!(refused, Err(SessionError::Envelope(_))));
    }
}
