//! Diffie-Hellman parameters that a client must refuse (protocol, "Creating an authorization key", check of `dh_prime`, `g`
//! and `g_a`).

use mtproto::crypto::dh::KNOWN_PRIME;
use num_bigint::BigUint;

use crate::fault::BadGroup;
use crate::key;

/// A prime of 2048 bits with `p mod 3 = 2`, found by trial; `(p − 1) / 2` is divisible by five.
const UNSAFE_PRIME: &str = concat!(
    "fb5e6842b519d80cbd1c5822ee58dcbb6c3b3c016d7291f2169a2657702dda3443c09b2e2b1699c130bfe481f89500b0",
    "927e67cdb9d5352b408e771549df741032d9b177fd1d1d5be187d5bc957030f10ece1c2a81fa6abac4dfe8f1cedb7708",
    "eccc13c7c8322a7c4af924181b5aca81be942c6bbca18d8173a0a358380bc1c99674dd2aa1e4de8d0303ee0257dc99e2",
    "e00a45e04b4cae6b7fb0bb0144b612b5b54f8dd67b5b26fefbbd0674fc9ca2ee737560bd8930b84edb0aff0d8e0b1b3f",
    "89a6b24ddfc8af5b406ff2fd752fe356b55a1ff1d192fa25e4808912c956680ab53ffed65544457d811966f84c190e40",
    "8bf2db4084ec0d8a6afc052719ef81f7",
);

/// What stands in `server_DH_inner_data`; in `account.password` it is the same but for the name of `g_a`.
pub(crate) struct Parameters {
    pub(crate) g: i32,
    pub(crate) prime: Vec<u8>,
    pub(crate) g_a: Vec<u8>,
}

impl Parameters {
    /// Spoils good parameters in one way.
    pub(crate) fn spoil(&mut self, how: BadGroup) {
        let known = BigUint::from_bytes_be(&KNOWN_PRIME);
        let one = BigUint::from(1_u8);
        match how {
            // as the known prime it is 2 modulo 3, which the generator wants: nothing else is wrong
            BadGroup::Composite => self.prime = (known - 6_u8).to_bytes_be(),
            BadGroup::Unsafe => {
                self.prime =
                    BigUint::parse_bytes(UNSAFE_PRIME.as_bytes(), 16).unwrap_or_default().to_bytes_be();
            }
            BadGroup::Short => self.prime = (known >> 1_u8).to_bytes_be(),
            // 2 needs a prime that is 7 modulo 8; the known one is 3
            BadGroup::Generator => self.g = 2,
            BadGroup::GeneratorUnknown => self.g = 8,
            BadGroup::PublicOne => self.g_a = one.to_bytes_be(),
            BadGroup::PublicMinusOne => self.g_a = key::big_endian(&(known - one)).to_vec(),
            BadGroup::PublicSmall => self.g_a = (one << 1983_u32).to_bytes_be(),
            BadGroup::PublicLarge => self.g_a = (known - (one << 1983_u32)).to_bytes_be(),
        }
    }
}

#[cfg(test)]
mod tests {
    use mtproto::crypto::dh::Group;

    use super::*;

    #[test]
    fn each_is_bad_in_its_own_way() {
        for (word, how) in BadGroup::WORDS {
            let mut parameters = Parameters { g: 3, prime: KNOWN_PRIME.to_vec(), g_a: vec![0x77; 256] };
            parameters.spoil(how);
            let mut no_entropy = |bytes: &mut [u8]| bytes.fill(7);
            let group = Group::check(&parameters.prime, parameters.g, &mut no_entropy);
            let is_refused = group.map_or(true, |group| group.check_public(&parameters.g_a).is_err());
            assert!(is_refused, "{word}");
        }
    }
}
