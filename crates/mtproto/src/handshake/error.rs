//! Which rule of the key exchange an answer breaks.

use tl_codec::DecodeError;

use crate::crypto::dh::DhError;
use crate::crypto::factor::FactorError;
use crate::crypto::rsa_pad::RsaPadError;

/// The answer that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// `resPQ`
    ResPq,
    /// `server_DH_params_ok` or `server_DH_params_fail`
    ServerDhParams,
    /// `server_DH_inner_data`, the encrypted part of the answer before
    ServerDhInnerData,
    /// `dh_gen_ok`, `dh_gen_retry` or `dh_gen_fail`
    DhGen,
}

impl core::fmt::Display for Step {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::ResPq => "resPQ",
            Self::ServerDhParams => "Server_DH_Params",
            Self::ServerDhInnerData => "server_DH_inner_data",
            Self::DhGen => "Set_client_DH_params_answer",
        })
    }
}

/// Why a key exchange ended without a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The answer is not the object that is awaited.
    #[error("{step} cannot be read")]
    Decode {
        /// Which answer.
        step: Step,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The answer repeats another nonce: it belongs to another exchange.
    #[error("{step} repeats another nonce")]
    Nonce {
        /// Which answer.
        step: Step,
    },
    /// The answer repeats another server nonce.
    #[error("{step} repeats another server nonce")]
    ServerNonce {
        /// Which answer.
        step: Step,
    },
    /// `pq` has more than eight bytes.
    #[error("pq has {len_bytes} bytes instead of at most 8")]
    PqLength {
        /// How many it has.
        len_bytes: usize,
    },
    /// `pq` is not the product of two distinct odd primes.
    #[error("pq is unusable")]
    Pq(#[from] FactorError),
    /// The server holds none of the RSA keys that we accept: it is not the server that we want.
    #[error("the server offers {offered} RSA keys, none of which is known")]
    NoKnownRsaKey {
        /// How many keys it offers.
        offered: usize,
    },
    /// Our half could not be encrypted.
    #[error("the secret for the server could not be encrypted")]
    RsaPad(#[from] RsaPadError),
    /// `server_DH_params_fail`: the server refuses our half.
    #[error("the server refuses the exchange (server_DH_params_fail)")]
    ServerDhParamsFail,
    /// The encrypted answer is empty or not whole AES blocks.
    #[error("an encrypted answer of {len_bytes} bytes is no whole number of blocks")]
    AnswerLength {
        /// Its length.
        len_bytes: usize,
    },
    /// The hash over the decrypted answer is wrong.
    #[error("the hash of the encrypted answer is wrong")]
    AnswerHash,
    /// More than 15 bytes stand behind the answer.
    #[error("{len_bytes} bytes of padding stand behind the answer")]
    AnswerPadding {
        /// How many.
        len_bytes: usize,
    },
    /// The server's group is unsafe.
    #[error("the server's Diffie-Hellman group is unsafe")]
    Group(#[source] DhError),
    /// The server's public value is unsafe.
    #[error("the server's Diffie-Hellman value is unsafe")]
    ServerPublic(#[source] DhError),
    /// No secret of ours leads to a safe public value: the source of randomness is broken.
    #[error("no own Diffie-Hellman value is safe")]
    OwnPublic(#[source] DhError),
    /// The hash in the last answer does not prove that the server holds the key.
    #[error("the hash of the new nonce is wrong")]
    NewNonceHash,
    /// `dh_gen_retry` came too often.
    #[error("the server asked for another key more than {limit} times")]
    TooManyRetries {
        /// [`MAX_DH_GEN_RETRIES`](crate::limits::MAX_DH_GEN_RETRIES).
        limit: u32,
    },
    /// `dh_gen_fail`: the server ends the exchange.
    #[error("the server ends the exchange (dh_gen_fail)")]
    DhGenFail,
}

impl HandshakeError {
    /// Whether the peer broke a rule (or is not the server that it should be).
    pub fn is_peer_fault(&self) -> bool {
        !matches!(
            self,
            Self::RsaPad(_)
                | Self::OwnPublic(_)
                | Self::ServerDhParamsFail
                | Self::DhGenFail
                | Self::TooManyRetries { .. }
        )
    }

    /// Whether a new exchange may succeed where this one did not.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::ServerDhParamsFail | Self::DhGenFail | Self::TooManyRetries { .. })
    }
}
