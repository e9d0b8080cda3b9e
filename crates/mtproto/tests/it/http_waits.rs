//! Over HTTP a server speaks only when it is asked: which request waits for it, and how long ("HTTP: long poll").

use mtproto::schema::types;
use tl_codec::Decode as _;

use crate::script::Script;

const REQUEST: [u8; 8] = [1, 1, 1, 1, 2, 2, 2, 2];

/// What stands in the one envelope that is sent now: how long the server may wait (the longest delay, the time after the
/// last message, the longest wait, in milliseconds), and the requests.
fn sent(script: &mut Script) -> ((i32, i32, i32), Vec<Vec<u8>>) {
    let mut messages = script.envelope().unwrap().message.unpacked();
    assert_eq!(script.envelope(), None, "no ping either");
    let wait = types::HttpWait::from_bytes(&messages.remove(0).body).unwrap();
    let requests = messages.into_iter().map(|message| message.body).collect();
    ((wait.max_delay, wait.wait_after, wait.max_wait), requests)
}

#[test]
fn one_request_waits_and_the_others_come_back_at_once() {
    const WAITS: (i32, i32, i32) = (30, 10, 25_000);
    let mut script = Script::over_http();
    assert_eq!(sent(&mut script), (WAITS, vec![]));
    script.request(&REQUEST);
    assert_eq!(sent(&mut script), ((0, 0, 0), vec![REQUEST.to_vec()]));
    assert!(script.session.is_polling());
    script.session.handle_poll_ended();
    script.request(&REQUEST);
    assert_eq!(sent(&mut script), (WAITS, vec![REQUEST.to_vec()]), "in the place of the one that came back");
}
