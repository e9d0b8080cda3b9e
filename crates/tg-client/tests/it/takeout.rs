//! A takeout session that was opened is always finished, with success exactly when the work succeeded.

use std::convert::Infallible;
use std::future::pending;

use tg_client::{
    Client, ClientError, OpenTakeout, Protection, RunError, SessionStore, TakeoutError, takeout,
};
use tl_api::{Invoke, InvokeError, functions};

use crate::world::{World, rpc_name};

#[tokio::test]
async fn success_is_said_after_the_work_and_the_saved_contacts_came_through() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let refused = client.invoke(&functions::contacts::GetSaved {}).await.map(|_| ()).unwrap_err();
    assert_eq!(rpc_name(&refused.into()), "TAKEOUT_REQUIRED", "outside a takeout session");

    let finished = takeout::run(&client, pending::<Infallible>(), async |takeout| {
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
    let failed = takeout::run(&client, pending::<Infallible>(), async |_| Err::<(), _>("disk full")).await;
    assert!(matches!(failed, Err(RunError::Work("disk full"))));
    assert!(!world.takeout_end().await);

    let interrupt = tokio::time::sleep(std::time::Duration::from_millis(50));
    let interrupted =
        takeout::run(&client, interrupt, async |_| pending::<Result<(), Infallible>>().await).await;
    assert!(matches!(interrupted, Err(RunError::Interrupted(()))));
    assert!(!world.takeout_end().await);
    assert_eq!(client.session().state().takeout, None);
}

#[tokio::test]
async fn an_interruption_while_the_session_is_being_opened_leaves_none_open() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let by = std::time::Duration::from_millis(400);
    world.server.add_fault(testdc::Fault::Delay { method: "account.initTakeoutSession".into(), by }).unwrap();
    let interrupt = tokio::time::sleep(by / 4);
    let interrupted = takeout::run(&client, interrupt, async |_| Ok::<_, Infallible>(())).await;
    assert!(matches!(interrupted, Err(RunError::Interrupted(()))));
    assert!(!world.takeout_end().await, "finished without success");
    assert_eq!(client.session().state().takeout, None);
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
    let abandoned = takeout::run(&client, pending::<Infallible>(), async |takeout| {
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
async fn a_delay_is_said_and_never_waited_out_in_silence() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    world.server.add_fault(testdc::Fault::TakeoutDelay { seconds: 86_400 }).unwrap();
    let delayed = takeout::run(&client, pending::<Infallible>(), async |_| Ok::<_, Infallible>(())).await;
    match delayed {
        Err(RunError::Open(TakeoutError::Delayed { wait })) => assert!(wait.as_secs() > 86_000),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_restricted_client_sends_nothing_that_writes() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    client.restrict_to_reading();
    client.invoke(&functions::contacts::GetContacts { hash: 0 }).await.unwrap();
    let refused = client.invoke(&functions::contacts::ResetSaved {}).await.unwrap_err();
    assert!(matches!(ClientError::from(refused), ClientError::NotReadOnly(_)));
}
