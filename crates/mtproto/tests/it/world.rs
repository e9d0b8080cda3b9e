//! A session and a server joined by two streams of bytes in virtual time, with latency, repetition and cuts.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use mtproto::Now;
use mtproto::crypto::AuthKey;
use mtproto::frame::{Decoded, Decoder, Encoder, Frame, FrameKind};
use mtproto::session::{CallError, CallId, Config, Event, Resume, Session, TemporaryKey};

use crate::recorded::Seeded;
use crate::script::{SALT, START_SECS, key};
use crate::server::binding::Standing;
use crate::server::peer::Peer;

/// What a client says first over another key.
pub(crate) const INTRODUCTION: &[u8] = &[0x11; 16];

/// What the link does to the bytes; plain fields, set before the run.
pub(crate) struct Faults {
    /// How long bytes travel, each way.
    pub(crate) latency: Duration,
    /// The connection breaks when so many bytes have been sent on it by the client.
    pub(crate) cut_up_at: Option<usize>,
    /// The connection breaks when so many bytes have been sent on it by the server.
    pub(crate) cut_down_at: Option<usize>,
    /// How often it breaks.
    pub(crate) cuts: usize,
    /// Every frame of the server arrives this many times.
    pub(crate) copies: usize,
    /// How many bytes arrive at once.
    pub(crate) piece_bytes: usize,
    /// A byte that is changed on its way.
    pub(crate) change: Option<Change>,
    /// Every break makes the salt void.
    pub(crate) changes_salts: bool,
}

/// A byte that is changed on its way: of all that is sent in its direction, over every connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) is_up: bool,
    pub(crate) at: usize,
    pub(crate) mask: u8,
}

impl Change {
    /// Changes the byte if it is one of these, of which so many were sent before.
    fn apply(self, before: usize, wire: &mut [u8]) {
        if let Some(byte) = self.at.checked_sub(before).and_then(|at| wire.get_mut(at)) {
            *byte ^= self.mask;
        }
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(40),
            cut_up_at: None,
            cut_down_at: None,
            cuts: 1,
            copies: 1,
            piece_bytes: usize::MAX,
            change: None,
            changes_salts: false,
        }
    }
}

/// One direction of a connection.
#[derive(Default)]
struct Pipe {
    in_flight: VecDeque<(Duration, Vec<u8>)>,
    sent_bytes: usize,
}

impl Pipe {
    /// Sends; whether the connection breaks while doing so.
    fn send(&mut self, arrives: Duration, bytes: &[u8], cut_at: Option<usize>) -> bool {
        let room = cut_at.map_or(usize::MAX, |cut| cut.saturating_sub(self.sent_bytes));
        let sent = &bytes[..bytes.len().min(room)];
        self.sent_bytes += sent.len();
        self.in_flight.push_back((arrives, sent.to_vec()));
        sent.len() < bytes.len()
    }

    fn next_arrival(&self) -> Option<Duration> {
        self.in_flight.front().map(|(arrives, _)| *arrives)
    }
}

pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) peer: Peer,
    pub(crate) faults: Faults,
    pub(crate) now: Now,
    pub(crate) answers: BTreeMap<CallId, Result<Bytes, CallError>>,
    pub(crate) updates: usize,
    pub(crate) connections: usize,
    /// What each side has sent over all connections, client first.
    pub(crate) sent_bytes: (usize, usize),
    /// What the client refused, by its error.
    pub(crate) refusals: Vec<String>,
    /// The server forgets who a temporary key stands for as soon as it was told.
    pub(crate) forgets_bindings: bool,
    /// How long temporary keys live, if there are any.
    key_lifetime: Option<Duration>,
    next_key: Option<(Resume, TemporaryKey)>,
    keys_made: u8,
    kind: FrameKind,
    random: Seeded,
    up: Pipe,
    down: Pipe,
    client: (Encoder, Decoder),
    server: (Encoder, Decoder),
    breaks_at: Option<Duration>,
    reconnects_at: Option<Duration>,
}

impl World {
    /// A world whose server answers every request with its own bytes.
    pub(crate) fn new(faults: Faults) -> Self {
        Self::with_peer(faults, Peer::new(key(), SALT, Box::new(<[u8]>::to_vec)))
    }

    pub(crate) fn with_peer(faults: Faults, peer: Peer) -> Self {
        let mut world = Self::unconnected(faults, peer);
        world.connect();
        world
    }

    /// A world with temporary keys that live so long; `renew_before` their end others are made.
    pub(crate) fn with_temporary_keys(
        faults: Faults,
        peer: Peer,
        lifetime: Duration,
        renew_before: Duration,
    ) -> Self {
        let mut world = Self::unconnected(faults, peer);
        world.key_lifetime = Some(lifetime);
        let (resume, key) = world.make_key();
        let config = Config { renew_key_before: renew_before, ..Config::default() };
        world.session = Session::with_temporary_key(config, resume, key, &mut world.random);
        world.connect();
        world
    }

    fn unconnected(faults: Faults, peer: Peer) -> Self {
        let mut random = Seeded::new(9);
        let resume = Resume { clock_is_fresh: true, ..Resume::new(key(), SALT) };
        let session = Session::new(Config::default(), resume, &mut random);
        let kind = FrameKind::Intermediate;
        Self {
            session,
            peer,
            faults,
            now: Now { monotonic: Duration::ZERO, unix: Duration::from_secs(START_SECS) },
            answers: BTreeMap::new(),
            updates: 0,
            connections: 0,
            sent_bytes: (0, 0),
            refusals: Vec::new(),
            kind,
            random,
            up: Pipe::default(),
            down: Pipe::default(),
            client: (Encoder::new(kind), Decoder::new(kind)),
            server: (Encoder::without_tag(kind), Decoder::new(kind)),
            breaks_at: None,
            reconnects_at: None,
            forgets_bindings: false,
            key_lifetime: None,
            next_key: None,
            keys_made: 0,
        }
    }

    /// A temporary key that both ends hold, as a key exchange would have made it.
    fn make_key(&mut self) -> (Resume, TemporaryKey) {
        self.keys_made += 1;
        let temporary = AuthKey::new(&mut [self.keys_made; 256]);
        self.peer.keys.insert(temporary.clone(), Standing::Unbound);
        let ends = self.now.unix + self.key_lifetime.unwrap_or_default();
        let expires_at = i32::try_from(ends.as_secs()).unwrap();
        let resume = Resume { clock_is_fresh: true, ..Resume::new(temporary, SALT) };
        (resume, TemporaryKey { permanent_key: key(), expires_at })
    }

    fn change_key(&mut self) {
        if self.reconnects_at.is_some() || !self.session.may_replace_key(self.now) {
            return;
        }
        let Some((resume, key)) = self.next_key.take() else { return };
        self.session.handle_disconnected();
        let introduction = Some(Bytes::from_static(INTRODUCTION));
        self.session.replace_key(resume, key, introduction, &mut self.random);
        self.connect();
    }

    fn connect(&mut self) {
        let kind = self.kind;
        (self.up, self.down) = (Pipe::default(), Pipe::default());
        // the tag is the obligation of a client; the reader of this server starts behind it
        self.client = (Encoder::without_tag(kind), Decoder::new(kind));
        self.server = (Encoder::without_tag(kind), Decoder::new(kind));
        (self.breaks_at, self.reconnects_at) = (None, None);
        self.connections += 1;
        if self.faults.changes_salts {
            self.peer.salt += 1;
        }
        self.peer.connected();
        self.session.handle_connected(self.now);
    }

    pub(crate) fn request(&mut self, body: &[u8]) -> CallId {
        self.session.request(body.to_vec().into()).unwrap()
    }

    /// Runs until every request is answered; panics if that takes longer than `limit` of virtual time.
    pub(crate) fn run(&mut self, limit: Duration) {
        let end = self.now.monotonic + limit;
        self.turn();
        while self.session.unanswered() > 0 {
            let next = self.next_event().expect("something must happen");
            assert!(next <= end, "{} requests without an answer", self.session.unanswered());
            self.advance_to(next);
            self.turn();
        }
    }

    /// Lets time pass.
    pub(crate) fn idle(&mut self, time: Duration) {
        let end = self.now.monotonic + time;
        while let Some(next) = self.next_event().filter(|next| *next <= end) {
            self.advance_to(next);
            self.turn();
        }
        self.advance_to(end);
        self.turn();
    }

    fn next_event(&self) -> Option<Duration> {
        let session = self.session.poll_timeout();
        let times =
            [self.up.next_arrival(), self.down.next_arrival(), self.breaks_at, self.reconnects_at, session];
        times.into_iter().flatten().min()
    }

    fn advance_to(&mut self, time: Duration) {
        let step = time.saturating_sub(self.now.monotonic);
        self.now.monotonic += step;
        self.now.unix += step;
    }

    /// Everything that happens at this moment.
    fn turn(&mut self) {
        let now = self.now.monotonic;
        if self.reconnects_at.is_some_and(|at| at <= now) {
            self.connect();
        }
        self.arrive_at_server();
        self.arrive_at_client();
        if self.breaks_at.is_some_and(|at| at <= now) {
            self.lose_connection();
        }
        if self.session.poll_timeout().is_some_and(|at| at <= now)
            && self.session.handle_timeout(self.now).is_err()
        {
            self.lose_connection();
        }
        self.change_key();
        self.transmit();
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Answer { call, result } => {
                    assert!(self.answers.insert(call, result).is_none(), "an answer came twice");
                }
                Event::Update(_) => self.updates += 1,
                Event::KeyExpires if self.next_key.is_none() => {
                    self.next_key = Some(self.make_key());
                    self.session.hold_requests();
                }
                Event::NotBound { error } => panic!("{error}"),
                _ => {}
            }
        }
    }

    /// What the client had sent before the break still arrives; what was under way to it is lost.
    fn lose_connection(&mut self) {
        self.session.handle_disconnected();
        self.breaks_at = None;
        self.down.in_flight.clear();
        self.reconnects_at = Some(self.now.monotonic + Duration::from_secs(1));
    }

    fn break_soon(&mut self) {
        if self.breaks_at.is_none() {
            self.faults.cuts -= 1;
            self.breaks_at = Some(self.now.monotonic + self.faults.latency * 2);
        }
    }

    /// The client closes the connection because of what arrived.
    fn refuse(&mut self, error: String) {
        self.refusals.push(error);
        if self.reconnects_at.is_none() {
            self.lose_connection();
        }
    }

    fn transmit(&mut self) {
        while self.reconnects_at.is_none() {
            let Some(envelope) = self.session.poll_transmit(self.now, &mut self.random) else { break };
            let mut wire = Vec::new();
            self.client.0.encode(&envelope, false, &mut self.random, &mut wire).unwrap();
            if let Some(change) = self.faults.change.filter(|change| change.is_up) {
                change.apply(self.sent_bytes.0, &mut wire);
            }
            self.sent_bytes.0 += wire.len();
            let cut = self.faults.cut_up_at.filter(|_| self.faults.cuts > 0);
            if self.up.send(self.now.monotonic + self.faults.latency, &wire, cut) {
                self.break_soon();
            }
        }
    }

    fn arrive_at_server(&mut self) {
        while self.up.next_arrival().is_some_and(|at| at <= self.now.monotonic) {
            let (_, bytes) = self.up.in_flight.pop_front().unwrap();
            self.server.1.feed(&bytes);
            while let Some(frame) = self.next_at_server() {
                if self.forgets_bindings {
                    self.peer.keys.unbind();
                }
                let refused = self.peer.refused;
                let answer = self.peer.handle(self.now.unix, &frame);
                if self.peer.refused > refused {
                    // a server does not talk on with somebody who cannot hold the key
                    self.breaks_at.get_or_insert(self.now.monotonic + self.faults.latency);
                    return;
                }
                let Some(answer) = answer else { continue };
                for _ in 0..self.faults.copies {
                    self.send_down(&answer);
                }
            }
        }
    }

    /// The next message at the server, which closes the connection if what arrives is none.
    fn next_at_server(&mut self) -> Option<bytes::BytesMut> {
        match self.server.1.decode() {
            Ok(Decoded::Frame(Frame::Message(frame))) => Some(frame),
            Ok(Decoded::Incomplete { .. }) => None,
            Ok(Decoded::Frame(_)) | Err(_) => {
                self.breaks_at.get_or_insert(self.now.monotonic + self.faults.latency);
                None
            }
        }
    }

    fn send_down(&mut self, envelope: &[u8]) {
        let mut wire = Vec::new();
        self.server.0.encode(envelope, false, &mut self.random, &mut wire).unwrap();
        if let Some(change) = self.faults.change.filter(|change| !change.is_up) {
            change.apply(self.sent_bytes.1, &mut wire);
        }
        self.sent_bytes.1 += wire.len();
        let cut = self.faults.cut_down_at.filter(|_| self.faults.cuts > 0);
        if self.down.send(self.now.monotonic + self.faults.latency, &wire, cut) {
            self.break_soon();
        }
    }

    fn arrive_at_client(&mut self) {
        while self.down.next_arrival().is_some_and(|at| at <= self.now.monotonic) {
            let (_, bytes) = self.down.in_flight.pop_front().unwrap();
            for piece in bytes.chunks(self.faults.piece_bytes.min(bytes.len()).max(1)) {
                self.client.1.feed(piece);
                self.session.handle_activity(self.now);
                if let Err(error) = self.take_frames() {
                    return self.refuse(error);
                }
            }
        }
    }

    fn take_frames(&mut self) -> Result<(), String> {
        loop {
            match self.client.1.decode().map_err(|error| error.to_string())? {
                Decoded::Frame(Frame::Message(frame)) => {
                    let taken = self.session.handle_frame(self.now, frame);
                    taken.map_err(|error| format!("{error:?}"))?;
                }
                Decoded::Frame(Frame::TransportError(error)) => return Err(error.to_string()),
                Decoded::Frame(_) => {}
                Decoded::Incomplete { .. } => return Ok(()),
            }
        }
    }
}
