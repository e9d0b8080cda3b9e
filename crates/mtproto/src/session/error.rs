//! What ends a connection, and what no session can send.

use tl_codec::DecodeError;

use crate::envelope::OpenError;
use crate::limits::MAX_REQUEST_BYTES;
use crate::session::GzipError;

/// Why the connection must be closed. The session and its requests outlive it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// An envelope breaks a rule: it was changed on the way, or does not come from the server.
    #[error("an encrypted message is refused")]
    Envelope(#[from] OpenError),
    /// A service message cannot be read.
    #[error("{name} cannot be read")]
    Malformed {
        /// Its name in the schema.
        name: &'static str,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// A container holds a message id that is not a server's.
    #[error("a container holds the message id {msg_id:#x}, which is not a server's")]
    MsgIdParity {
        /// The id.
        msg_id: i64,
    },
    /// A container holds a body whose length is negative, no whole number of words, or leads beyond the container.
    #[error("a container holds a body of {stated} bytes where {available_bytes} are left")]
    ContainerBody {
        /// What it states.
        stated: i32,
        /// What is left.
        available_bytes: usize,
    },
    /// A container holds a container.
    #[error("a container inside a container")]
    NestedContainer,
    /// More than the protocol allows.
    #[error("{name} holds {count} items, and the limit is {limit}")]
    TooMany {
        /// What holds them.
        name: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// `msgs_state_info` or `msgs_all_info` has not one byte for each message.
    #[error("the state of {got} messages in place of {expected}")]
    StateCount {
        /// How many messages it is about.
        expected: usize,
        /// How many bytes it has.
        got: usize,
    },
    /// A packed message cannot be unpacked.
    #[error("a packed message cannot be unpacked")]
    Gzip(#[from] GzipError),
    /// The server refuses one new session after the other.
    #[error("the server made us begin a new session more than {limit} times")]
    TooManyResets {
        /// [`MAX_SESSION_RESETS`](crate::limits::MAX_SESSION_RESETS).
        limit: u32,
    },
    /// The server refuses our acks and pings again and again.
    #[error("the server refused more than {limit} of our service messages")]
    TooManyRefusals {
        /// [`MAX_REFUSED_SERVICES`](crate::limits::MAX_REFUSED_SERVICES).
        limit: u32,
    },
    /// Nothing has arrived for too long, not even the answer to a ping.
    #[error("the server has been silent for {silent_secs} s")]
    NoPong {
        /// How long.
        silent_secs: u64,
    },
    /// Bytes pass, and no message arrives; or only such as are passed over, for the time that they state.
    #[error("for {secs} s no message has arrived that counts")]
    NoMessage {
        /// How long.
        secs: u64,
    },
    /// The server lives, and does not answer the binding of its key (or the introduction behind it), without which nothing
    /// else can be asked.
    #[error("for {secs} s the server has not answered the binding of the key")]
    BindingUnanswered {
        /// [`Config::binding_timeout`](crate::session::Config::binding_timeout).
        secs: u64,
    },
}

impl SessionError {
    /// Whether the peer (or somebody on the way) broke the protocol.
    pub fn is_peer_fault(&self) -> bool {
        !matches!(self, Self::NoPong { .. } | Self::NoMessage { .. } | Self::BindingUnanswered { .. })
    }

    /// Whether another connection may do better.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::TooManyResets { .. } | Self::TooManyRefusals { .. })
    }
}

/// Bytes that cannot be a request: a mistake of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// TL objects are whole words of four bytes, and not empty.
    #[error("a request of {len_bytes} bytes is no whole number of words")]
    NotWholeWords {
        /// The length.
        len_bytes: usize,
    },
    /// It does not fit into a frame.
    #[error("a request of {len_bytes} bytes is longer than the limit of {MAX_REQUEST_BYTES}")]
    TooLong {
        /// The length.
        len_bytes: usize,
    },
}

impl RequestError {
    pub(super) fn check(len_bytes: usize) -> Result<(), Self> {
        if len_bytes == 0 || !len_bytes.is_multiple_of(4) {
            return Err(Self::NotWholeWords { len_bytes });
        }
        if len_bytes > MAX_REQUEST_BYTES {
            return Err(Self::TooLong { len_bytes });
        }
        Ok(())
    }
}
