//! The server at the end of pipes in memory. Nothing there takes time, so that a paused clock of tokio goes only by what
//! somebody waits for.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mtproto::crypto::AuthKey;
use mtproto::frame::FrameKind;
use mtproto::io::{Backoff, Carrier, Config, Opener};
use tokio::io::duplex;
use tokio::time::Instant;

use crate::server::keys::KeyServer;
use crate::server::tcp::{Act, State, serve_stream};

pub(crate) struct PipeServer {
    pub(crate) state: Arc<Mutex<State>>,
    /// Until then it takes no connection.
    pub(crate) away_until: Arc<Mutex<Instant>>,
    opener: Opener,
}

impl PipeServer {
    /// An echo that makes keys, or knows one already.
    pub(crate) fn echo(key: Option<AuthKey>, acts: Vec<Act>) -> Self {
        let state = State::new(key, Box::new(<[u8]>::to_vec));
        let shared = Arc::clone(&state);
        let away_until = Arc::new(Mutex::new(Instant::now()));
        let back_at = Arc::clone(&away_until);
        let opener = Opener::new(move || {
            if Instant::now() < *back_at.lock().unwrap() {
                return std::future::ready(Err(io::ErrorKind::ConnectionRefused.into()));
            }
            let (near, far) = duplex(1 << 16);
            serve_stream(far, FrameKind::Intermediate, &acts, &shared);
            std::future::ready(Ok(near))
        });
        Self { state, away_until, opener }
    }

    /// How it is reached: with so many attempts, between which there is next to no pause.
    pub(crate) fn config(&self, attempts: u32) -> Config {
        let mut config = Config::new(Vec::new(), 2, vec![KeyServer::public_key()]);
        config.carrier = Carrier::Own(self.opener.clone());
        let (first_pause, max_pause) = (Duration::from_millis(2), Duration::from_millis(5));
        config.backoff = Backoff { first_pause, max_pause, attempts };
        config
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}
