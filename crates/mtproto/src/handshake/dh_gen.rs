//! `dh_gen_ok`, `dh_gen_retry`, `dh_gen_fail`: the server's proof that it holds the same key.

use subtle::ConstantTimeEq as _;
use tl_codec::{Decode as _, Encode as _, Reader};
use zeroize::Zeroizing;

use crate::crypto::dh::Group;
use crate::crypto::ige::{self, BLOCK_BYTES};
use crate::crypto::{AuthKey, kdf, sha, sha1};
use crate::handshake::{Established, HandshakeError, Nonces, Step};
use crate::limits::MAX_DH_GEN_RETRIES;
use crate::random::{Random, fill_array};
use crate::schema::{enums, functions, types};

/// How many secret exponents are tried. Nearly every one leads to a safe public value, so that a second failure already
/// means that `random` is broken.
const MAX_EXPONENTS: u32 = 16;

/// What both ends agreed on before the key.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) nonces: Nonces,
    pub(super) group: Group,
    pub(super) g_a: Vec<u8>,
    pub(super) time_offset_secs: i64,
    pub(super) expires_at: Option<i32>,
}

/// `set_client_DH_params` was sent, its answer is awaited.
#[must_use = "the exchange goes on only with the answer"]
#[derive(Debug)]
pub struct AwaitDhGen {
    exchange: Exchange,
    auth_key: AuthKey,
    retries: u32,
}

/// What the answer means.
#[must_use]
#[derive(Debug)]
pub enum DhGen {
    /// Both ends hold the key.
    Done(Established),
    /// The server holds another key with the same id: the exchange goes on with another secret of ours. The body is to
    /// be sent (`set_client_DH_params`).
    Retry(Box<AwaitDhGen>, Vec<u8>),
}

impl AwaitDhGen {
    /// Makes a secret and the request that tells the server its public value.
    pub(super) fn propose(
        exchange: Exchange,
        retry_id: [u8; 8],
        retries: u32,
        random: &mut dyn Random,
    ) -> Result<(Self, Vec<u8>), HandshakeError> {
        let (secret, g_b) = exponent(&exchange.group, random)?;
        let mut shared = exchange.group.shared(&exchange.g_a, &secret);
        let Nonces { nonce, server_nonce, .. } = exchange.nonces;
        let inner = types::ClientDhInnerData {
            nonce,
            server_nonce,
            retry_id: i64::from_le_bytes(retry_id),
            g_b: g_b.to_vec(),
        };
        let encrypted_data = encrypt(&inner.to_bytes(), &exchange.nonces, random);
        let request = functions::SetClientDhParams { nonce, server_nonce, encrypted_data };
        let state = Self { exchange, auth_key: AuthKey::new(&mut shared), retries };
        Ok((state, request.to_bytes()))
    }

    /// Takes the answer. `random` is asked only after `dh_gen_retry`, as before.
    ///
    /// # Errors
    /// [`HandshakeError`].
    pub fn handle(self, body: &[u8], random: &mut dyn Random) -> Result<DhGen, HandshakeError> {
        use enums::SetClientDhParamsAnswer as Answer;

        let answer = Answer::decode(&mut Reader::new(body))
            .map_err(|source| HandshakeError::Decode { step: Step::DhGen, source })?;
        match answer {
            Answer::DhGenOk(ok) => {
                self.check(1, ok.nonce, ok.server_nonce, ok.new_nonce_hash1)?;
                Ok(DhGen::Done(self.established()))
            }
            Answer::DhGenRetry(retry) => {
                self.check(2, retry.nonce, retry.server_nonce, retry.new_nonce_hash2)?;
                if self.retries == MAX_DH_GEN_RETRIES {
                    return Err(HandshakeError::TooManyRetries { limit: MAX_DH_GEN_RETRIES });
                }
                let retry_id = self.auth_key.aux_hash();
                let (state, body) = Self::propose(self.exchange, retry_id, self.retries + 1, random)?;
                Ok(DhGen::Retry(Box::new(state), body))
            }
            Answer::DhGenFail(fail) => {
                self.check(3, fail.nonce, fail.server_nonce, fail.new_nonce_hash3)?;
                Err(HandshakeError::DhGenFail)
            }
        }
    }

    /// The hash is `SHA1(new_nonce ‖ number ‖ aux_hash)[4..20]`: only the holder of the key can make it, so that nobody
    /// on the way can order a retry or a failure either.
    fn check(
        &self,
        number: u8,
        nonce: [u8; 16],
        server_nonce: [u8; 16],
        hash: [u8; 16],
    ) -> Result<(), HandshakeError> {
        self.exchange.nonces.check(Step::DhGen, nonce, server_nonce)?;
        let digest = sha1(&[&self.exchange.nonces.new_nonce, &[number], &self.auth_key.aux_hash()]);
        let same: bool = hash.ct_eq(&sha::low_128_bits(&digest)).into();
        if same { Ok(()) } else { Err(HandshakeError::NewNonceHash) }
    }

    fn established(self) -> Established {
        let Exchange { nonces, time_offset_secs, expires_at, .. } = self.exchange;
        let halves = nonces.new_nonce.iter().zip(&nonces.server_nonce);
        let mut salt = [0; 8];
        salt.iter_mut().zip(halves).for_each(|(byte, (new, server))| *byte = new ^ server);
        Established {
            auth_key: self.auth_key,
            server_salt: i64::from_le_bytes(salt),
            time_offset_secs,
            expires_at,
        }
    }
}

/// A secret exponent and its public value, which must be as safe as the server's.
fn exponent(
    group: &Group,
    random: &mut dyn Random,
) -> Result<(Zeroizing<[u8; 256]>, [u8; 256]), HandshakeError> {
    let mut tries = 1;
    loop {
        let secret = Zeroizing::new(fill_array(random));
        let public = group.public(&secret);
        match group.check_public(&public) {
            Ok(()) => return Ok((secret, public)),
            Err(error) if tries == MAX_EXPONENTS => return Err(HandshakeError::OwnPublic(error)),
            Err(_) => tries += 1,
        }
    }
}

/// `SHA1(data) ‖ data ‖ padding`, encrypted with keys from the nonces.
fn encrypt(inner: &[u8], nonces: &Nonces, random: &mut dyn Random) -> Vec<u8> {
    let mut text = sha1(&[inner]).to_vec();
    text.extend_from_slice(inner);
    let padding_start = text.len();
    text.resize(padding_start.next_multiple_of(BLOCK_BYTES), 0);
    random.fill(text.get_mut(padding_start..).unwrap_or_default());
    let keys = kdf::handshake(&nonces.new_nonce, &nonces.server_nonce);
    let encrypted = ige::encrypt(&keys, &mut text);
    debug_assert_eq!(encrypted, Ok(()), "the text was padded to whole blocks");
    text
}
