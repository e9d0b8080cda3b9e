//! What carries the bytes of a connection: TCP itself, or what a browser would use.
//!
//! | carrier | what is inside | address |
//! |---|---|---|
//! | [`Carrier::Tcp`] | frames, obfuscated or not | [`Config::addresses`](crate::io::Config::addresses) |
//! | [`Carrier::Own`] | frames, obfuscated or not | the caller's affair |
//! | [`Carrier::WebSocket`] | obfuscated frames, always | [`WebServer`] |
//! | [`Carrier::Http`] | one message in each request and answer, no frames | [`WebServer`] |
//!
//! TCP and what a browser would use go through a SOCKS5 or HTTP proxy as well; an MTProxy carries TCP only.

#[cfg(feature = "web")]
pub(super) mod http;
mod opener;
#[cfg(feature = "web")]
mod tls;
#[cfg(feature = "web")]
pub(super) mod websocket;

use std::time::Duration;

pub use self::opener::Opener;
#[cfg(feature = "web")]
pub use self::tls::Tls;

/// What carries the bytes of a connection ("MTProto transports").
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Carrier {
    /// Frames in a TCP connection.
    #[default]
    Tcp,
    /// Frames in streams that the caller opens.
    Own(Opener),
    /// Obfuscated frames in the binary messages of a WebSocket.
    #[cfg(feature = "web")]
    WebSocket(WebServer),
    /// A POST request for each message, and long polling for the server's own.
    #[cfg(feature = "web")]
    Http(WebServer),
}

impl Carrier {
    /// Whether the server speaks only when it is asked.
    pub(super) fn is_http(&self) -> bool {
        match self {
            Self::Tcp | Self::Own(_) => false,
            #[cfg(feature = "web")]
            Self::WebSocket(_) => false,
            #[cfg(feature = "web")]
            Self::Http(_) => true,
        }
    }
}

/// Where a data centre's web server is, and how it is talked to.
#[cfg(feature = "web")]
#[derive(Debug, Clone)]
pub struct WebServer {
    /// Its name and port; without, the addresses of the configuration. A proxy resolves the name itself.
    pub name: Option<(String, u16)>,
    /// The path of the URL, `/apiws` or `/api`.
    pub path: String,
    /// Whether the connection is TLS, and whose certificates count.
    pub tls: Option<Tls>,
}

/// Why a carrier does not carry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CarrierError {
    /// The name of the server cannot be resolved.
    #[error("the name {name} cannot be resolved")]
    Resolve {
        /// The name.
        name: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The name of the server cannot stand in a certificate or a request.
    #[error("{name} is no name of a server")]
    Name {
        /// The name.
        name: String,
    },
    /// A text that should hold certificates holds none, or one that cannot be read.
    #[error("no certificate that can be read (PEM, BEGIN CERTIFICATE)")]
    Certificate,
    /// The connection is no TLS, or the server's certificate is not one that we trust.
    #[error("no TLS with the server")]
    Tls(#[source] std::io::Error),
    /// The server does not open a WebSocket, or breaks its rules.
    #[error("no WebSocket to the server")]
    WebSocket(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A request failed, or its answer is no HTTP.
    #[error("an HTTP request failed")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer that is neither success nor a refusal.
    #[error("an HTTP answer with the status {status}")]
    HttpStatus {
        /// The status.
        status: u16,
    },
    /// The server did not open the carrier, or did not answer a request, in time.
    #[error("no answer within {} s", after.as_secs())]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// The caller could not open a stream.
    #[error("no stream")]
    Own(#[source] std::io::Error),
    /// Whoever opens the streams decides what they go through.
    #[error("streams of the caller's own carry frames alone, and go through no proxy")]
    OwnAlone,
    /// An MTProxy carries TCP only.
    #[error("an MTProxy carries neither WebSockets nor HTTP")]
    MtProxy,
}

impl CarrierError {
    /// Whether another attempt may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Resolve { .. }
            | Self::WebSocket(_)
            | Self::Http(_)
            | Self::Own(_)
            | Self::Timeout { .. } => true,
            // a certificate stays what it is; a connection that was cut may stand the next time
            Self::Tls(error) => error.get_ref().is_none(),
            Self::HttpStatus { status } => *status >= 500,
            Self::Name { .. } | Self::Certificate | Self::OwnAlone | Self::MtProxy => false,
        }
    }

    /// Whether the peer (or somebody on the way) broke the protocol.
    pub fn is_peer_fault(&self) -> bool {
        matches!(self, Self::HttpStatus { .. })
            || matches!(self, Self::Tls(error) if error.get_ref().is_some())
    }
}
