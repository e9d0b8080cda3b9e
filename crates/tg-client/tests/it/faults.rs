//! Servers that fail, wait, close or lie.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use testdc::{Fault, FaultRule};
use tg_client::ClientError;
use tl_api::{Invoke, functions};

use crate::world::{World, rpc_name};

const METHOD: &str = "contacts.getContacts";

async fn contacts_under(rule: impl Into<FaultRule>) -> Result<usize, ClientError> {
    let mut world = World::small().await;
    let client = world.log_in().await;
    world.server.add_fault(rule).unwrap();
    let reply = client.invoke(&functions::contacts::GetContacts { hash: 0 }).await?;
    let read = reply.read()?;
    match read {
        tl_api::enums::contacts::ContactsRef::Contacts(contacts) => Ok(contacts.contacts.len()),
        _ => panic!("a list was asked for"),
    }
}

fn rule(text: &str) -> FaultRule {
    text.parse().unwrap()
}

#[tokio::test]
async fn broken_connections_heal() {
    for fault in ["close-in-reply", "duplicate"] {
        let outcome = contacts_under(rule(&format!("{fault}={METHOD}"))).await;
        assert_eq!(outcome.unwrap(), 20, "{fault}");
    }
}

#[tokio::test]
async fn a_short_flood_wait_is_waited_out_and_a_long_one_is_returned() {
    let start = tokio::time::Instant::now();
    let method = METHOD.into();
    assert_eq!(contacts_under(Fault::FloodWait { method, seconds: 1 }).await.unwrap(), 20);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let method = METHOD.into();
    let error = contacts_under(Fault::FloodWait { method, seconds: 3600 }).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn a_server_error_is_tried_again() {
    assert_eq!(contacts_under(rule(&format!("rpc-error={METHOD}:500:RPC_CALL_FAIL"))).await.unwrap(), 20);
    let refused = contacts_under(rule(&format!("rpc-error={METHOD}:400:PEER_ID_INVALID"))).await.unwrap_err();
    assert_eq!(rpc_name(&refused), "PEER_ID_INVALID");
}

#[tokio::test]
async fn a_server_that_has_forgotten_the_device_is_told_again_once() {
    let forgets = format!("rpc-error={METHOD}:400:CONNECTION_NOT_INITED");
    assert_eq!(contacts_under(rule(&forgets)).await.unwrap(), 20);
    let refused = contacts_under(rule(&format!("{forgets}*2"))).await.unwrap_err();
    assert_eq!(rpc_name(&refused), "CONNECTION_NOT_INITED");
}

#[tokio::test]
async fn a_reply_that_is_cut_or_unknown_is_the_servers_fault() {
    for fault in ["cut-reply", "unknown-constructor"] {
        let error = contacts_under(rule(&format!("{fault}={METHOD}"))).await.unwrap_err();
        assert!(matches!(error, ClientError::Reply(_)), "{fault}: {error:?}");
        assert!(error.is_peer_fault());
    }
}

#[tokio::test]
async fn other_calls_go_on_while_one_waits_and_a_client_that_stops_waits_no_more() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    client.watch_pauses(move |pause| notes.lock().unwrap().push((pause.reason.clone(), pause.length)));
    world.server.add_fault(Fault::FloodWait { method: METHOD.into(), seconds: 50 }).unwrap();
    let start = tokio::time::Instant::now();
    let patient = client.clone();
    let flooded = tokio::spawn(async move {
        patient.invoke(&functions::contacts::GetContacts { hash: 0 }).await.map(|_| ())
    });
    while told.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    client.invoke(&functions::help::GetConfig {}).await.unwrap();
    assert!(!flooded.is_finished());
    client.stop_waiting();
    let error = ClientError::from(flooded.await.unwrap().unwrap_err());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(50)));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let told = told.lock().unwrap();
    assert!(told[0].0 == "FLOOD_WAIT" && told[0].1 >= Duration::from_secs(50), "{told:?}");
}
