//! `server_DH_params_ok`: the server's half of the key, and ours.

use core::time::Duration;

use subtle::ConstantTimeEq as _;
use tl_codec::{Decode as _, Reader};
use zeroize::Zeroizing;

use crate::crypto::dh::Group;
use crate::crypto::ige::{self, BLOCK_BYTES};
use crate::crypto::{kdf, sha, sha1};
use crate::handshake::{AwaitDhGen, HandshakeError, KeyUse, Nonces, Step, dh_gen};
use crate::random::Random;
use crate::schema::{enums, types};

/// The length of the hash before the answer.
const HASH_BYTES: usize = 20;

/// `req_DH_params` was sent, `Server_DH_Params` is awaited.
#[must_use = "the exchange goes on only with the answer"]
#[derive(Debug)]
pub struct AwaitServerDhParams {
    nonces: Nonces,
    key_use: KeyUse,
}

impl AwaitServerDhParams {
    pub(super) fn new(nonces: Nonces, key_use: KeyUse) -> Self {
        Self { nonces, key_use }
    }

    /// Takes the answer: decrypts it, checks the group and the server's value, and makes our half of the key. Returns
    /// the next state and the body to send (`set_client_DH_params`). `unix_now` is the local time.
    ///
    /// `random` is asked for bases of the primality test if the prime is not the known one, for the secret exponent
    /// (256 bytes, again if its public value is unsafe), and for the padding of the request.
    ///
    /// # Errors
    /// [`HandshakeError`].
    pub fn handle(
        self,
        body: &[u8],
        unix_now: Duration,
        random: &mut dyn Random,
    ) -> Result<(AwaitDhGen, Vec<u8>), HandshakeError> {
        let answer = enums::ServerDhParamsRef::decode(&mut Reader::new(body))
            .map_err(|source| HandshakeError::Decode { step: Step::ServerDhParams, source })?;
        let mut encrypted = match answer {
            enums::ServerDhParamsRef::Ok(ok) => {
                self.nonces.check(Step::ServerDhParams, ok.nonce, ok.server_nonce)?;
                Zeroizing::new(ok.encrypted_answer.to_vec())
            }
            enums::ServerDhParamsRef::Fail(fail) => return Err(self.refused(&fail)),
        };
        let inner = self.decrypt(&mut encrypted)?;
        self.nonces.check(Step::ServerDhInnerData, inner.nonce, inner.server_nonce)?;
        let group = Group::check(inner.dh_prime, inner.g, random).map_err(HandshakeError::Group)?;
        group.check_public(inner.g_a).map_err(HandshakeError::ServerPublic)?;

        let local_secs = i64::try_from(unix_now.as_secs()).unwrap_or(i64::MAX);
        let expires_at = match self.key_use {
            KeyUse::Temporary { expires_in_secs } => Some(inner.server_time.saturating_add(expires_in_secs)),
            KeyUse::Permanent | KeyUse::PermanentWithoutDc => None,
        };
        let exchange = dh_gen::Exchange {
            nonces: self.nonces,
            group,
            g_a: inner.g_a.to_vec(),
            time_offset_secs: i64::from(inner.server_time).saturating_sub(local_secs),
            expires_at,
        };
        AwaitDhGen::propose(exchange, [0; 8], 0, random)
    }

    /// The hash in `server_DH_params_fail` proves that it comes from the holder of the RSA key.
    fn refused(&self, fail: &types::ServerDhParamsFail) -> HandshakeError {
        let expected = sha::low_128_bits(&sha1(&[&self.nonces.new_nonce]));
        match self.nonces.check(Step::ServerDhParams, fail.nonce, fail.server_nonce) {
            Err(error) => error,
            Ok(()) if fail.new_nonce_hash == expected => HandshakeError::ServerDhParamsFail,
            Ok(()) => HandshakeError::NewNonceHash,
        }
    }

    /// `SHA1(answer) ‖ answer ‖ padding`, encrypted with keys from the nonces.
    fn decrypt<'a>(
        &self,
        encrypted: &'a mut [u8],
    ) -> Result<types::ServerDhInnerDataRef<'a>, HandshakeError> {
        let len_bytes = encrypted.len();
        let keys = kdf::handshake(&self.nonces.new_nonce, &self.nonces.server_nonce);
        ige::decrypt(&keys, encrypted).map_err(|_| HandshakeError::AnswerLength { len_bytes })?;
        let (hash, behind) =
            encrypted.split_first_chunk::<HASH_BYTES>().ok_or(HandshakeError::AnswerLength { len_bytes })?;
        let mut reader = Reader::new(behind);
        let inner = types::ServerDhInnerDataRef::decode(&mut reader)
            .map_err(|source| HandshakeError::Decode { step: Step::ServerDhInnerData, source })?;
        let answer = behind.get(..reader.offset()).unwrap_or_default();
        let same: bool = sha1(&[answer]).ct_eq(hash).into();
        if !same {
            return Err(HandshakeError::AnswerHash);
        }
        if reader.remaining() >= BLOCK_BYTES {
            return Err(HandshakeError::AnswerPadding { len_bytes: reader.remaining() });
        }
        Ok(inner)
    }
}
