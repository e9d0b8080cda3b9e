//! The protocol's constructions over well-kept primitives; pure functions, randomness as an argument.
//!
//! | file | what it is | protocol section |
//! |---|---|---|
//! | [`ige`] | AES-256 in IGE mode, in place | "Description", "Defining AES key and initialization vector" |
//! | [`Ctr`] | AES-256 in counter mode | "MTProto transports" |
//! | [`kdf`] | message key and AES keys from the auth key, versions 2 and 1 | "Description" |
//! | [`AuthKey`] | the 2048-bit key that client and server share | "Creating an authorization key", step 7 |
//! | [`RsaPublicKey`], [`rsa_pad`] | the public operation, fingerprints, PEM, RSA_PAD | ditto, step 4 |
//! | [`dh`] | group checks, ranges, exponentiation | ditto, steps 5 to 7 |
//! | [`factor`] | the proof-of-work factorisation | ditto, step 3 |
//!
//! This module must not know frames, handshake states or sessions. AES, SHA and big numbers come from RustCrypto and
//! num-bigint; IGE is ours because no crate reaches the speed (the protocol alone uses the mode).
//!
//! Read next: [`kdf`], then [`ige`].

mod auth_key;
mod ctr;
pub mod dh;
pub mod factor;
pub mod ige;
pub mod kdf;
mod modpow;
mod pem;
mod prime;
mod rsa;
pub mod rsa_pad;
pub(crate) mod sha;
mod telegram_keys;

pub use self::auth_key::AuthKey;
pub use self::ctr::Ctr;
pub use self::modpow::mod_pow;
pub use self::rsa::{RsaKeyError, RsaPublicKey};
pub use self::sha::{sha1, sha256};
