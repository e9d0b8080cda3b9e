//! The way to a proxy, and what it wants to hear before it carries anything.

mod tunnel;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::frame::fake_tls::{ClientHello, FakeTlsError, read_server_hello};
use crate::io::Error;
use crate::io::dial::eyeballs;
use crate::proxy::{Proxy, ProxyAddress};

/// Why there is no way through the proxy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The proxy's name cannot be resolved.
    #[error("the name of the proxy {address} cannot be resolved")]
    Resolve {
        /// The proxy.
        address: ProxyAddress,
        /// Why not.
        source: io::Error,
    },
    /// The proxy does not accept a connection.
    #[error("cannot connect to the proxy {address}")]
    Connect {
        /// The proxy.
        address: ProxyAddress,
        /// Why not.
        source: io::Error,
    },
    /// Neither the proxy nor the server behind it answered in time.
    #[error("no answer through the proxy within {} s", after.as_secs())]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// The proxy closed the connection before it carried anything.
    #[error("the proxy has closed the connection")]
    Closed,
    /// The connection to the proxy broke.
    #[error("the connection to the proxy broke")]
    Io(#[source] io::Error),
    /// The proxy breaks the disguise of `ee` secrets.
    #[error("the proxy breaks the disguise")]
    FakeTls(#[from] FakeTlsError),
    /// The data centre has a number that proxies have no room for.
    #[error("a proxy cannot be told of data centre {dc_id}")]
    DcId {
        /// The number.
        dc_id: i32,
    },
    /// The proxy wants a user name and a password, or others.
    #[error("the proxy refuses the user name and password, or wants some")]
    Unauthorised,
    /// A SOCKS proxy does not carry connections to the server.
    #[error("the proxy refuses: {reason}")]
    Refused {
        /// What its answer means.
        reason: String,
    },
    /// What answers is no SOCKS5 proxy.
    #[error("no SOCKS5 proxy: {reason}")]
    NoSocks {
        /// What is wrong with its answer.
        reason: String,
    },
    /// An HTTP proxy does not carry connections to the server.
    #[error("the proxy answers with the HTTP status {status}")]
    HttpStatus {
        /// The status.
        status: u16,
    },
    /// What answers is no HTTP proxy.
    #[error("no HTTP proxy")]
    NoHttp,
}

impl ProxyError {
    /// Whether the proxy (or somebody on the way) broke the protocol.
    pub fn is_peer_fault(&self) -> bool {
        match self {
            Self::FakeTls(_) | Self::NoSocks { .. } | Self::NoHttp => true,
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Closed
            | Self::Io(_)
            | Self::DcId { .. }
            | Self::Unauthorised
            | Self::Refused { .. }
            | Self::HttpStatus { .. } => false,
        }
    }

    /// Whether another attempt may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Closed
            | Self::Io(_)
            | Self::Refused { .. } => true,
            Self::HttpStatus { status } => *status >= 500,
            Self::FakeTls(_)
            | Self::DcId { .. }
            | Self::Unauthorised
            | Self::NoSocks { .. }
            | Self::NoHttp => false,
        }
    }
}

/// A connection on which small messages go out at once.
pub(super) async fn open_tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // messages are small and answers are waited for
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Connects to the address of the proxy that accepts first; `after` bounds the look-up, and all attempts together.
pub(super) async fn connect(proxy: &ProxyAddress, after: Duration) -> Result<TcpStream, Error> {
    let looked_up = timeout(after, lookup_host((proxy.host.as_str(), proxy.port))).await;
    let looked_up = looked_up.map_err(|_| ProxyError::Timeout { after })?;
    let resolved = looked_up.map_err(|source| ProxyError::Resolve { address: proxy.clone(), source })?;
    connect_to(&resolved.collect::<Vec<_>>(), proxy, after).await
}

async fn connect_to(
    resolved: &[SocketAddr],
    proxy: &ProxyAddress,
    after: Duration,
) -> Result<TcpStream, Error> {
    let order = eyeballs::order(resolved, None);
    let connected = eyeballs::first(order, |address| {
        let proxy = proxy.clone();
        async move {
            let opened = open_tcp(address).await;
            opened.map_err(|source| ProxyError::Connect { address: proxy, source }.into())
        }
    });
    let connected = timeout(after, connected).await.unwrap_or_else(|_| {
        let source = io::ErrorKind::TimedOut.into();
        Err(ProxyError::Connect { address: proxy.clone(), source }.into())
    });
    Ok(connected?.0)
}

/// What a proxy is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Address(SocketAddr),
    /// A name that the proxy looks up, and a port.
    #[cfg(feature = "web")]
    Name(String, u16),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            #[cfg(feature = "web")]
            Self::Name(name, port) => write!(f, "{name}:{port}"),
        }
    }
}

/// Asks a proxy that carries any connection for one to `target`.
pub(super) async fn ask(proxy: &Proxy, stream: TcpStream, target: &Target) -> Result<TcpStream, ProxyError> {
    match proxy {
        Proxy::Socks5 { credentials, .. } => tunnel::socks5(stream, target, credentials.as_ref()).await,
        Proxy::HttpConnect { credentials, .. } => {
            tunnel::http_connect(stream, target, credentials.as_ref()).await
        }
        // it is not asked for an address
        Proxy::MtProxy { .. } => Ok(stream),
    }
}

/// Says hello to an MTProxy as a browser would, and returns what arrived behind its answer.
pub(super) async fn greet(
    stream: &mut TcpStream,
    key: &[u8; 16],
    hello: &ClientHello,
) -> Result<BytesMut, ProxyError> {
    stream.write_all(&hello.wire).await.map_err(ProxyError::Io)?;
    let mut answer = BytesMut::new();
    loop {
        match stream.read_buf(&mut answer).await {
            Ok(0) => return Err(ProxyError::Closed),
            Ok(_) => {}
            Err(error) => return Err(ProxyError::Io(error)),
        }
        if let Some(len) = read_server_hello(key, &hello.random, &answer)? {
            return Ok(answer.split_off(len));
        }
    }
}

#[cfg(test)]
#[cfg(feature = "test-util")]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::task::JoinSet;

    use super::*;

    /// A name has several addresses only where somebody has said so: here they are resolved already.
    #[tokio::test(start_paused = true)]
    async fn a_slow_address_of_a_proxy_does_not_hold_up_the_next_one() {
        // the clock leaps to the next timer when there is nothing to do, but for as long as a blocking task runs
        let (end, ended) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || ended.recv_timeout(Duration::from_secs(60)));
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        // its queue is full: it neither takes a connection nor refuses it
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(local).unwrap();
        let busy = socket.listen(1).unwrap();
        let slow = busy.local_addr().unwrap();
        let _queue: JoinSet<_> = (0..4).map(|_| TcpStream::connect(slow)).collect();
        let listener = TcpListener::bind(local).await.unwrap();
        let next = listener.local_addr().unwrap();
        for _ in 0..5 {
            // meanwhile the queue is filled
            let (here, there) = tokio::join!(TcpStream::connect(next), listener.accept());
            assert!(here.is_ok() && there.is_ok());
        }
        let proxy = ProxyAddress { host: "proxy.example".to_owned(), port: 443 };
        let resolved = [slow, next];
        let (stream, ()) = tokio::join!(
            connect_to(&resolved, &proxy, Duration::from_secs(5)),
            tokio::time::advance(Duration::from_secs(1)),
        );
        assert_eq!(stream.unwrap().peer_addr().unwrap(), next);
        drop(end);
    }
}
