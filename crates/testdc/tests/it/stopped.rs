//! A server whose clock stands still until a test lets time pass: what is waited for comes at once, and not before.

use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use testdc::{Config, Server};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::client::{Client, Framing};
use crate::harness::{PATIENCE, shared_key};

/// So much time, and whom to tell that it has passed.
type Step = (Duration, mpsc::Sender<()>);

pub(crate) struct StoppedServer {
    pub(crate) server: Server,
    steps: UnboundedSender<Step>,
}

impl StoppedServer {
    pub(crate) fn start(config: Config) -> Self {
        let (steps, asked) = unbounded_channel();
        let (started, start) = mpsc::channel();
        let config = Config { key: Some(shared_key()), ..config };
        thread::spawn(move || run(config, &started, asked));
        Self { server: start.recv_timeout(PATIENCE).unwrap(), steps }
    }

    /// A client with a key.
    pub(crate) fn keyed(&self) -> Client {
        let mut client = Client::connect(self.server.address(), Framing::Intermediate);
        client.exchange_key(&self.server.public_key_pem(), 2).unwrap();
        client
    }

    /// A client that is logged in.
    pub(crate) fn logged_in(&self) -> Client {
        let mut client = self.keyed();
        client.introduce();
        client.log_in(&self.server.truth().account.phone, &self.server.login_code()).unwrap();
        client
    }

    /// Lets time pass: everything that was sent before has arrived before it, and what is due behind it is done.
    pub(crate) fn pass(&self, time: Duration) {
        self.settle();
        let (passed, wait) = mpsc::channel();
        self.steps.send((time, passed)).unwrap();
        wait.recv_timeout(PATIENCE).unwrap();
        self.settle();
    }

    /// The server has one thread: while it answers somebody else a few times, everybody has their turn.
    fn settle(&self) {
        let mut other = Client::connect(self.server.address(), Framing::Intermediate);
        for _ in 0..3 {
            other.first_step([7; 16]).unwrap();
        }
    }
}

fn run(config: Config, started: &mpsc::Sender<Server>, mut asked: UnboundedReceiver<Step>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(async {
        // a paused clock leaps to the next timer when there is nothing to do, but for as long as a blocking task runs
        let (end, ended) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || ended.recv());
        started.send(Server::bind(config).await.unwrap()).unwrap();
        while let Some((time, passed)) = asked.recv().await {
            tokio::time::advance(time).await;
            passed.send(()).unwrap();
        }
        drop(end);
    });
}

/// Whether the server has neither said anything nor closed the connection.
pub(crate) fn is_silent(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let heard = stream.peek(&mut [0; 1]);
    stream.set_nonblocking(false).unwrap();
    heard.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

/// Connects and says something.
pub(crate) fn knock(address: SocketAddr, said: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    std::io::Write::write_all(&mut stream, said).unwrap();
    stream
}
