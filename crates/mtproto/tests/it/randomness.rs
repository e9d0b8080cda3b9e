//! A source of randomness that gives nothing of use is given up, after a hundred tries.

use mtproto::crypto::rsa_pad::RsaPadError;
use mtproto::frame::FrameKind;
use mtproto::frame::obfuscation::{Obfuscation, ObfuscationError, ProxyHint};
use mtproto::handshake::{HandshakeError, KeyUse, Parameters, start};

use crate::recorded::Seeded;
use crate::server::keys::KeyServer;

/// The second step of a key exchange; what is drawn is filled with a byte each time. Its outcome, and how often something
/// was drawn.
fn hidden_with(byte_of: impl Fn(usize) -> u8) -> (Result<(), HandshakeError>, usize) {
    let mut server = KeyServer::new();
    let parameters =
        Parameters { dc_id: 2, rsa_keys: vec![KeyServer::public_key()], key_use: KeyUse::Permanent };
    let (state, request) = start(parameters, &mut Seeded::new(4));
    let mut drawn = 0;
    let mut random = |bytes: &mut [u8]| {
        bytes.fill(byte_of(drawn));
        drawn += 1;
    };
    let outcome = state.handle(&server.res_pq(&request), &mut random).map(|_| ());
    (outcome, drawn)
}

#[test]
fn keys_that_hide_our_half_of_the_exchange() {
    // behind the new nonce and the padding
    const ALL: usize = 2 + 100;
    let never_fits = (0..=255).find(|byte| hidden_with(|_| *byte).0.is_err()).unwrap();
    let given_up = Err(HandshakeError::RsaPad(RsaPadError::NoFittingKey));
    assert_eq!(hidden_with(|_| never_fits), (given_up, ALL));
    let last = |byte| hidden_with(move |draw| if draw < ALL - 1 { never_fits } else { byte });
    assert!((0..=255).any(|byte| last(byte) == (Ok(()), ALL)), "the last of them may fit");
}

#[test]
fn bytes_that_open_an_obfuscated_connection() {
    for (unfit, expected) in [(99, None), (100, Some(ObfuscationError::NoFittingInit))] {
        let mut drawn = 0;
        // four times dd would be a tag
        let mut random = |bytes: &mut [u8]| {
            bytes.fill(if drawn < unfit { 0xdd } else { 7 });
            drawn += 1;
        };
        let started = Obfuscation::start(FrameKind::Abridged, ProxyHint::default(), &mut random);
        assert_eq!((started.err(), drawn), (expected, 100));
    }
}
