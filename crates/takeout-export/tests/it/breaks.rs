//! A whole export while the link is cut: after every byte, in virtual time, and over TCP. It always ends in the same rows.
//!
//! Everything is what a user has: the client with its tokio driver, perfect forward secrecy on, a data centre. Only the
//! clock is tokio's paused one, which jumps to the next deadline when nobody has anything to do, and the connections are
//! pipes in memory. `cargo test` takes a sample; `cargo xtask sweep exports` runs everything.
#![expect(clippy::print_stdout, reason = "a sweep says what it has done")]

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::RecordBatch;
use contacts::AddressBook;
use jiff::Timestamp;
use secrecy::SecretString;
use takeout_export::columns::Columns;
use takeout_export::export::{Fetched, Options, Subject, fetch};
use takeout_export::progress::Nobody;
use testdc::{Entropy, Event, Events, Server};
use tg_client::takeout::{self, Finished, RunError, Takeout, Terms};
use tg_client::{
    ApiCredentials, Client, Config, DeviceInfo, Opener, Route, ServerState, SessionState, SessionStore,
    SignIn, Timeouts,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Where a connection ends: behind so many bytes of one direction.
#[derive(Debug, Clone, Copy, Default)]
struct Cut {
    up: Option<usize>,
    down: Option<usize>,
}

impl Cut {
    /// True if every export comes to it: it is in the first half of what one takes, whose padding is random.
    fn is_certain(self, up: usize, down: usize) -> bool {
        self.up.is_some_and(|at| at < up / 2) || self.down.is_some_and(|at| at < down / 2)
    }
}

/// The way between client and data centre, with the cuts of its connections, one after the other.
#[derive(Debug, Default)]
struct Road {
    cuts: Mutex<Vec<Cut>>,
    /// How long bytes are under way.
    latency: Duration,
    /// Whether every connection but the first finds that the salts are void.
    voids_salts: bool,
    /// How long nobody gets through after a cut.
    closed_for: Duration,
    opens_at: Mutex<Option<Instant>>,
    /// Breaks the connections that there are.
    broken: Notify,
    connections: AtomicUsize,
    /// The cuts that bytes have come to.
    cuts_made: AtomicUsize,
    up_bytes: AtomicUsize,
    down_bytes: AtomicUsize,
}

impl Road {
    fn new(cuts: Vec<Cut>, latency: Duration) -> Arc<Self> {
        Self::with_salts(cuts, latency, false)
    }

    fn with_salts(mut cuts: Vec<Cut>, latency: Duration, voids_salts: bool) -> Arc<Self> {
        cuts.reverse();
        Arc::new(Self { cuts: Mutex::new(cuts), latency, voids_salts, ..Self::default() })
    }

    /// The same, and after a cut nobody gets through for so long.
    fn closed_after_a_cut(cut: Cut, closed_for: Duration) -> Arc<Self> {
        Arc::new(Self { cuts: Mutex::new(vec![cut]), closed_for, ..Self::default() })
    }

    fn is_closed(&self) -> bool {
        self.opens_at.lock().unwrap().is_some_and(|opens_at| Instant::now() < opens_at)
    }

    /// The cut of the next connection; none when all are used up.
    fn next_cut(&self) -> Cut {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.cuts.lock().unwrap().pop().unwrap_or_default()
    }

    /// How many connections were lost, proved to be those that were cut. `first` is the first cut that was asked for, `up`
    /// and `down` are what an export without a cut takes.
    fn lost(&self, first: Cut, up: usize, down: usize) -> usize {
        let cuts = self.cuts_made.load(Ordering::Relaxed);
        assert!(cuts > 0 || !first.is_certain(up, down), "not cut at all: {first:?}");
        let lost = self.connections.load(Ordering::Relaxed) - 1;
        // a cut behind the last byte comes when everything is done
        assert!(lost == cuts || lost + 1 == cuts, "a cut is a connection more: {lost} for {cuts} cuts");
        lost
    }

    /// Carries bytes both ways until either end is gone, or the cut has come.
    async fn carry<N, F>(&self, near: N, far: F) -> io::Result<()>
    where
        N: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
        F: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let cut = self.next_cut();
        let (mut near_read, mut near_write) = tokio::io::split(near);
        let (mut far_read, mut far_write) = tokio::io::split(far);
        let up = self.one_way(&mut near_read, &mut far_write, cut.up, &self.up_bytes);
        let down = self.one_way(&mut far_read, &mut near_write, cut.down, &self.down_bytes);
        // whichever ends first takes the other one with it
        tokio::select! { ended = up => ended, ended = down => ended, () = self.broken.notified() => Ok(()) }
    }

    async fn one_way(
        &self,
        from: &mut (impl tokio::io::AsyncRead + Unpin),
        to: &mut (impl tokio::io::AsyncWrite + Unpin),
        cut: Option<usize>,
        carried: &AtomicUsize,
    ) -> io::Result<()> {
        let mut room = cut.unwrap_or(usize::MAX);
        let mut piece = vec![0; 16 << 10];
        loop {
            let read = from.read(&mut piece).await?;
            let len = read.min(room);
            if read == 0 {
                return Ok(());
            }
            tokio::time::sleep(self.latency).await;
            to.write_all(&piece[..len]).await?;
            carried.fetch_add(len, Ordering::Relaxed);
            room -= len;
            if room == 0 {
                self.cuts_made.fetch_add(1, Ordering::Relaxed);
                *self.opens_at.lock().unwrap() = Some(Instant::now() + self.closed_for);
                return to.shutdown().await;
            }
        }
    }
}

/// A data centre with somebody who is logged in.
struct Place {
    server: Arc<Server>,
    events: Events,
    session: SessionState,
    account_id: i64,
}

impl Place {
    async fn new() -> Self {
        let server = Server::bind(testdc::Config {
            contacts: 40,
            saved_only: 8,
            key: Some(testdc::RsaKey::generate(&mut Entropy::from_seed(1))),
            ..testdc::Config::default()
        });
        let server = Arc::new(server.await.unwrap());
        let state = ServerState::Custom {
            dc_id: 2,
            address: server.address().to_string(),
            rsa_key_pem: server.public_key_pem(),
        };
        let mut place = Self {
            events: server.events(),
            session: SessionState::new(17, state),
            account_id: server.truth().account.user_id,
            server,
        };
        let client = place.connect(&Road::new(Vec::new(), Duration::ZERO)).await;
        place.log_in(&client).await;
        client.close().await.unwrap();
        place.session = client.session().state();
        place
    }

    async fn log_in(&self, client: &Client) {
        let credentials = ApiCredentials { api_id: 17, api_hash: SecretString::from("0".repeat(32)) };
        let phone = SecretString::from(self.server.truth().account.phone.clone());
        let sent = client.send_code(&credentials, &phone).await.unwrap();
        let code = SecretString::from(self.server.login_code());
        assert!(matches!(client.sign_in(&sent, &code).await, Ok(SignIn::Authorized(_))));
    }

    /// A client at the other end of pipes in memory.
    async fn connect(&self, road: &Arc<Road>) -> Client {
        let (server, road) = (Arc::clone(&self.server), Arc::clone(road));
        let opener = Opener::new(move || {
            let (server, road) = (Arc::clone(&server), Arc::clone(&road));
            async move {
                if road.is_closed() {
                    return Err(io::ErrorKind::ConnectionRefused.into());
                }
                Ok::<DuplexStream, io::Error>(lay(&server, road))
            }
        });
        let session = SessionStore::in_memory(self.session.clone());
        let mut route = Route::default();
        route.opener = Some(opener);
        Client::connect_by(route, config(), session).await.unwrap()
    }

    /// A client on a TCP connection through somebody who cuts it.
    async fn connect_over_tcp(&self, road: &Arc<Road>) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(relay(listener, self.server.address(), Arc::clone(road)));
        let mut session = self.session.clone();
        if let ServerState::Custom { address: known, .. } = &mut session.server {
            *known = address.to_string();
        }
        Client::connect(config(), SessionStore::in_memory(session)).await.unwrap()
    }

    /// What happened at the data centre since the last look: takeouts that were opened, and how they ended.
    fn takeouts(&mut self) -> (usize, Vec<bool>) {
        let (mut opened, mut ends) = (0, Vec::new());
        while let Some(event) = self.events.try_next() {
            match event {
                Event::TakeoutOpened { .. } => opened += 1,
                Event::TakeoutFinished { success, .. } => ends.push(success),
                _ => {}
            }
        }
        (opened, ends)
    }

    /// The export is done over `client`, and gives the rows of the joined lists.
    async fn export(&mut self, client: Client) -> RecordBatch {
        let finished = self.try_export(&client).await.unwrap();
        assert!(finished.finish_error.is_none(), "{:?}", finished.finish_error);
        client.close().await.unwrap();
        assert_eq!(self.takeouts(), (1, vec![true]), "one takeout session, finished once and with success");
        finished.value
    }

    async fn try_export(&self, client: &Client) -> Result<Finished<RecordBatch>, RunError<String, ()>> {
        let account_id = self.account_id;
        takeout::announce(client).await.unwrap();
        let interrupt = std::future::pending::<()>();
        let work = |takeout: Takeout| async move {
            let subject = Subject { account_id, earlier: None };
            let now = || Timestamp::UNIX_EPOCH;
            let fetched = fetch(&takeout, takeout.client(), subject, &Nobody, &now)
                .await
                .map_err(|error| with_causes(&error))?;
            rows(&fetched).map_err(|error| error.to_string())
        };
        takeout::run(client, Terms::default(), interrupt, work).await
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The rows of an export, proved to be complete.
fn rows(fetched: &Fetched) -> Result<RecordBatch, Box<dyn std::error::Error>> {
    let book = AddressBook::join(fetched.replies.clone())?;
    book.reconcile()?;
    let mut columns = Columns::new(Options::default(), fetched.frame());
    columns.extend(book.rows())?;
    Ok(columns.finish()?)
}

fn config() -> Config {
    let device = DeviceInfo {
        device_model: "test".into(),
        system_version: "1".into(),
        app_version: "1".into(),
        lang_code: "en".into(),
    };
    Config { api_id: 17, device, timeouts: Timeouts::default(), temporary_keys: true }
}

/// A pipe to the data centre; gives the client's end.
fn lay(server: &Server, road: Arc<Road>) -> DuplexStream {
    if road.voids_salts && road.connections.load(Ordering::Relaxed) > 0 {
        server.control().rotate_salts();
    }
    let (client, near) = duplex(64 << 10);
    let (far, theirs) = duplex(64 << 10);
    server.serve_stream(theirs);
    tokio::spawn(async move { road.carry(near, far).await });
    client
}

async fn relay(listener: TcpListener, server: SocketAddr, road: Arc<Road>) {
    while let Ok((near, _)) = listener.accept().await {
        let road = Arc::clone(&road);
        tokio::spawn(async move {
            let far = TcpStream::connect(server).await?;
            road.carry(near, far).await
        });
    }
}

fn is_full() -> bool {
    std::env::var_os("TAKEOUT_EXPORT_BREAKS").is_some_and(|value| value == "full")
}

/// A number below a bound.
fn below(entropy: &mut Entropy, bound: usize) -> usize {
    usize::try_from(entropy.below(u32::try_from(bound).unwrap())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_whole_export_survives_every_cut() {
    const EACH_WAY: usize = 4096;
    let mut place = Place::new().await;
    let road = Road::new(Vec::new(), Duration::ZERO);
    let client = place.connect(&road).await;
    let _login = place.takeouts();
    let expected = place.export(client).await;
    assert!(expected.num_rows() >= 48, "{} rows", expected.num_rows());
    let (up, down) = (road.up_bytes.load(Ordering::Relaxed), road.down_bytes.load(Ordering::Relaxed));

    let (step, samples) = if is_full() { (1, 10_000 - 2 * EACH_WAY) } else { (311, 12) };
    let (mut runs, mut lost) = (0, 0);
    let every = |end: usize| (0..EACH_WAY.min(end)).step_by(step);
    let mut plans = Vec::new();
    plans.extend(every(up).map(|at| vec![Cut { up: Some(at), down: None }]));
    plans.extend(every(down).map(|at| vec![Cut { up: None, down: Some(at) }]));
    // what is shorter than 4 KiB leaves its runs to the samples
    let samples = samples + if is_full() { 2 * EACH_WAY - plans.len() } else { 0 };
    let mut entropy = Entropy::from_seed(77);
    plans.extend((0..samples).map(|number| {
        let cut = |entropy: &mut Entropy| match number % 2 {
            0 => Cut { up: Some(below(entropy, up)), down: None },
            _ => Cut { up: None, down: Some(below(entropy, down)) },
        };
        (0..=number % 3).map(|_| cut(&mut entropy)).collect()
    }));
    for (number, cuts) in plans.into_iter().enumerate() {
        let latency = Duration::from_millis([0, 40, 700][number % 3]);
        let road = Road::with_salts(cuts.clone(), latency, number % 2 == 1);
        let client = place.connect(&road).await;
        let rows = place.export(client).await;
        assert!(rows == expected, "other rows: {cuts:?}");
        runs += 1;
        lost += road.lost(cuts[0], up, down);
    }
    println!(
        "{runs} exports in virtual time ({up} bytes up, {down} down without a cut), {lost} connections lost: every one \
         complete, with the same {} rows and one takeout session that was finished with success",
        expected.num_rows()
    );
}

/// The request is repeated while the server is at it, and refused for its salt: it must not be made again under another id.
#[tokio::test(start_paused = true)]
async fn a_takeout_session_that_is_being_opened_when_link_and_salts_go_is_opened_once() {
    let mut place = Place::new().await;
    let road = Road::with_salts(Vec::new(), Duration::ZERO, true);
    let client = place.connect(&road).await;
    let _login = place.takeouts();
    let server = Arc::clone(&place.server);
    let delay = "delay=account.initTakeoutSession:4000".parse::<testdc::FaultRule>().unwrap();
    server.add_fault(delay).unwrap();
    let breaks = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        road.broken.notify_waiters();
    };
    // it looks how many takeouts were opened
    let (rows, ()) = tokio::join!(place.export(client), breaks);
    assert!(rows.num_rows() >= 48, "{} rows", rows.num_rows());
    assert_eq!(road.connections.load(Ordering::Relaxed), 2);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(place.takeouts(), (0, vec![]), "the delayed request opens no other one behind it");
}

/// The server's clock is set when the client has just been told it: to its bounds for messages, and on their far side.
#[tokio::test(start_paused = true)]
async fn a_whole_export_goes_on_when_the_clock_of_the_server_is_set() {
    let mut place = Place::new().await;
    let road = Road::new(Vec::new(), Duration::ZERO);
    let client = place.connect(&road).await;
    let _login = place.takeouts();
    let expected = place.export(client).await;
    for seconds in [31, 60, 299, 301, -31, -299, -301] {
        let road = Road::new(Vec::new(), Duration::ZERO);
        let client = place.connect(&road).await;
        let begun = Instant::now();
        let skew = format!("clock-skew={seconds}*").parse::<testdc::FaultRule>().unwrap();
        place.server.add_fault(skew).unwrap();
        // a salt of this data centre holds from the time at which it was made
        place.server.control().rotate_salts();
        let rows = place.export(client).await;
        assert!(rows == expected, "other rows: {seconds}");
        assert_eq!(road.connections.load(Ordering::Relaxed), 1, "{seconds}");
        assert!(begun.elapsed() < Duration::from_secs(15), "{seconds}: {:?}", begun.elapsed());
        place.server.control().clear_faults();
    }
}

#[tokio::test]
async fn a_whole_export_survives_cuts_of_tcp_connections() {
    let cuts = if is_full() { 150 } else { 4 };
    let mut place = Place::new().await;
    let road = Road::new(Vec::new(), Duration::ZERO);
    let client = place.connect_over_tcp(&road).await;
    let _login = place.takeouts();
    let expected = place.export(client).await;
    let (up, down) = (road.up_bytes.load(Ordering::Relaxed), road.down_bytes.load(Ordering::Relaxed));
    let evenly = |number: usize, end: usize| Some(number * end / cuts);
    let mut plans = Vec::new();
    plans.extend((0..cuts).map(|number| Cut { up: evenly(number, up), down: None }));
    plans.extend((0..cuts).map(|number| Cut { up: None, down: evenly(number, down) }));
    let (mut runs, mut lost, wanted) = (0, 0, plans.len());
    let mut entropy = Entropy::from_seed(78);
    // a cut that comes when everything is done is none: another run is made for it
    while lost < wanted {
        let spare = || Cut { up: None, down: Some(below(&mut entropy, down / 2)) };
        let cut = plans.pop().unwrap_or_else(spare);
        let road = Road::new(vec![cut], Duration::ZERO);
        let client = place.connect_over_tcp(&road).await;
        assert!(place.export(client).await == expected, "other rows: {cut:?}");
        runs += 1;
        lost += road.lost(cut, up, down);
    }
    println!("{runs} exports over TCP, {lost} connections lost: every one complete, with the same rows");
}

/// Where the lists are read: the second half of what an export takes, without its last part.
async fn cuts_in_the_lists(place: &mut Place) -> (RecordBatch, Vec<Cut>) {
    let road = Road::new(Vec::new(), Duration::ZERO);
    let client = place.connect(&road).await;
    let _login = place.takeouts();
    let expected = place.export(client).await;
    let down = road.down_bytes.load(Ordering::Relaxed);
    (expected, (5..8).map(|part| Cut { up: None, down: Some(part * down / 9) }).collect())
}

#[tokio::test(start_paused = true)]
async fn a_whole_export_outlasts_a_server_that_restarts_for_a_minute() {
    const MINUTE: Duration = Duration::from_secs(60);
    let mut place = Place::new().await;
    let (expected, cuts) = cuts_in_the_lists(&mut place).await;
    for cut in cuts {
        let road = Road::closed_after_a_cut(cut, MINUTE);
        let client = place.connect(&road).await;
        let start = Instant::now();
        assert!(place.export(client).await == expected, "other rows: {cut:?}");
        let took = start.elapsed();
        assert!((MINUTE..MINUTE + Duration::from_secs(35)).contains(&took), "{cut:?}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_comes_back_ends_an_export_after_two_minutes_and_a_little() {
    let mut place = Place::new().await;
    let (_, cuts) = cuts_in_the_lists(&mut place).await;
    for cut in cuts {
        let road = Road::closed_after_a_cut(cut, Duration::from_secs(86_400));
        let client = place.connect(&road).await;
        let start = Instant::now();
        let ended = place.try_export(&client).await.unwrap_err();
        // the call, and the one that would end the takeout session
        let (took, timeouts) = (start.elapsed(), Timeouts::default());
        assert_eq!(took.as_secs(), (timeouts.request + timeouts.finish).as_secs(), "{cut:?}: {ended:?}");
        let RunError::Work(reason) = &ended else { panic!("{ended:?}") };
        assert!(reason.contains("the connection is lost: "), "{reason}");
        let open = client.session().state().takeout;
        assert!(open.is_some(), "the next run ends the takeout session");
        client.close().await.unwrap();
        // it is still open at the server, and the other runs look at their own
        let _open = place.takeouts();
    }
}
