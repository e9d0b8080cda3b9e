//! AES-256 in IGE mode ("Infinite Garble Extension"), in place.
//!
//! ```text
//! encrypt:  cᵢ = E(pᵢ ⊕ cᵢ₋₁) ⊕ pᵢ₋₁        decrypt:  pᵢ = D(cᵢ ⊕ pᵢ₋₁) ⊕ cᵢ₋₁
//! iv[0..16] = c₀   iv[16..32] = p₀
//! ```
//! The mode has no authentication of its own: what it decrypts must be checked against a hash (the message key, or the
//! SHA-1 of the handshake) before a byte of it is used.

use aes::cipher::common::BlockSizeUser;
use aes::cipher::consts::U16;
use aes::cipher::{
    BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt as _, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt as _, KeyInit as _,
};
use aes::{Aes256Dec, Aes256Enc, Block};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The length of an AES block; every length must be a multiple of it.
pub const BLOCK_BYTES: usize = 16;

/// An AES-256 key with the initialisation vector of IGE. Wiped on drop, unprintable.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyIv {
    /// The AES-256 key.
    pub key: [u8; 32],
    /// `c₀ ‖ p₀`.
    pub iv: [u8; 32],
}

impl core::fmt::Debug for KeyIv {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyIv(<redacted>)")
    }
}

/// A length that is not a multiple of [`BLOCK_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{len_bytes} bytes are not a whole number of AES blocks")]
pub struct NotWholeBlocks {
    /// The length that was given.
    pub len_bytes: usize,
}

/// Encrypts `text` in place.
///
/// # Errors
/// [`NotWholeBlocks`]; `text` is untouched.
///
/// ```
/// use mtproto::crypto::ige::{KeyIv, decrypt, encrypt};
///
/// let keys = KeyIv { key: [1; 32], iv: [2; 32] };
/// let mut text = *b"sixteen byte msg";
/// encrypt(&keys, &mut text)?;
/// assert_ne!(&text, b"sixteen byte msg");
/// decrypt(&keys, &mut text)?;
/// assert_eq!(&text, b"sixteen byte msg");
/// # Ok::<(), mtproto::crypto::ige::NotWholeBlocks>(())
/// ```
pub fn encrypt(keys: &KeyIv, text: &mut [u8]) -> Result<(), NotWholeBlocks> {
    let blocks = whole_blocks(text)?;
    let (before_cipher, before_plain) = halves(&keys.iv);
    Aes256Enc::new((&keys.key).into()).encrypt_with_backend(Encrypt { blocks, before_cipher, before_plain });
    Ok(())
}

/// Decrypts `text` in place.
///
/// # Errors
/// [`NotWholeBlocks`]; `text` is untouched.
pub fn decrypt(keys: &KeyIv, text: &mut [u8]) -> Result<(), NotWholeBlocks> {
    let blocks = whole_blocks(text)?;
    let (before_cipher, before_plain) = halves(&keys.iv);
    Aes256Dec::new((&keys.key).into()).decrypt_with_backend(Decrypt { blocks, before_cipher, before_plain });
    Ok(())
}

fn whole_blocks(text: &mut [u8]) -> Result<&mut [Block], NotWholeBlocks> {
    let len_bytes = text.len();
    match Block::slice_as_chunks_mut(text) {
        (blocks, []) => Ok(blocks),
        _ => Err(NotWholeBlocks { len_bytes }),
    }
}

fn halves(iv: &[u8; 32]) -> (Block, Block) {
    let mut halves = (Block::default(), Block::default());
    halves.0.copy_from_slice(&iv[..16]);
    halves.1.copy_from_slice(&iv[16..]);
    halves
}

/// Byte by byte over a fixed length: the compiler makes one vector instruction of it. The same over `u128` goes through
/// two general registers and costs three quarters of the speed.
#[inline]
fn xor_into(target: &mut Block, other: &Block) {
    for (byte, mask) in target.iter_mut().zip(other.iter()) {
        *byte ^= mask;
    }
}

struct Encrypt<'a> {
    blocks: &'a mut [Block],
    before_cipher: Block,
    before_plain: Block,
}

impl BlockSizeUser for Encrypt<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Encrypt<'_> {
    // one call for the whole text: the choice between hardware and software AES is made once, outside the loop
    #[inline]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(mut self, backend: &B) {
        for block in self.blocks {
            let plain = *block;
            xor_into(block, &self.before_cipher);
            backend.encrypt_block_inplace(block);
            xor_into(block, &self.before_plain);
            self.before_cipher = *block;
            self.before_plain = plain;
        }
    }
}

struct Decrypt<'a> {
    blocks: &'a mut [Block],
    before_cipher: Block,
    before_plain: Block,
}

impl BlockSizeUser for Decrypt<'_> {
    type BlockSize = U16;
}

impl BlockCipherDecClosure for Decrypt<'_> {
    #[inline]
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(mut self, backend: &B) {
        for block in self.blocks {
            let cipher = *block;
            xor_into(block, &self.before_plain);
            backend.decrypt_block_inplace(block);
            xor_into(block, &self.before_cipher);
            self.before_plain = *block;
            self.before_cipher = cipher;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_is_not_whole_blocks_is_refused_untouched() {
        let keys = KeyIv { key: [0; 32], iv: [0; 32] };
        for len_bytes in [1, 15, 17, 31, 33] {
            let mut text = vec![7; len_bytes];
            assert_eq!(encrypt(&keys, &mut text), Err(NotWholeBlocks { len_bytes }));
            assert_eq!(decrypt(&keys, &mut text), Err(NotWholeBlocks { len_bytes }));
            assert_eq!(text, vec![7; len_bytes]);
        }
        assert_eq!(encrypt(&keys, &mut []), Ok(()));
    }

    #[test]
    fn a_changed_block_garbles_everything_behind_it() {
        let keys = KeyIv { key: [3; 32], iv: [4; 32] };
        let mut text = [5; 64];
        encrypt(&keys, &mut text).unwrap();
        text[16] ^= 1;
        decrypt(&keys, &mut text).unwrap();
        assert_eq!(text[..16], [5; 16]);
        assert!(text[16..].chunks(16).all(|block| block != [5; 16]));
    }

    /// The published vectors of the mode are for AES-128; the loops are the same.
    #[test]
    fn openssl_vectors_for_aes_128() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/ige.json")).unwrap();
        let short_keys = file["aes_ige"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|vector| vector["key"].as_str().unwrap().len() == 32);
        let mut count = 0;
        for vector in short_keys {
            let field = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
            let key: [u8; 16] = field("key").try_into().unwrap();
            let (before_cipher, before_plain) = halves(&field("iv").try_into().unwrap());
            let mut text = field("plain");
            let blocks = whole_blocks(&mut text).unwrap();
            aes::Aes128Enc::new((&key).into()).encrypt_with_backend(Encrypt {
                blocks,
                before_cipher,
                before_plain,
            });
            assert_eq!(text, field("cipher"));
            let blocks = whole_blocks(&mut text).unwrap();
            aes::Aes128Dec::new((&key).into()).decrypt_with_backend(Decrypt {
                blocks,
                before_cipher,
                before_plain,
            });
            assert_eq!(text, field("plain"));
            count += 1;
        }
        assert_eq!(count, 2);
    }

    #[test]
    fn debug_output_has_no_key() {
        assert_eq!(format!("{:?}", KeyIv { key: [1; 32], iv: [2; 32] }), "KeyIv(<redacted>)");
    }
}
