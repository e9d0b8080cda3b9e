//! `resPQ`: the proof of work and the choice of the server's key.

use tl_codec::{Decode as _, Encode, Reader};
use zeroize::Zeroizing;

use crate::crypto::factor::{Factors, factorise};
use crate::crypto::{RsaPublicKey, rsa_pad};
use crate::handshake::{AwaitServerDhParams, HandshakeError, KeyUse, Nonces, Parameters, Step};
use crate::random::{Random, fill_array};
use crate::schema::{functions, types};

/// `req_pq_multi` was sent, `resPQ` is awaited.
#[must_use = "the exchange goes on only with the answer"]
#[derive(Debug)]
pub struct AwaitResPq {
    parameters: Parameters,
    nonce: [u8; 16],
}

impl AwaitResPq {
    pub(super) fn new(parameters: Parameters, nonce: [u8; 16]) -> Self {
        Self { parameters, nonce }
    }

    /// Takes the answer: factors `pq`, chooses the first key that we know too, and hides `new_nonce` under it. Returns
    /// the next state and the body to send (`req_DH_params`).
    ///
    /// `random` is asked for `new_nonce` (32 bytes), then as [`rsa_pad::encrypt`] says.
    ///
    /// # Errors
    /// [`HandshakeError`].
    pub fn handle(
        self,
        body: &[u8],
        random: &mut dyn Random,
    ) -> Result<(AwaitServerDhParams, Vec<u8>), HandshakeError> {
        let answer = types::ResPqRef::decode(&mut Reader::new(body))
            .map_err(|source| HandshakeError::Decode { step: Step::ResPq, source })?;
        if answer.nonce != self.nonce {
            return Err(HandshakeError::Nonce { step: Step::ResPq });
        }
        let factors = factorise(big_endian(answer.pq)?)?;
        let fingerprints = answer.server_public_key_fingerprints;
        let key = fingerprints.iter().find_map(|fingerprint| self.key(fingerprint));
        let key = key.ok_or(HandshakeError::NoKnownRsaKey { offered: fingerprints.len() })?;

        let nonces =
            Nonces { nonce: self.nonce, server_nonce: answer.server_nonce, new_nonce: fill_array(random) };
        let [p, q] = [factors.p, factors.q].map(minimal_big_endian);
        let inner = Zeroizing::new(self.inner_data(answer.pq, factors, &nonces));
        let request = functions::ReqDhParams {
            nonce: nonces.nonce,
            server_nonce: nonces.server_nonce,
            p,
            q,
            public_key_fingerprint: key.fingerprint(),
            encrypted_data: rsa_pad::encrypt(key, &inner, random)?.to_vec(),
        };
        let next = AwaitServerDhParams::new(nonces, self.parameters.key_use);
        Ok((next, request.to_bytes()))
    }

    fn key(&self, fingerprint: i64) -> Option<&RsaPublicKey> {
        self.parameters.rsa_keys.iter().find(|key| key.fingerprint() == fingerprint)
    }

    fn inner_data(&self, pq: &[u8], factors: Factors, nonces: &Nonces) -> Vec<u8> {
        let (pq, [p, q]) = (pq.to_vec(), [factors.p, factors.q].map(minimal_big_endian));
        let Nonces { nonce, server_nonce, new_nonce } = *nonces;
        let dc = self.parameters.dc_id;
        match self.parameters.key_use {
            KeyUse::Permanent => {
                types::PQInnerDataDc { pq, p, q, nonce, server_nonce, new_nonce, dc }.to_bytes()
            }
            KeyUse::Temporary { expires_in_secs: expires_in } => {
                types::PQInnerDataTempDc { pq, p, q, nonce, server_nonce, new_nonce, dc, expires_in }
                    .to_bytes()
            }
            KeyUse::PermanentWithoutDc => {
                types::PQInnerData { pq, p, q, nonce, server_nonce, new_nonce }.to_bytes()
            }
        }
    }
}

fn big_endian(bytes: &[u8]) -> Result<u64, HandshakeError> {
    if bytes.len() > 8 {
        return Err(HandshakeError::PqLength { len_bytes: bytes.len() });
    }
    Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn minimal_big_endian(number: u64) -> Vec<u8> {
    number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
}
