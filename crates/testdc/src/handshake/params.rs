//! Step 2: `req_DH_params` proves the factorisation and brings the client's secret nonce; the answer is the server's half
//! of the Diffie-Hellman exchange.

use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::{ige, kdf, sha1};
use num_bigint::BigUint;
use tl_codec::Encode;

use super::bad_group::Parameters;
use super::inner::PqInner;
use super::query::DhParams;
use super::{AwaitClientDh, HandshakeError, Host, Run, State};
use crate::entropy::Entropy;
use crate::fault::{Fault, NoncePlace};
use crate::key::{self, unpad};

/// `server_DH_params_ok#d0e8075c nonce:int128 server_nonce:int128 encrypted_answer:bytes = Server_DH_Params`
const SERVER_DH_PARAMS_OK: u32 = 0xd0e8_075c;
/// `server_DH_params_fail#79cb045d nonce:int128 server_nonce:int128 new_nonce_hash:int128 = Server_DH_Params`
const SERVER_DH_PARAMS_FAIL: u32 = 0x79cb_045d;
/// `server_DH_inner_data#b5890dba nonce:int128 server_nonce:int128 g:int dh_prime:bytes g_a:bytes server_time:int`
const SERVER_DH_INNER_DATA: u32 = 0xb589_0dba;

/// The generator that Telegram's servers send with the known prime.
pub(super) const GENERATOR: i32 = 3;

impl Run {
    pub(super) fn exchange_params(
        &mut self,
        query: &DhParams<'_>,
        host: &Host<'_>,
        entropy: &mut Entropy,
    ) -> Result<Vec<u8>, HandshakeError> {
        if !matches!(self.state, State::AwaitDhParams) {
            return Err(HandshakeError::OutOfTurn);
        }
        self.check_factors(query.p, query.q)?;
        if query.fingerprint != host.rsa.fingerprint() {
            return Err(HandshakeError::Fingerprint);
        }
        let unwrapped = unpad::unwrap(host.rsa, query.encrypted).ok_or(HandshakeError::InnerSealed)?;
        let inner = PqInner::read(unwrapped.plain()).ok().flatten().ok_or(HandshakeError::InnerSealed)?;
        if !unwrapped.is_intact(inner.len) {
            return Err(HandshakeError::InnerSealed);
        }
        self.check_inner(&inner, host)?;
        if host.faults.strikes(&Fault::DhParamsFail) {
            self.state = State::Refused;
            return Ok(self.server_dh_params_fail(&inner.new_nonce, host));
        }
        let (secret, g_a) = key_pair(entropy);
        let answer = self.server_dh_params(&inner.new_nonce, &g_a, host, entropy);
        self.state = State::AwaitClientDh(Box::new(AwaitClientDh {
            new_nonce: inner.new_nonce,
            secret,
            expires_in: inner.expires_in,
            retry_id: None,
        }));
        Ok(answer)
    }

    /// The server ends the exchange; the hash proves that it is the server.
    fn server_dh_params_fail(&self, new_nonce: &[u8; 32], host: &Host<'_>) -> Vec<u8> {
        let [_, _, _, _, mut hash @ ..] = sha1(&[new_nonce]);
        if host.faults.strikes(&Fault::WrongNewNonceHash) {
            hash.reverse();
        }
        let mut out = SERVER_DH_PARAMS_FAIL.to_bytes();
        host.nonce(self.id.nonce, NoncePlace::ParamsNonce).encode(&mut out);
        host.nonce(self.id.server_nonce, NoncePlace::ParamsServerNonce).encode(&mut out);
        hash.encode(&mut out);
        out
    }

    fn check_factors(&self, p: &[u8], q: &[u8]) -> Result<(), HandshakeError> {
        let factor = |bytes| BigUint::from_bytes_be(bytes);
        let right = factor(p) == self.p.into() && factor(q) == self.q.into();
        if right { Ok(()) } else { Err(HandshakeError::Factors) }
    }

    /// Everything that the inner data repeats must be what the query and the first answer said: otherwise somebody glued
    /// two exchanges together.
    fn check_inner(&self, inner: &PqInner<'_>, host: &Host<'_>) -> Result<(), HandshakeError> {
        let pq = BigUint::from(u64::from(self.p) * u64::from(self.q));
        self.check_factors(inner.p, inner.q)?;
        if inner.nonce != self.id.nonce
            || inner.server_nonce != self.id.server_nonce
            || BigUint::from_bytes_be(inner.pq) != pq
        {
            return Err(HandshakeError::InnerMismatch);
        }
        if let Some(got) = inner.dc.filter(|dc| !host.dc.is_named_by(*dc)) {
            return Err(HandshakeError::WrongDc { got });
        }
        match inner.expires_in {
            Some(expires_in) if expires_in <= 0 => Err(HandshakeError::Lifetime { expires_in }),
            _ => Ok(()),
        }
    }

    fn server_dh_params(
        &self,
        new_nonce: &[u8; 32],
        g_a: &[u8; 256],
        host: &Host<'_>,
        entropy: &mut Entropy,
    ) -> Vec<u8> {
        let mut group = Parameters { g: GENERATOR, prime: KNOWN_PRIME.to_vec(), g_a: g_a.to_vec() };
        if let Some(how) =
            host.faults.take(|fault| if let Fault::BadGroup { how } = fault { Some(*how) } else { None })
        {
            group.spoil(how);
        }
        let mut inner = SERVER_DH_INNER_DATA.to_bytes();
        host.nonce(self.id.nonce, NoncePlace::InnerNonce).encode(&mut inner);
        host.nonce(self.id.server_nonce, NoncePlace::InnerServerNonce).encode(&mut inner);
        group.g.encode(&mut inner);
        group.prime.encode(&mut inner);
        group.g_a.encode(&mut inner);
        host.now.secs().encode(&mut inner);
        let mut hash = sha1(&[&inner]);
        if host.faults.strikes(&Fault::WrongAnswerHash) {
            hash = hash.map(|byte| !byte);
        }
        let mut sealed = [hash.as_slice(), &inner].concat();
        let padding = entropy.bytes(sealed.len().wrapping_neg() % 16);
        sealed.extend_from_slice(&padding);
        let encrypted = ige::encrypt(&kdf::handshake(new_nonce, &self.id.server_nonce), &mut sealed);
        debug_assert!(encrypted.is_ok(), "the padding fills whole blocks");
        let mut out = SERVER_DH_PARAMS_OK.to_bytes();
        host.nonce(self.id.nonce, NoncePlace::ParamsNonce).encode(&mut out);
        host.nonce(self.id.server_nonce, NoncePlace::ParamsServerNonce).encode(&mut out);
        sealed.encode(&mut out);
        out
    }
}

/// A secret exponent and its public value, within the range that clients check.
fn key_pair(entropy: &mut Entropy) -> ([u8; 256], [u8; 256]) {
    let prime = BigUint::from_bytes_be(&KNOWN_PRIME);
    loop {
        let secret = entropy.array();
        let public = BigUint::from(GENERATOR.unsigned_abs()).modpow(&BigUint::from_bytes_be(&secret), &prime);
        if key::is_public_in_range(&public, &prime) {
            return (secret, key::big_endian(&public));
        }
    }
}
