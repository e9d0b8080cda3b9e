//! Peers that read little, or nothing any more: the driver keeps no more for them than it must, does not spin, and leaves.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use mtproto::Random as _;
use mtproto::io::{Carrier, Client, Config, Error, InvokeError, Observer, Opener, Progress};
use mtproto::session::{Resume, SessionError};
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf, duplex,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use crate::recorded::Seeded;
use crate::script::{SALT, key};
use crate::server::envelope::{self, Message};
use crate::server::tcp::unix_now;

/// More than any test here has use for: a driver that spins ends with a panic instead of never.
const FAR_TOO_OFTEN: usize = 100_000;

/// A stream that never ends in good order, as TLS to a peer that reads nothing. It counts how often somebody wants to
/// write: at least once in each turn of a driver that has something unsent.
struct Stubborn {
    stream: DuplexStream,
    turns: Arc<AtomicUsize>,
}

impl AsyncRead for Stubborn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Stubborn {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        assert!(self.turns.fetch_add(1, Ordering::Relaxed) < FAR_TOO_OFTEN, "it spins");
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

/// A client, and what its driver does.
struct Watched {
    client: Client,
    /// The other ends of its connections: pipes with little room.
    peers: mpsc::UnboundedReceiver<DuplexStream>,
    turns: Arc<AtomicUsize>,
    /// Why it tried again, and when.
    lost: Arc<Mutex<Vec<(String, Instant)>>>,
}

impl Watched {
    async fn with_room(room: usize) -> Self {
        let turns = Arc::new(AtomicUsize::new(0));
        let (sender, peers) = mpsc::unbounded_channel();
        let counted = Arc::clone(&turns);
        let open = move || {
            let (stream, far) = duplex(room);
            let (turns, is_kept) = (Arc::clone(&counted), sender.send(far).is_ok());
            let opened = is_kept.then_some(Stubborn { stream, turns });
            std::future::ready(opened.ok_or_else(|| io::ErrorKind::ConnectionRefused.into()))
        };
        let lost = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&lost);
        let mut config = Config::new(Vec::new(), 2, Vec::new());
        config.carrier = Carrier::Own(Opener::new(open));
        config.temporary_keys = None;
        config.resume = Some(Resume::new(key(), SALT));
        config.observer = Observer::new(move |progress| match progress {
            Progress::TryingAgain { reason, .. } => {
                let cause = std::error::Error::source(&**reason).unwrap();
                told.lock().unwrap().push((format!("{reason}: {cause}"), Instant::now()));
            }
            other => panic!("{other:?}"),
        });
        Self { client: Client::connect(config).await.unwrap().0, peers, turns, lost }
    }

    /// The next connection's other end, whose client has heard something since its first ping, and wants to acknowledge it.
    async fn spoken_to(&mut self) -> DuplexStream {
        let mut peer = self.peers.recv().await.unwrap();
        assert_eq!(peer.read_u32().await.unwrap(), 0xeeee_eeee, "intermediate frames");
        let mut ping = vec![0; usize::try_from(peer.read_u32_le().await.unwrap()).unwrap()];
        peer.read_exact(&mut ping).await.unwrap();
        let session_id = envelope::open(&key(), &ping).session_id;
        let msg_id = (i64::try_from(unix_now().as_secs()).unwrap() << 32) + 3;
        let update = Message::new(msg_id, 1, vec![0xee; 8]);
        let update = envelope::seal(&key(), SALT, session_id, &update);
        peer.write_u32_le(u32::try_from(update.len()).unwrap()).await.unwrap();
        peer.write_all(&update).await.unwrap();
        peer
    }

    fn invoke(
        &self,
        len_bytes: usize,
        seed: u64,
        within: Duration,
    ) -> impl Future<Output = Outcome> + 'static {
        let (client, mut request) = (self.client.clone(), vec![0; len_bytes]);
        // nothing that packing makes shorter
        Seeded::new(seed).fill(&mut request);
        async move { client.invoke_within(request.into(), within).await }
    }
}

type Outcome = Result<bytes::Bytes, InvokeError>;

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_holds_no_shutdown_up() {
    let watched = Watched::with_room(64).await;
    let started = Instant::now();
    let waiting = watched.invoke(1000, 1, Duration::from_secs(60));
    let (ended, ()) = tokio::join!(waiting, watched.client.shutdown());
    assert!(matches!(ended, Err(InvokeError::ShutDown)), "{ended:?}");
    assert_eq!(started.elapsed().as_secs(), 5);
}

/// What is queued at the socket cannot be taken back; so only so much is.
#[tokio::test(start_paused = true)]
async fn requests_that_are_given_up_before_their_turn_are_never_sent() {
    let mut watched = Watched::with_room(64).await;
    let mut calls: tokio::task::JoinSet<_> =
        (0..40).map(|seed| watched.invoke(100_000, seed, Duration::from_secs(60))).collect();
    // until all of them are under way
    sleep(Duration::from_secs(1)).await;
    calls.shutdown().await;
    let mut far = watched.peers.recv().await.unwrap();
    let mut sent_bytes = 0;
    let mut chunk = vec![0; 1 << 16];
    while let Ok(Ok(len)) = timeout(Duration::from_secs(1), far.read(&mut chunk)).await {
        sent_bytes += len;
    }
    assert!((1 << 20..(1 << 20) + 200_000).contains(&sent_bytes), "{sent_bytes}");
}

/// There is no room for the ping that would find it out, and something has arrived since the last one.
#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_no_more_is_left_when_a_ping_was_due() {
    let mut watched = Watched::with_room(256).await;
    let peer = watched.spoken_to().await;
    let started = Instant::now();
    let calls = (0..30).map(|seed| watched.invoke(100_000, seed, Duration::from_secs(60)));
    let calls: tokio::task::JoinSet<_> = calls.collect();
    for outcome in calls.join_all().await {
        let error = outcome.unwrap_err();
        let silent = matches!(error.connection(), Some(Error::Session(SessionError::NoPong { .. })));
        assert!(silent, "{error:?}");
    }
    assert_eq!(started.elapsed().as_secs(), 60);
    let lost = watched.lost.lock().unwrap().clone();
    let (reason, left) = &lost[0];
    assert_eq!(reason, "the session broke: the server has been silent for 20 s");
    assert_eq!(left.duration_since(started).as_secs(), 50, "a ping was due after 30 s");
    let turns = watched.turns.load(Ordering::Relaxed);
    assert!(turns < 250, "{turns} turns");
    drop(peer);
}

/// It takes no part in the conversation while it reads, and is not left for that.
#[tokio::test(start_paused = true)]
async fn a_long_request_over_a_slow_line_is_sent_whole_and_without_haste() {
    const SECOND: Duration = Duration::from_secs(1);
    let mut watched = Watched::with_room(4096).await;
    let mut peer = watched.spoken_to().await;
    let started = Instant::now();
    let call = tokio::spawn(watched.invoke(2 << 20, 1, 200 * SECOND));
    let mut read_bytes = 0;
    let mut piece = vec![0; 4096];
    while read_bytes < 2 << 20 {
        let len = peer.read(&mut piece).await.unwrap();
        assert!(len > 0, "left after {:?}", started.elapsed());
        read_bytes += len;
        sleep(SECOND / 5).await;
    }
    assert!(watched.lost.lock().unwrap().is_empty() && !call.is_finished());
    assert!(started.elapsed() > 100 * SECOND, "longer than three pings");
    let turns = watched.turns.load(Ordering::Relaxed);
    assert!(turns < 2000, "{turns} turns");
}
