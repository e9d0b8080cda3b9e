//! One connection without its socket: messages in, messages out.
//!
//! **Owns** the way of one message through the layers: plain or encrypted, envelope, salt and time, session, calls, and
//! the answers back. **Must not know** frames or sockets: `connection.rs` carries the bytes.

mod fate;

use std::sync::Arc;
use std::time::Duration;

use tl_codec::Encode;
use tokio::sync::Notify;

use crate::api::{self, Answered};
use crate::arrivals::{Arrival, Carrier, FramingName};
use crate::centre::DataCentre;
use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::envelope::{self, Head, Opened};
use crate::fault::{Fault, Script};
use crate::handshake::{Handshakes, Host, PlainMessage, answer_plain, query_name};
use crate::keys::{KeyRecord, Wire};
use crate::limits::GZIP_FROM_BYTES;
use crate::packed::pack;
use crate::session::{BadMsg, Call, Demand, HttpWait, Outgoing, ReplyTo, check_msg_id};
use fate::Fate;
pub(crate) use fate::is_named;

/// `destroy_session_ok#e22045fc session_id:long`, `destroy_session_none#62d350c9 session_id:long`
const DESTROY_SESSION_OK: u32 = 0xe220_45fc;
const DESTROY_SESSION_NONE: u32 = 0x62d3_50c9;
/// `destroy_auth_key_ok#f660e1d4`
const DESTROY_AUTH_KEY_OK: u32 = 0xf660_e1d4;

/// The one link of all HTTP requests: a session that is used over HTTP stays on it.
pub(crate) const HTTP_LINK: u64 = 0;

/// What the connection is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Send a message as one frame.
    Message(Vec<u8>),
    /// Send a message as one frame, so much later; everything behind it waits too.
    Late { message: Vec<u8>, by: Duration },
    /// Send a message as one frame, but only its first bytes (half of them if not said), and close.
    Cut { message: Vec<u8>, after_bytes: Option<usize> },
    /// Send a quick acknowledgement.
    QuickAck(u32),
    /// Send a transport error and close.
    Error(i32),
    /// Close after so long, unless told again.
    CloseAfter(Duration),
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Link {
    id: u64,
    centre: Arc<DataCentre>,
    entropy: Entropy,
    /// Rung when a session of this connection has something to say.
    pub(crate) bell: Arc<Notify>,
    /// Whether the connection is one HTTP request.
    is_request: bool,
    /// How long that may be kept.
    pub(crate) http_wait: HttpWait,
    /// The session that was used last.
    current: Option<(Arc<KeyRecord>, i64)>,
}

impl Link {
    pub(crate) fn new(id: u64, centre: Arc<DataCentre>) -> Self {
        let entropy = centre.fork_entropy();
        let (bell, http_wait) = (Arc::new(Notify::new()), HttpWait::default());
        Self { id, centre, entropy, bell, is_request: false, http_wait, current: None }
    }

    /// One request of the HTTP clients.
    #[cfg(feature = "web")]
    pub(crate) fn for_request(centre: Arc<DataCentre>) -> Self {
        Self { is_request: true, ..Self::new(HTTP_LINK, centre) }
    }

    /// The proxy has learned where the client wants to go, before anything was said there.
    pub(crate) fn lead_to(&mut self, centre: Arc<DataCentre>) {
        self.centre = centre;
    }

    /// The connection's own randomness.
    pub(crate) fn entropy(&mut self) -> &mut Entropy {
        &mut self.entropy
    }

    /// What is to go wrong.
    pub(crate) fn script(&self) -> &Script {
        &self.centre.faults
    }

    /// Remembers how the client speaks.
    pub(crate) fn note(&self, carrier: Carrier, framing: Option<FramingName>, obfuscated: bool) {
        let dc_id = self.centre.identity.id;
        self.centre.cloud.arrivals.note(Arrival { dc_id, carrier, framing, obfuscated });
    }

    /// The server's time.
    pub(crate) fn now(&self) -> UnixTime {
        self.centre.now()
    }

    /// Takes one message of the client, and gives everything that there is to say.
    pub(crate) fn receive(&mut self, content: &[u8], quick_ack: bool) -> Vec<Output> {
        let mut outputs = self.take(content, quick_ack);
        outputs.extend(self.flush());
        outputs
    }

    /// Takes one message of the client; what its session has to say waits.
    pub(crate) fn take(&mut self, content: &[u8], quick_ack: bool) -> Vec<Output> {
        let outputs = self.take_message(content, quick_ack);
        // whatever it was, keys or accounts may be others now
        self.centre.cloud.changed();
        outputs
    }

    fn take_message(&mut self, content: &[u8], quick_ack: bool) -> Vec<Output> {
        let now = self.centre.now();
        let Some(auth_key_id) = content.first_chunk().copied().map(i64::from_le_bytes) else {
            return vec![Output::Error(-404)];
        };
        if auth_key_id == 0 {
            return self.receive_plain(content, now);
        }
        let Some(key) = self.centre.keys.find(auth_key_id, now) else {
            return vec![Output::Error(-404)];
        };
        match envelope::open(&key.key, content) {
            Ok(opened) => self.receive_opened(&key, &opened, quick_ack, now),
            Err(error) => {
                tracing::debug!(%error, "an envelope that does not open");
                vec![Output::Error(-404)]
            }
        }
    }

    /// A message of the key exchange.
    fn receive_plain(&mut self, content: &[u8], now: UnixTime) -> Vec<Output> {
        let centre = &self.centre;
        let keep = |new| centre.keys.insert(new, now);
        let host = Host { rsa: &centre.rsa, dc: centre.identity, faults: &centre.faults, now, keep: &keep };
        let answer = PlainMessage::read(content).and_then(|message| {
            let object = Handshakes::answer(&centre.handshakes, message.body, &host, &mut self.entropy)?;
            Ok((query_name(message.body), object))
        });
        match answer {
            Ok((name, object)) => {
                let fate = centre.faults.take(|fault| Fate::of_named(fault, name?));
                Fate::meet(fate, answer_plain(now.msg_id() | 1, &object, &mut self.entropy))
            }
            Err(error) => {
                tracing::debug!(%error, "a key exchange is refused");
                vec![Output::Error(error.transport_code())]
            }
        }
    }

    fn receive_opened(
        &mut self,
        key: &Arc<KeyRecord>,
        opened: &Opened,
        quick_ack: bool,
        now: UnixTime,
    ) -> Vec<Output> {
        let mut outputs = Vec::new();
        if quick_ack {
            outputs.push(Output::QuickAck(opened.quick_ack_token));
        }
        let session_id = opened.head.session_id;
        self.current = Some((Arc::clone(key), session_id));
        let demands = self.accept(key, opened, now);
        if !demands.is_empty() && demands.iter().all(|demand| matches!(demand, Demand::Nothing)) {
            // "having received the query, the server may … immediately return a dummy response" (transports, "HTTP"):
            // clients acknowledge without `http_wait`, and would have to wait with everything else
            self.http_wait.max_wait = Duration::ZERO;
        }
        for demand in demands {
            match demand {
                Demand::Nothing => {}
                Demand::Call(call) => self.call(key, session_id, &call),
                Demand::DisconnectAfter(delay) => outputs.push(Output::CloseAfter(delay)),
                Demand::HttpWait(wait) => self.http_wait = wait,
                Demand::FutureSalts { msg_id, count } => self.future_salts(key, session_id, (msg_id, count)),
                Demand::DestroySession { session_id: other } => self.destroy_session(key, session_id, other),
                Demand::DestroyAuthKey => self.destroy_auth_key(key, session_id),
            }
        }
        outputs
    }

    /// Salt, message id and session: what is left to do is outside of them.
    fn accept(&mut self, key: &KeyRecord, opened: &Opened, now: UnixTime) -> Vec<Demand> {
        let mut wire = key.wire();
        let Wire { salts, .. } = &mut *wire;
        if self.centre.faults.strikes(&Fault::WrongSalt) {
            salts.rotate(now, &mut self.entropy);
        }
        let Head { salt, session_id, msg_id, seq_no } = opened.head;
        let is_salt_right = salts.accepts(salt, now, &mut self.entropy);
        let newest_salt = wire.salt(now, &mut self.entropy);
        let session = wire.session(session_id, now);
        if self.is_request {
            self.bell = session.attach_request(self.id, now);
        } else {
            session.attach(self.id, &self.bell, now);
        }
        let scripted = self
            .centre
            .faults
            .take(|fault| if let Fault::BadMsg { code } = fault { Some(BadMsg::Other(*code)) } else { None });
        if let Err(fault) = scripted.map_or_else(|| check_msg_id(msg_id, now), Err) {
            session.notify_bad_msg(msg_id, seq_no, fault, now);
            return Vec::new();
        }
        if !is_salt_right {
            session.notify_bad_salt(msg_id, seq_no, newest_salt, now);
            return Vec::new();
        }
        session.accept(opened, newest_salt, now, &mut self.entropy)
    }

    fn call(&mut self, key: &Arc<KeyRecord>, session_id: i64, call: &Call) {
        let begun = self.centre.now();
        key.wire().session(session_id, begun).begin(call.msg_id);
        let Answered { method, object, delay, takes_updates } =
            api::answer(&self.centre, key, self.id, &call.body, &mut self.entropy);
        if takes_updates {
            key.wire().session(session_id, begun).takes_updates = true;
        }
        let object = if object.len() >= GZIP_FROM_BYTES { pack(object) } else { object };
        let reply = ReplyTo { req_msg_id: call.msg_id, method };
        match delay {
            None => key.wire().session(session_id, begun).answer(reply, &object, self.centre.now()),
            Some(delay) => {
                let (centre, key) = (Arc::clone(&self.centre), Arc::clone(key));
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    let now = centre.now();
                    key.wire().session(session_id, now).answer(reply, &object, now);
                });
            }
        }
    }

    fn future_salts(&mut self, key: &KeyRecord, session_id: i64, (msg_id, count): (i64, usize)) {
        let now = self.centre.now();
        let mut wire = key.wire();
        let salts = wire.salts.future_salts(msg_id, count, now, &mut self.entropy);
        wire.session(session_id, now).push_notice("future_salts", salts, now);
    }

    /// Forgets another session; a session cannot end itself.
    fn destroy_session(&self, key: &KeyRecord, session_id: i64, other: i64) {
        let now = self.centre.now();
        let mut wire = key.wire();
        let is_gone = other != session_id && wire.sessions.remove(&other).is_some();
        let mut body = if is_gone { DESTROY_SESSION_OK } else { DESTROY_SESSION_NONE }.to_bytes();
        other.encode(&mut body);
        wire.session(session_id, now).push_notice("destroy_session", body, now);
    }

    /// Forgets the key; this connection still gets the answer.
    fn destroy_auth_key(&self, key: &KeyRecord, session_id: i64) {
        let now = self.centre.now();
        self.centre.keys.remove(key.key.id());
        key.wire().session(session_id, now).push_notice(
            "destroy_auth_key",
            DESTROY_AUTH_KEY_OK.to_bytes(),
            now,
        );
    }

    /// Everything that the current session has to say.
    pub(crate) fn flush(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(next) = self.next() {
            outputs.extend(next);
        }
        outputs
    }

    /// The next message of the current session, as the script has it: once, twice, cut, or not at all.
    pub(crate) fn next(&mut self) -> Option<Vec<Output>> {
        let (key, session_id) = self.current.clone()?;
        let now = self.centre.now();
        let mut wire = key.wire();
        let salt = wire.salt(now, &mut self.entropy);
        let faults = &self.centre.faults;
        let session = wire.session(session_id, now);
        let (message, mut fate) = if let Some(copy) = session.take_copy() {
            (copy, None)
        } else {
            let is_marked = |message: &Outgoing| faults.peek(|fault| Fate::of(fault, message.kind)).is_some();
            let message = session.pop(now, is_marked)?;
            let fate = faults.take(|fault| Fate::of(fault, message.kind));
            (message, fate)
        };
        if self.is_request && matches!(fate, Some(Fate::Twice)) {
            session.keep_copy(message.clone());
            fate = None;
        }
        let head = Head { salt, session_id, msg_id: message.msg_id, seq_no: message.seq_no };
        Some(Fate::meet(fate, envelope::seal(&key.key, head, &message.body, &mut self.entropy)))
    }

    /// A message that says nothing, for a request that was kept in vain: an empty container.
    #[cfg(feature = "web")]
    pub(crate) fn nothing(&mut self) -> Option<Vec<u8>> {
        let (key, session_id) = self.current.clone()?;
        let now = self.centre.now();
        let mut wire = key.wire();
        let salt = wire.salt(now, &mut self.entropy);
        let message = wire.session(session_id, now).empty_container(now);
        let head = Head { salt, session_id, msg_id: message.msg_id, seq_no: message.seq_no };
        Some(envelope::seal(&key.key, head, &message.body, &mut self.entropy))
    }
}
