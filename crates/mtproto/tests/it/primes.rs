//! Groups that are not the known one: the primality tests at work, on moduli of the full size.

use mtproto::crypto::dh::{DhError, Group, KNOWN_PRIME};

use crate::recorded::Seeded;

fn from_hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace([' ', '\n'], "")).unwrap()
}

/// The 2048-bit MODP group of RFC 3526 (id 14): a safe prime that is not the built-in one.
const RFC_3526_GROUP_14: &str = "
    ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd
    ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed
    ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f
    83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b
    e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510
    15728e5a8aacaa68ffffffffffffffff";

/// A prime `p` whose `(p − 1) / 2` is composite, found by a search.
const PRIME_THAT_IS_NOT_SAFE: &str = "
    98f135d25f557203301850c5a38fd547923a736994e3bf911a61dbe22e44158bae97ba94d0eda82f8f6d05584ef8aa38
    922766581e27a1c08a6a63ec24ede6a46b4cb2424a23d5962217beaddbc496cb8e81973e0becd7b03898d190f9ebdacc
    0cb1e29c658cda1495e60af593bd04cf0fd630f1f29d0da9953f48f1a09f76b5a170b33839263059f28c105d1fb17c23
    90c192cfd3ac94af0f21ddb66cad4a268d116ece1738f7d93d9c172411e20b8f6b0d549b6f03675a1600a35a099950d8
    36f675cc81e74ef5e8e25d940ed904759531985d5d9dc9f81818e811892f902bd23f0824128b2f330c5c7fd0a6a3a450
    6513270e269e0d37f2a74de452e6bc93";

#[test]
fn another_safe_prime_is_accepted_with_the_generators_of_its_residues() {
    let modulus = from_hex(RFC_3526_GROUP_14);
    let group = Group::check(&modulus, 2, &mut Seeded::new(3)).unwrap();
    assert_eq!(group.modulus().as_slice(), modulus);
}

pub(crate) fn prime_that_is_not_safe() -> Vec<u8> {
    from_hex(PRIME_THAT_IS_NOT_SAFE)
}

#[test]
fn a_prime_that_is_not_safe_is_refused() {
    let error = Group::check(&prime_that_is_not_safe(), 4, &mut Seeded::new(2)).unwrap_err();
    assert_eq!(error, DhError::ModulusNotSafe);
}

/// A modulus that passes every cheap rule with g = 4 and is composite.
#[test]
fn a_composite_modulus_is_refused() {
    let mut modulus = KNOWN_PRIME;
    modulus[255] ^= 0xa;
    let error = Group::check(&modulus, 4, &mut Seeded::new(1)).unwrap_err();
    assert_eq!(error, DhError::ModulusNotPrime);
}
