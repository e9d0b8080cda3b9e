//! What a caller decides before the first byte is sent.

use std::net::SocketAddr;
use std::time::Duration;

use crate::crypto::RsaPublicKey;
use crate::frame::FrameKind;
use crate::io::Backoff;
use crate::proxy::Proxy;
use crate::session::{self, Resume};

/// How to reach a data centre. Made by [`Config::new`]; every field may be changed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where the data centre listens; tried in this order, the one that answered last first.
    pub addresses: Vec<SocketAddr>,
    /// The data centre's number as the key exchange wants it: 10000 more for test servers, negative for media servers.
    pub dc_id: i32,
    /// The server's public keys that are accepted.
    pub rsa_keys: Vec<RsaPublicKey>,
    /// How frames are written.
    pub frame: FrameKind,
    /// Whether the connection looks like random bytes from its first one on. Not for [`FrameKind::Full`].
    pub obfuscated: bool,
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
    /// The waits of the session: pings, acks.
    pub session: session::Config,
}

impl Config {
    /// Intermediate frames, a new key, and waits that suit a person at a terminal.
    pub fn new(addresses: Vec<SocketAddr>, dc_id: i32, rsa_keys: Vec<RsaPublicKey>) -> Self {
        Self {
            addresses,
            dc_id,
            rsa_keys,
            frame: FrameKind::Intermediate,
            obfuscated: false,
            proxy: None,
            resume: None,
            connect_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(120),
            backoff: Backoff::default(),
            session: session::Config::default(),
        }
    }
}
