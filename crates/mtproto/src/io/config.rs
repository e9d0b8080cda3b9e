//! What a caller decides before the first byte is sent.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::crypto::RsaPublicKey;
use crate::frame::FrameKind;
use crate::io::{Backoff, Breakers, Carrier, Observer};
use crate::limits::KEY_LIFETIME;
use crate::proxy::Proxy;
use crate::session::{self, Resume};

/// How to reach a data centre. Made by [`Config::new`]; every field may be changed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where the data centre listens. The one that answered last is tried first, then by turns IPv6 and IPv4, a slow one
    /// side by side with the next ("Happy Eyeballs", RFC 8305).
    pub addresses: Vec<SocketAddr>,
    /// The data centre's number as the key exchange wants it: 10000 more for test servers, negative for media servers.
    pub dc_id: i32,
    /// The server's public keys that are accepted.
    pub rsa_keys: Vec<RsaPublicKey>,
    /// What carries the bytes.
    pub carrier: Carrier,
    /// How frames are written. HTTP has none.
    pub frame: FrameKind,
    /// Whether a TCP connection looks like random bytes from its first one on; what a WebSocket carries always does. Not
    /// for [`FrameKind::Full`].
    pub obfuscated: bool,
    /// Whether the server is asked to say at once that it has a message; [`Observer`] hears of it. Neither
    /// [`FrameKind::Full`] nor HTTP has room for the wish.
    pub quick_acks: bool,
    /// What the connection goes through. An MTProxy knows the addresses by itself (`addresses` may be empty), says by its
    /// secret how frames are written where it does not take every kind, and is always talked to obfuscated.
    pub proxy: Option<Proxy>,
    /// The key of an earlier connection with its salt and clock; a new key is made without.
    pub resume: Option<Resume>,
    /// How long one address may take to accept a connection.
    pub connect_timeout: Duration,
    /// How long the key exchange may take in all.
    pub handshake_timeout: Duration,
    /// How long [`Client::invoke`](crate::io::Client::invoke) waits for an answer, reconnections included.
    pub request_timeout: Duration,
    /// The pauses between attempts to connect, and how many there are.
    pub backoff: Backoff,
    /// The circuit breakers of the data centres; to be shared by all configurations of a program.
    pub breakers: Breakers,
    /// Who is told that a connection is tried again.
    pub observer: Observer,
    /// The waits of the session: pings, acks.
    pub session: session::Config,
    /// Perfect forward secrecy: what is said is encrypted with keys that are forgotten. `None` uses the permanent key for
    /// everything; nothing that a server does makes the driver do so by itself.
    pub temporary_keys: Option<TemporaryKeys>,
    /// The request that is sent first over every temporary key but the one that the connection starts with, a whole
    /// function call: a server knows of a client what was said over the key, and the caller says it only once. For
    /// Telegram `invokeWithLayer` around `initConnection`.
    pub introduction: Option<Bytes>,
}

/// The life of temporary keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemporaryKeys {
    /// After which time the server forgets a key. How long before that it is replaced is
    /// [`session::Config::renew_key_before`].
    pub lifetime: Duration,
}

impl Default for TemporaryKeys {
    fn default() -> Self {
        Self { lifetime: KEY_LIFETIME }
    }
}

impl Config {
    /// Intermediate frames, new keys, and waits that suit a person at a terminal.
    pub fn new(addresses: Vec<SocketAddr>, dc_id: i32, rsa_keys: Vec<RsaPublicKey>) -> Self {
        Self {
            addresses,
            dc_id,
            rsa_keys,
            carrier: Carrier::Tcp,
            frame: FrameKind::Intermediate,
            obfuscated: false,
            quick_acks: false,
            proxy: None,
            resume: None,
            connect_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(120),
            backoff: Backoff::default(),
            breakers: Breakers::default(),
            observer: Observer::default(),
            session: session::Config::default(),
            temporary_keys: Some(TemporaryKeys::default()),
            introduction: None,
        }
    }
}
