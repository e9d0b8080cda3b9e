//! `TAKEOUT_INIT_DELAY_X`: what is kept of it, and how it is waited out.

use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use testdc::Fault;
use tg_client::{
    Client, Clock, Config, Delayed, RunError, SessionStore, TakeoutError, Terms, Timeouts, Waiting, takeout,
};

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);

async fn delayed_by(seconds: u32) -> (World, Client) {
    let mut world = World::small().await;
    let client = world.log_in().await;
    world.server.add_fault(Fault::TakeoutDelay { seconds }).unwrap();
    (world, client)
}

fn waiting(watch: &(dyn Fn(Delayed) + Sync)) -> Waiting<'_> {
    Waiting { ask_every: HOUR, at_most: None, watch }
}

#[tokio::test]
async fn a_delay_is_said_kept_and_never_waited_out_in_silence() {
    let (_world, client) = delayed_by(86_400).await;
    let delayed =
        takeout::run(&client, Terms::default(), pending::<Infallible>(), async |_| Ok::<_, Infallible>(()))
            .await;
    match delayed {
        Err(RunError::Open(TakeoutError::Delayed { wait })) => assert!(wait.as_secs() > 86_000),
        other => panic!("{other:?}"),
    }
    let kept = client.session().state().delay.expect("the date is in the session");
    assert!((86_000..=86_400).contains(&(kept.until_secs - kept.asked_at_secs)), "{kept:?}");
}

#[tokio::test]
async fn who_waits_is_told_how_long_and_then_goes_on() {
    let (mut world, client) = delayed_by(4).await;
    let told = Mutex::new(Vec::new());
    let watch = |delayed: Delayed| told.lock().unwrap().push(delayed.left);
    let terms = Terms { waiting: Some(waiting(&watch)), ..Terms::default() };
    let start = Instant::now();
    takeout::run(&client, terms, pending::<Infallible>(), async |_| Ok::<_, Infallible>(())).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert!(world.takeout_end().await);
    assert_eq!(client.session().state().delay, None, "it is over");
    let told = told.into_inner().unwrap();
    assert!(told.len() >= 2 && told.is_sorted_by(|a, b| a > b), "a countdown: {told:?}");
}

/// What a watcher is told, in whole seconds, until the owner's permission is noticed; tokio's clock is paused.
async fn countdown(fault: &str) -> Vec<u64> {
    let mut world = World::small().await;
    let client = world.log_in_by_pipe().await;
    world.add_fault(fault);
    let (phone, started) = (world.server.truth().account.phone.clone(), tokio::time::Instant::now());
    let told = Mutex::new(Vec::new());
    let watch = |delayed: Delayed| {
        // the monotonic clock goes on a little in truth
        told.lock().unwrap().push((delayed.left + Duration::from_millis(500)).as_secs());
        world.server.control().allow_takeout(&phone).unwrap();
    };
    let terms = Terms {
        waiting: Some(waiting(&watch)),
        clock: Clock::new(move || SystemTime::UNIX_EPOCH + started.elapsed()),
        ..Terms::default()
    };
    takeout::run(&client, terms, pending::<Infallible>(), async |_| Ok::<_, Infallible>(())).await.unwrap();
    told.into_inner().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_countdown_moves_by_the_second() {
    assert_eq!(countdown("takeout-delay=9").await, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    // and whoever is told to wait for no time at all does not ask at once
    assert_eq!(countdown("rpc-error=account.initTakeoutSession:420:TAKEOUT_INIT_DELAY_0").await, [0]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_or_jumps_ahead_keeps_nobody_waiting() {
    for jump_back in [true, false] {
        let (mut world, client) = delayed_by(2).await;
        let jumped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&jumped);
        let clock = Clock::new(move || {
            let now = SystemTime::now();
            match (flag.load(Ordering::Relaxed), jump_back) {
                (false, _) => now,
                (true, true) => now.checked_sub(24 * HOUR).unwrap(),
                (true, false) => now.checked_add(24 * HOUR).unwrap(),
            }
        });
        let watch = |_: Delayed| jumped.store(true, Ordering::Relaxed);
        let terms = Terms { waiting: Some(waiting(&watch)), clock, ..Terms::default() };
        let start = Instant::now();
        takeout::run(&client, terms, pending::<Infallible>(), async |_| Ok::<_, Infallible>(()))
            .await
            .unwrap();
        assert!(world.takeout_end().await);
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
        assert!(jumped.load(Ordering::Relaxed));
    }
}

#[tokio::test]
async fn waiting_has_a_limit_and_ends_at_once_when_it_is_interrupted() {
    let (_world, client) = delayed_by(3600).await;
    let watch = |_: Delayed| {};
    let waiting = Waiting {
        ask_every: Duration::from_secs(1),
        at_most: Some(Duration::from_millis(500)),
        watch: &watch,
    };
    let terms = Terms { waiting: Some(waiting), ..Terms::default() };
    let ended =
        takeout::run(&client, terms.clone(), pending::<Infallible>(), async |_| Ok::<_, Infallible>(()))
            .await;
    assert!(matches!(ended, Err(RunError::Open(TakeoutError::StillDelayed { .. }))), "{ended:?}");

    let start = Instant::now();
    let interrupt = tokio::time::sleep(Duration::from_millis(300));
    let waiting = Waiting { ask_every: HOUR, at_most: None, watch: &watch };
    let terms = Terms { waiting: Some(waiting), ..terms };
    let ended = takeout::run(&client, terms, interrupt, async |_| Ok::<_, Infallible>(())).await;
    assert!(matches!(ended, Err(RunError::Interrupted(()))), "{ended:?}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_owner_says_yes_or_no_on_another_device_while_somebody_waits() {
    for allowed in [true, false] {
        let (mut world, client) = delayed_by(3600).await;
        let control = world.server.control().clone();
        let phone = world.server.truth().account.phone.clone();
        let watch = |_: Delayed| {
            // harmless when nothing waits any more
            let decide = if allowed { control.allow_takeout(&phone) } else { control.deny_takeout(&phone) };
            decide.unwrap();
        };
        let waiting = Waiting { ask_every: Duration::from_secs(1), at_most: None, watch: &watch };
        let terms = Terms { waiting: Some(waiting), ..Terms::default() };
        let ended =
            takeout::run(&client, terms, pending::<Infallible>(), async |_| Ok::<_, Infallible>(())).await;
        if allowed {
            ended.unwrap();
            assert!(world.takeout_end().await);
        } else {
            assert!(matches!(ended, Err(RunError::Open(TakeoutError::Denied))), "{ended:?}");
        }
        assert_eq!(client.session().state().delay, None, "nothing is pending");
    }
}

#[tokio::test]
async fn a_question_that_gets_lost_during_the_wait_does_not_end_it() {
    let mut world = World::small().await;
    let config = World::config();
    let timeouts = Timeouts { request: Duration::from_secs(5), ..config.timeouts };
    let store = SessionStore::in_memory(world.session());
    let client = Client::connect(Config { timeouts, ..config }, store).await.unwrap();
    world.log_in_on(&client).await.unwrap();
    world.server.add_fault(Fault::TakeoutDelay { seconds: 2 }).unwrap();
    let lost = AtomicBool::new(false);
    let watch = |_: Delayed| {
        // the question at the end of the wait has no answer
        if !lost.swap(true, Ordering::Relaxed) {
            let drop = "drop=account.initTakeoutSession".parse::<testdc::FaultRule>();
            world.server.add_fault(drop.unwrap()).unwrap();
        }
    };
    let terms = Terms { waiting: Some(waiting(&watch)), ..Terms::default() };
    takeout::run(&client, terms, pending::<Infallible>(), async |_| Ok::<_, Infallible>(())).await.unwrap();
    assert!(lost.load(Ordering::Relaxed));
    assert!(world.takeout_end().await);
}
