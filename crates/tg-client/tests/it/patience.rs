//! How often a request is sent again, and after how long: with a clock that leaps, so that nobody waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tg_client::{Client, ClientError, Pause};
use tl_api::{Invoke, functions};
use tokio::time::Instant;

use crate::world::{World, rpc_name};

const METHOD: &str = "contacts.getContacts";
/// So many requests that full jitter comes near both of its ends in some of them: that none of them is in the lower or
/// the upper half of its range happens once in 2⁵⁹ runs.
const REQUESTS: usize = 60;

/// A client whose server refuses one method for ever.
struct Refused {
    _world: World,
    client: Client,
    pauses: Arc<Mutex<Vec<Pause>>>,
}

impl Refused {
    async fn by(fault: &str) -> Self {
        let mut world = World::small().await;
        let client = world.log_in_by_pipe().await;
        let pauses = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&pauses);
        client.watch_pauses(move |pause| told.lock().unwrap().push(pause.clone()));
        world.add_fault(&format!("{fault}*"));
        Self { _world: world, client, pauses }
    }

    /// How one request ends, and how long the pauses between its tries are.
    async fn ask(&self) -> (ClientError, Vec<Duration>) {
        let started = Instant::now();
        let refused = self.client.invoke(&functions::contacts::GetContacts { hash: 0 }).await;
        let pauses = std::mem::take(&mut *self.pauses.lock().unwrap());
        let lengths = pauses.iter().map(|pause| pause.length).collect::<Vec<_>>();
        assert!(started.elapsed() >= lengths.iter().sum::<Duration>(), "they are waited out");
        (refused.map(|_| ()).unwrap_err().into(), lengths)
    }
}

/// Whether pauses take every length of a range, and no other.
fn fill(lengths: impl Iterator<Item = Duration>, least: Duration, most: Duration) -> bool {
    let lengths = lengths.collect::<Vec<_>>();
    let middle = (least + most) / 2;
    lengths.iter().all(|length| (least..=most).contains(length))
        && lengths.iter().any(|length| *length < middle)
        && lengths.iter().any(|length| *length > middle)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_is_asked_five_times_more_with_pauses_that_double() {
    let refused = Refused::by(&format!("rpc-error={METHOD}:500:RPC_CALL_FAIL")).await;
    let mut asked = Vec::new();
    for _ in 0..REQUESTS {
        let (error, pauses) = refused.ask().await;
        assert_eq!((rpc_name(&error), pauses.len()), ("RPC_CALL_FAIL", 5));
        asked.push(pauses);
    }
    for (number, millis) in [500, 1_000, 2_000, 4_000, 8_000].into_iter().enumerate() {
        let pauses = asked.iter().map(|pauses| pauses[number]);
        assert!(fill(pauses, Duration::ZERO, Duration::from_millis(millis)), "{number}: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_busy_has_a_second_more() {
    let refused = Refused::by(&format!("rpc-error={METHOD}:500:WORKER_BUSY_TOO_LONG_RETRY")).await;
    let mut first = Vec::new();
    for _ in 0..REQUESTS {
        first.push(refused.ask().await.1[0]);
    }
    assert!(fill(first.iter().copied(), Duration::from_secs(1), Duration::from_millis(1_500)), "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn three_flood_waits_are_obeyed_and_no_more() {
    let refused = Refused::by(&format!("flood-wait={METHOD}:7")).await;
    let (error, pauses) = refused.ask().await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let asked = Duration::from_secs(7)..=Duration::from_secs(8);
    assert!(pauses.len() == 3 && pauses.iter().all(|pause| asked.contains(pause)), "{pauses:?}");
}
