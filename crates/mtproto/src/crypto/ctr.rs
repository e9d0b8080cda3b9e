//! AES-256 in counter mode, for the streams of obfuscated connections ("MTProto transports", "Transport obfuscation").

use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use aes::{Aes256Enc, Block};
use zeroize::Zeroize as _;

/// Blocks of the key stream that are made at once: as many as the hardware works on side by side.
const BLOCKS: usize = 8;
const STREAM_BYTES: usize = BLOCKS * 16;

/// One direction of a connection: a key stream that goes on from call to call.
pub struct Ctr {
    cipher: Aes256Enc,
    counter: u128,
    stream: [u8; STREAM_BYTES],
    used: usize,
}

impl Ctr {
    /// Starts the stream. `iv` is the first value of the counter, big-endian.
    pub fn new(key: &[u8; 32], iv: &[u8; 16]) -> Self {
        Self {
            cipher: Aes256Enc::new(key.into()),
            counter: u128::from_be_bytes(*iv),
            stream: [0; STREAM_BYTES],
            used: STREAM_BYTES,
        }
    }

    /// Encrypts or decrypts what comes next, in place; both are the same.
    ///
    /// ```
    /// use mtproto::crypto::Ctr;
    ///
    /// let mut text = *b"any length, in any pieces";
    /// Ctr::new(&[1; 32], &[2; 16]).apply(&mut text);
    /// let mut other_end = Ctr::new(&[1; 32], &[2; 16]);
    /// let (head, tail) = text.split_at_mut(7);
    /// other_end.apply(head);
    /// other_end.apply(tail);
    /// assert_eq!(&text, b"any length, in any pieces");
    /// ```
    pub fn apply(&mut self, mut text: &mut [u8]) {
        while !text.is_empty() {
            if self.used == STREAM_BYTES {
                self.refill();
            }
            let ready = self.stream.get(self.used..).unwrap_or_default();
            let len = text.len().min(ready.len());
            let (now, later) = core::mem::take(&mut text).split_at_mut(len);
            now.iter_mut().zip(ready).for_each(|(byte, mask)| *byte ^= mask);
            self.used += len;
            text = later;
        }
    }

    fn refill(&mut self) {
        let mut blocks = [Block::default(); BLOCKS];
        for block in &mut blocks {
            *block = self.counter.to_be_bytes().into();
            self.counter = self.counter.wrapping_add(1);
        }
        self.cipher.encrypt_blocks(&mut blocks);
        let made = blocks.iter().flat_map(|block| block.iter());
        self.stream.iter_mut().zip(made).for_each(|(to, from)| *to = *from);
        self.used = 0;
    }
}

impl Drop for Ctr {
    fn drop(&mut self) {
        self.stream.zeroize();
    }
}

impl core::fmt::Debug for Ctr {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ctr(<redacted>)")
    }
}
