//! A session whose server is the test itself, message by message.

use std::time::Duration;

use mtproto::Now;
use mtproto::crypto::AuthKey;
use mtproto::session::{CallId, Config, Event, Resume, Session, SessionError};

use crate::recorded::Seeded;
use crate::server::envelope::{self, FromClient, Message};

/// 2023-11-14, a moment like any other.
pub(crate) const START_SECS: u64 = 1_700_000_000;
/// The salt that the session starts with.
pub(crate) const SALT: i64 = 0x5a17;

pub(crate) fn key() -> AuthKey {
    AuthKey::new(&mut std::array::from_fn(|at| u8::try_from(at).unwrap()))
}

/// A connected session, with the other end in the test's hand.
pub(crate) struct Script {
    pub(crate) session: Session,
    pub(crate) now: Now,
    random: Seeded,
    next_id: i64,
}

impl Script {
    /// A session with a confirmed clock, connected; its first ping is answered.
    pub(crate) fn new() -> Self {
        let mut script = Self::unconnected(Resume { clock_is_fresh: true, ..Resume::new(key(), SALT) });
        script.session.handle_connected(script.now);
        let first = script.sent();
        assert_eq!(first.len(), 1, "a ping ties the session to the connection");
        script
    }

    /// A connected session whose server speaks only when it is asked.
    pub(crate) fn over_http() -> Self {
        let config = Config { uses_http: true, ..Config::default() };
        let mut script = Self::with(config, Resume { clock_is_fresh: true, ..Resume::new(key(), SALT) });
        script.session.handle_connected(script.now);
        script
    }

    pub(crate) fn unconnected(resume: Resume) -> Self {
        Self::with(Config::default(), resume)
    }

    fn with(config: Config, resume: Resume) -> Self {
        let mut random = Seeded::new(42);
        let session = Session::new(config, resume, &mut random);
        let now = Now { monotonic: Duration::from_secs(1000), unix: Duration::from_secs(START_SECS) };
        Self { session, now, random, next_id: 0 }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.now.monotonic += by;
        self.now.unix += by;
    }

    /// Queues a request of so many bytes.
    pub(crate) fn request(&mut self, body: &[u8]) -> CallId {
        self.session.request(body.to_vec().into()).unwrap()
    }

    /// The next envelope, opened.
    pub(crate) fn envelope(&mut self) -> Option<FromClient> {
        let frame = self.session.poll_transmit(self.now, &mut self.random)?;
        let from = envelope::open(&key(), &frame);
        assert_eq!(from.session_id, self.session.session_id());
        Some(from)
    }

    /// Everything that is sent now, containers taken apart, in order.
    pub(crate) fn sent(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(from) = self.envelope() {
            let outer = from.message.msg_id;
            let inner = from.message.unpacked();
            assert!(inner.len() == 1 || inner.iter().all(|message| message.msg_id < outer));
            messages.extend(inner);
        }
        messages
    }

    /// The requests among what is sent now.
    pub(crate) fn sent_requests(&mut self) -> Vec<Message> {
        self.sent().into_iter().filter(|message| message.seq_no % 2 == 1).collect()
    }

    /// A server's message id, `secs` from the session's present.
    pub(crate) fn server_id(&mut self, secs: i64) -> i64 {
        self.next_id += 4;
        ((i64::try_from(self.now.unix.as_secs()).unwrap() + secs) << 32) + self.next_id + 1
    }

    /// A service message of the server (not a content message), made now.
    pub(crate) fn service(&mut self, body: Vec<u8>) -> Message {
        Message::new(self.server_id(0), 0, body)
    }

    pub(crate) fn deliver(&mut self, message: &Message) -> Result<(), SessionError> {
        let frame = envelope::seal(&key(), SALT, self.session.session_id(), message);
        self.session.handle_frame(self.now, frame.as_slice().into())
    }

    /// Delivers a service message that must be taken.
    pub(crate) fn deliver_service(&mut self, body: Vec<u8>) {
        let message = self.service(body);
        self.deliver(&message).unwrap();
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.session.poll_event()).collect()
    }
}
