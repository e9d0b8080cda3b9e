//! What can go wrong between the account and its server.

use std::time::Duration;

use mtproto::io;
use tl_api::{InvokeError, RpcError};
use tl_codec::DecodeError;

use crate::allow_list::NotReadOnly;
use crate::retry;
use crate::session::SessionError;

/// A request could not be made, or its answer could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// There is no connection: unreachable, closed, or a peer that breaks the protocol.
    #[error(transparent)]
    Connect(#[from] io::Error),
    /// A request has no answer that can be used.
    #[error(transparent)]
    Call(io::InvokeError),
    /// The server refused.
    #[error(transparent)]
    Rpc(RpcError),
    /// The answer is not what the schema says.
    #[error("the server's answer cannot be read")]
    Reply(#[from] DecodeError),
    /// A text in an answer that must be repeated to the server is not UTF-8.
    #[error("the server's answer has no text in {field}")]
    NotText {
        /// The field.
        field: &'static str,
    },
    /// The account itself is not in the answer that should hold it.
    #[error("the server does not say who is logged in")]
    NoSelf,
    /// The session file.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The request is not one that an export may send.
    #[error(transparent)]
    NotReadOnly(#[from] NotReadOnly),
    /// The address of a server cannot be resolved.
    #[error("cannot find the server {address}")]
    Address {
        /// What the user gave.
        address: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The server's RSA key cannot be read.
    #[error("the server's RSA key cannot be read")]
    RsaKey(#[source] mtproto::crypto::RsaKeyError),
    /// The server sends us to a data centre that this client has no address of.
    #[error("the server names data centre {dc_id}, which has no known address")]
    UnknownDataCentre {
        /// Its number.
        dc_id: i32,
    },
    /// Servers that send us from one to the other.
    #[error("the servers sent the login on {hops} times")]
    MigrationLoop {
        /// How often.
        hops: usize,
    },
    /// No answer in time.
    #[error("no answer within {} s", after.as_secs())]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers")]
    NoEntropy,
    /// The program is shutting down.
    #[error("the program is shutting down")]
    Stopped,
    /// Another implementation of `Invoke` failed.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl ClientError {
    /// Whether the server no longer accepts this login: a new one is needed.
    pub fn is_logged_out(&self) -> bool {
        match self {
            Self::Rpc(error) => matches!(
                error.name(),
                "AUTH_KEY_UNREGISTERED"
                    | "AUTH_KEY_INVALID"
                    | "AUTH_KEY_DUPLICATED"
                    | "SESSION_REVOKED"
                    | "SESSION_EXPIRED"
                    | "USER_DEACTIVATED"
                    | "USER_DEACTIVATED_BAN"
                    // after the login: the account lives in another data centre now, where this key is nobody
                    | "USER_MIGRATE"
            ),
            _ => self.connection().is_some_and(io::Error::is_unknown_key),
        }
    }

    /// Whether the peer broke the protocol.
    pub fn is_peer_fault(&self) -> bool {
        match self {
            Self::Connect(error) => error.is_peer_fault(),
            Self::Call(error) => error.is_peer_fault(),
            Self::Reply(_) | Self::NotText { .. } | Self::NoSelf => true,
            _ => false,
        }
    }

    /// The error of the connection, if that is what it was.
    pub fn connection(&self) -> Option<&io::Error> {
        match self {
            Self::Connect(error) => Some(error),
            Self::Call(error) => error.connection(),
            _ => None,
        }
    }

    /// How long the server wants us to wait, if that is what it said.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rpc(error) => retry::flood_wait(error),
            _ => None,
        }
    }

    /// Whether there was no connection, or none for long enough: the same request may succeed later.
    pub fn is_connection_lost(&self) -> bool {
        !self.is_logged_out()
            && !self.is_peer_fault()
            && matches!(self, Self::Connect(_) | Self::Call(_) | Self::Address { .. } | Self::Timeout { .. })
    }
}

impl From<ClientError> for InvokeError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Rpc(error) => Self::Rpc(error),
            ClientError::Reply(error) => Self::Decode(error),
            other => Self::Transport(Box::new(other)),
        }
    }
}

impl From<InvokeError> for ClientError {
    fn from(error: InvokeError) -> Self {
        match error {
            InvokeError::Rpc(error) => Self::Rpc(error),
            InvokeError::Decode(error) => Self::Reply(error),
            InvokeError::Transport(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(error) => Self::Other(error),
            },
            _ => Self::Stopped,
        }
    }
}
