//! MTProto 2.0: frames, key exchange, encrypted messages and sessions as a sans-IO core, with a tokio driver.
//!
//! ```text
//! socket bytes ─► Frame ─► Envelope ─► Message ─► TL object ─► Contact ─► RecordBatch ─► file
//!   mtproto::io   frame/   envelope/   session/   tl-codec     contacts   columns        sink/
//! ```
//!
//! The crate owns the hops from socket bytes to [`session::Event`]s, and knows nothing of the API that travels in them.
//!
//! | to | read |
//! |---|---|
//! | talk to a server | `io::Client` (feature `tokio`, on by default) |
//! | understand a message | [`session`], then [`envelope`], then [`frame`] |
//! | understand how keys are made | [`handshake`], then [`crypto`] |
//! | know what is refused, and why | [`limits`], and the error enum of each module |
//!
//! Without the feature there is no socket, clock or entropy in the crate: bytes go in by `handle_*` and come out by
//! `poll_*`, the present is a [`Now`], randomness a [`Random`]. Errors say whether the peer broke the protocol
//! (`is_peer_fault`) and whether another attempt may help (`is_retryable`).
//!
//! Section names in quotation marks are those of <https://core.telegram.org/mtproto>.

// generated code names it
extern crate alloc;

pub mod crypto;
pub mod envelope;
pub mod frame;
pub mod handshake;
#[cfg(feature = "tokio")]
pub mod io;
pub mod limits;
pub mod proxy;
mod random;
pub mod schema;
pub mod session;
mod time;

pub use crate::random::Random;
pub use crate::time::Now;

#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../README.md")]
struct Readme;
