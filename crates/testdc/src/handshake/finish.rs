//! Step 3: `set_client_DH_params` brings the client's half; both sides have the key.

use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::{AuthKey, ige, kdf, sha1};
use num_bigint::BigUint;
use std::time::Duration;
use tl_codec::{Encode, Int128};

use super::inner::ClientDhInner;
use super::query::ClientDh;
use super::{AwaitClientDh, HandshakeError, Host, Lifetime, NewKey, Run, State};
use crate::fault::{Fault, NoncePlace};
use crate::key;

/// `dh_gen_ok#3bcbf734 nonce:int128 server_nonce:int128 new_nonce_hash1:int128`
const DH_GEN_OK: u32 = 0x3bcb_f734;
/// `dh_gen_retry#46dc1fb9 nonce:int128 server_nonce:int128 new_nonce_hash2:int128`
const DH_GEN_RETRY: u32 = 0x46dc_1fb9;
/// `dh_gen_fail#a69dae02 nonce:int128 server_nonce:int128 new_nonce_hash3:int128`
const DH_GEN_FAIL: u32 = 0xa69d_ae02;

/// How the exchange ends.
#[derive(Clone, Copy)]
enum Outcome {
    Ok,
    Retry,
    Fail,
}

impl Run {
    pub(super) fn finish(
        &mut self,
        query: &ClientDh<'_>,
        host: &Host<'_>,
    ) -> Result<Vec<u8>, HandshakeError> {
        let State::AwaitClientDh(known) = &mut self.state else { return Err(HandshakeError::OutOfTurn) };
        let opened = open(query, &known.new_nonce)?;
        let inner = ClientDhInner::read(opened.get(20..).unwrap_or_default());
        let inner = inner.map_err(|_| HandshakeError::InnerSealed)?;
        check_seal(&opened, inner.len)?;
        if inner.nonce != query.nonce || inner.server_nonce != query.server_nonce {
            return Err(HandshakeError::InnerMismatch);
        }
        if inner.retry_id != 0 && Some(inner.retry_id) != known.retry_id {
            return Err(HandshakeError::RetryId);
        }
        let auth_key = shared_key(inner.g_b, &known.secret)?;
        let (aux_hash, new_nonce) = (auth_key.aux_hash(), known.new_nonce);
        let outcome = settle(auth_key, known, query, host);
        match outcome {
            Outcome::Ok => self.state = State::Done,
            Outcome::Retry => known.retry_id = Some(i64::from_le_bytes(aux_hash)),
            Outcome::Fail => self.state = State::Refused,
        }
        let mut hash = new_nonce_hash(&new_nonce, outcome, aux_hash);
        if host.faults.strikes(&Fault::WrongNewNonceHash) {
            hash.reverse();
        }
        Ok(self.dh_gen(outcome, hash, host))
    }

    fn dh_gen(&self, outcome: Outcome, new_nonce_hash: Int128, host: &Host<'_>) -> Vec<u8> {
        let id = match outcome {
            Outcome::Ok => DH_GEN_OK,
            Outcome::Retry => DH_GEN_RETRY,
            Outcome::Fail => DH_GEN_FAIL,
        };
        let mut out = id.to_bytes();
        host.nonce(self.id.nonce, NoncePlace::EndNonce).encode(&mut out);
        host.nonce(self.id.server_nonce, NoncePlace::EndServerNonce).encode(&mut out);
        new_nonce_hash.encode(&mut out);
        out
    }
}

fn open(query: &ClientDh<'_>, new_nonce: &[u8; 32]) -> Result<Vec<u8>, HandshakeError> {
    let mut opened = query.encrypted.to_vec();
    let keys = kdf::handshake(new_nonce, &query.server_nonce);
    ige::decrypt(&keys, &mut opened).map_err(|_| HandshakeError::InnerSealed)?;
    Ok(opened)
}

/// `SHA1(inner) ‖ inner ‖ 0 to 15 bytes`
fn check_seal(opened: &[u8], inner_len: usize) -> Result<(), HandshakeError> {
    let (hash, rest) = opened.split_first_chunk::<20>().ok_or(HandshakeError::InnerSealed)?;
    let (inner, padding) = rest.split_at_checked(inner_len).ok_or(HandshakeError::InnerSealed)?;
    if sha1(&[inner]) == *hash && padding.len() < 16 { Ok(()) } else { Err(HandshakeError::InnerSealed) }
}

fn shared_key(g_b: &[u8], secret: &[u8; 256]) -> Result<AuthKey, HandshakeError> {
    let prime = BigUint::from_bytes_be(&KNOWN_PRIME);
    let g_b = BigUint::from_bytes_be(g_b);
    if !key::is_public_in_range(&g_b, &prime) {
        return Err(HandshakeError::PublicRange);
    }
    let shared = g_b.modpow(&BigUint::from_bytes_be(secret), &prime);
    Ok(AuthKey::new(&mut key::big_endian(&shared)))
}

/// Keeps the key, unless a fault or a taken id says otherwise.
fn settle(key: AuthKey, known: &AwaitClientDh, query: &ClientDh<'_>, host: &Host<'_>) -> Outcome {
    if host.faults.strikes(&Fault::DhGenRetry) {
        return Outcome::Retry;
    }
    if host.faults.strikes(&Fault::DhGenFail) {
        return Outcome::Fail;
    }
    let lifetime = known.expires_in.and_then(|secs| u64::try_from(secs).ok());
    let lifetime = lifetime
        .map_or(Lifetime::Permanent, |secs| Lifetime::Until(host.now.after(Duration::from_secs(secs))));
    let first_salt = first_salt(&known.new_nonce, &query.server_nonce);
    if (host.keep)(NewKey { key, lifetime, first_salt }) { Outcome::Ok } else { Outcome::Retry }
}

/// The first salt: the first eight bytes of both nonces, xor.
fn first_salt(new_nonce: &[u8; 32], server_nonce: &Int128) -> i64 {
    let mut salt = [0; 8];
    let xor = new_nonce.iter().zip(server_nonce).map(|(a, b)| a ^ b);
    salt.iter_mut().zip(xor).for_each(|(to, from)| *to = from);
    i64::from_le_bytes(salt)
}

/// `SHA1(new_nonce ‖ number ‖ auth_key_aux_hash)[4..20]`
fn new_nonce_hash(new_nonce: &[u8; 32], outcome: Outcome, aux_hash: [u8; 8]) -> Int128 {
    let number = match outcome {
        Outcome::Ok => 1,
        Outcome::Retry => 2,
        Outcome::Fail => 3,
    };
    let [_, _, _, _, hash @ ..] = sha1(&[new_nonce, &[number], &aux_hash]);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn the_published_exchange_ends_as_published() {
        let sample = vectors::official_sample();
        let server_nonce: Int128 = sample.hex("server_nonce").try_into().unwrap();
        let new_nonce: [u8; 32] = sample.hex("new_nonce").try_into().unwrap();
        let encrypted = sample.hex("client_enc");
        let query =
            ClientDh { nonce: sample.hex("nonce").try_into().unwrap(), server_nonce, encrypted: &encrypted };
        let opened = open(&query, &new_nonce).unwrap();
        let inner = ClientDhInner::read(&opened[20..]).unwrap();
        check_seal(&opened, inner.len).unwrap();
        assert_eq!(opened[20..20 + inner.len], sample.hex("client_inner_plain"));
        assert_eq!((inner.nonce, inner.server_nonce, inner.retry_id), (query.nonce, server_nonce, 0));

        let key = AuthKey::new(&mut sample.hex("auth_key").try_into().unwrap());
        assert_eq!(key.id().to_le_bytes().to_vec(), sample.hex("auth_key_id_bytes"));
        for (outcome, field) in [
            (Outcome::Ok, "new_nonce_hash1"),
            (Outcome::Retry, "new_nonce_hash2"),
            (Outcome::Fail, "new_nonce_hash3"),
        ] {
            assert_eq!(new_nonce_hash(&new_nonce, outcome, key.aux_hash()).to_vec(), sample.hex(field));
        }
        let salt = first_salt(&new_nonce, &server_nonce);
        assert_eq!(salt.to_le_bytes().to_vec(), sample.hex("first_server_salt_bytes"));
    }
}
