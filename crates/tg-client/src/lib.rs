//! One Telegram account: connect, log in, keep the session, hold a takeout session open and finish it.
//!
//! The crate stands between [`mtproto`], which moves encrypted messages, and [`tl_api`], which says what they mean.
//! It knows no address book and no output: whoever wants to ask the account something does so through
//! [`tl_api::Invoke`], which [`Client`] and [`Takeout`] implement.
//!
//! ```no_run
//! use tg_client::{
//!     Client, Config, DeviceInfo, Identity, Protection, ServerState, SessionState, SessionStore, Timeouts,
//! };
//! use tl_api::{Invoke, functions};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let device = DeviceInfo {
//!     device_model: "reading desk".into(),
//!     system_version: "1".into(),
//!     app_version: "1.0".into(),
//!     lang_code: "en".into(),
//! };
//! let api_id = 17;
//! let config = Config { api_id, device, timeouts: Timeouts::default(), temporary_keys: true };
//! let session = SessionState::new(api_id, ServerState::production());
//! // whoever keeps the identity opens the session again
//! let protection = Protection::Sealed(Identity::generate());
//! let store = SessionStore::create("my.session".as_ref(), session, protection)?;
//! let client = Client::connect(config, store).await?;
//! let config = client.invoke(&functions::help::GetConfig {}).await?;
//! println!("this is data centre {}", config.read()?.this_dc);
//! # Ok(())
//! # }
//! ```
//!
//! Read next: [`Client`], then [`takeout`], then [`session`].

#![forbid(unsafe_code)]

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod allow_list;
mod client;
mod config;
mod dc;
mod error;
mod link;
mod login;
mod panicking;
mod probe;
mod retry;
mod route;
pub mod session;
pub mod takeout;

pub use crate::allow_list::{AlsoRead, NotReadOnly};
pub use crate::client::Client;
pub use mtproto::frame::FrameKind;
pub use mtproto::io::{
    Breakers, CarrierError, Error as ConnectionError, Observer, Opener, Progress, ProxyError, Tls,
};
pub use mtproto::proxy::{Proxy, ProxyUrlError, SecretForm};

pub use crate::config::{ApiCredentials, Config, DEFAULT_DC_ID, DeviceInfo, Timeouts};
pub use crate::error::ClientError;
pub use crate::login::srp::SrpError;
pub use crate::login::{
    CodeDelivery, LoginByToken, LoginError, LoginToken, NextDelivery, PasswordChallenge, SentCode,
    SentEmailCode, SignIn,
};
pub use crate::probe::{Probe, probe};
pub use crate::retry::Pause;
pub use crate::route::{Route, Transport};
pub use crate::session::{
    AccountState, Identity, KeyState, OpenTakeout, Protection, ServerState, SessionError, SessionState,
    SessionStore, TakeoutDelay,
};
pub use crate::takeout::{Clock, Delayed, Finished, RunError, Takeout, TakeoutError, Terms, Waiting};
