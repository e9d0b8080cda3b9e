//! A takeout session that was opened is always finished, with success exactly when the work succeeded.

mod delays;

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use tg_client::{Client, OpenTakeout, Protection, RunError, SessionStore, TakeoutError, Terms, takeout};
use tl_api::{Invoke, InvokeError, functions};

use crate::world::{PATIENCE, World, rpc_name};

#[tokio::test]
async fn success_is_said_after_the_work_and_the_saved_contacts_came_through() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let refused = client.invoke(&functions::contacts::GetSaved {}).await.map(|_| ()).unwrap_err();
    assert_eq!(rpc_name(&refused.into()), "TAKEOUT_REQUIRED", "outside a takeout session");

    let finished = takeout::run(&client, Terms::default(), pending::<Infallible>(), async |takeout| {
        let reply = takeout.invoke(&functions::contacts::GetSaved {}).await?;
        Ok::<_, InvokeError>(reply.read()?.len())
    })
    .await
    .unwrap();
    assert_eq!(finished.value, world.server.truth().saved.len());
    assert!(finished.finish_error.is_none());
    assert!(world.takeout_end().await);
    assert_eq!(client.session().state().takeout, None);
}

#[tokio::test]
async fn work_that_fails_or_is_interrupted_ends_without_success() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let failed =
        takeout::run(&client, Terms::default(), pending::<Infallible>(), async |_| Err::<(), _>("disk full"))
            .await;
    assert!(matches!(failed, Err(RunError::Work("disk full"))));
    assert!(!world.takeout_end().await);

    let interrupt = tokio::time::sleep(Duration::from_millis(50));
    let interrupted = takeout::run(&client, Terms::default(), interrupt, async |_| {
        pending::<Result<(), Infallible>>().await
    })
    .await;
    assert!(matches!(interrupted, Err(RunError::Interrupted(()))));
    assert!(!world.takeout_end().await);
    assert_eq!(client.session().state().takeout, None);
}

#[tokio::test]
async fn an_interruption_while_the_session_is_being_opened_leaves_none_open() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let by = Duration::from_secs(3);
    world.server.add_fault(testdc::Fault::Delay { method: "account.initTakeoutSession".into(), by }).unwrap();
    let interrupt = tokio::time::sleep(Duration::from_millis(100));
    let interrupted =
        takeout::run(&client, Terms::default(), interrupt, async |_| Ok::<_, Infallible>(())).await;
    assert!(matches!(interrupted, Err(RunError::Interrupted(()))));
    assert!(!world.takeout_end().await, "finished without success");
    assert_eq!(client.session().state().takeout, None);
}

/// How long somebody waits who interrupts, while the server does not answer that the session is finished.
async fn waits_for_the_end(opens_late: bool) -> Duration {
    let mut world = World::small().await;
    let mut config = World::config();
    config.timeouts.finish = PATIENCE;
    let client = Client::connect(config, SessionStore::in_memory(world.session())).await.unwrap();
    world.log_in_on(&client).await.unwrap();
    world.add_fault("drop=account.finishTakeoutSession*");
    let (tell, told) = tokio::sync::oneshot::channel();
    let (started, begun) = (std::time::Instant::now(), async |_| {
        tell.send(()).unwrap();
        pending::<Result<(), Infallible>>().await
    });
    let interrupted = if opens_late {
        world.add_fault("delay=account.initTakeoutSession:400");
        let interrupt = tokio::time::sleep(Duration::from_millis(100));
        takeout::run(&client, Terms::default(), interrupt, begun).await
    } else {
        takeout::run(&client, Terms::default(), async { told.await.unwrap() }, begun).await
    };
    assert!(matches!(interrupted, Err(RunError::Interrupted(()))));
    assert!(client.session().state().takeout.is_some(), "it is on record");
    started.elapsed()
}

#[tokio::test]
async fn whoever_interrupts_waits_three_seconds_for_the_end_at_most() {
    let (working, opening) = tokio::join!(waits_for_the_end(false), waits_for_the_end(true));
    for waited in [working, opening] {
        assert!((Duration::from_secs(3)..PATIENCE).contains(&waited), "{waited:?}");
    }
}

#[tokio::test]
async fn what_a_dead_process_left_open_is_settled_by_the_next() {
    let mut world = World::small().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.session");
    let client = Client::connect(
        World::config(),
        SessionStore::create(&path, world.session(), Protection::Plain).unwrap(),
    )
    .await
    .unwrap();
    world.log_in_on(&client).await.unwrap();
    let abandoned = takeout::run(&client, Terms::default(), pending::<Infallible>(), async |takeout| {
        // the process dies here: what the file says now is all that the next one knows
        std::fs::copy(&path, path.with_extension("copy")).unwrap();
        Ok::<_, Infallible>(takeout.id())
    });
    let id = abandoned.await.unwrap().value;
    assert!(world.takeout_end().await);
    client.close().await.unwrap();

    let store = SessionStore::open(&path.with_extension("copy"), Protection::Plain).unwrap();
    assert_eq!(store.state().takeout, Some(OpenTakeout { id, verified: false }));
    let next = Client::connect(World::config(), store).await.unwrap();
    assert!(takeout::settle(&next).await.unwrap(), "there was one");
    assert!(!takeout::settle(&next).await.unwrap(), "there is none any more");
}

#[tokio::test]
async fn work_that_panics_ends_without_success() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let panicked = takeout::run(&client, Terms::default(), pending::<Infallible>(), async |_| {
        tokio::task::yield_now().await;
        assert_eq!(1, 2, "a mistake in the work");
        Ok::<_, Infallible>(())
    })
    .await;
    assert!(matches!(panicked, Err(RunError::Panicked(_))), "{panicked:?}");
    assert!(!world.takeout_end().await);
    assert_eq!(client.session().state().takeout, None);
}

/// Asks for the saved contacts under these faults, and says whether all came and how many sessions were opened.
async fn saved_under(fault: &str, take_over: bool) -> (Result<bool, InvokeError>, usize) {
    let mut world = World::small().await;
    let client = world.log_in().await;
    world.server.add_fault(fault.parse::<testdc::FaultRule>().unwrap()).unwrap();
    let terms = Terms { take_over, ..Terms::default() };
    let outcome = takeout::run(&client, terms, pending::<Infallible>(), async |takeout| {
        let reply = takeout.invoke(&functions::contacts::GetSaved {}).await?;
        Ok::<_, InvokeError>(reply.read()?.len())
    })
    .await;
    assert_eq!(client.session().state().takeout, None, "nothing is left open");
    let outcome = match outcome {
        Ok(finished) => Ok(finished.value == world.server.truth().saved.len()),
        Err(RunError::Work(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    };
    client.close().await.unwrap();
    let events = world.events_so_far().await;
    let opened = events.iter().filter(|event| matches!(event, testdc::Event::TakeoutOpened { .. })).count();
    (outcome, opened)
}

#[tokio::test]
async fn a_session_that_the_server_forgets_is_opened_again_but_not_for_ever() {
    let forgets = "rpc-error=contacts.getSaved:400:TAKEOUT_REQUIRED";
    let (outcome, opened) = saved_under(forgets, false).await;
    assert_eq!((outcome.unwrap(), opened), (true, 2));
    let (outcome, opened) = saved_under(&format!("{forgets}*"), false).await;
    assert_eq!(rpc_name(&outcome.unwrap_err().into()), "TAKEOUT_REQUIRED");
    assert_eq!(opened, 3, "once, and two times again");
}

#[tokio::test]
async fn another_export_is_taken_over_only_if_that_is_asked_for_and_once() {
    let taken = "takeout-taken-over=contacts.getSaved";
    let (outcome, _) = saved_under(taken, false).await;
    assert!(matches!(takeout::classify(outcome.unwrap_err()), TakeoutError::TakenOver));
    let (outcome, _) = saved_under(taken, true).await;
    assert!(outcome.unwrap());
    let (outcome, _) = saved_under(&format!("{taken}*"), true).await;
    assert!(matches!(takeout::classify(outcome.unwrap_err()), TakeoutError::TakenOver));
}
