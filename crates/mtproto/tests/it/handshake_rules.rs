//! Every rule of section "Creating an authorization key", broken one at a time by a server that otherwise plays fair.

use std::time::Duration;

use mtproto::crypto::dh::{DhError, KNOWN_PRIME};
use mtproto::crypto::factor::FactorError;
use mtproto::handshake::{DhGen, Established, HandshakeError, KeyUse, Parameters, Step, start};

use crate::primes::prime_that_is_not_safe;
use crate::recorded::Seeded;
use crate::server::keys::{Ending, EndingFields, KeyServer};

const NOW: Duration = Duration::from_secs(1_700_000_100);

/// Runs an exchange to its end.
fn exchange(server: &mut KeyServer, key_use: KeyUse) -> Result<Established, HandshakeError> {
    let mut random = Seeded::new(11);
    let parameters = Parameters { dc_id: 2, rsa_keys: vec![KeyServer::public_key()], key_use };
    let (state, request) = start(parameters, &mut random);
    let (state, request) = state.handle(&server.res_pq(&request), &mut random)?;
    let (mut state, mut request) = state.handle(&server.server_dh_params(&request), NOW, &mut random)?;
    loop {
        let (answer, key) = server.dh_gen(&request);
        match state.handle(&answer, &mut random)? {
            DhGen::Done(done) => {
                assert_eq!(done.auth_key, key, "both ends hold the same key");
                assert_eq!(done.server_salt, server.first_salt());
                return Ok(done);
            }
            DhGen::Retry(next, body) => (state, request) = (*next, body),
        }
    }
}

/// The error of an exchange with one fault.
fn fault(set: impl FnOnce(&mut KeyServer)) -> HandshakeError {
    let mut server = KeyServer::new();
    set(&mut server);
    exchange(&mut server, KeyUse::Permanent).unwrap_err()
}

#[test]
fn a_fair_server_for_each_use_of_the_key() {
    for (key_use, inner_id, expires_at) in [
        (KeyUse::Permanent, 0xa9f5_5f95, None),
        (KeyUse::Temporary { expires_in_secs: 86_400 }, 0x56fd_df88, Some(1_700_086_400)),
        (KeyUse::PermanentWithoutDc, 0x83c9_5aec, None),
    ] {
        let mut server = KeyServer::new();
        let done = exchange(&mut server, key_use).unwrap();
        assert_eq!((server.inner_id, done.expires_at), (inner_id, expires_at));
        assert_eq!(done.time_offset_secs, -100);
        assert_eq!(server.retry_ids, [0]);
    }
}

// check: 2.2-8-retries -> HandshakeError::TooManyRetries
#[test]
fn a_server_that_asks_for_another_key() {
    let mut server = KeyServer::new();
    server.endings = [vec![Ending::Retry; 5], vec![Ending::Ok]].concat();
    exchange(&mut server, KeyUse::Permanent).unwrap();
    assert_eq!(server.retry_ids.len(), 6);
    assert!(server.retry_ids[1] != 0 && server.retry_ids[2] != server.retry_ids[1]);
    let error = fault(|server| server.endings = vec![Ending::Retry]);
    assert_eq!(error, HandshakeError::TooManyRetries { limit: 5 });
    assert!(error.is_retryable() && !error.is_peer_fault());
}

#[test]
fn a_server_that_ends_the_exchange() {
    let error = fault(|server| server.endings = vec![Ending::Fail]);
    assert_eq!(error, HandshakeError::DhGenFail);
    assert!(error.is_retryable());
}

// check: 2.2-1-nonce -> HandshakeError::Nonce
// check: 2.2-1-pq-length -> HandshakeError::PqLength
// check: 2.2-1-pq-primes -> FactorError::Prime
// check: 2.2-1-pq-primes -> FactorError::Square
// check: 2.2-1-pq-primes -> FactorError::Even
// check: 2.2-1-pq-primes -> FactorError::NotTwoPrimes
// check: 2.2-1-pq-primes -> FactorError::TooLarge
// check: 2.2-1-pq-primes -> FactorError::TooSmall
// check: 2.2-1-fingerprint -> HandshakeError::NoKnownRsaKey
#[test]
fn the_rules_of_res_pq() {
    use HandshakeError as E;
    let error = fault(|server| server.edit_res_pq = Box::new(|answer| answer.nonce[15] ^= 1));
    assert_eq!(error, E::Nonce { step: Step::ResPq });
    let error = fault(|server| {
        server.edit_res_pq = Box::new(|answer| answer.server_public_key_fingerprints = vec![3, 4]);
    });
    assert_eq!(error, E::NoKnownRsaKey { offered: 2 });
    let error = fault(|server| server.edit_res_pq = Box::new(|answer| answer.pq = vec![1; 9]));
    assert_eq!(error, E::PqLength { len_bytes: 9 });
    for (pq, rule) in [
        (0, FactorError::TooSmall),
        (u64::MAX, FactorError::TooLarge),
        (9_223_372_036_854_775_783, FactorError::Prime),
        (3_037_000_493 * 3_037_000_493, FactorError::Square),
        (2 * 1_513_098_571, FactorError::Even),
        (3 * 5 * 1_513_098_571, FactorError::NotTwoPrimes),
    ] {
        let error = fault(|server| {
            server.edit_res_pq = Box::new(move |answer| answer.pq = pq.to_be_bytes().to_vec());
        });
        assert_eq!(error, E::Pq(rule));
    }
    let mut random = Seeded::new(1);
    let parameters = Parameters { dc_id: 2, rsa_keys: vec![], key_use: KeyUse::Permanent };
    let (state, _) = start(parameters, &mut random);
    let error = state.handle(&[1, 2, 3, 4, 5], &mut random).unwrap_err();
    assert!(matches!(error, E::Decode { step: Step::ResPq, .. }) && error.is_peer_fault());
}

// check: 2.2-3-nonce -> HandshakeError::Nonce
// check: 2.2-3-server-nonce -> HandshakeError::ServerNonce
// check: 2.2-3-length -> HandshakeError::AnswerLength
// check: 2.2-3-parse -> HandshakeError::Decode
// check: 2.2-3-padding -> HandshakeError::AnswerPadding
// check: 2.2-3-hash -> HandshakeError::AnswerHash
// check: 2.2-3-inner-nonce -> HandshakeError::Nonce
// check: 2.2-3-inner-server-nonce -> HandshakeError::ServerNonce
#[test]
fn the_rules_of_server_dh_params() {
    use HandshakeError as E;
    let error = fault(|server| server.edit_params = Box::new(|params| params.nonce[0] ^= 1));
    assert_eq!(error, E::Nonce { step: Step::ServerDhParams });
    let error = fault(|server| server.edit_params = Box::new(|params| params.server_nonce[0] ^= 1));
    assert_eq!(error, E::ServerNonce { step: Step::ServerDhParams });
    let error = fault(|server| server.edit_params = Box::new(|params| params.encrypted_answer.truncate(591)));
    assert_eq!(error, E::AnswerLength { len_bytes: 591 });
    let error = fault(|server| server.edit_params = Box::new(|params| params.encrypted_answer.truncate(16)));
    assert_eq!(error, E::AnswerLength { len_bytes: 16 });
    let error = fault(|server| server.edit_answer = Box::new(|text| text[0] ^= 1));
    assert_eq!(error, E::AnswerHash);
    let error = fault(|server| server.edit_answer = Box::new(|text| text.extend_from_slice(&[0; 16])));
    assert!(matches!(error, E::AnswerPadding { len_bytes: 16.. }), "{error}");
    let error = fault(|server| server.edit_answer = Box::new(|text| text.truncate(64)));
    assert!(matches!(error, E::Decode { step: Step::ServerDhInnerData, .. }), "{error}");
    let error = fault(|server| server.edit_inner = Box::new(|inner| inner.nonce[3] ^= 1));
    assert_eq!(error, E::Nonce { step: Step::ServerDhInnerData });
    let error = fault(|server| server.edit_inner = Box::new(|inner| inner.server_nonce[3] ^= 1));
    assert_eq!(error, E::ServerNonce { step: Step::ServerDhInnerData });
}

// check: 2.2-4-bits -> DhError::ModulusBits
// check: 2.2-4-prime -> DhError::ModulusNotPrime
// check: 2.2-4-safe -> DhError::ModulusNotSafe
// check: 2.2-4-g -> DhError::GeneratorUnknown
// check: 2.2-4-residue -> DhError::GeneratorResidue
#[test]
fn the_rules_of_the_group() {
    let group = |edit: fn(&mut Vec<u8>, &mut i32)| {
        fault(|server| {
            server.edit_inner = Box::new(move |inner| edit(&mut inner.dh_prime, &mut inner.g));
        })
    };
    assert_eq!(group(|_, g| *g = 2), HandshakeError::Group(DhError::GeneratorResidue { g: 2 }));
    assert_eq!(group(|_, g| *g = 8), HandshakeError::Group(DhError::GeneratorUnknown { g: 8 }));
    let short = group(|prime, _| prime.truncate(255));
    assert_eq!(short, HandshakeError::Group(DhError::ModulusBits { bits: 2040 }));
    let composite = group(|prime, g| (prime[255], *g) = (prime[255] ^ 0x0a, 4));
    assert_eq!(composite, HandshakeError::Group(DhError::ModulusNotPrime));
    let not_safe = group(|prime, g| (*prime, *g) = (prime_that_is_not_safe(), 4));
    assert_eq!(not_safe, HandshakeError::Group(DhError::ModulusNotSafe));
}

// check: 2.2-5-low -> DhError::PublicTooSmall
// check: 2.2-5-high -> DhError::PublicTooLarge
#[test]
fn the_range_of_the_servers_value() {
    let public = |value: Vec<u8>| {
        fault(|server| server.edit_inner = Box::new(move |inner| inner.g_a.clone_from(&value)))
    };
    let p_minus = |small: u8| {
        let mut value = KNOWN_PRIME.to_vec();
        value[255] -= small;
        value
    };
    let two_to_1983 = [&[0x80][..], &[0; 247]].concat();
    for small in [vec![], vec![0], vec![1], two_to_1983] {
        assert_eq!(public(small), HandshakeError::ServerPublic(DhError::PublicTooSmall));
    }
    let mut p_minus_2_to_1983 = KNOWN_PRIME.to_vec();
    p_minus_2_to_1983[8] -= 0x80;
    for large in [p_minus(0), p_minus(1), p_minus_2_to_1983] {
        assert_eq!(public(large), HandshakeError::ServerPublic(DhError::PublicTooLarge));
    }
}

// check: 2.2-8-nonce -> HandshakeError::Nonce
// check: 2.2-8-server-nonce -> HandshakeError::ServerNonce
// check: 2.2-8-hash -> HandshakeError::NewNonceHash
#[test]
fn the_rules_of_the_last_answer_hold_for_each_of_its_three_forms() {
    for ending in [Ending::Ok, Ending::Retry, Ending::Fail] {
        let with = |edit: fn(&mut EndingFields)| {
            fault(|server| {
                server.endings = vec![ending];
                server.edit_ending = Box::new(edit);
            })
        };
        assert_eq!(with(|fields| fields.0[0] ^= 1), HandshakeError::Nonce { step: Step::DhGen });
        assert_eq!(with(|fields| fields.1[0] ^= 1), HandshakeError::ServerNonce { step: Step::DhGen });
        assert_eq!(with(|fields| fields.2[0] ^= 1), HandshakeError::NewNonceHash);
    }
}

// check: 2.2-3-fail-nonces -> HandshakeError::Nonce
// check: 2.2-3-fail-nonces -> HandshakeError::ServerNonce
// check: 2.2-3-fail-hash -> HandshakeError::NewNonceHash
#[test]
fn a_refusal_counts_only_with_its_nonces_and_its_hash() {
    let step = Step::ServerDhParams;
    // the constructor's id, nonce, server_nonce, new_nonce_hash
    for (changed, expected) in [
        (None, HandshakeError::ServerDhParamsFail),
        (Some(4_usize), HandshakeError::Nonce { step }),
        (Some(20), HandshakeError::ServerNonce { step }),
        (Some(36), HandshakeError::NewNonceHash),
    ] {
        let mut server = KeyServer::new();
        let mut random = Seeded::new(4);
        let parameters =
            Parameters { dc_id: 2, rsa_keys: vec![KeyServer::public_key()], key_use: KeyUse::Permanent };
        let (state, request) = start(parameters, &mut random);
        let (state, request) = state.handle(&server.res_pq(&request), &mut random).unwrap();
        server.server_dh_params(&request);
        let mut fail = server.params_fail();
        if let Some(at) = changed {
            fail[at] = !fail[at];
        }
        assert_eq!(state.handle(&fail, NOW, &mut random).unwrap_err(), expected);
    }
}

// check: 2.2-5-own -> HandshakeError::OwnPublic
#[test]
fn a_source_of_randomness_that_only_gives_zeros_ends_the_exchange() {
    // so many secret exponents are zeros: what comes of it, and how many are drawn
    let with_zeros = |zeros: usize| {
        let (mut server, mut random) = (KeyServer::new(), Seeded::new(4));
        let parameters =
            Parameters { dc_id: 2, rsa_keys: vec![KeyServer::public_key()], key_use: KeyUse::Permanent };
        let (state, request) = start(parameters, &mut random);
        let (state, request) = state.handle(&server.res_pq(&request), &mut random).unwrap();
        let answer = server.server_dh_params(&request);
        let mut drawn = 0;
        let mut random = |bytes: &mut [u8]| {
            drawn += usize::from(bytes.len() == 256);
            bytes.fill(if drawn <= zeros { 0 } else { 0x5a });
        };
        (state.handle(&answer, NOW, &mut random).map(|_| ()), drawn)
    };
    assert_eq!(with_zeros(15), (Ok(()), 16));
    assert_eq!(with_zeros(16), (Err(HandshakeError::OwnPublic(DhError::PublicTooSmall)), 16));
}
