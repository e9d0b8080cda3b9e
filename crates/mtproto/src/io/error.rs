//! What can go wrong outside the core, whose fault it was, and whether another attempt may help.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::frame::obfuscation::ObfuscationError;
use crate::frame::{EncodeError, FrameError, TransportError};
use crate::handshake::HandshakeError;
use crate::handshake::plain::PlainError;
use crate::io::{CarrierError, ProxyError};
use crate::session::{CallError, RequestError, RpcError, SessionError};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration names no address.
    #[error("no address of the server is known")]
    NoAddress,
    /// An address does not accept a connection.
    #[error("cannot connect to {address}")]
    Connect {
        /// The last address that was tried.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// An address did not accept a connection in time.
    #[error("no connection to {address} within {} s", after.as_secs())]
    ConnectTimeout {
        /// The last address that was tried.
        address: SocketAddr,
        /// The limit.
        after: Duration,
    },
    /// The key exchange was not finished in time.
    #[error("the key exchange was not finished within {} s", after.as_secs())]
    HandshakeTimeout {
        /// The limit.
        after: Duration,
    },
    /// The server has closed the connection.
    #[error("the server has closed the connection")]
    Closed,
    /// The connection broke.
    #[error("the connection broke")]
    Io(#[source] std::io::Error),
    /// The server refuses us in place of an answer.
    #[error("the server refuses the connection")]
    Transport(#[from] TransportError),
    /// What arrives is no frame.
    #[error("the server sends bytes that are no frame")]
    Frame(#[from] FrameError),
    /// The proxy cannot be reached, or refuses us.
    #[error("no way through the proxy")]
    Proxy(#[from] ProxyError),
    /// What should carry the connection does not.
    #[error("the connection is not carried")]
    Carrier(#[from] CarrierError),
    /// The data centre has failed so often that it is left alone for a while. Only a first connection ends with this; a
    /// client that was connected waits for that while.
    #[error("data centre {dc_id} keeps failing: the next attempt is made in {} s", retry_after.as_secs())]
    CircuitOpen {
        /// Its number, as [`Config::dc_id`](crate::io::Config::dc_id) has it.
        dc_id: i32,
        /// How long from now.
        retry_after: Duration,
        /// When that is.
        until: SystemTime,
    },
    /// The connection cannot be obfuscated.
    #[error("the connection cannot be obfuscated")]
    Obfuscation(#[from] ObfuscationError),
    /// What we want to send is no frame.
    #[error("a message cannot be framed")]
    Encode(#[from] EncodeError),
    /// The server refuses a step of the key exchange.
    #[error("the server refuses a step of the key exchange")]
    KeyExchangeRefused(#[source] TransportError),
    /// The temporary key cannot be bound to the permanent one, which the server may not know yet.
    #[error("the temporary key cannot be bound to the permanent one")]
    NotBound(#[source] CallError),
    /// The server does not accept the permanent key as the one that a temporary key stands for.
    #[error("the server does not know the permanent key any more")]
    PermanentKeyRefused,
    /// An answer of the key exchange is no plain message.
    #[error("the server breaks the form of the key exchange")]
    Plain(#[from] PlainError),
    /// An answer of the key exchange breaks a rule.
    #[error("the key exchange failed")]
    Handshake(#[from] HandshakeError),
    /// A message of the session breaks a rule, or the server is silent.
    #[error("the session broke")]
    Session(#[from] SessionError),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    Entropy,
}

impl Error {
    /// Whether the peer (or somebody on the way) broke the protocol.
    pub fn is_peer_fault(&self) -> bool {
        match self {
            Self::Frame(_) | Self::Plain(_) => true,
            Self::NotBound(error) => !matches!(error, CallError::Rpc(_)),
            Self::Proxy(error) => error.is_peer_fault(),
            Self::Carrier(error) => error.is_peer_fault(),
            Self::Handshake(error) => error.is_peer_fault(),
            Self::Session(error) => error.is_peer_fault(),
            Self::NoAddress
            | Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::HandshakeTimeout { .. }
            | Self::Closed
            | Self::Io(_)
            | Self::Transport(_)
            | Self::CircuitOpen { .. }
            | Self::KeyExchangeRefused(_)
            | Self::PermanentKeyRefused
            | Self::Obfuscation(_)
            | Self::Encode(_)
            | Self::Entropy => false,
        }
    }

    /// Whether the server could not be reached, or said nothing: what ends by itself when it is back.
    pub(super) fn is_outage(&self) -> bool {
        // by these the server answers, and does what it should not
        let is_answer = matches!(self, Self::NotBound(_) | Self::KeyExchangeRefused(_));
        self.is_retryable() && !self.is_peer_fault() && !is_answer
    }

    /// Whether another attempt may succeed. The driver has made its attempts before it returns such an error.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::HandshakeTimeout { .. }
            | Self::Closed
            | Self::Io(_)
            | Self::NotBound(_)
            | Self::Frame(_) => true,
            Self::KeyExchangeRefused(_) => !self.is_wrong_dc(),
            Self::Transport(_) => !self.is_unknown_key() && !self.is_wrong_dc(),
            Self::Proxy(error) => error.is_retryable(),
            Self::Carrier(error) => error.is_retryable(),
            Self::Handshake(error) => error.is_retryable(),
            Self::Session(error) => error.is_retryable(),
            // not before the time that it names
            Self::CircuitOpen { .. }
            | Self::NoAddress
            | Self::PermanentKeyRefused
            | Self::Obfuscation(_)
            | Self::Encode(_)
            | Self::Plain(_)
            | Self::Entropy => false,
        }
    }

    /// Whether the server does not know the key that we came with: a new one, and a new login, are needed.
    pub fn is_unknown_key(&self) -> bool {
        matches!(self, Self::Transport(TransportError::UNKNOWN_KEY) | Self::PermanentKeyRefused)
    }

    /// Whether the server is another data centre than [`Config::dc_id`](crate::io::Config::dc_id) says (−444).
    pub fn is_wrong_dc(&self) -> bool {
        let (Self::Transport(error) | Self::KeyExchangeRefused(error)) = self else { return false };
        *error == TransportError::WRONG_DC
    }
}

/// Why a request has no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// The server refuses the request.
    #[error(transparent)]
    Rpc(RpcError),
    /// The bytes cannot be a request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There is an answer, but it cannot be used; or the server refused the message again and again.
    #[error("the server's answer cannot be used")]
    Answer(#[source] CallError),
    /// No answer came in time, though there was a connection. The server may have done what was asked all the same.
    #[error("no answer within {} s", after.as_secs())]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// The connection is lost, and so were all attempts to make another one in the time of the request. The server may have
    /// done what was asked all the same.
    #[error("the connection is lost")]
    Connection(#[source] Arc<Error>),
    /// The client was shut down.
    #[error("the client was shut down")]
    ShutDown,
}

impl InvokeError {
    /// Whether the peer (or somebody on the way) broke the protocol.
    pub fn is_peer_fault(&self) -> bool {
        match self {
            Self::Answer(_) => true,
            Self::Connection(error) => error.is_peer_fault(),
            Self::Rpc(_) | Self::Request(_) | Self::Timeout { .. } | Self::ShutDown => false,
        }
    }

    /// Whether the same request may succeed later, on another connection or this one. What an [`RpcError`] says about it
    /// is the API's matter.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Timeout { .. } => true,
            Self::Connection(error) => error.is_retryable(),
            Self::Rpc(_) | Self::Request(_) | Self::Answer(_) | Self::ShutDown => false,
        }
    }

    /// The connection's error, if that is what it was.
    pub fn connection(&self) -> Option<&Error> {
        match self {
            Self::Connection(error) => Some(error),
            Self::Rpc(_) | Self::Request(_) | Self::Answer(_) | Self::Timeout { .. } | Self::ShutDown => None,
        }
    }
}

impl From<CallError> for InvokeError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Rpc(error) => Self::Rpc(error),
            other => Self::Answer(other),
        }
    }
}
