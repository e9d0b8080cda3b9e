//! The tokio driver: sockets, clocks and entropy around the core.
//!
//! ```text
//! Client ──commands──► driver task: Session ◄──► Link: Encoder, Decoder ◄──► TCP or a WebSocket
//!                                                Link: a request for each message ◄──► HTTP
//! ```
//! [`Client::connect`] dials, makes a key if there is none, and starts the task; [`Client::invoke`] sends a serialised
//! request and returns the answer's bytes. The task reconnects with growing, jittered pauses and sends unanswered
//! requests again, for as long as somebody waits for them. Every wait has a bound in [`Config`]: an attempt to connect, a
//! key exchange, the number of attempts at a first connection, a request, the silence of a peer.
//!
//! What is said is encrypted with temporary keys, which are bound to the permanent one and replaced before they end
//! (perfect forward secrecy, [`Config::temporary_keys`]).
//!
//! [`Config::carrier`] chooses between TCP and (feature `web`) what browsers use; [`Config::proxy`] leads through an
//! MTProxy, a SOCKS5 proxy or an HTTP proxy; [`Config::observer`] hears of every further attempt; [`Config::breakers`]
//! leave a data centre alone that keeps failing.
//!
//! ```no_run
//! use mtproto::crypto::RsaPublicKey;
//! use mtproto::io::{Client, Config};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let test_server = "149.154.167.40:443".parse()?;
//! let config = Config::new(vec![test_server], 10_002, vec![RsaPublicKey::telegram_test()]);
//! let (client, _updates) = Client::connect(config).await?;
//!
//! let help_get_nearest_dc = bytes::Bytes::from_static(&[0x26, 0x30, 0xb3, 0x1f]);
//! let answer = client.invoke(help_get_nearest_dc).await?;
//! # drop(answer);
//! client.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod backoff;
mod breaker;
mod carrier;
mod client;
mod clock;
mod config;
mod dial;
mod driver;
mod entropy;
mod error;
mod keys;
mod link;
mod progress;
mod proxy;
mod quick_acks;
mod reconnect;
mod replace_key;
mod updates;

pub use self::backoff::Backoff;
pub use self::breaker::Breakers;
pub use self::carrier::{Carrier, CarrierError, Opener};
#[cfg(feature = "web")]
pub use self::carrier::{Tls, WebServer};
pub use self::client::Client;
pub use self::config::{Config, TemporaryKeys};
pub use self::entropy::OsRandom;
pub use self::error::{Error, InvokeError};
pub use self::progress::{Observer, Progress};
pub use self::proxy::ProxyError;
pub use self::updates::{Update, Updates};
pub use crate::session::RpcError;
