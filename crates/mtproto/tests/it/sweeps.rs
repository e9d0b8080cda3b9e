//! Sweeps: the link is cut after every byte, and bytes are changed on their way. Every run must end as if nothing had
//! happened: the same answers, each request done exactly once.
//!
//! `cargo test` takes a sample; `cargo xtask sweep breaks` and `cargo xtask sweep corruption` run everything
//! (`MTPROTO_SWEEP=full`). The client is the session as it is; the server is this test's own (`server.rs`).

#![expect(clippy::print_stdout, reason = "a sweep says what it has done")]

use std::time::Duration;

use crate::recorded::Seeded;
use crate::script::{SALT, key};
use crate::server::peer::{Peer, Serve};
use crate::world::{Change, Faults, World};

/// No run may take longer, in virtual time.
const LIMIT: Duration = Duration::from_secs(900);

/// The calls of an export, as they stand on the wire: `account.initTakeoutSession`, then in `invokeWithTakeout`
/// `contacts.getSaved`, `contacts.getContacts`, `contacts.getStatuses`, `account.finishTakeoutSession`.
const CALLS: [&[u32]; 5] = [
    &[0x8ef3_eab0, 1],
    &[0xaca9_fd2e, 5, 0, 0x82f1_e39f],
    &[0xaca9_fd2e, 5, 0, 0x5dd6_9e12, 0, 0],
    &[0xaca9_fd2e, 5, 0, 0xc4a3_53ee],
    &[0xaca9_fd2e, 5, 0, 0x1d26_52ee, 1],
];

/// How long the answers are: a takeout's id, three lists, `boolTrue`.
const ANSWER_BYTES: [usize; 5] = [12, 1600, 2400, 800, 4];

/// What an answer begins with; nothing that the session would read itself.
const ANSWER_ID: [u8; 4] = [0xea, 0xe8, 0x7e, 0x42];

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The calls of so many exports, each one of its kind.
fn calls(rounds: usize) -> Vec<Vec<u8>> {
    let call = |round: usize, words| [bytes(words), bytes(&[u32::try_from(round).unwrap()])].concat();
    (0..rounds).flat_map(|round| CALLS.iter().map(move |words| call(round, words))).collect()
}

/// Answers each call as if there were an address book behind it.
fn desk() -> Serve {
    Box::new(|request: &[u8]| {
        let place = CALLS.iter().position(|words| request.starts_with(&bytes(words))).unwrap();
        let mut answer = vec![request[request.len() - 4]; ANSWER_BYTES[place]];
        answer[..4].copy_from_slice(&ANSWER_ID);
        answer
    })
}

fn peer() -> Peer {
    Peer::new(key(), SALT, desk())
}

/// An export: call after call, each once the one before is answered. The answers, and the world in which they came.
fn export(faults: Faults, rounds: usize) -> (Vec<Vec<u8>>, World) {
    let day = Duration::from_secs(86_400);
    let mut world = World::with_temporary_keys(faults, peer(), day, day / 12);
    let answers = calls(rounds).into_iter().map(|call| {
        let call = world.request(&call);
        world.run(LIMIT);
        world.answers[&call].as_ref().expect("an answer").to_vec()
    });
    let answers = answers.collect();
    (answers, world)
}

/// Runs an export with faults, and holds it against one without.
fn assert_same(faults: Faults, rounds: usize, expected: &[Vec<u8>]) -> World {
    let what = format!("{:?} {:?} {:?}", faults.cut_up_at, faults.cut_down_at, faults.change);
    let (answers, world) = export(faults, rounds);
    assert!(answers == expected, "other answers: {what}");
    assert!(world.peer.done() == calls(rounds), "other requests were done: {what}");
    world
}

fn is_full() -> bool {
    std::env::var_os("MTPROTO_SWEEP").is_some_and(|value| value == "full")
}

/// So many numbers below a bound, always the same.
fn sample(random: &mut Seeded, below: usize) -> usize {
    usize::try_from(random.next_u64() % u64::try_from(below).unwrap()).unwrap()
}

#[test]
fn breaks_at_every_byte_and_then_some() {
    const ROUNDS: usize = 8;
    const EACH_WAY: usize = 4096;
    let (expected, whole) = export(Faults::default(), ROUNDS);
    let (up, down) = whole.sent_bytes;
    assert!(up > EACH_WAY && down > EACH_WAY, "{up} and {down} bytes without a fault");
    let (step, samples) = if is_full() { (1, 10_000 - 2 * EACH_WAY) } else { (131, 20) };
    let (mut runs, mut lost) = (0, 0);
    let mut run = |faults: Faults| {
        runs += 1;
        lost += assert_same(faults, ROUNDS, &expected).connections - 1;
    };
    for cut in (0..EACH_WAY).step_by(step) {
        run(Faults { cut_up_at: Some(cut), ..Faults::default() });
        run(Faults { cut_down_at: Some(cut), ..Faults::default() });
    }
    let mut random = Seeded::new(77);
    for number in 0..samples {
        // the rest of both directions, several cuts one after the other, slow links, repeated frames, small pieces
        run(Faults {
            cut_up_at: (number % 2 == 0).then(|| sample(&mut random, up)),
            cut_down_at: (number % 2 == 1).then(|| sample(&mut random, down)),
            cuts: 1 + number % 3,
            copies: 1 + number % 2,
            latency: Duration::from_millis([1, 40, 2000][number % 3]),
            piece_bytes: [usize::MAX, 7, 1000][number % 3],
            ..Faults::default()
        });
    }
    assert!(lost >= runs, "a fault is a connection more: {lost} in {runs} runs");
    println!("{runs} runs with cuts, {lost} connections lost: every export complete and the same");
}

#[test]
fn single_bytes_that_change_on_their_way() {
    let (expected, whole) = export(Faults::default(), 1);
    let (up, down) = whole.sent_bytes;
    let mut random = Seeded::new(78);
    let (mut by_client, mut by_server, mut healed) = (0, 0, 0);
    let runs = if is_full() { 100_000 } else { 400 };
    for number in 0..runs {
        let is_up = number % 2 == 0;
        let at = sample(&mut random, if is_up { up } else { down });
        let mask = u8::try_from(1 + sample(&mut random, 255)).unwrap();
        let change = Some(Change { is_up, at, mask });
        let world = assert_same(Faults { change, ..Faults::default() }, 1, &expected);
        match (world.refusals.len(), world.peer.refused) {
            (0, 0) => healed += 1,
            (0, _) => by_server += 1,
            _ => by_client += 1,
        }
        // a change in a frame's length can only be healed by a new connection; in an envelope it is refused, and then
        // there is a new connection too
        assert!(world.connections > 1, "{change:?} was accepted");
    }
    assert!(by_client > runs / 3 && by_server > runs / 3, "{by_client} and {by_server} of {runs} refused");
    println!(
        "{runs} changed bytes: {by_client} refused by the client, {by_server} by the server, {healed} healed by \
         another connection, none accepted"
    );
}

/// The same export over TCP through the tokio driver, from the first byte: both key exchanges, the binding, the calls.
/// A key exchange that is cut begins anew; behind it every call is done once.
#[cfg(feature = "test-util")]
#[tokio::test]
async fn breaks_of_real_connections() {
    use crate::server::tcp::Act;

    // positions on the first connection; the key exchanges end near 2,000 of each
    let cuts = if is_full() { 150 } else { 6 };
    let (expected, _) = export(Faults::default(), 1);
    let (mut runs, mut lost) = (0, 0);
    for number in 0..cuts {
        for act in [Act::ServeUntil(number * 6000 / cuts), Act::ReadUntil(number * 2600 / cuts)] {
            let (answers, connections) = export_over_tcp(act.clone()).await;
            assert!(answers == expected, "{act:?}");
            runs += 1;
            lost += connections - 1;
        }
    }
    assert!(lost * 10 >= runs * 9, "a cut is a connection more: {lost} in {runs} runs");
    println!("{runs} cuts of TCP connections, {lost} connections lost: every export complete and the same");
}

#[cfg(feature = "test-util")]
async fn export_over_tcp(first: crate::server::tcp::Act) -> (Vec<Vec<u8>>, usize) {
    use mtproto::frame::FrameKind;
    use mtproto::io::{Backoff, Client, Config};

    use crate::server::keys::KeyServer;
    use crate::server::tcp::{Act, TcpServer};

    let acts = vec![first, Act::Serve];
    let server = TcpServer::start(FrameKind::Intermediate, None, acts, desk()).await;
    let mut config = Config::new(vec![server.address], 2, vec![KeyServer::public_key()]);
    let pause = Duration::from_millis(2);
    config.backoff = Backoff { first_pause: pause, max_pause: pause, attempts: 3 };
    let (client, _) = Client::connect(config).await.unwrap();
    let mut answers = Vec::new();
    for call in calls(1) {
        answers.push(client.invoke(call.into()).await.unwrap().to_vec());
    }
    client.shutdown().await;
    assert!(server.done() == calls(1), "each call was done once");
    (answers, server.connections())
}
