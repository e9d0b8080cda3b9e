//! RSA_PAD: how the client hides its half of the key exchange from everybody but the holder of the server's RSA key
//! ("Creating an authorization key", step 4.1).
//!
//! ```text
//! with_padding = data ‖ random                                             192 bytes
//! hashed       = reversed(with_padding) ‖ SHA256(temp_key ‖ with_padding)  224
//! encrypted    = AES-256-IGE(hashed, temp_key, iv = 0)                     224
//! block        = (temp_key ⊕ SHA256(encrypted)) ‖ encrypted                256, must be below n
//! result       = block ^ e mod n                                           256
//! ```

use zeroize::Zeroizing;

use crate::crypto::ige::{self, KeyIv};
use crate::crypto::{RsaPublicKey, sha256};
use crate::random::{Random, fill_array};

/// The longest message that fits.
pub const MAX_BYTES: usize = 144;

/// The length of the message with its padding.
const PADDED_BYTES: usize = 192;

/// How many temporary keys are tried. At least half of all blocks are below a modulus of 2048 bits, so a hundred
/// failures mean that `random` is broken.
const MAX_TRIES: u32 = 100;

/// Why a message was not encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RsaPadError {
    /// The message is longer than [`MAX_BYTES`].
    #[error("{len_bytes} bytes do not fit into RSA_PAD, whose limit is {MAX_BYTES}")]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// No temporary key led to a block below the modulus: the source of randomness repeats itself.
    #[error("no temporary key of {MAX_TRIES} fits: the source of randomness is broken")]
    NoFittingKey,
}

/// Encrypts `message` for the holder of `key`.
///
/// `random` is asked for the padding (192 − length bytes) once, then for a temporary key (32 bytes) until the block is
/// below the modulus.
///
/// # Errors
/// [`RsaPadError`].
pub fn encrypt(
    key: &RsaPublicKey,
    message: &[u8],
    random: &mut dyn Random,
) -> Result<[u8; 256], RsaPadError> {
    let too_long = RsaPadError::TooLong { len_bytes: message.len() };
    if message.len() > MAX_BYTES {
        return Err(too_long);
    }
    let mut with_padding = Zeroizing::new([0; PADDED_BYTES]);
    let (head, padding) = with_padding.split_at_mut_checked(message.len()).ok_or(too_long)?;
    head.copy_from_slice(message);
    random.fill(padding);
    for _ in 0..MAX_TRIES {
        let temp_key = Zeroizing::new(fill_array(random));
        if let Some(encrypted) = key.encrypt_block(&block(&with_padding, &temp_key)) {
            return Ok(encrypted);
        }
    }
    Err(RsaPadError::NoFittingKey)
}

/// The block before the public operation.
fn block(with_padding: &[u8; PADDED_BYTES], temp_key: &[u8; 32]) -> [u8; 256] {
    let mut block = [0; 256];
    let (masked_key, body) = block.split_at_mut(32);
    let hash = sha256(&[temp_key, with_padding]);
    let reversed_then_hash = with_padding.iter().rev().chain(&hash);
    body.iter_mut().zip(reversed_then_hash).for_each(|(to, from)| *to = *from);
    // 224 bytes are fourteen whole blocks
    let encrypted = ige::encrypt(&KeyIv { key: *temp_key, iv: [0; 32] }, body);
    debug_assert_eq!(encrypted, Ok(()));
    let mask = sha256(&[body]);
    masked_key.iter_mut().zip(temp_key.iter().zip(mask)).for_each(|(to, (key, mask))| *to = key ^ mask);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_gives_the_same_key_again_and_again_is_given_up() {
        let key = RsaPublicKey::telegram_test();
        let results = (0..=255).map(|byte| encrypt(&key, &[1], &mut |bytes: &mut [u8]| bytes.fill(byte)));
        // the modulus begins with c8: about one block in five is not below it
        let given_up = results.filter(|result| *result == Err(RsaPadError::NoFittingKey)).count();
        assert!((1..256).contains(&given_up), "{given_up}");
    }

    #[test]
    fn the_limit_is_exact() {
        let key = RsaPublicKey::telegram_test();
        let mut zeros = |bytes: &mut [u8]| bytes.fill(0);
        assert!(encrypt(&key, &[0; MAX_BYTES], &mut zeros).is_ok());
        let error = encrypt(&key, &[0; MAX_BYTES + 1], &mut zeros).unwrap_err();
        assert_eq!(error, RsaPadError::TooLong { len_bytes: MAX_BYTES + 1 });
    }
}
