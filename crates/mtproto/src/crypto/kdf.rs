//! From the auth key and a message to the keys of that message ("Description", "Defining AES key and initialization
//! vector").
//!
//! Every message has its own AES key: it is derived from the auth key and from the *message key*, a hash over the
//! plaintext, which also is the only proof that the message is whole and was made by somebody with the auth key.

use crate::crypto::ige::KeyIv;
use crate::crypto::{AuthKey, sha, sha1, sha256};

/// Who wrote the message. The two directions use different parts of the auth key (`x = 0` and `x = 8`), so that a
/// message can never be sent back to its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Client to server, `x = 0`.
    Client,
    /// Server to client, `x = 8`.
    Server,
}

/// The hash that message key and quick-ack token are cut from: `SHA256(K[88+x..120+x] ‖ plaintext)`, padding included.
pub fn msg_key_large(auth_key: &AuthKey, sender: Sender, plaintext: &[u8]) -> [u8; 32] {
    let key = auth_key.as_bytes();
    let part = match sender {
        Sender::Client => &key[88..120],
        Sender::Server => &key[96..128],
    };
    sha256(&[part, plaintext])
}

/// The message key: the middle sixteen bytes of [`msg_key_large`].
pub fn msg_key(msg_key_large: &[u8; 32]) -> [u8; 16] {
    let [_, _, _, _, _, _, _, _, middle @ .., _, _, _, _, _, _, _, _] = *msg_key_large;
    middle
}

/// The token of a quick ack for the message: the first word of [`msg_key_large`], with its highest bit set.
pub fn quick_ack_token(msg_key_large: &[u8; 32]) -> u32 {
    let [a, b, c, d, ..] = *msg_key_large;
    u32::from_le_bytes([a, b, c, d]) | 0x8000_0000
}

/// The AES key and vector of a message, MTProto 2.0.
pub fn v2(auth_key: &AuthKey, sender: Sender, msg_key: &[u8; 16]) -> KeyIv {
    let key = auth_key.as_bytes();
    let (part_a, part_b) = match sender {
        Sender::Client => (&key[..36], &key[40..76]),
        Sender::Server => (&key[8..44], &key[48..84]),
    };
    let a = sha256(&[msg_key, part_a]);
    let b = sha256(&[part_b, msg_key]);
    KeyIv { key: concat(&[&a[..8], &b[8..24], &a[24..]]), iv: concat(&[&b[..8], &a[8..24], &b[24..]]) }
}

/// The AES key and vector of a message, MTProto 1.0: only the inner message of `auth.bindTempAuthKey` uses it.
pub fn v1(auth_key: &AuthKey, sender: Sender, msg_key: &[u8; 16]) -> KeyIv {
    let key = auth_key.as_bytes();
    let parts = match sender {
        Sender::Client => [&key[..32], &key[32..48], &key[48..64], &key[64..96], &key[96..128]],
        Sender::Server => [&key[8..40], &key[40..56], &key[56..72], &key[72..104], &key[104..136]],
    };
    let a = sha1(&[msg_key, parts[0]]);
    let b = sha1(&[parts[1], msg_key, parts[2]]);
    let c = sha1(&[parts[3], msg_key]);
    let d = sha1(&[msg_key, parts[4]]);
    KeyIv {
        key: concat(&[&a[..8], &b[8..20], &c[4..16]]),
        iv: concat(&[&a[8..20], &b[..8], &c[16..20], &d[..8]]),
    }
}

/// The message key of MTProto 1.0: `SHA1(plaintext)[4..20]`, padding excluded.
pub fn v1_msg_key(plaintext: &[u8]) -> [u8; 16] {
    sha::low_128_bits(&sha1(&[plaintext]))
}

/// The keys that cover the second half of the key exchange, from the nonces ("Creating an authorization key", step 5).
pub fn handshake(new_nonce: &[u8; 32], server_nonce: &[u8; 16]) -> KeyIv {
    let new_then_server = sha1(&[new_nonce, server_nonce]);
    let server_then_new = sha1(&[server_nonce, new_nonce]);
    let new_twice = sha1(&[new_nonce, new_nonce]);
    KeyIv {
        key: concat(&[&new_then_server, &server_then_new[..12]]),
        iv: concat(&[&server_then_new[12..], &new_twice, &new_nonce[..4]]),
    }
}

fn concat(parts: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    let source = parts.iter().flat_map(|part| part.iter());
    out.iter_mut().zip(source).for_each(|(to, from)| *to = *from);
    out
}
