//! The tokio driver and its temporary keys, over loopback.

use std::time::Duration;

use bytes::Bytes;
use mtproto::frame::FrameKind;
use mtproto::io::{Backoff, Client, Config, Error, InvokeError, TemporaryKeys};
use mtproto::session::{Resume, SessionError};

use crate::script::key;
use crate::server::binding::KeyRing;
use crate::server::keys::KeyServer;
use crate::server::pipes::PipeServer;
use crate::server::tcp::{Act, TcpServer};

const REQUEST: &[u8] = &[1, 1, 1, 1, 2, 2, 2, 2];
const INTRODUCTION: &[u8] = &[0x33; 12];

fn config(server: &TcpServer) -> Config {
    let mut config = Config::new(vec![server.address], 2, vec![KeyServer::public_key()]);
    config.introduction = Some(Bytes::from_static(INTRODUCTION));
    config.backoff =
        Backoff { first_pause: Duration::from_millis(5), max_pause: Duration::from_millis(20), attempts: 3 };
    config
}

async fn server() -> TcpServer {
    TcpServer::echo(FrameKind::Intermediate, vec![Act::Serve]).await
}

async fn invoke(client: &Client) -> Result<Bytes, InvokeError> {
    client.invoke(Bytes::from_static(REQUEST)).await
}

fn bound(server: &TcpServer) -> usize {
    server.state.lock().unwrap().peer.as_ref().unwrap().keys.bound()
}

#[tokio::test]
async fn temporary_keys_are_the_default_and_the_permanent_one_is_kept() {
    let server = server().await;
    let (client, _) = Client::connect(config(&server)).await.unwrap();
    assert_eq!(invoke(&client).await.unwrap(), REQUEST);
    assert_eq!((bound(&server), server.done().len(), server.connections()), (1, 1, 1));
    let expires_at = server.state.lock().unwrap().peer.as_ref().unwrap().keys.expires_at();
    let unix_secs = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let left = u64::try_from(expires_at.unwrap()).unwrap() - unix_secs;
    assert!((86_400 - 60..=86_400).contains(&left), "a day: {left}");
    let resume = client.resume();
    let age = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().saturating_sub(resume.made_at.unwrap());
    assert!(age < Duration::from_secs(60), "{age:?}");
    client.shutdown().await;
    let mut again = config(&server);
    again.resume = Some(resume.clone());
    let (client, _) = Client::connect(again).await.unwrap();
    assert_eq!(invoke(&client).await.unwrap(), REQUEST);
    assert_eq!((client.auth_key(), client.server_salt()), (resume.auth_key, resume.server_salt));
    assert_eq!(
        (bound(&server), server.done().len()),
        (2, 2),
        "another temporary key for the same permanent one"
    );
}

#[tokio::test]
async fn without_temporary_keys_the_permanent_one_serves() {
    let server = server().await;
    let mut config = config(&server);
    config.temporary_keys = None;
    let (client, _) = Client::connect(config).await.unwrap();
    assert_eq!(invoke(&client).await.unwrap(), REQUEST);
    assert_eq!((bound(&server), server.done().len()), (0, 1));
}

#[tokio::test]
async fn a_key_that_ends_soon_is_replaced_while_requests_go_on() {
    let server = server().await;
    let mut config = config(&server);
    config.temporary_keys = Some(TemporaryKeys { lifetime: Duration::from_secs(6) });
    config.session.renew_key_before = Duration::from_secs(3);
    let (client, _) = Client::connect(config).await.unwrap();
    let mut sent = 0;
    while bound(&server) < 2 {
        assert_eq!(invoke(&client).await.unwrap(), REQUEST);
        sent += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // behind the introduction over the next key
    assert_eq!(invoke(&client).await.unwrap(), REQUEST);
    sent += 1;
    let done = server.done();
    let (introductions, requests): (Vec<_>, Vec<_>) = done.into_iter().partition(|body| body == INTRODUCTION);
    assert_eq!(requests.len(), sent, "each was done once");
    assert_eq!(introductions.len(), bound(&server) - 1, "over each key but the first");
}

#[tokio::test]
async fn a_server_that_forgets_a_temporary_key_gets_another() {
    let server = server().await;
    let (client, _) = Client::connect(config(&server)).await.unwrap();
    assert_eq!(invoke(&client).await.unwrap(), REQUEST);
    server.state.lock().unwrap().peer.as_mut().unwrap().keys.forget_temporary();
    assert_eq!(invoke(&client).await.unwrap(), REQUEST);
    assert_eq!(server.done(), [REQUEST, INTRODUCTION, REQUEST]);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_stored_key_that_the_server_does_not_know_is_refused_at_once() {
    let server = server().await;
    // a first client, so that the server holds a key at all
    let (first, _) = Client::connect(config(&server)).await.unwrap();
    invoke(&first).await.unwrap();
    let mut config = config(&server);
    config.resume = Some(Resume::new(key(), 5));
    let (client, _) = Client::connect(config).await.unwrap();
    let error = invoke(&client).await.unwrap_err();
    let error = error.connection().unwrap();
    assert!(matches!(error, Error::PermanentKeyRefused), "{error:?}");
    assert!(error.is_unknown_key() && !error.is_retryable() && !error.is_peer_fault());
}

#[tokio::test]
async fn a_new_key_that_is_refused_is_tried_again_and_not_for_ever() {
    let server = server().await;
    let (client, _) = Client::connect(config(&server)).await.unwrap();
    // the server loses both keys: the next binding names a permanent key that it does not know (yet)
    server.state.lock().unwrap().peer.as_mut().unwrap().keys = KeyRing::default();
    let error = invoke(&client).await.unwrap_err();
    let error = error.connection().unwrap();
    assert!(matches!(error, Error::NotBound(_)) && error.is_retryable(), "{error:?}");
    assert!(!error.is_unknown_key(), "a key that is a moment old is not given up");
    assert!((3..=6).contains(&server.connections()), "{}", server.connections());
}

#[tokio::test(start_paused = true)]
async fn a_key_is_young_for_a_minute() {
    for (age_secs, is_given_up) in [(59, false), (60, true)] {
        let server = PipeServer::echo(None, vec![Act::Serve]);
        let (client, _updates) = Client::connect(server.config(3)).await.unwrap();
        invoke(&client).await.unwrap();
        tokio::time::sleep(Duration::from_secs(age_secs)).await;
        server.state.lock().unwrap().peer.as_mut().unwrap().keys = KeyRing::default();
        let error = invoke(&client).await.unwrap_err();
        assert_eq!(error.connection().unwrap().is_unknown_key(), is_given_up, "{age_secs} s: {error:?}");
    }
    // the same of a key that another process has made
    let unix = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let from_the_future = unix + Duration::from_secs(1000);
    let ages = [
        (None, true),
        (Some(from_the_future), true),
        (Some(unix.saturating_sub(Duration::from_secs(61))), true),
        (Some(unix.saturating_sub(Duration::from_secs(30))), false),
    ];
    for (made_at, is_given_up) in ages {
        let server = PipeServer::echo(None, vec![Act::Serve]);
        let mut config = server.config(3);
        config.resume = Some(Resume { made_at, ..Resume::new(key(), 5) });
        let (client, _updates) = Client::connect(config).await.unwrap();
        let error = invoke(&client).await.unwrap_err();
        assert_eq!(error.connection().unwrap().is_unknown_key(), is_given_up, "{made_at:?}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_the_binding_is_given_up() {
    let server = PipeServer::echo(Some(key()), vec![Act::Serve]);
    server.state.lock().unwrap().peer.as_mut().unwrap().lost_bindings = usize::MAX;
    let mut config = server.config(2);
    config.resume = Some(Resume::new(key(), 5));
    config.session.binding_timeout = Duration::from_secs(5);
    let (client, _updates) = Client::connect(config).await.unwrap();
    let started = tokio::time::Instant::now();
    let error = invoke(&client).await.unwrap_err();
    let error = error.connection().unwrap();
    let unanswered = SessionError::BindingUnanswered { secs: 5 };
    assert!(matches!(error, Error::Session(error) if *error == unanswered), "{error:?}");
    assert!(error.is_retryable() && !error.is_peer_fault() && !error.is_unknown_key());
    assert_eq!(server.connections(), 3);
    assert!((15..17).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn requests_in_order() {
    let server = server().await;
    let (client, _) = Client::connect(config(&server)).await.unwrap();
    let (first, second) = tokio::join!(
        client.invoke_in_order(Bytes::from_static(&[1; 4])),
        client.invoke_in_order(Bytes::from_static(&[2; 4])),
    );
    assert_eq!(first.unwrap(), [1; 4].as_slice());
    // this server says back what it was asked: the wrapper with the id of the first message, and the request
    let second = second.unwrap();
    assert_eq!((second.len(), &second[..4], &second[12..]), (16, &[0x2d, 0x37, 0x9f, 0xcb][..], &[2; 4][..]));
}
