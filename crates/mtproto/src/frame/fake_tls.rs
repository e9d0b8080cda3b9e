//! The disguise of MTProxy's `ee` secrets: a connection that looks like TLS 1.3 to a web server. Nothing in it is
//! encrypted by TLS; the records carry an [obfuscated](crate::frame::obfuscation) stream.
//!
//! ```text
//! client   16 0301 len | 01 len24 0303 random: 32 | 20 session_id: 32 | …        random = HMAC(secret, hello) ⊕ time
//! server   16 0303 len | 02 … random: 32 … | 14 0303 0001 01 | 17 0303 len filler
//! then     17 0303 len bytes of the stream, both ways; the client's first behind 14 0303 0001 01
//! ```
//! Each side proves by a digest in its random bytes that it knows the secret; to others the server is a web server.

mod client_hello;
mod key_share;
mod records;
mod server_hello;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub use self::client_hello::ClientHello;
pub use self::records::{RecordReader, write_records};
pub use self::server_hello::read_server_hello;

/// What stands before the content of a record: its kind, a version, and the length.
const RECORD_HEAD_BYTES: usize = 5;
/// The record by which TLS 1.3 pleases middleboxes.
const CHANGE_CIPHER_SPEC: [u8; 6] = [0x14, 3, 3, 0, 1, 1];
/// Where the random bytes of either hello are.
const RANDOM: core::ops::Range<usize> = 11..43;

/// Bytes that no proxy that knows the secret sends. Nothing behind them can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FakeTlsError {
    /// What comes is no record of the kind that must come.
    #[error("no record of TLS where one must be")]
    NoRecord,
    /// A record, or the proxy's hello, is longer than we take.
    #[error("{len_bytes} bytes of TLS are longer than the limit of {limit_bytes}")]
    TooLong {
        /// The length that was announced.
        len_bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
    /// The other side does not know the secret: it is a web server, or somebody on the way.
    #[error("the proxy does not know the secret")]
    WrongDigest,
}

fn digest(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 32] {
    // a key shorter than a block is filled up with zeros
    let mut key_block = [0; 64];
    key_block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new((&key_block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
