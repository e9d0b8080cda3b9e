//! Envelopes: one encrypted message of MTProto 2.0 ("Description").
//!
//! ```text
//! auth_key_id: 8 | msg_key: 16 | AES-256-IGE( salt: 8 | session_id: 8 | msg_id: 8 | seq_no: 4 | length: 4 | body | padding )
//! ```
//! The hop **Frame ↔ Message**: [`seal`] and [`open`]. Decryption is in place, and the body is handed out as a part of
//! the same buffer. This module must not know what a body means or which message came before; read [`crate::session`]
//! next.

mod bind;
mod open;
mod seal;

use bytes::Bytes;

pub use self::bind::seal_bind_message;
pub use self::open::{OpenError, open};
pub use self::seal::{SealError, Sealed, seal, seal_with_padding};

/// `auth_key_id` and `msg_key`: what stands before the ciphertext.
const OUTER_BYTES: usize = 24;
/// Salt, session id, message id, sequence number and length: what stands before the body.
const INNER_BYTES: usize = 32;

/// What stands before the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// A number of the server's that changes every half hour; a message with another one is refused.
    pub server_salt: i64,
    /// The session, chosen at random by the client.
    pub session_id: i64,
    /// The message's identifier: the time, times 2³².
    pub msg_id: i64,
    /// Twice the number of content messages before it, plus one if it is one itself.
    pub seq_no: i32,
}

/// An envelope that was opened: header and body have passed every check that needs no memory of earlier messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// What stood before the body.
    pub header: Header,
    /// The message, a whole number of words.
    pub body: Bytes,
}

impl core::fmt::Debug for Opened {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Opened").field("header", &self.header).field("body_bytes", &self.body.len()).finish()
    }
}
