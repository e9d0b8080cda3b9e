//! Both recorded key exchanges, through the state machine, byte for byte.

use std::time::Duration;

use mtproto::crypto::RsaPublicKey;
use mtproto::handshake::{DhGen, HandshakeError, KeyUse, Parameters, plain, start};
use serde_json::Value;

use crate::recorded::Recorded;
use crate::vector_file::{array, bytes, number, open};

/// A run against Telegram's test server with all randomness known.
#[test]
fn the_recorded_exchange_byte_for_byte() {
    let file = open("handshake");
    let run = &file["recorded"];
    let (pad, temp_key) = (bytes(run, "rsa_pad_random_padding"), bytes(run, "rsa_pad_temp_key"));
    let tail = bytes(run, "step3_random");
    let pieces = [
        &bytes(run, "step1_random")[..],
        &bytes(run, "new_nonce"),
        &pad,
        &temp_key,
        &tail[..256],
        &tail[256..268],
    ];
    let mut random = Recorded::new(pieces);
    let parameters = Parameters {
        dc_id: 0,
        rsa_keys: vec![RsaPublicKey::telegram_test()],
        key_use: KeyUse::PermanentWithoutDc,
    };
    let (state, request) = start(parameters, &mut random);
    assert_eq!(request, bytes(run, "step1_request"));
    let (state, request) = state.handle(&bytes(run, "step1_response"), &mut random).unwrap();
    assert_eq!(request, bytes(run, "step2_request"));
    let now = Duration::from_secs(1_693_436_700);
    let (state, request) = state.handle(&bytes(run, "step2_response"), now, &mut random).unwrap();
    assert_eq!(request, bytes(run, "step3_request"));
    let DhGen::Done(done) = state.handle(&bytes(run, "step3_response"), &mut random).unwrap() else {
        panic!("dh_gen_ok ends the exchange");
    };
    random.assert_used_up();
    assert_eq!(done.auth_key.as_bytes().as_slice(), bytes(run, "expected_auth_key"));
    assert_eq!(done.auth_key.id().to_le_bytes(), array(run, "auth_key_id_bytes"));
    assert_eq!(done.server_salt, number::<i64>(run, "first_server_salt_i64"));
    assert_eq!((done.time_offset_secs, done.expires_at), (40, None));
}

/// The sample of core.telegram.org, with its trailing random bytes. The temporary key of RSA_PAD was not published, so
/// the 256 encrypted bytes of the second request are the only ones that cannot be compared.
#[test]
fn the_official_sample_byte_for_byte() {
    let file = open("handshake");
    let sample = &file["official_sample"];
    let pieces = [
        &bytes(sample, "nonce")[..],
        &bytes(sample, "new_nonce"),
        &bytes(sample, "rand_pad"),
        &[0x11; 32],
        &bytes(sample, "b"),
        &bytes(sample, "client_pad"),
    ];
    let mut random = Recorded::new(pieces);
    let parameters = Parameters {
        dc_id: 2,
        rsa_keys: vec![RsaPublicKey::telegram_production()],
        key_use: KeyUse::Permanent,
    };
    let (state, request) = start(parameters, &mut random);
    assert_eq!(plain::wrap(0x65c5_3d50_0006_72d4, &request), bytes(sample, "req_pq_multi"));

    // the answers are printed without the random bytes that their length counts
    let with_trailing = |field: &str| {
        let mut message = bytes(sample, field);
        let stated = usize::from(message[16]) + 256 * usize::from(message[17]);
        message.resize(20 + stated, 0x77);
        plain::unwrap(&message).unwrap().to_vec()
    };
    let (state, request) = state.handle(&with_trailing("resPQ"), &mut random).unwrap();
    let expected = bytes(sample, "req_DH_params_frame");
    assert_eq!(request.len(), expected.len() - 20);
    assert_eq!(request[..request.len() - 256], expected[20..expected.len() - 256]);

    let now = Duration::from_secs(1_707_425_200);
    let answer = with_trailing("server_DH_params_ok_frame_as_printed");
    let (state, request) = state.handle(&answer, now, &mut random).unwrap();
    assert_eq!(request, bytes(sample, "set_client_DH_params_frame")[20..]);

    let DhGen::Done(done) = state.handle(&with_trailing("dh_gen_ok"), &mut random).unwrap() else {
        panic!("dh_gen_ok ends the exchange");
    };
    assert_eq!(done.auth_key.as_bytes().as_slice(), bytes(sample, "auth_key"));
    assert_eq!(done.server_salt, number::<i64>(sample, "first_server_salt_i64"));
    assert_eq!(done.time_offset_secs, -95);
}

/// Runs the recorded exchange with one of its three answers replaced. `Ok` is the key's id.
fn run_with(run: &Value, step: usize, answer: &[u8]) -> Result<i64, HandshakeError> {
    let (pad, temp_key) = (bytes(run, "rsa_pad_random_padding"), bytes(run, "rsa_pad_temp_key"));
    let tail = bytes(run, "step3_random");
    let mut random = Recorded::new([
        &bytes(run, "step1_random")[..],
        &bytes(run, "new_nonce"),
        &pad,
        &temp_key,
        &tail[..256],
        &tail[256..268],
    ]);
    let parameters = Parameters {
        dc_id: 0,
        rsa_keys: vec![RsaPublicKey::telegram_test()],
        key_use: KeyUse::PermanentWithoutDc,
    };
    let mut answers = ["step1_response", "step2_response", "step3_response"].map(|field| bytes(run, field));
    answers[step] = answer.to_vec();
    let (state, _) = start(parameters, &mut random);
    let (state, _) = state.handle(&answers[0], &mut random)?;
    let (state, _) = state.handle(&answers[1], Duration::ZERO, &mut random)?;
    match state.handle(&answers[2], &mut random)? {
        DhGen::Done(done) => Ok(done.auth_key.id()),
        DhGen::Retry(..) => panic!("the recorded exchange has no retry"),
    }
}

/// Every byte of the second and third answer changed, and every prefix of all three: an error, never a key, no panic.
/// (What the first answer says is the server's free choice; the later ones are tied to it.)
#[test]
fn no_changed_answer_leads_to_a_key() {
    let file = open("handshake");
    let run = &file["recorded"];
    for (step, field, stride) in
        [(0, "step1_response", 1), (1, "step2_response", 9), (2, "step3_response", 1)]
    {
        let answer = bytes(run, field);
        assert!(run_with(run, step, &answer).is_ok());
        for place in (0..answer.len()).step_by(stride) {
            assert!(run_with(run, step, &answer[..place]).is_err(), "{field} cut at {place}");
            let mut bad = answer.clone();
            bad[place] ^= 0x11;
            assert!(step == 0 || run_with(run, step, &bad).is_err(), "{field} changed at {place}");
        }
    }
}
