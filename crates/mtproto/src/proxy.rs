//! Proxies: who stands between us and the server, as text and as values.
//!
//! This module reads what a person pastes; it opens no connection (`io` does). Read next: [`Proxy`], then
//! [`ProxySecret`].
//!
//! ```
//! use mtproto::proxy::Proxy;
//!
//! let proxy: Proxy = "tg://proxy?server=proxy.example&port=443&secret=dd000102030405060708090a0b0c0d0e0f".parse()?;
//! assert_eq!(proxy.to_string(), "MTProxy at proxy.example:443");
//! let proxy: Proxy = "socks5://me:pass@127.0.0.1:1080".parse()?;
//! assert_eq!(proxy.to_string(), "SOCKS5 proxy at 127.0.0.1:1080");
//! # Ok::<(), mtproto::proxy::ProxyUrlError>(())
//! ```

mod link;
mod secret;

use std::fmt;

use zeroize::Zeroizing;

pub use self::link::ProxyUrlError;
pub use self::secret::{ProxySecret, ProxySecretError, SecretForm};

/// What the connection goes through.
///
/// Its text form is an URL: `socks5://[USER:PASSWORD@]HOST:PORT` (or `socks5h`), `http://[USER:PASSWORD@]HOST:PORT`,
/// `tg://proxy?server=…&port=…&secret=…`, `tg://socks?server=…&port=…[&user=…&pass=…]`, and the last two as
/// `https://t.me/…`. [`Display`](fmt::Display) names no secret and no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// Telegram's own kind. It knows the data centres' addresses by itself.
    MtProxy {
        /// Where it listens.
        address: ProxyAddress,
        /// What it lets in.
        secret: ProxySecret,
    },
    /// SOCKS version 5 (RFC 1928, RFC 1929).
    Socks5 {
        /// Where it listens.
        address: ProxyAddress,
        /// For proxies that ask.
        credentials: Option<Credentials>,
    },
    /// The `CONNECT` method of HTTP (RFC 9110).
    HttpConnect {
        /// Where it listens.
        address: ProxyAddress,
        /// For proxies that ask.
        credentials: Option<Credentials>,
    },
}

/// A name or address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProxyAddress {
    /// A domain name, an IPv4 address, or an IPv6 address without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// A name and a password for a proxy. Wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    username: Zeroizing<String>,
    password: Zeroizing<String>,
}

impl Credentials {
    /// Both may have 255 bytes at most, and the name may not be empty (RFC 1929).
    ///
    /// # Errors
    /// [`ProxyUrlError::Credentials`].
    pub fn new(username: String, password: String) -> Result<Self, ProxyUrlError> {
        let credentials = Self { username: Zeroizing::new(username), password: Zeroizing::new(password) };
        let fits = (1..=255).contains(&credentials.username.len()) && credentials.password.len() <= 255;
        if fits { Ok(credentials) } else { Err(ProxyUrlError::Credentials) }
    }

    /// The name.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password; it may be empty.
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(<redacted>)")
    }
}

impl Proxy {
    /// Where it listens.
    pub fn address(&self) -> &ProxyAddress {
        match self {
            Self::MtProxy { address, .. }
            | Self::Socks5 { address, .. }
            | Self::HttpConnect { address, .. } => address,
        }
    }
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::MtProxy { .. } => "MTProxy",
            Self::Socks5 { .. } => "SOCKS5 proxy",
            Self::HttpConnect { .. } => "HTTP proxy",
        };
        write!(f, "{name} at {}", self.address())
    }
}
