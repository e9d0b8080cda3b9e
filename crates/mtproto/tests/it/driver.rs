//! The tokio driver over loopback: every way in which a connection can go wrong ends in time, with the error that says
//! why.

use std::time::Duration;

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::frame::obfuscation::ObfuscationError;
use mtproto::frame::{FrameError, FrameKind, TransportError};
use mtproto::handshake::HandshakeError;
use mtproto::io::{Backoff, Client, Config, Error, InvokeError, RpcError, Update};
use mtproto::schema::types;
use mtproto::session::{RequestError, Resume, SessionError};
use tl_codec::Encode as _;
use tokio::time::{Instant, timeout};

use crate::script::key;
use crate::server::keys::KeyServer;
use crate::server::tcp::{Act, TcpServer, refusing};

const REQUEST: &[u8] = &[1, 1, 1, 1, 2, 2, 2, 2];

/// A configuration with short waits.
fn config(server: &TcpServer, kind: FrameKind) -> Config {
    let mut config = Config::new(vec![server.address], 2, vec![KeyServer::public_key()]);
    config.frame = kind;
    // what a server does to a connection is counted in bytes here; temporary keys have tests of their own
    config.temporary_keys = None;
    config.connect_timeout = Duration::from_secs(5);
    config.handshake_timeout = Duration::from_secs(5);
    config.request_timeout = Duration::from_secs(10);
    config.backoff =
        Backoff { first_pause: Duration::from_millis(5), max_pause: Duration::from_millis(20), attempts: 3 };
    config
}

fn resuming(server: &TcpServer) -> Config {
    let mut config = config(server, FrameKind::Intermediate);
    config.resume = Some(Resume::new(key(), 5));
    config
}

async fn invoke(client: &Client, request: &'static [u8]) -> Result<Bytes, InvokeError> {
    client.invoke(Bytes::from_static(request)).await
}

/// A server that knows the key of the script already.
async fn with_key(acts: Vec<Act>) -> TcpServer {
    TcpServer::start(FrameKind::Intermediate, Some(key()), acts, Box::new(<[u8]>::to_vec)).await
}

#[tokio::test]
async fn a_new_key_and_a_request_over_every_kind_of_frame() {
    for kind in FrameKind::ALL {
        let server = TcpServer::echo(kind, vec![Act::Serve]).await;
        let (client, mut updates) = Client::connect(config(&server, kind)).await.unwrap();
        assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
        // both ends have the same clock; how long an answer took is in it
        assert!(client.time_offset_secs().abs() < 10, "{}", client.time_offset_secs());
        assert_eq!(updates.recv().await, Some(Update::Gap), "the server began a session");
        client.shutdown().await;
        assert!(matches!(invoke(&client, REQUEST).await, Err(InvokeError::ShutDown)));
        assert_eq!(updates.recv().await, None);
        assert_eq!((server.connections(), server.done().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_connection_that_looks_like_random_bytes() {
    for kind in [FrameKind::Abridged, FrameKind::Intermediate, FrameKind::PaddedIntermediate] {
        let server = TcpServer::echo(kind, vec![Act::ServeUntil(1000), Act::Serve]).await;
        let mut config = config(&server, kind);
        config.obfuscated = true;
        let (client, _) = Client::connect(config).await.unwrap();
        for _ in 0..3 {
            assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
        }
        assert_eq!(server.connections(), 2);
    }
    let server = TcpServer::echo(FrameKind::Full, vec![Act::Serve]).await;
    let mut config = config(&server, FrameKind::Full);
    config.obfuscated = true;
    let error = Client::connect(config).await.unwrap_err();
    assert!(matches!(error, Error::Obfuscation(ObfuscationError::FullFrames)), "{error:?}");
}

#[tokio::test]
async fn a_stored_key_goes_on() {
    let server = TcpServer::echo(FrameKind::Intermediate, vec![Act::Serve]).await;
    let (client, _) = Client::connect(config(&server, FrameKind::Intermediate)).await.unwrap();
    invoke(&client, REQUEST).await.unwrap();
    let mut again = config(&server, FrameKind::Intermediate);
    again.resume = Some(client.resume());
    assert_eq!(client.resume().auth_key, client.auth_key());
    client.shutdown().await;
    let (client, _) = Client::connect(again).await.unwrap();
    assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
    assert_eq!(server.done().len(), 2);
}

#[tokio::test]
async fn many_requests_at_once_and_a_large_answer() {
    let server = TcpServer::start(
        FrameKind::Abridged,
        None,
        vec![Act::Serve],
        Box::new(|request| if request.len() == 4 { vec![7; 3 << 20] } else { request.to_vec() }),
    )
    .await;
    let (client, _) = Client::connect(config(&server, FrameKind::Abridged)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200_u64 {
        let client = client.clone();
        tasks.spawn(async move {
            let request = number.to_le_bytes().to_vec();
            client.invoke(request.clone().into()).await.unwrap() == request
        });
    }
    let large = invoke(&client, &[1; 4]).await.unwrap();
    assert_eq!(large.len(), 3 << 20);
    assert!(tasks.join_all().await.into_iter().all(|equal| equal));
    assert_eq!(server.done().len(), 201);
}

#[tokio::test]
async fn a_server_that_closes_in_the_middle_of_an_answer() {
    let server = with_key(vec![Act::ServeUntil(60), Act::ServeUntil(150), Act::Serve]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
    assert_eq!(server.connections(), 3);
    assert_eq!(server.done(), [REQUEST], "it was done once");
}

#[tokio::test]
async fn a_server_that_always_closes() {
    let server = with_key(vec![Act::Close]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    for _ in 0..2 {
        let (start, patience) = (Instant::now(), Duration::from_millis(300));
        let error = client.invoke_within(Bytes::from_static(REQUEST), patience).await.unwrap_err();
        assert!(matches!(error.connection(), Some(Error::Closed)), "{error:?}");
        assert!(error.is_retryable() && !error.is_peer_fault());
        assert!(start.elapsed() >= patience, "as long as somebody waits");
    }
    assert!((5..=10).contains(&server.connections()), "until the circuit breaker opens");
}

#[tokio::test]
async fn a_server_that_is_gone() {
    let server = with_key(vec![Act::Serve]).await;
    let mut config = resuming(&server);
    config.addresses.clear();
    assert!(matches!(Client::connect(config.clone()).await, Err(Error::NoAddress)));
    let (_socket, address) = refusing();
    config.addresses.push(address);
    let error = Client::connect(config).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }) && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let server = with_key(vec![Act::ServeUntil(100), Act::Serve]).await;
    let (_socket, address) = refusing();
    let mut config = resuming(&server);
    config.addresses.insert(0, address);
    let (client, _) = Client::connect(config).await.unwrap();
    assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
}

#[tokio::test]
async fn a_server_that_is_silent() {
    let server = with_key(vec![Act::Silence]).await;
    let mut config = resuming(&server);
    config.session.pong_timeout = Duration::from_millis(200);
    config.request_timeout = Duration::from_millis(50);
    let (client, _) = Client::connect(config).await.unwrap();
    let error = invoke(&client, REQUEST).await.unwrap_err();
    assert!(matches!(error, InvokeError::Timeout { .. }) && error.is_retryable());
    let patient = client.invoke_within(Bytes::from_static(REQUEST), Duration::from_secs(2)).await;
    let error = patient.unwrap_err();
    assert!(matches!(error.connection(), Some(Error::Session(SessionError::NoPong { .. }))), "{error:?}");
    assert!((3..=10).contains(&server.connections()), "{}", server.connections());
}

#[tokio::test]
async fn a_key_exchange_that_goes_nowhere() {
    let server = TcpServer::echo(FrameKind::Intermediate, vec![Act::Silence]).await;
    let mut config = config(&server, FrameKind::Intermediate);
    config.handshake_timeout = Duration::from_millis(50);
    let error = Client::connect(config).await.unwrap_err();
    assert!(matches!(error, Error::HandshakeTimeout { .. }), "{error:?}");
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_server_with_another_rsa_key_is_refused_at_once() {
    let server = TcpServer::echo(FrameKind::Intermediate, vec![Act::Serve]).await;
    let mut config = config(&server, FrameKind::Intermediate);
    config.rsa_keys = vec![RsaPublicKey::telegram_production()];
    let error = Client::connect(config).await.unwrap_err();
    assert!(matches!(error, Error::Handshake(HandshakeError::NoKnownRsaKey { offered: 3 })), "{error:?}");
    assert!(error.is_peer_fault() && !error.is_retryable());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_does_not_know_the_key() {
    let not_found = vec![4, 0, 0, 0, 0x6c, 0xfe, 0xff, 0xff];
    let server = with_key(vec![Act::Say(not_found)]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    let error = invoke(&client, REQUEST).await.unwrap_err();
    let cause = error.connection().unwrap();
    assert!(cause.is_unknown_key() && matches!(cause, Error::Transport(TransportError::UNKNOWN_KEY)));
    assert!(!error.is_retryable());
    assert_eq!(server.connections(), 1, "no blind retry");
}

#[tokio::test]
async fn a_server_that_sends_no_frames() {
    let server = with_key(vec![Act::Say(vec![0x55; 64])]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    let error = invoke(&client, REQUEST).await.unwrap_err();
    assert!(matches!(error.connection(), Some(Error::Frame(FrameError::TooLong { .. }))), "{error:?}");
    assert!(error.is_peer_fault());
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn a_server_that_sends_a_forged_message_once_is_left_and_met_again() {
    let forged = [&[80, 0, 0, 0][..], &key().id().to_le_bytes(), &[0x77; 72]].concat();
    let server = with_key(vec![Act::Say(forged), Act::Serve]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_refusal_by_the_server_is_data() {
    let refuse =
        |_: &[u8]| types::RpcError { error_code: 420, error_message: "FLOOD_WAIT_3".into() }.to_bytes();
    let server =
        TcpServer::start(FrameKind::Intermediate, Some(key()), vec![Act::Serve], Box::new(refuse)).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    let error = invoke(&client, REQUEST).await.unwrap_err();
    assert!(
        matches!(&error, InvokeError::Rpc(RpcError { code: 420, message }) if message == "FLOOD_WAIT_3"),
        "{error:?}"
    );
}

#[tokio::test]
async fn bytes_that_are_no_request_are_refused() {
    let server = with_key(vec![Act::Serve]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    let error = invoke(&client, &[1, 2, 3]).await.unwrap_err();
    assert!(matches!(error, InvokeError::Request(RequestError::NotWholeWords { len_bytes: 3 })), "{error:?}");
}

#[tokio::test]
async fn shutting_down_ends_what_waits() {
    let server = with_key(vec![Act::Silence]).await;
    let (client, _) = Client::connect(resuming(&server)).await.unwrap();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(Bytes::from_static(REQUEST)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    client.shutdown().await;
    assert!(matches!(waiting.await.unwrap(), Err(InvokeError::ShutDown)));
}

#[tokio::test]
async fn dropping_the_last_client_closes_the_connection() {
    let server = with_key(vec![Act::Serve]).await;
    let (client, updates) = Client::connect(resuming(&server)).await.unwrap();
    invoke(&client, REQUEST).await.unwrap();
    drop((client, updates));
    let closed = async {
        while server.state.lock().unwrap().open > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), closed).await.unwrap();
}

#[tokio::test]
async fn a_future_that_is_dropped_gives_its_request_up() {
    let server = with_key(vec![Act::Silence, Act::Serve]).await;
    let mut config = resuming(&server);
    config.session.pong_timeout = Duration::from_millis(300);
    let (client, _) = Client::connect(config).await.unwrap();
    let short = timeout(Duration::from_millis(50), invoke(&client, &[9; 4])).await;
    assert!(short.is_err());
    // the next connection carries the request that is still wanted, and no other
    assert_eq!(invoke(&client, REQUEST).await.unwrap(), REQUEST);
    assert_eq!(server.done(), [REQUEST]);
}
