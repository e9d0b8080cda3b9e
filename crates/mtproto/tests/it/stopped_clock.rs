//! Waits at real connections, by a clock that stands still until a test lets time pass.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use mtproto::frame::FrameKind;
use mtproto::io::{Client, Config};
use mtproto::session::Resume;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};

use crate::script::key;
use crate::server::tcp::{Act, TcpServer};

/// What is not there after this time will not come; the clock goes on then, so that a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const MILLISECOND: Duration = Duration::from_millis(1);

/// A paused clock leaps to the next timer when there is nothing to do, but for as long as a blocking task runs.
struct StoppedClock {
    start: Instant,
    _end: mpsc::Sender<()>,
}

impl StoppedClock {
    fn new() -> Self {
        let (end, ended) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || ended.recv_timeout(PATIENCE));
        Self { start: Instant::now(), _end: end }
    }

    /// Lets time pass: what was begun before has come as far as it can, and so has what is due behind it.
    async fn pass(&self, time: Duration) {
        settle().await;
        advance(time).await;
        settle().await;
    }
}

/// While strangers meet a few times, everybody else has their turn.
async fn settle() {
    let stranger = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = stranger.local_addr().unwrap();
    for _ in 0..5 {
        let (here, there) = tokio::join!(TcpStream::connect(address), stranger.accept());
        assert!(here.is_ok() && there.is_ok());
    }
}

/// A configuration with a key: whoever is connected to is told nothing before somebody asks for something.
fn config(addresses: Vec<SocketAddr>) -> Config {
    let mut config = Config::new(addresses, 2, Vec::new());
    config.temporary_keys = None;
    config.resume = Some(Resume::new(key(), 5));
    config
}

#[tokio::test(start_paused = true)]
async fn beside_a_slow_address_the_next_one_is_tried_after_a_quarter_of_a_second() {
    let clock = StoppedClock::new();
    // its queue is full: it neither takes a connection nor refuses it
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let slow = listener.local_addr().unwrap();
    let _queue: JoinSet<_> = (0..4).map(|_| TcpStream::connect(slow)).collect();
    settle().await;
    let server =
        TcpServer::start(FrameKind::Intermediate, Some(key()), vec![Act::Serve], Box::new(<[u8]>::to_vec));
    let server = server.await;
    let config = config(vec![slow, server.address]);
    let connecting = tokio::spawn(Client::connect(config));
    clock.pass(Duration::from_millis(249)).await;
    assert!(!connecting.is_finished() && server.connections() == 0);
    clock.pass(MILLISECOND).await;
    connecting.await.unwrap().unwrap();
    assert_eq!(clock.start.elapsed(), Duration::from_millis(250));
}

#[cfg(feature = "web")]
#[tokio::test(start_paused = true)]
async fn an_http_request_is_waited_for_as_long_as_it_may_wait_and_20_seconds_more() {
    use std::sync::{Arc, Mutex};

    use mtproto::io::{Carrier, CarrierError, Error, Observer, WebServer};
    use tokio::io::AsyncReadExt as _;

    let clock = StoppedClock::new();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(vec![silent.local_addr().unwrap()]);
    config.carrier = Carrier::Http(WebServer { name: None, path: "/api".to_owned(), tls: None });
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    config.observer = Observer::new(move |progress| heard.lock().unwrap().push(progress.clone()));
    let (client, _updates) = Client::connect(config).await.unwrap();
    let after = Duration::from_secs(25 + 20);
    let patience = after + MILLISECOND;
    let invoking = tokio::spawn(async move { client.invoke_within(vec![1; 8].into(), patience).await });
    // the request that waits, and the one that is made
    let (mut first, _) = silent.accept().await.unwrap();
    let (mut second, _) = silent.accept().await.unwrap();
    assert_eq!((first.read_u8().await.unwrap(), second.read_u8().await.unwrap()), (b'P', b'P'));
    clock.pass(Duration::from_millis(44_999)).await;
    assert!(told.lock().unwrap().is_empty());
    clock.pass(MILLISECOND).await;
    assert_eq!(told.lock().unwrap().len(), 1, "there will be another connection");
    assert!(!invoking.is_finished());
    clock.pass(MILLISECOND).await;
    let error = invoking.await.unwrap().unwrap_err();
    let got = error.connection();
    assert!(
        matches!(got, Some(Error::Carrier(CarrierError::Timeout { after: said })) if *said == after),
        "{got:?}"
    );
    assert_eq!(clock.start.elapsed(), patience);
}
