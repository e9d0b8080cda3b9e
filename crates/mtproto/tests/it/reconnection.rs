//! What follows a refusal, and what follows failure after failure.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::frame::{FrameKind, TransportError};
use mtproto::io::{Backoff, Client, Config, Error, InvokeError, Observer, Progress, Update, Updates};
use mtproto::session::Resume;
use tokio::time::{Instant, sleep, timeout};

use crate::script::key;
use crate::server::keys::KeyServer;
use crate::server::pipes::PipeServer;
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
            Progress::TryingAgain { attempt, attempts, reason, .. } => {
                (*attempt, *attempts, reason.to_string())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let reason = || "the server has closed the connection".to_owned();
    assert_eq!(attempts, [(2, Some(4), reason()), (3, Some(4), reason())]);
}

async fn left_alone(config: &Config) -> Duration {
    let error = Client::connect(config.clone()).await.unwrap_err();
    let Error::CircuitOpen { dc_id: 2, retry_after, until } = error else { panic!("{error:?}") };
    assert!(!error.is_retryable() && until > now());
    retry_after
}

#[tokio::test(start_paused = true)]
async fn a_data_centre_that_keeps_failing_is_left_alone_for_half_a_minute() {
    let acts = [vec![Act::Close; 11], vec![Act::Silence, Act::Serve]].concat();
    let server = PipeServer::echo(None, acts);
    let mut config = server.config(20);
    config.temporary_keys = None;
    // the pause before the attempt that is not made is a part of it
    let half_a_minute = Duration::from_millis(29_990)..=Duration::from_secs(30);
    let retry_after = left_alone(&config).await;
    assert!(half_a_minute.contains(&retry_after), "{retry_after:?}");
    assert_eq!(server.connections(), 10);

    let moment = Duration::from_millis(10);
    sleep(retry_after.saturating_sub(moment)).await;
    // it says so at once, whatever the attempts of whoever comes next
    assert!(left_alone(&config).await <= moment);
    assert_eq!(server.connections(), 10, "nobody was asked");
    sleep(moment).await;
    let retry_after = left_alone(&config).await;
    assert!(half_a_minute.contains(&retry_after), "one attempt, and as long again: {retry_after:?}");
    assert_eq!(server.connections(), 11);

    sleep(retry_after).await;
    let given_up = timeout(Duration::from_secs(1), Client::connect(config.clone())).await;
    assert!(given_up.is_err() && server.connections() == 12);
    let retry_after = left_alone(&config).await;
    assert_eq!(retry_after.as_millis().div_ceil(10), 2900, "nor is an attempt of unknown end waited for");
    sleep(retry_after).await;
    Client::connect(config.clone()).await.unwrap();
    assert_eq!(server.connections(), 13);
}

#[tokio::test(start_paused = true)]
async fn each_data_centre_has_a_circuit_breaker_of_its_own() {
    let (failing, other) =
        (PipeServer::echo(None, vec![Act::Close]), PipeServer::echo(None, vec![Act::Serve]));
    let failing = failing.config(20);
    left_alone(&failing).await;
    let mut config = other.config(1);
    (config.dc_id, config.breakers) = (3, failing.breakers);
    Client::connect(config).await.unwrap();
}

/// A server that was there, is not for a while, and is there again.
struct Restarting {
    server: PipeServer,
    config: Config,
    told: Arc<Mutex<Vec<Progress>>>,
}

impl Restarting {
    /// Its first connection ends with the first message.
    fn new() -> Self {
        let server = PipeServer::echo(Some(key()), vec![Act::Close, Act::Serve]);
        let mut config = server.config(6);
        config.backoff = Backoff::default();
        config.temporary_keys = None;
        config.resume = Some(Resume::new(key(), 5));
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        config.observer = Observer::new(move |progress| heard.lock().unwrap().push(progress.clone()));
        Self { server, config, told }
    }

    /// A client that was connected; from now on the server is away for so long.
    async fn left(&self, length: Duration) -> (Client, Updates) {
        let connected = Client::connect(self.config.clone()).await.unwrap();
        *self.server.away_until.lock().unwrap() = Instant::now() + length;
        connected
    }

    /// The limits of the attempts that were told.
    fn attempts(&self) -> Vec<Option<u32>> {
        let told = self.told.lock().unwrap();
        let limit = |(number, progress): (usize, &Progress)| match progress {
            Progress::TryingAgain { attempt, attempts, pause, .. } => {
                assert!(
                    usize::try_from(*attempt) == Ok(number + 1) && *pause <= Duration::from_millis(30_500),
                    "{told:?}"
                );
                *attempts
            }
            other => panic!("{other:?}"),
        };
        told.iter().enumerate().map(limit).collect()
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// In some of the runs ten attempts fail, and the circuit breaker opens: that ends no request.
#[tokio::test(start_paused = true)]
async fn a_request_outlasts_a_server_that_restarts_for_a_minute_and_is_done_once() {
    for _ in 0..50 {
        let restarting = Restarting::new();
        let (client, _updates) = restarting.left(MINUTE).await;
        let start = Instant::now();
        assert_eq!(client.invoke(Bytes::from_static(REQUEST)).await.unwrap(), REQUEST);
        let waited = start.elapsed();
        assert!((MINUTE..MINUTE + Duration::from_secs(31)).contains(&waited), "{waited:?}");
        assert!(restarting.attempts().iter().all(Option::is_none), "as often as it takes");
        let state = restarting.server.state.lock().unwrap();
        assert_eq!(state.peer.as_ref().unwrap().done(), [REQUEST]);
    }
}

/// What it keeps in memory alone is lost by a restart, and that is found out after more attempts than there are for a
/// server that is of no use.
#[tokio::test(start_paused = true)]
async fn a_server_that_has_forgotten_the_temporary_key_when_it_is_back_gets_another() {
    for _ in 0..10 {
        let server = PipeServer::echo(Some(key()), vec![Act::ServeUntil(5_000), Act::Serve]);
        let mut config = server.config(2);
        config.resume = Some(Resume::new(key(), 5));
        let (client, _updates) = Client::connect(config).await.unwrap();
        *server.away_until.lock().unwrap() = Instant::now() + MINUTE;
        // the first connection ends in the middle of its answer
        let request = Bytes::from(vec![7; 10_000]);
        let waiting = tokio::spawn({
            let request = request.clone();
            async move { client.invoke(request).await }
        });
        sleep(MINUTE / 2).await;
        server.state.lock().unwrap().peer.as_mut().unwrap().keys.forget_temporary();
        assert_eq!(waiting.await.unwrap().unwrap(), request);
        assert!(server.connections() >= 3, "the one that was cut, the refusal, and the new key");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_comes_back_is_waited_for_as_long_as_the_request_may_take() {
    let restarting = Restarting::new();
    let (client, _updates) = restarting.left(1000 * MINUTE).await;
    for _ in 0..2 {
        let start = Instant::now();
        let error = client.invoke(Bytes::from_static(REQUEST)).await.unwrap_err();
        assert_eq!(start.elapsed(), 2 * MINUTE);
        assert!(matches!(error.connection(), Some(Error::Carrier(_))) && error.is_retryable(), "{error:?}");
    }
    // ten until the circuit breaker opens, and then one in 30 s at most
    let attempts = restarting.told.lock().unwrap().len();
    assert!((10..=18).contains(&attempts), "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn while_nobody_asks_six_attempts_are_made_and_the_next_one_when_somebody_does() {
    let restarting = Restarting::new();
    let (client, mut updates) = restarting.left(100 * MINUTE).await;
    sleep(99 * MINUTE).await;
    assert_eq!(restarting.attempts(), [Some(6); 6]);
    assert_eq!(updates.recv().await, Some(Update::Gap), "whoever reads them learns that they ended");
    sleep(MINUTE).await;
    assert_eq!(restarting.server.connections(), 1);
    let start = Instant::now();
    assert_eq!(client.invoke(Bytes::from_static(REQUEST)).await.unwrap(), REQUEST);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    client.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_rests_can_be_shut_down() {
    let restarting = Restarting::new();
    let (client, mut updates) = restarting.left(100 * MINUTE).await;
    sleep(99 * MINUTE).await;
    client.shutdown().await;
    assert_eq!(updates.recv().await, Some(Update::Gap));
    assert_eq!(updates.recv().await, None);
}

/// Others have found out that the data centre fails: a client that has only lost its connection waits as they do.
#[tokio::test(start_paused = true)]
async fn a_circuit_breaker_that_others_have_opened_ends_no_client() {
    let restarting = Restarting::new();
    let (client, _updates) = restarting.left(MINUTE / 6).await;
    let mut others = restarting.server.config(20);
    others.breakers = restarting.config.breakers.clone();
    others.temporary_keys = None;
    others.resume = Some(Resume::new(key(), 5));
    let retry_after = left_alone(&others).await;
    let start = Instant::now();
    let waiting = tokio::spawn(async move { client.invoke(Bytes::from_static(REQUEST)).await });
    sleep(retry_after).await;
    assert!(!waiting.is_finished());
    // one of the others finds it well again, and whoever waits learns of it
    let (_other, _updates) = Client::connect(others).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), REQUEST);
    assert!(start.elapsed() < retry_after + Duration::from_secs(1), "{:?}", start.elapsed());
}

#[expect(clippy::disallowed_methods, reason = "the error names a moment of real time")]
fn now() -> SystemTime {
    SystemTime::now()
}
