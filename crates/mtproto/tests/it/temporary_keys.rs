//! Perfect forward secrecy, in virtual time: a temporary key is bound before anything is said, and replaced before it
//! ends (protocol, "Perfect Forward Secrecy").

use std::time::Duration;

use bytes::Bytes;
use mtproto::crypto::AuthKey;
use mtproto::limits::KEY_LIFETIME;
use mtproto::session::{CallError, Config, Event, Resume, Session, TemporaryKey};

use crate::recorded::Seeded;
use crate::script::{SALT, START_SECS, key};
use crate::server::peer::Peer;
use crate::world::{Faults, INTRODUCTION, World};

const LIMIT: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);

fn echo() -> Peer {
    Peer::new(key(), SALT, Box::new(<[u8]>::to_vec))
}

fn body(number: usize) -> Vec<u8> {
    u64::try_from(number).unwrap().to_le_bytes().to_vec()
}

#[test]
fn a_key_is_bound_before_the_first_request_leaves() {
    let mut world = World::with_temporary_keys(Faults::default(), echo(), HOUR, HOUR / 4);
    let calls: Vec<_> = (0..3).map(|number| world.request(&body(number))).collect();
    world.run(LIMIT);
    assert!(calls.iter().all(|call| world.answers[call].is_ok()));
    assert_eq!((world.peer.done().len(), world.peer.keys.bound()), (3, 1));
    // there and back for the binding, there and back for the requests
    assert_eq!(world.now.monotonic, Duration::from_millis(160));
}

#[test]
fn keys_are_replaced_before_they_end_and_nothing_is_done_twice() {
    let mut world = World::with_temporary_keys(Faults::default(), echo(), HOUR, HOUR / 4);
    // ten hours, a request every eight minutes
    for number in 0..75 {
        let call = world.request(&body(number));
        world.run(LIMIT);
        assert_eq!(world.answers[&call].as_deref().ok(), Some(body(number).as_slice()));
        world.idle(Duration::from_secs(480));
    }
    let done: Vec<_> = world.peer.done().iter().filter(|body| *body != INTRODUCTION).cloned().collect();
    assert_eq!(done, (0..75).map(body).collect::<Vec<_>>());
    let introductions = world.peer.done().len() - done.len();
    assert!((13..=14).contains(&introductions), "every 45 minutes: {introductions}");
    assert_eq!(world.peer.keys.bound(), introductions + 1);
    assert_eq!(world.connections, introductions + 1);
}

#[test]
fn a_request_that_is_under_way_delays_the_change() {
    // five seconds each way, and the next key is wanted after half of an hour
    let faults = Faults { latency: Duration::from_secs(5), ..Faults::default() };
    let mut world = World::with_temporary_keys(faults, echo(), HOUR, HOUR / 4 * 3);
    world.idle(Duration::from_secs(1794));
    let first = world.request(&body(1));
    world.idle(Duration::from_secs(9));
    assert_eq!(world.connections, 1, "the request is on its way");
    let second = world.request(&body(2));
    world.run(LIMIT);
    assert!(world.answers[&first].is_ok() && world.answers[&second].is_ok());
    assert_eq!(world.peer.done(), [body(1), INTRODUCTION.to_vec(), body(2)]);
}

#[test]
fn a_server_that_forgets_the_binding_is_told_it_again() {
    let mut world = World::with_temporary_keys(Faults::default(), echo(), HOUR, HOUR / 4);
    world.request(&body(1));
    world.run(LIMIT);
    world.peer.keys.unbind();
    let call = world.request(&body(2));
    world.run(LIMIT);
    assert!(world.answers[&call].is_ok());
    assert_eq!(world.peer.done(), [body(1), body(2)]);
}

#[test]
fn a_cut_at_any_byte_of_the_binding_is_healed() {
    for cut in (0..700).step_by(7) {
        for (up, down) in [(Some(cut), None), (None, Some(cut))] {
            let faults = Faults { cut_up_at: up, cut_down_at: down, ..Faults::default() };
            let mut world = World::with_temporary_keys(faults, echo(), HOUR, HOUR / 4);
            let call = world.request(&body(1));
            world.run(LIMIT);
            assert!(world.answers[&call].is_ok());
            assert_eq!(world.peer.done(), [body(1)]);
        }
    }
}

#[test]
fn an_answer_to_the_binding_that_is_lost_costs_half_a_minute() {
    for (lost, pauses) in [(0, 0), (1, 1), (3, 3)] {
        let mut peer = echo();
        peer.lost_bindings = lost;
        let mut world = World::with_temporary_keys(Faults::default(), peer, HOUR, HOUR / 4);
        let call = world.request(&body(1));
        let start = world.now.monotonic;
        world.run(LIMIT);
        assert!(world.answers[&call].is_ok());
        assert_eq!((world.peer.done(), world.connections), (&[body(1)][..], 1 + lost));
        let took = world.now.monotonic.saturating_sub(start);
        // each time half a minute, and a second until the next connection
        let least = Duration::from_secs(31 * pauses);
        assert!((least..least + Duration::from_secs(2)).contains(&took), "{lost}: {took:?}");
    }
}

#[test]
fn a_stale_salt_makes_the_binding_anew_for_its_new_id() {
    let mut world = World::with_temporary_keys(Faults::default(), echo(), HOUR, HOUR / 4);
    world.peer.salt = SALT + 1;
    let call = world.request(&body(1));
    world.run(LIMIT);
    // the server holds the inner message id against the outer one
    assert!(world.answers[&call].is_ok());
}

/// A session with a temporary key of an hour whose server is written by hand.
fn unbound() -> (Session, mtproto::Now, Seeded) {
    unbound_for(HOUR)
}

fn unbound_for(lifetime: Duration) -> (Session, mtproto::Now, Seeded) {
    let now = mtproto::Now { monotonic: Duration::ZERO, unix: Duration::from_secs(START_SECS) };
    let mut random = Seeded::new(6);
    let expires_at = i32::try_from(START_SECS + lifetime.as_secs()).unwrap();
    let temporary = AuthKey::new(&mut [0x77; 256]);
    let resume = Resume { clock_is_fresh: true, ..Resume::new(temporary, SALT) };
    let key = TemporaryKey { permanent_key: key(), expires_at };
    (Session::with_temporary_key(Config::default(), resume, key, &mut random), now, random)
}

#[test]
fn another_key_is_wanted_two_hours_before_the_end_and_then_every_minute() {
    let (mut session, start, _) = unbound_for(KEY_LIFETIME);
    session.handle_connected(start);
    let mut is_wanted_at = |secs: u64| {
        let after = Duration::from_secs(secs);
        let now = mtproto::Now { monotonic: start.monotonic + after, unix: start.unix + after };
        // this server says nothing at all
        let _silence = session.handle_timeout(now);
        std::iter::from_fn(|| session.poll_event()).any(|event| event == Event::KeyExpires)
    };
    let lead = 24 * 3600 - 2 * 3600;
    let wanted = [lead - 1, lead, lead + 59, lead + 60, lead + 119].map(&mut is_wanted_at);
    assert_eq!(wanted, [false, true, false, true, false]);
}

/// What a peer that refuses says, and what the session makes of it.
fn refused(session: &mut Session, now: mtproto::Now, random: &mut Seeded, result: &[u8]) -> Vec<Event> {
    use crate::server::envelope::{Message, open, seal};
    use mtproto::schema::types::RpcResult;
    use tl_codec::Constructor as _;

    let temporary = session.auth_key().clone();
    let frame = session.poll_transmit(now, random).expect("the binding");
    let from = open(&temporary, &frame);
    let bind = from.message.unpacked().into_iter().find(|message| message.seq_no % 2 == 1).unwrap();
    assert_eq!((bind.id(), bind.body.len()), (0xcdd4_2a05, 132));
    let body = [&RpcResult::ID.to_le_bytes()[..], &bind.msg_id.to_le_bytes(), result].concat();
    let answer = Message::new(i64::try_from(START_SECS).unwrap() << 32 | 1, 1, body);
    let frame = seal(&temporary, SALT, from.session_id, &answer);
    session.handle_frame(now, frame.as_slice().into()).unwrap();
    std::iter::from_fn(|| session.poll_event()).collect()
}

#[test]
fn a_binding_that_is_refused_lets_nothing_out() {
    use mtproto::schema::types::RpcError;
    use tl_codec::Encode as _;

    let refusal = RpcError { error_code: 400, error_message: "ENCRYPTED_MESSAGE_INVALID".into() }.to_bytes();
    for result in [refusal, false.to_bytes()] {
        let (mut session, now, mut random) = unbound();
        session.handle_connected(now);
        session.request(Bytes::from_static(&[1; 8])).unwrap();
        let events = refused(&mut session, now, &mut random, &result);
        let [Event::NotBound { error: CallError::Rpc(error) }] = &events[..] else { panic!("{events:?}") };
        assert_eq!((error.code, error.message.as_str()), (400, "ENCRYPTED_MESSAGE_INVALID"));
        assert_eq!((session.poll_transmit(now, &mut random), session.unanswered()), (None, 1));
        assert!(session.has_temporary_key());
    }
}

#[test]
fn a_server_that_never_takes_the_binding_for_made_is_not_asked_for_ever() {
    let mut world = World::with_temporary_keys(Faults::default(), echo(), HOUR, HOUR / 4);
    world.forgets_bindings = true;
    let call = world.request(&body(1));
    world.run(LIMIT);
    let Err(CallError::Rpc(error)) = &world.answers[&call] else { panic!("it was never bound") };
    assert_eq!(error.message, "AUTH_KEY_PERM_EMPTY");
    assert!(world.peer.done().is_empty());
}
