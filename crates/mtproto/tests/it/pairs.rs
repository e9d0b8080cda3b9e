//! Two ends in virtual time: every request is answered exactly once, whatever the link does.

use std::time::Duration;

use mtproto::session::CallError;

use crate::script::{SALT, key};
use crate::server::peer::Peer;
use crate::world::{Faults, World};

const LIMIT: Duration = Duration::from_secs(300);

fn bodies() -> Vec<Vec<u8>> {
    (1..=5_u8).map(|number| vec![number; 4 * usize::from(number) * 10]).collect()
}

/// Runs five requests and compares what was done and what was answered.
fn run(faults: Faults) -> World {
    let mut world = World::new(faults);
    let calls: Vec<_> = bodies().iter().map(|body| world.request(body)).collect();
    world.run(LIMIT);
    for (call, body) in calls.iter().zip(bodies()) {
        assert_eq!(world.answers[call].as_deref().ok(), Some(body.as_slice()));
    }
    world
}

fn assert_done_once(world: &World) {
    let mut done = world.peer.done().to_vec();
    done.sort();
    assert_eq!(done, bodies(), "each request was done exactly once");
}

#[test]
fn on_a_perfect_link() {
    let world = run(Faults { latency: Duration::from_millis(1), ..Faults::default() });
    assert_done_once(&world);
    assert_eq!(world.connections, 1);
    assert!(world.now.monotonic < Duration::from_millis(10));
}

#[test]
fn with_latency_and_bytes_that_arrive_singly() {
    let world = run(Faults { latency: Duration::from_secs(3), piece_bytes: 1, ..Faults::default() });
    assert_done_once(&world);
    assert_eq!(world.now.monotonic, Duration::from_secs(6));
}

#[test]
fn with_every_message_of_the_server_repeated() {
    let world = run(Faults { copies: 3, ..Faults::default() });
    assert_done_once(&world);
}

#[test]
fn with_a_stale_salt() {
    let mut world = World::new(Faults::default());
    world.peer.salt = SALT + 1;
    let call = world.request(&[7; 8]);
    world.run(LIMIT);
    assert_eq!(world.answers[&call].as_deref().ok(), Some(&[7; 8][..]));
    assert_eq!((world.session.server_salt(), world.peer.done().len()), (SALT + 1, 1));
}

/// The link is cut after every byte of what the client sends, and after every byte of what the server sends.
#[test]
fn with_a_cut_after_every_byte() {
    cut_after_every_byte(false);
}

/// What is repeated after the break is refused for its salt, though the server may have done it before.
#[test]
fn with_a_cut_after_every_byte_and_another_salt() {
    cut_after_every_byte(true);
}

fn cut_after_every_byte(changes_salts: bool) {
    let faults = || Faults { changes_salts, ..Faults::default() };
    let whole = run(faults());
    assert_eq!(whole.connections, 1);
    let (mut up, mut down) = (0, 0);
    for cut in 0..2000 {
        let world = run(Faults { cut_up_at: Some(cut), ..faults() });
        up += world.connections - 1;
        assert_done_once(&world);
        let world = run(Faults { cut_down_at: Some(cut), ..faults() });
        down += world.connections - 1;
        assert_done_once(&world);
        if world.connections == 1 {
            break;
        }
    }
    assert!(up > 700 && down > 700, "{up} and {down} cuts");
}

#[test]
fn with_one_cut_after_the_other() {
    let world = run(Faults { cut_down_at: Some(300), cuts: 10, ..Faults::default() });
    assert_eq!(world.connections, 11);
    assert_done_once(&world);
}

#[test]
fn with_a_server_whose_clock_is_set_while_the_session_goes_on() {
    for secs in [29, 31, 60, 299, 301, 5000, -29, -31, -60, -299, -301, -5000] {
        let mut world = World::new(Faults::default());
        let first = world.request(&[1; 8]);
        world.run(LIMIT);
        world.peer.skew_secs = secs;
        let second = world.request(&[2; 8]);
        let soon = world.now.monotonic + Duration::from_secs(1);
        world.run(LIMIT);
        assert!(world.answers[&first].is_ok() && world.answers[&second].is_ok());
        assert_eq!((world.peer.done().len(), world.connections), (2, 1), "{secs}");
        assert!(world.now.monotonic < soon, "{secs}");
        // what is a little behind may have been under way for so long
        let offset_secs = if (-30..0).contains(&secs) { 0 } else { secs };
        assert_eq!(world.session.time_offset_secs(), offset_secs);
    }
}

#[test]
fn with_a_server_that_forgets_the_session() {
    let mut world = World::new(Faults::default());
    let first = world.request(&[1; 8]);
    world.run(LIMIT);
    // two seconds later another process has taken over: same key, nothing else
    world.now.monotonic += Duration::from_secs(2);
    world.now.unix += Duration::from_secs(2);
    world.peer.forget_sessions();
    world.peer.salt = SALT + 5;
    let second = world.request(&[2; 8]);
    world.run(LIMIT);
    assert!(world.answers[&first].is_ok() && world.answers[&second].is_ok());
    assert_eq!(world.peer.done(), [vec![1; 8], vec![2; 8]]);
}

#[test]
fn with_a_server_that_refuses() {
    use mtproto::schema::types::RpcError;
    use tl_codec::Encode as _;

    let refuse = |_: &[u8]| RpcError { error_code: 400, error_message: "NO".into() }.to_bytes();
    let mut world = World::with_peer(Faults::default(), Peer::new(key(), SALT, Box::new(refuse)));
    let call = world.request(&[1; 4]);
    world.run(LIMIT);
    assert!(matches!(&world.answers[&call], Err(CallError::Rpc(error)) if error.code == 400));
    assert_eq!(world.updates, 0);
}
