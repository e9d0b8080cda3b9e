//! What a session has to tell.

use bytes::Bytes;

use crate::session::{CallId, GzipError};

/// Something that happened.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A request has its answer, or never will.
    Answer {
        /// Which one.
        call: CallId,
        /// The result object (unpacked, its constructor id first), or why there is none.
        result: Result<Bytes, CallError>,
    },
    /// An object that is no service message and answers nothing: an update of the API, or something that this version
    /// does not know.
    Update(Bytes),
    /// The server has begun a session of its own: updates may have been lost.
    NewSession,
    /// The session's temporary key will end: another one is wanted
    /// ([`Session::replace_key`](crate::session::Session::replace_key)). Comes again until there is one.
    KeyExpires,
    /// The session's temporary key could not be bound to the permanent one; nothing else can be sent with it.
    NotBound {
        /// The server's refusal.
        error: CallError,
    },
}

impl core::fmt::Debug for Event {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Answer { call, result: Ok(body) } => write!(f, "Answer({call:?}, {} bytes)", body.len()),
            Self::Answer { call, result: Err(error) } => write!(f, "Answer({call:?}, {error:?})"),
            Self::Update(body) => write!(f, "Update({} bytes)", body.len()),
            Self::NewSession => f.write_str("NewSession"),
            Self::KeyExpires => f.write_str("KeyExpires"),
            Self::NotBound { error } => write!(f, "NotBound({error:?})"),
        }
    }
}

/// Why a request has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The server refuses it (`rpc_error`).
    #[error(transparent)]
    Rpc(RpcError),
    /// The result is packed and cannot be unpacked.
    #[error("the answer cannot be unpacked")]
    Gzip(#[from] GzipError),
    /// The server refuses the message that carried it, again and again.
    #[error("the server refused the message {times} times, the last time with code {code}")]
    Refused {
        /// The code of the last `bad_msg_notification`.
        code: i32,
        /// How often it was sent.
        times: u32,
    },
    /// The answer exists but is longer than we take.
    #[error("the answer has {len_bytes} bytes, and the limit is {limit_bytes}")]
    AnswerTooLong {
        /// Its length.
        len_bytes: usize,
        /// [`MAX_FRAME_BYTES`](crate::limits::MAX_FRAME_BYTES).
        limit_bytes: usize,
    },
}

/// `rpc_error#2144ca19`: the server's refusal of a request, as data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {message}")]
pub struct RpcError {
    /// The class, like an HTTP status: 400, 401, 420, …
    pub code: i32,
    /// The name, like `FLOOD_WAIT_30`; what is not UTF-8 in it is replaced.
    pub message: String,
}
