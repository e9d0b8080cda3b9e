//! Sessions: which messages are sent, and what arriving ones mean ("Service messages", "Service messages about
//! messages").
//!
//! The hop **Envelope ↔ Message**, without IO: bytes and time are arguments. The order of calls:
//!
//! 1. [`Session::handle_connected`] when a connection stands, [`Session::handle_disconnected`] when it is lost;
//! 2. [`Session::request`] for every request, [`Session::handle_frame`] for every message that arrives,
//!    [`Session::handle_timeout`] when the time of [`Session::poll_timeout`] has come;
//! 3. after each of them: [`Session::poll_transmit`] until it is empty, then [`Session::poll_event`] until it is empty.
//!
//! A file for each service message that can arrive; [`Session::handle_frame`] leads to `accept.rs`, everything that is
//! sent is made in `pack.rs`. This module must not know frames or sockets; requests and answers are opaque bytes to it.
//!
//! ```
//! use std::time::Duration;
//! use mtproto::crypto::AuthKey;
//! use mtproto::session::{Config, Resume, Session};
//! use mtproto::Now;
//!
//! let now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_700_000_000) };
//! let mut random = |bytes: &mut [u8]| bytes.fill(7); // the operating system's, outside of examples
//! let resume = Resume::new(AuthKey::new(&mut [9; 256]), 0);
//! let mut session = Session::new(Config::default(), resume, &mut random);
//!
//! session.handle_connected(now);
//! session.request(vec![0; 8].into())?;
//! let envelope = session.poll_transmit(now, &mut random).expect("a request waits");
//! assert_eq!(envelope[..8], AuthKey::new(&mut [9; 256]).id().to_le_bytes());
//! # Ok::<(), mtproto::session::RequestError>(())
//! ```

mod accept;
mod bad_msg_notification;
mod bad_server_salt;
mod bind_temp_auth_key;
mod calls;
mod clock;
mod container;
mod destroy_session;
mod error;
mod event;
mod gzip_packed;
mod http_wait;
mod keepalive;
mod msg_detailed_info;
mod msg_id;
mod msg_resend_req;
mod msgs_ack;
mod msgs_state_info;
mod msgs_state_req;
mod new_session_created;
mod outbox;
mod pack;
mod pong;
mod received;
mod rpc_error;
mod rpc_result;
mod salts;
mod sent;

use core::time::Duration;
use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

pub use self::bind_temp_auth_key::TemporaryKey;
pub use self::calls::CallId;
pub use self::error::{RequestError, SessionError};
pub use self::event::{CallError, Event, RpcError};
pub use self::gzip_packed::GzipError;
pub use self::msg_id::MsgIds;

use self::bind_temp_auth_key::Binding;
use self::calls::{Body, Calls};
use self::clock::Clock;
use self::gzip_packed::Room;
use self::http_wait::Polling;
use self::keepalive::Keepalive;
use self::outbox::Outbox;
use self::received::Received;
use self::salts::Salts;
use self::sent::Sent;
use crate::crypto::AuthKey;
use crate::crypto::kdf::Sender;
use crate::envelope::{self, OpenError};
use crate::limits::{MAX_FORMER_SESSIONS, MAX_SESSION_RESETS};
use crate::random::{Random, fill_array};
use crate::time::Now;

/// The waits of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// How often the connection is tested with `ping_delay_disconnect`.
    pub ping_interval: Duration,
    /// How long nothing may arrive after a ping before the connection counts as lost.
    pub pong_timeout: Duration,
    /// How long after a ping, or after it was due, no whole message need arrive while bytes do, or while ours are taken:
    /// long enough for the longest answer.
    pub message_timeout: Duration,
    /// How long the server keeps a connection on which no further ping arrives.
    pub disconnect_delay: Duration,
    /// How long an ack waits for a message to travel with.
    pub ack_delay: Duration,
    /// How long a request that was sent again after a break waits for its answer under its first id; then the server is
    /// asked whether it has it, and after the same time without a word it is sent under a new one.
    pub resend_patience: Duration,
    /// Whether the server speaks only when it is asked (HTTP). A request waits for it then (`http_wait`), and there are no
    /// pings: what the request waits for shows that the connection lives.
    pub uses_http: bool,
    /// How long a server may keep the request that waits when it has nothing to say.
    pub http_wait: Duration,
    /// How long the server may take to answer what goes before all requests: the binding of a temporary key, and the
    /// introduction. Then the connection counts as lost, and it is asked again on another one.
    pub binding_timeout: Duration,
    /// So long before a temporary key ends, another one is asked for.
    pub renew_key_before: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(30),
            pong_timeout: Duration::from_secs(20),
            message_timeout: Duration::from_secs(120),
            disconnect_delay: Duration::from_secs(75),
            ack_delay: Duration::from_secs(10),
            resend_patience: Duration::from_secs(15),
            uses_http: false,
            http_wait: Duration::from_secs(25),
            binding_timeout: Duration::from_secs(30),
            renew_key_before: crate::limits::KEY_RENEWAL_LEAD,
        }
    }
}

/// What a session starts from.
#[derive(Debug, Clone)]
pub struct Resume {
    /// The key of the connection.
    pub auth_key: AuthKey,
    /// The salt that was last in force; any other costs one exchange of messages.
    pub server_salt: i64,
    /// Server time minus local time, in seconds.
    pub time_offset_secs: i64,
    /// Whether the offset comes from the server just now (from the key exchange). A stored one may be stale: it is used,
    /// but no message is refused by it before the server has confirmed it.
    pub clock_is_fresh: bool,
    /// When the key was made, as the local clock had it (time since 1970-01-01 00:00:00 UTC); `None` where nobody knows. The
    /// refusal of one that is younger than [`YOUNG_KEY_AGE`](crate::limits::YOUNG_KEY_AGE) is not final.
    pub made_at: Option<Duration>,
}

impl Resume {
    /// A key of unknown age with its salt, and a clock that is believed to be right.
    pub fn new(auth_key: AuthKey, server_salt: i64) -> Self {
        Self { auth_key, server_salt, time_offset_secs: 0, clock_is_fresh: false, made_at: None }
    }
}

/// One session with a server: a queue of requests, and the rules by which messages are made, acknowledged, repeated and
/// believed.
pub struct Session {
    config: Config,
    auth_key: AuthKey,
    id: i64,
    former_ids: VecDeque<i64>,
    /// Sessions with the same key that this one has replaced, and of which the server was not told yet.
    replaced_ids: Vec<i64>,
    salts: Salts,
    /// For a temporary key: how far it is bound.
    binding: Option<Binding>,
    clock: Clock,
    msg_ids: MsgIds,
    /// How many content messages were sent: half of the next sequence number.
    content_count: i32,
    is_connected: bool,
    received: Received,
    calls: Calls,
    outbox: Outbox,
    sent: Sent,
    keepalive: Keepalive,
    polling: Polling,
    /// Of the envelope that was made last.
    quick_ack_token: u32,
    events: VecDeque<Event>,
    /// For what the present envelope holds packed.
    room: Room,
    resets_without_answer: u32,
    refused_services: u32,
    /// A reset that a message asked for; it is made where randomness is at hand.
    reset_is_due: bool,
}

impl Session {
    /// Makes a session with a random id. Nothing is sent before [`handle_connected`](Self::handle_connected).
    pub fn new(config: Config, resume: Resume, random: &mut dyn Random) -> Self {
        Self {
            config,
            auth_key: resume.auth_key,
            id: draw_session_id(random),
            former_ids: VecDeque::new(),
            replaced_ids: Vec::new(),
            salts: Salts::new(resume.server_salt),
            binding: None,
            clock: Clock::new(resume.time_offset_secs, resume.clock_is_fresh),
            msg_ids: MsgIds::default(),
            content_count: 0,
            is_connected: false,
            received: Received::default(),
            calls: Calls::default(),
            outbox: Outbox::default(),
            sent: Sent::default(),
            keepalive: Keepalive::default(),
            polling: Polling::default(),
            quick_ack_token: 0,
            events: VecDeque::new(),
            room: Room::default(),
            resets_without_answer: 0,
            refused_services: 0,
            reset_is_due: false,
        }
    }

    /// A connection stands, and a ping binds the session to it. Unanswered requests are sent again, under their own ids
    /// if these are young enough for the server to recognise them; about older ones it is asked first.
    pub fn handle_connected(&mut self, now: Now) {
        self.clock.follow(now);
        self.is_connected = true;
        self.polling = Polling::connected(self.config.uses_http);
        if !self.config.uses_http {
            self.keepalive.connected(now);
        }
        self.salts.connected(now);
        self.plan_renewal(now);
        let oldest = self.oldest_kept_id(now);
        let ask = self.calls.requeue_after_break(oldest, self.patience_until(now));
        self.outbox.ask_state(&ask);
    }

    /// Message ids from before this server time are too old to be used again.
    fn oldest_kept_id(&self, now: Now) -> Duration {
        self.clock.server_time(now).saturating_sub(crate::limits::MAX_KEPT_ID_AGE)
    }

    /// The connection is lost. Requests wait for the next one.
    pub fn handle_disconnected(&mut self) {
        self.is_connected = false;
        self.keepalive.disconnected();
    }

    /// Queues a request: a whole serialised function call. Its answer, or why there is none, arrives as
    /// [`Event::Answer`].
    ///
    /// # Errors
    /// [`RequestError`] for bytes that cannot be a message.
    pub fn request(&mut self, body: Bytes) -> Result<CallId, RequestError> {
        RequestError::check(body.len())?;
        Ok(self.calls.add(Body::Request(body)))
    }

    /// As [`request`](Self::request), and the server does it only after it has done another request of this session
    /// (`invokeAfterMsg`), however the two travel.
    ///
    /// # Errors
    /// [`RequestError`] for bytes that cannot be a message.
    pub fn request_after(&mut self, before: CallId, body: Bytes) -> Result<CallId, RequestError> {
        RequestError::check(body.len())?;
        Ok(self.calls.add(Body::After(before, body)))
    }

    /// Gives up a request: no event will come of it. A server that has it already is told not to answer
    /// (`rpc_drop_answer`).
    pub fn cancel(&mut self, call: CallId) {
        if let Some(msg_id) = self.calls.remove(call) {
            self.outbox.drop_answer(msg_id);
        }
    }

    /// Takes a message: an envelope as a frame carried it.
    ///
    /// # Errors
    /// [`SessionError`]: the connection must be closed. The session itself can go on with another connection.
    pub fn handle_frame(&mut self, now: Now, frame: BytesMut) -> Result<(), SessionError> {
        self.clock.follow(now);
        match envelope::open(&self.auth_key, Sender::Server, self.id, frame) {
            Ok(opened) => self.accept(now, opened),
            Err(OpenError::SessionId { got }) if self.former_ids.contains(&got) => {
                tracing::debug!("a message to a former session is passed over");
                Ok(())
            }
            Err(error) => Err(SessionError::Envelope(error)),
        }
    }

    /// Bytes have arrived, though not yet a whole message: the connection lives.
    pub fn handle_activity(&mut self, now: Now) {
        self.keepalive.activity(now);
    }

    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    ///
    /// # Errors
    /// [`SessionError::NoPong`], [`SessionError::NoMessage`] or [`SessionError::BindingUnanswered`] if the connection must
    /// be given up.
    pub fn handle_timeout(&mut self, now: Now) -> Result<(), SessionError> {
        self.clock.follow(now);
        self.check_renewal(now);
        let overdue = self.calls.overdue(now.monotonic, self.patience_until(now));
        self.outbox.ask_state(&overdue.ask);
        for call in overdue.renew {
            tracing::debug!("no word about a request, it is sent under a new id");
            self.calls.renew(call);
        }
        self.check_binding(now)?;
        self.keepalive.check(now, &self.config)
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called, on the monotonic clock.
    pub fn poll_timeout(&self) -> Option<Duration> {
        if !self.is_connected {
            return None;
        }
        let timers = [
            self.keepalive.deadline(&self.config),
            self.outbox.ack_deadline(&self.config),
            self.calls.patience_deadline(),
            self.salts.query_deadline(),
            self.renewal_deadline(),
            self.binding_deadline(),
        ];
        timers.into_iter().flatten().min()
    }

    /// What has happened, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The key of the session.
    pub fn auth_key(&self) -> &AuthKey {
        &self.auth_key
    }

    /// The salt in force: to be stored beside the key.
    pub fn server_salt(&self) -> i64 {
        self.salts.current()
    }

    /// Server time minus local time in whole seconds: to be stored beside the key.
    pub fn time_offset_secs(&self) -> i64 {
        self.clock.offset_secs()
    }

    /// What a quick ack of the envelope that was made last will say.
    pub fn quick_ack_token(&self) -> u32 {
        self.quick_ack_token
    }

    /// The session's id.
    pub fn session_id(&self) -> i64 {
        self.id
    }

    /// How many requests have no answer yet.
    pub fn unanswered(&self) -> usize {
        self.calls.len()
    }

    /// Begins a new session with the same key: after a refusal that nothing within the session can mend.
    fn reset(&mut self, random: &mut dyn Random) {
        tracing::debug!("a new session begins");
        self.former_ids.push_back(self.id);
        self.replaced_ids.push(self.id);
        if self.former_ids.len() > MAX_FORMER_SESSIONS {
            self.former_ids.pop_front();
        }
        self.id = draw_session_id(random);
        self.msg_ids = MsgIds::default();
        self.content_count = 0;
        self.received = Received::default();
        self.sent = Sent::default();
        self.outbox = Outbox::default();
        self.calls.requeue_all();
        self.reset_is_due = false;
    }

    /// Orders a reset. A server that orders one after the other without answering anything is not worth another.
    fn order_reset(&mut self) -> Result<(), SessionError> {
        if !self.reset_is_due {
            self.reset_is_due = true;
            self.resets_without_answer += 1;
        }
        if self.resets_without_answer > MAX_SESSION_RESETS {
            return Err(SessionError::TooManyResets { limit: MAX_SESSION_RESETS });
        }
        Ok(())
    }
}

impl core::fmt::Debug for Session {
    /// Without keys and bodies.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Session")
            .field("is_connected", &self.is_connected)
            .field("unanswered", &self.calls.len())
            .finish_non_exhaustive()
    }
}

/// A session's id: random, and not zero.
fn draw_session_id(random: &mut dyn Random) -> i64 {
    match i64::from_le_bytes(fill_array(random)) {
        0 => 1,
        id => id,
    }
}
