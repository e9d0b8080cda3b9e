//! A local Telegram data centre, for tests and demos of any client.
//!
//! It speaks the real protocol over real TCP: key exchange with an RSA key of its own, MTProto 2.0, sessions, login by
//! code and password, takeout and the address book. The people in it are made up from a seed ([`book`]) and hold the
//! cases that break exporters; what is served is also written down ([`Truth`]), so that a client's output can be
//! compared. [Faults](fault) happen on demand.
//!
//! ```
//! use testdc::{Config, Server};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let server = Server::bind(Config { contacts: 50, seed: 7, ..Config::default() }).await?;
//! let mut events = server.events();
//!
//! // a client connects to server.address(), knowing server.public_key_pem(), and logs in with
//! // server.truth().account.phone and server.login_code(); meanwhile events.next().await tells what it does
//! assert_eq!(server.truth().contacts.len(), 50);
//! assert!(server.public_key_pem().starts_with("-----BEGIN RSA PUBLIC KEY-----"));
//! assert_eq!(events.try_next(), None);
//!
//! server.shutdown().await;
//! # Ok::<(), testdc::BindError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It shares no code with this project's client but the pure cryptographic functions: a misreading of the protocol shows
//! up as a disagreement with foreign clients and not as two equal mistakes.
//!
//! # The way of a message
//! | hop | module | what it owns |
//! |---|---|---|
//! | bytes ↔ bytes | `mtproxy`, `opening` | the proxy in front, obfuscated connections |
//! | bytes ↔ bytes | `door`, `web` | what a port expects; WebSockets and HTTP, in TLS or not (feature `web`) |
//! | bytes ↔ frames | `frame` | the four TCP framings |
//! | plain messages | `handshake` | the key exchange and its checks |
//! | ciphertext ↔ message | `envelope` | MTProto 2.0 |
//! | message ↔ calls | `session` | salts, order, containers, service messages, acknowledgements |
//! | call → answer | `api` | methods, a file a family |
//! | state ↔ file | `store`, and a `kept` beside each part of the state | what outlives the process |
//! | what was seen of a connection | `arrivals` | how the latest ones spoke |
//! | orders from outside | `control`, [`admin`] | what is done to a server while it runs |
//! | all of them for one connection | `link`, `connection` | without and with its socket |
//!
//! Read next: [`Server`], [`Config`], [`fault`], [`book`].

#![forbid(unsafe_code)]

mod account;
pub mod admin;
mod api;
mod arrivals;
pub mod book;
mod centre;
mod clock;
mod cloud;
mod code_type;
mod config;
mod connection;
mod control;
mod directory;
mod door;
mod entropy;
mod envelope;
mod event;
pub mod fault;
mod frame;
mod handshake;
mod key;
mod keys;
pub mod limits;
mod link;
mod mtproxy;
mod opening;
mod packed;
mod server;
mod session;
mod store;
pub mod truth;
#[cfg(test)]
mod vectors;
#[cfg(feature = "web")]
mod web;

pub use arrivals::{Arrival, Carrier, FramingName};
pub use code_type::{CodeType, CodeTypeError};
pub use config::Config;
#[cfg(feature = "web")]
pub use config::Web;
pub use control::{AccountState, Control, ControlError, Revocation, RevocationError};
pub use entropy::Entropy;
pub use event::{Event, Events};
pub use fault::{BadGroup, Fault, FaultRule, FaultSpecError, MethodName, NoncePlace, Times};
pub use key::{KeyError, RsaKey};
pub use mtproxy::{MtproxySecret, MtproxySecretError};
#[cfg(feature = "web")]
pub use server::WebDoors;
pub use server::{BindError, Server};
pub use store::{Contradiction, StoreError};
pub use truth::Truth;
