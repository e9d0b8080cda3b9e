//! The authorization key.

use core::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::crypto::{sha, sha1};

/// The 2048-bit key that client and server share after the key exchange ("Creating an authorization key", step 7).
///
/// Its bytes are wiped on drop and never printed. The id names the key on the wire and is no secret.
#[derive(Clone, ZeroizeOnDrop)]
pub struct AuthKey {
    bytes: Box<[u8; Self::BYTES]>,
    #[zeroize(skip)]
    id: i64,
    aux_hash: [u8; 8],
}

impl AuthKey {
    /// The length of a key.
    pub const BYTES: usize = 256;

    /// Takes the key's bytes (big-endian `g^ab mod p`, padded on the left), and wipes the argument.
    pub fn new(bytes: &mut [u8; Self::BYTES]) -> Self {
        let mut digest = sha1(&[bytes.as_slice()]);
        let key = Self {
            bytes: Box::new(*bytes),
            id: i64::from_le_bytes(sha::low_64_bits(&digest)),
            aux_hash: sha::high_64_bits(&digest),
        };
        bytes.zeroize();
        digest.zeroize();
        key
    }

    /// The key's bytes: for storage, and for nothing else.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.bytes
    }

    /// `auth_key_id`: the last eight bytes of the key's SHA-1. It stands at the start of every encrypted message.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// `auth_key_aux_hash`: the first eight bytes of the key's SHA-1. It ties the last answer of the key exchange to
    /// the key, and is the `retry_id` when the server asks for another one.
    pub fn aux_hash(&self) -> [u8; 8] {
        self.aux_hash
    }
}

impl PartialEq for AuthKey {
    /// Compares in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.bytes.as_slice().ct_eq(other.bytes.as_slice()).into()
    }
}

impl Eq for AuthKey {}

impl fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthKey(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_is_wiped_and_nothing_is_printed() {
        let mut bytes = [7; 256];
        let key = AuthKey::new(&mut bytes);
        assert_eq!(bytes, [0; 256]);
        assert_eq!(key.as_bytes(), &[7; 256]);
        assert_eq!(format!("{key:?}"), "AuthKey(<redacted>)");
        assert_eq!(key, key.clone());
        assert_ne!(key, AuthKey::new(&mut [8; 256]));
    }
}
