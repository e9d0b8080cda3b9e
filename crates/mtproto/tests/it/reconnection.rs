//! What follows a refusal, and what follows failure after failure.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::frame::{FrameKind, TransportError};
use mtproto::io::{Backoff, Client, Config, Error, InvokeError, Observer, Progress};
use mtproto::limits::{BREAKER_FAILURES, BREAKER_PAUSE};
use mtproto::session::Resume;

use crate::script::key;
use crate::server::keys::KeyServer;
use crate::server::tcp::{Act, TcpServer};

const REQUEST: &[u8] = &[1, 1, 1, 1, 2, 2, 2, 2];

fn config(server: &TcpServer, attempts: u32) -> Config {
    let keys: Vec<RsaPublicKey> = vec![KeyServer::public_key()];
    let mut config = Config::new(vec![server.address], 2, keys);
    config.temporary_keys = None;
    config.request_timeout = Duration::from_secs(10);
    config.backoff =
        Backoff { first_pause: Duration::from_millis(2), max_pause: Duration::from_millis(5), attempts };
    config
}

/// Intermediate framing: a length, and the number.
fn says(code: i32) -> Act {
    Act::Say([4_i32.to_le_bytes(), code.to_le_bytes()].concat())
}

/// A server that knows the key already and refuses the first connection with this number.
async fn refused_with(code: i32) -> (Result<Bytes, InvokeError>, usize) {
    let acts = vec![says(code), Act::Serve];
    let server = TcpServer::start(FrameKind::Intermediate, Some(key()), acts, Box::new(<[u8]>::to_vec)).await;
    let mut config = config(&server, 3);
    config.resume = Some(Resume::new(key(), 5));
    let (client, _) = Client::connect(config).await.unwrap();
    let answer = client.invoke(Bytes::from_static(REQUEST)).await;
    (answer, server.connections())
}

#[tokio::test]
async fn a_flood_and_unknown_numbers_are_followed_by_another_connection() {
    for code in [-429, -403, -500] {
        let (answer, connections) = refused_with(code).await;
        assert_eq!(answer.unwrap(), REQUEST, "{code}");
        assert_eq!(connections, 2, "{code}");
    }
}

#[tokio::test]
async fn a_wrong_data_centre_and_an_unknown_key_are_not_asked_again() {
    for expected in [TransportError::WRONG_DC, TransportError::UNKNOWN_KEY] {
        let (answer, connections) = refused_with(expected.code).await;
        let error = answer.unwrap_err();
        let got = error.connection();
        assert!(matches!(got, Some(Error::Transport(code)) if *code == expected), "{error:?}");
        assert_eq!(connections, 1, "{expected}");
        assert_eq!(got.unwrap().is_unknown_key(), expected == TransportError::UNKNOWN_KEY);
    }
}

#[tokio::test]
async fn a_key_exchange_that_is_refused_begins_again_on_another_connection() {
    let server = TcpServer::echo(FrameKind::Intermediate, vec![says(-404), Act::Serve]).await;
    let (client, _) = Client::connect(config(&server, 3)).await.unwrap();
    assert_eq!(client.invoke(Bytes::from_static(REQUEST)).await.unwrap(), REQUEST);
    assert_eq!(server.connections(), 2);
    let server = TcpServer::echo(FrameKind::Intermediate, vec![says(-444), Act::Serve]).await;
    let error = Client::connect(config(&server, 3)).await.unwrap_err();
    assert!(matches!(error, Error::KeyExchangeRefused(TransportError::WRONG_DC)), "{error:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn every_further_attempt_is_told() {
    let server = TcpServer::echo(FrameKind::Intermediate, vec![Act::Close, Act::Close, Act::Serve]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let mut config = config(&server, 4);
    config.observer = Observer::new(move |progress| heard.lock().unwrap().push(progress.clone()));
    Client::connect(config).await.unwrap();
    let told = told.lock().unwrap();
    let attempts: Vec<_> = told
        .iter()
        .map(|progress| match progress {
            Progress::TryingAgain { attempt, attempts, reason, .. } => (*attempt, *attempts, reason.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    let reason = "the server has closed the connection";
    assert_eq!(attempts, [(2, 4, reason), (3, 4, reason)]);
}

#[tokio::test]
async fn a_data_centre_that_keeps_failing_is_left_alone() {
    let server = TcpServer::echo(FrameKind::Intermediate, vec![Act::Close]).await;
    let config = config(&server, BREAKER_FAILURES * 2);
    let error = Client::connect(config.clone()).await.unwrap_err();
    let Error::CircuitOpen { dc_id: 2, retry_after, until } = error else { panic!("{error:?}") };
    assert!(retry_after <= BREAKER_PAUSE && until > now(), "{retry_after:?}");
    assert_eq!(server.connections(), usize::try_from(BREAKER_FAILURES).unwrap());
    // it says so at once to the next one, whatever its own attempts
    let error = Client::connect(config.clone()).await.unwrap_err();
    assert!(matches!(error, Error::CircuitOpen { .. }) && !error.is_retryable(), "{error:?}");
    assert_eq!(server.connections(), usize::try_from(BREAKER_FAILURES).unwrap(), "nobody was asked");
    // another data centre has a breaker of its own
    let other = TcpServer::echo(FrameKind::Intermediate, vec![Act::Serve]).await;
    let mut config = config;
    (config.addresses, config.dc_id) = (vec![other.address], 3);
    Client::connect(config).await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the error names a moment of real time")]
fn now() -> SystemTime {
    SystemTime::now()
}
