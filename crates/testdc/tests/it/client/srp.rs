//! The client's half of two-step verification.

use hmac::Hmac;
use mtproto::crypto::{dh, sha256};
use num_bigint::BigUint;
use sha2::Sha512;
use tl_api::functions::{account, auth};
use tl_api::{enums, types};

use super::{Client, ReadWhole, Refused};

impl Client {
    /// What the server says about the password.
    pub(crate) fn password(&mut self) -> Result<Vec<u8>, Refused> {
        self.call(&account::GetPassword).map(|answer| answer.0)
    }

    /// Proves the knowledge of a password, from an answer to `account.getPassword`.
    pub(crate) fn check_password(&mut self, info: &[u8], password: &[u8]) -> Result<Vec<u8>, Refused> {
        let password = self.proof(info, password);
        self.call(&auth::CheckPassword { password }).map(|answer| answer.0)
    }

    /// The proof by itself.
    pub(crate) fn proof(&mut self, info: &[u8], password: &[u8]) -> enums::InputCheckPasswordSrp {
        let info = types::account::Password::read_whole(info);
        let Some(enums::PasswordKdfAlgoRef::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(algo)) =
            info.current_algo
        else {
            panic!("no algorithm")
        };
        assert_eq!((algo.g, algo.p), (3, dh::KNOWN_PRIME.as_slice()));
        let secret = self.entropy.number(256);
        let (a, m1) = prove(&secret, password, (algo.salt1, algo.salt2), info.srp_b.unwrap());
        let proof = types::InputCheckPasswordSrp { srp_id: info.srp_id.unwrap(), a, m1 };
        enums::InputCheckPasswordSrp::InputCheckPasswordSrp(proof)
    }
}

#[expect(clippy::many_single_char_names, reason = "the names that the protocol's page gives them")]
fn prove(secret: &BigUint, password: &[u8], (salt1, salt2): (&[u8], &[u8]), b: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (p, g) = (BigUint::from_bytes_be(&dh::KNOWN_PRIME), BigUint::from(3_u32));
    let x = private(password, (salt1, salt2));
    let a = padded(&g.modpow(secret, &p));
    let b_number = BigUint::from_bytes_be(b);
    let b = padded(&b_number);
    let k = BigUint::from_bytes_be(&sha256(&[&padded(&p), &padded(&g)]));
    let u = BigUint::from_bytes_be(&sha256(&[&a, &b]));
    let t = (&b_number + &p - (k * g.modpow(&x, &p)) % &p) % &p;
    let s = sha256(&[&padded(&t.modpow(&(secret + u * x), &p))]);
    let groups =
        sha256(&[&padded(&p)]).iter().zip(sha256(&[&padded(&g)])).map(|(p, g)| p ^ g).collect::<Vec<_>>();
    let m1 = sha256(&[&groups, &sha256(&[salt1]), &sha256(&[salt2]), &a, &b, &s]);
    (a, m1.to_vec())
}

/// `x`, which only a password leads to.
fn private(password: &[u8], (salt1, salt2): (&[u8], &[u8])) -> BigUint {
    let salted = |text: &[u8], salt: &[u8]| sha256(&[salt, text, salt]);
    let mut stretched = [0; 64];
    let first = salted(&salted(password, salt1), salt2);
    pbkdf2::pbkdf2::<Hmac<Sha512>>(&first, salt1, 100_000, &mut stretched).unwrap();
    BigUint::from_bytes_be(&salted(&stretched, salt2))
}

/// `g^x mod p`, what the server is to keep of a new password.
pub(crate) fn new_hash(password: &[u8], salts: (&[u8], &[u8])) -> Vec<u8> {
    let p = BigUint::from_bytes_be(&dh::KNOWN_PRIME);
    padded(&BigUint::from(3_u32).modpow(&private(password, salts), &p))
}

fn padded(number: &BigUint) -> Vec<u8> {
    let digits = number.to_bytes_be();
    [vec![0; 256 - digits.len()], digits].concat()
}
