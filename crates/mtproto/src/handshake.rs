//! The key exchange ("Creating an authorization key"): a state for each answer that is awaited.
//!
//! ```text
//! start ──req_pq_multi──► AwaitResPq ──req_DH_params──► AwaitServerDhParams ──set_client_DH_params──► AwaitDhGen
//!                                                                                        ▲                 │
//!                                                                                        └──dh_gen_retry───┤
//!                                                                                            dh_gen_ok ──► Established
//! ```
//! Every state takes the body of one answer and consumes itself, so that an answer can be used once, in its place, or
//! not at all. Any error ends the exchange: all that was agreed is wiped, and a new exchange should use a new
//! connection.
//!
//! The bodies travel unencrypted, in [`plain`] messages. This module must not know frames or sessions; read
//! [`crate::crypto`] for what the checks are made of.

mod dh_gen;
mod error;
pub mod plain;
mod res_pq;
mod server_dh_params;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub use self::dh_gen::{AwaitDhGen, DhGen};
pub use self::error::{HandshakeError, Step};
pub use self::res_pq::AwaitResPq;
pub use self::server_dh_params::AwaitServerDhParams;
use crate::crypto::{AuthKey, RsaPublicKey};
use crate::random::{Random, fill_array};
use crate::schema::functions;

/// What a key is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyUse {
    /// A permanent key (`p_q_inner_data_dc`).
    #[default]
    Permanent,
    /// A key that the server forgets after so many seconds, for perfect forward secrecy (`p_q_inner_data_temp_dc`).
    Temporary {
        /// How long it shall live.
        expires_in_secs: i32,
    },
    /// A permanent key by the older constructor without the data centre's number (`p_q_inner_data`). Servers still take
    /// it; its only use here is the recorded exchange of the tests.
    PermanentWithoutDc,
}

/// What a client knows before the exchange.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// The data centre's number as the protocol wants it: 10000 more for test servers, negative for media servers.
    pub dc_id: i32,
    /// The server's public keys that the client accepts.
    pub rsa_keys: Vec<RsaPublicKey>,
    /// What the key is made for.
    pub key_use: KeyUse,
}

/// What the exchange ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Established {
    /// The key that both ends now hold.
    pub auth_key: AuthKey,
    /// The salt for the first messages.
    pub server_salt: i64,
    /// Server time minus local time, in seconds.
    pub time_offset_secs: i64,
    /// When the server forgets the key (server time), if it is a temporary one.
    pub expires_at: Option<i32>,
}

/// Starts an exchange: the state that awaits `resPQ`, and the body to send (`req_pq_multi`).
pub fn start(parameters: Parameters, random: &mut dyn Random) -> (AwaitResPq, Vec<u8>) {
    use tl_codec::Encode as _;

    let nonce = fill_array(random);
    (AwaitResPq::new(parameters, nonce), functions::ReqPqMulti { nonce }.to_bytes())
}

/// The numbers that tie the answers of one exchange together.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Nonces {
    /// Chosen by the client, public.
    nonce: [u8; 16],
    /// Chosen by the server, public.
    server_nonce: [u8; 16],
    /// Chosen by the client, known to the holder of the RSA key alone.
    new_nonce: [u8; 32],
}

impl Nonces {
    /// Every answer repeats the public nonces: what does not belong to this exchange is refused.
    fn check(&self, step: Step, nonce: [u8; 16], server_nonce: [u8; 16]) -> Result<(), HandshakeError> {
        if nonce != self.nonce {
            return Err(HandshakeError::Nonce { step });
        }
        if server_nonce != self.server_nonce {
            return Err(HandshakeError::ServerNonce { step });
        }
        Ok(())
    }
}

impl core::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Nonces(<redacted>)")
    }
}
